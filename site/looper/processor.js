/**
 * The looper. Audio thread: plays a loop and records over it, on commands that act at the frame that they say, or at
 * once. Nothing is posted but what became of a command, and the memory for what is recorded comes with the command.
 */

import { Loop } from './loop.js';

/**
 * What the audio thread's scope has; TypeScript's libraries for pages do not know it.
 * @typedef {object} AudioScope
 * @property {new () => { port: MessagePort }} AudioWorkletProcessor
 * @property {(name: string, processor: unknown) => void} registerProcessor
 * @property {number} sampleRate
 * @property {number} currentFrame
 *
 * @typedef {object} Command
 * @property {'record' | 'close' | 'overdub' | 'endOverdub' | 'undo' | 'redo' | 'play' | 'stop' | 'clear' | 'copy'} name
 * @property {number} [at] frame
 * @property {Float32Array<ArrayBuffer>[]} [channels] of `record`, `overdub` and `copy`
 * @property {import('./loop.js').Latency} [latency] of `record`
 * @property {number} [beat] of `close`, in frames
 *
 * @typedef {object} Report what the loop is now
 * @property {import('./loop.js').State} state
 * @property {number} length in frames
 * @property {number} origin the frame at which its position 0 is played
 * @property {number} begin the frame at which the base began
 * @property {number} overdubs
 * @property {number} undone
 * @property {boolean} cleared undo brings back what was cleared
 *
 * @typedef {object} Copying a copy of what is heard in one round
 * @property {(readonly Float32Array[])[]} layers
 * @property {Float32Array<ArrayBuffer>[]} channels zeros at first
 * @property {number} done frames
 */

const FADE_SECONDS = 0.005;
const LEAST_SECONDS = 0.1;
/** So many samples are added in a quantum for a copy: a loop of a minute takes some seconds. */
const COPIED_SAMPLES = 8192;

const scope = /** @type {AudioScope} */ (/** @type {unknown} */ (globalThis));
const { AudioWorkletProcessor, registerProcessor, sampleRate } = scope;

class Looper extends AudioWorkletProcessor {
  #loop = new Loop(Math.round(FADE_SECONDS * sampleRate), Math.round(LEAST_SECONDS * sampleRate));
  /** Waiting, the next one first. @type {Command[]} */
  #commands;
  /** @type {Copying | null} */
  #copying = null;
  /** As it was told last. @type {import('./loop.js').State} */
  #told = 'empty';

  /** @param {{ processorOptions?: { commands?: Command[] } }} options */
  constructor({ processorOptions }) {
    super();
    this.#commands = processorOptions?.commands ?? [];
    this.port.onmessage = ({ data }) => {
      this.#commands.push(data);
      this.#commands.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process([input], [output]) {
    const frame = scope.currentFrame;
    const frames = output[0].length;
    let done = 0;
    while (this.#commands.length > 0) {
      const at = this.#commands[0].at ?? frame;
      if (at >= frame + frames) break;
      const place = Math.max(done, at - frame);
      this.#loop.process(frame + done, input, output, done, place);
      done = place;
      const command = this.#commands.shift();
      if (command) this.#obey(command, frame + done);
    }
    this.#loop.process(frame + done, input, output, done, frames);
    if (this.#loop.state !== this.#told) this.#tell();
    if (this.#copying) this.#copy(this.#copying);
    return true;
  }

  /**
   * @param {Command} command
   * @param {number} frame
   */
  #obey({ name, channels = [], latency = { shift: 0, ahead: 0 }, beat }, frame) {
    if (name === 'copy') this.#copying = { layers: this.#loop.sounding, channels, done: 0 };
    else if (name === 'record') this.#loop.record(frame, channels, latency);
    else if (name === 'overdub') this.#loop.overdub(frame, channels);
    else if (name === 'close') this.#loop.close(frame, beat);
    else this.#loop[name](frame);
    // A recording that has not begun is cleared too.
    if (name === 'clear') this.#commands = [];
    this.#tell();
  }

  #tell() {
    const { state, length, origin, begin, overdubs, undone, cleared } = this.#loop;
    this.#told = state;
    this.port.postMessage({ state, length, origin, begin, overdubs, undone, cleared });
  }

  /**
   * Goes on with a copy, and hands it over when it is complete.
   * @param {Copying} copying
   */
  #copy(copying) {
    const { layers, channels, done } = copying;
    const frames = Math.ceil(COPIED_SAMPLES / (channels.length * layers.length));
    const end = Math.min(done + frames, channels[0].length);
    for (let layer = 0; layer < layers.length; layer++) {
      for (let side = 0; side < channels.length; side++) {
        const [from, to] = [layers[layer][side], channels[side]];
        for (let at = done; at < end; at++) to[at] += from[at];
      }
    }
    copying.done = end;
    if (end < channels[0].length) return;
    this.#copying = null;
    this.port.postMessage(
      { copy: channels },
      channels.map(({ buffer }) => buffer),
    );
  }
}

registerProcessor('looper', Looper);
