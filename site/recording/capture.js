/**
 * Hands what it hears to the main thread, in chunks that say at which frame of the context they begin. Audio thread: a
 * chunk's buffers are taken when the processor is made and come back after use, so that a quantum allocates nothing as
 * long as the page keeps up.
 */

/**
 * What the audio thread's scope has; TypeScript's libraries for pages do not know it.
 * @typedef {object} AudioScope
 * @property {new () => { port: MessagePort }} AudioWorkletProcessor
 * @property {(name: string, processor: unknown) => void} registerProcessor
 * @property {number} currentFrame the context's frame with which the quantum begins
 *
 * @typedef {{ first: number, frames: number, channels: Float32Array<ArrayBuffer>[] }} Chunk
 */

const CHUNK_FRAMES = 8192;
const CHANNELS = 2;
const SPARE_CHUNKS = 4;

const scope = /** @type {AudioScope} */ (/** @type {unknown} */ (globalThis));
const { AudioWorkletProcessor, registerProcessor } = scope;

const newChannels = () => Array.from({ length: CHANNELS }, () => new Float32Array(CHUNK_FRAMES));

class Capture extends AudioWorkletProcessor {
  #spare = Array.from({ length: SPARE_CHUNKS }, newChannels);
  #channels = newChannels();
  #first = 0;
  #frames = 0;
  #ended = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data === 'end') {
        this.#send();
        this.port.postMessage('ended');
        this.#ended = true;
      } else {
        this.#spare.push(data);
      }
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    if (this.#ended) return false;
    if (input.length === 0) return true;
    const quantum = input[0].length;
    for (let from = 0; from < quantum; ) {
      if (this.#frames === 0) this.#first = scope.currentFrame + from;
      const frames = Math.min(quantum - from, CHUNK_FRAMES - this.#frames);
      for (let channel = 0; channel < CHANNELS; channel++) {
        const samples = input[Math.min(channel, input.length - 1)];
        const kept = this.#channels[channel];
        for (let i = 0; i < frames; i++) kept[this.#frames + i] = samples[from + i];
      }
      this.#frames += frames;
      from += frames;
      if (this.#frames === CHUNK_FRAMES) this.#send();
    }
    return true;
  }

  #send() {
    if (this.#frames === 0) return;
    const chunk = { first: this.#first, frames: this.#frames, channels: this.#channels };
    this.port.postMessage(
      chunk,
      this.#channels.map(({ buffer }) => buffer),
    );
    this.#channels = this.#spare.pop() ?? newChannels();
    this.#frames = 0;
  }
}

registerProcessor('capture', Capture);
