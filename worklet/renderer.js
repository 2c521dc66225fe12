/**
 * One engine, rendering quantum by quantum in a wasm instance that it shares. The worklet runs it on the audio thread,
 * the fallback on the main thread: the same code, so the same bits.
 *
 * Memory is taken when it is built, and between quanta for what is scheduled. `render` makes no object, view, closure
 * or message.
 *
 * Must load in AudioWorkletGlobalScope, which has no TextDecoder, fetch, performance or timers.
 */

import { Draft } from './draft.js';

/** @typedef {import('./engine-instance.js').EngineInstance} EngineInstance */

/** Frames that a Web Audio quantum has unless the context says otherwise. */
export const DEFAULT_QUANTUM = 128;

/**
 * What the main thread makes a processor of processor.js with.
 * @typedef {object} ProcessorOptions
 * @property {WebAssembly.Module} module
 * @property {string} url where the module came from
 * @property {Int32Array} words the control block
 * @property {boolean} shared whether the main thread sees the same words
 * @property {1 | 2} channels
 * @property {number} frames that the context will render; Infinity where it has no end
 */

export class Renderer {
  #instance;
  #door;
  #engine;
  #words;
  #flagsWord;
  #stopFlag;
  #forgottenFlag;
  #missedMeter;
  #waitingMeter;
  #entriesMeter;
  #journalWord;
  #sequence = 0;
  /** Whether events wait for their frame: then the engine has to know the clock. */
  #waits = true;
  #clock;
  /** How many entries the journal had when it was last copied. */
  #entries = 0;
  /** The most frames that the engine renders at once. */
  #capacity;
  #frames = 0;
  /** Views into the wasm memory; when it grows they die, and their length is 0. */
  #inbound = new Int32Array(0);
  #meters = new Int32Array(0);
  #journal = new Int32Array(0);
  /** What the main thread wrote. */
  #draft;
  /** @type {Float32Array[]} by channel */
  #sound = [];

  /**
   * @param {EngineInstance} instance
   * @param {object} options
   * @param {number} options.sampleRate in Hz
   * @param {number} options.channels 1 or 2
   * @param {Int32Array} options.words the control block that this engine follows and reports to
   * @param {() => number} options.clock the context's frame with which the sound begins that is rendered now
   * @throws {import('./engine-instance.js').OutOfMemory}
   * @throws {Error} if the options are out of range
   */
  constructor(instance, { sampleRate, channels, words, clock }) {
    const { door } = instance;
    this.#instance = instance;
    this.#door = door;
    this.#words = words;
    this.#flagsWord = door.control_flags_word();
    this.#stopFlag = door.control_stop_flag();
    this.#forgottenFlag = door.control_forgotten_flag();
    this.#draft = new Draft(words, {
      inboundWords: door.control_inbound_words(),
      sequence: door.control_sequence_word(),
      announced: door.control_announced_word(),
    });
    /** First word of the meters in the control block. */
    this.metersWord = door.control_meters_word();
    this.#missedMeter = door.control_missed_word() - this.metersWord;
    this.#waitingMeter = door.control_waiting_word() - this.metersWord;
    this.#entriesMeter = door.control_entries_word() - this.metersWord;
    this.#journalWord = door.control_journal_word();
    this.#clock = clock;
    this.channels = channels;
    /** Quanta that were not rendered in time; the caller counts them, the meters report them. */
    this.missed = 0;
    this.#engine = instance.newEngine(sampleRate, channels);
    this.#capacity = door.engine_frames();
    this.#makeViews(this.#capacity);
    while (!this.#applyInbound(this.#draft.sequence)) {
      // The main thread is in the middle of a change.
    }
  }

  /**
   * Takes events in; between quanta.
   * @param {Float64Array} events encodeEvents() of them
   * @param {number} stamp the number of the last change before them
   * @throws {import('./engine-instance.js').OutOfMemory}
   */
  schedule(events, stamp) {
    this.#instance.takeEvents(this.#engine, events, stamp);
    this.#waits = true;
  }

  /**
   * Whether the main thread has told the processor to end; or that nobody can reach the engine any more, while nothing
   * is connected to it and nothing rings on.
   * @param {boolean} isConnected
   */
  isToStop(isConnected) {
    const flags = Atomics.load(this.#words, this.#flagsWord);
    if (flags === 0) return false;
    if ((flags & this.#stopFlag) !== 0) return true;
    return (flags & this.#forgottenFlag) !== 0 && !isConnected && this.#door.engine_is_at_rest(this.#engine) === 1;
  }

  /**
   * Renders all frames of the channels, of any number. A channel that the input lacks is a copy of its first one; an
   * input without channels is "nothing connected": the tail rings on.
   * @param {readonly Float32Array[]} input
   * @param {readonly Float32Array[]} output
   * @throws {Error} if this engine or another one in the instance has failed
   */
  render(input, output) {
    if (this.#instance.failure !== null) throw new Error(this.#instance.failure);
    const frames = output[0].length;
    try {
      for (let start = 0; start < frames; start += this.#capacity) {
        this.#renderQuantum(input, output, start, Math.min(this.#capacity, frames - start));
      }
    } catch (error) {
      this.#instance.fail(`another engine of this context failed: ${error}`);
      throw error;
    }
  }

  /** Gives the engine's memory back; nothing is rendered any more. */
  close() {
    this.#instance.release(this.#engine);
  }

  /**
   * @param {readonly Float32Array[]} input
   * @param {readonly Float32Array[]} output
   * @param {number} start
   * @param {number} frames
   */
  #renderQuantum(input, output, start, frames) {
    if (frames !== this.#frames || this.#meters.length === 0) this.#makeViews(frames);
    const { sequence } = this.#draft;
    const isChanged = sequence !== this.#sequence;
    if (isChanged) this.#applyInbound(sequence);
    if (isChanged || this.#waits) this.#door.engine_set_clock(this.#engine, this.#clock() + start);

    const connected = input.length > 0;
    if (connected) {
      for (let channel = 0; channel < this.channels; channel++) {
        copyIn(this.#sound[channel], input[channel < input.length ? channel : 0], start);
      }
    }
    this.#door.engine_process(this.#engine, frames, connected ? 1 : 0);
    for (let channel = 0; channel < output.length; channel++) {
      copyOut(this.#sound[channel < this.channels ? channel : 0], output[channel], start);
    }
    const meters = this.#meters;
    meters[this.#missedMeter] = this.missed;
    this.#waits = meters[this.#waitingMeter] !== 0;
    if (meters[this.#entriesMeter] !== this.#entries) {
      this.#entries = meters[this.#entriesMeter];
      this.#words.set(this.#journal, this.#journalWord);
    }
    this.#words.set(meters, this.metersWord);
  }

  /** @param {number} frames */
  #makeViews(frames) {
    const { memory, control_words, engine_control, engine_sound } = this.#door;
    const bytesPerWord = Int32Array.BYTES_PER_ELEMENT;
    this.#frames = frames;
    const control = engine_control(this.#engine);
    /** @type {(from: number, to: number) => Int32Array<ArrayBuffer>} */
    const view = (from, to) => new Int32Array(memory.buffer, control + bytesPerWord * from, to - from);
    this.#inbound = view(0, this.#draft.words.length);
    this.#meters = view(this.metersWord, this.#journalWord);
    this.#journal = view(this.#journalWord, control_words());
    for (let channel = 0; channel < this.channels; channel++) {
      this.#sound[channel] = new Float32Array(memory.buffer, engine_sound(this.#engine, channel), frames);
    }
  }

  /**
   * Copies what the main thread wrote, unless it is in the middle of the next change; says whether it did.
   * @param {number} sequence the number of the last change
   */
  #applyInbound(sequence) {
    if (!this.#draft.read(sequence)) return false;
    this.#inbound.set(this.#draft.words);
    this.#sequence = sequence;
    return true;
  }
}

/**
 * Fills a view with as many of the channel's samples, from `start` on.
 * @param {Float32Array} view
 * @param {Float32Array} channel
 * @param {number} start
 */
function copyIn(view, channel, start) {
  if (channel.length === view.length) view.set(channel);
  else for (let i = 0; i < view.length; i++) view[i] = channel[start + i];
}

/**
 * Puts a view's samples into the channel, from `start` on.
 * @param {Float32Array} view
 * @param {Float32Array} channel
 * @param {number} start
 */
function copyOut(view, channel, start) {
  if (channel.length === view.length) channel.set(view);
  else for (let i = 0; i < view.length; i++) channel[start + i] = view[i];
}
