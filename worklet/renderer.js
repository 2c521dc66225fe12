/**
 * One wasm engine instance, rendering quantum by quantum. The worklet runs it on the audio thread, the
 * fallback on the main thread: the same code, so the same bits.
 *
 * All memory is taken when it is built. `render` makes no object, view, closure or message.
 *
 * Must load in AudioWorkletGlobalScope, which has no TextDecoder, fetch, performance or timers.
 */

/** Version of the interface to the wasm and of the control block, which these scripts are written for. */
export const ABI_VERSION = 3;

/** Frames that a Web Audio quantum has unless the context says otherwise. */
export const DEFAULT_QUANTUM = 128;

/**
 * The audio thread's door: what an instance exports (src/doors/audio_thread.rs). Addresses and engines are numbers.
 * @typedef {object} AudioThreadDoor
 * @property {WebAssembly.Memory} memory
 * @property {() => number} [abi_version] missing in a module that is none of ours
 * @property {() => number} control_inbound_words
 * @property {() => number} control_meters_word
 * @property {() => number} control_words
 * @property {() => number} control_sequence_word
 * @property {() => number} control_flags_word
 * @property {() => number} control_stop_flag
 * @property {() => number} control_missed_word
 * @property {() => number} engine_frames
 * @property {(sampleRate: number, channels: number) => number} engine_new
 * @property {(engine: number) => void} engine_free
 * @property {(engine: number) => number} engine_control
 * @property {(engine: number, channel: number) => number} engine_sound
 * @property {(engine: number, frames: number, connected: number) => void} engine_process
 */

/**
 * What the main thread makes a processor of processor.js with.
 * @typedef {object} ProcessorOptions
 * @property {WebAssembly.Module} module
 * @property {Int32Array} words the control block
 * @property {boolean} shared whether the main thread sees the same words
 * @property {1 | 2} channels
 */

/**
 * Functions that stand in for the wasm-bindgen imports, none of which the audio thread's door calls.
 * @param {WebAssembly.Module} module
 */
function stubImports(module) {
  /** @type {Record<string, Record<string, () => never>>} */
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') continue;
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`the engine called the main thread's ${name}`);
    };
  }
  return imports;
}

/**
 * A bare instance's exports, and the version of the interface that they speak.
 * @param {WebAssembly.Module} module
 * @returns {{ exports: AudioThreadDoor, version: number | 'none' }}
 */
export function instantiate(module) {
  const instance = new WebAssembly.Instance(module, stubImports(module));
  const exports = /** @type {AudioThreadDoor} */ (/** @type {unknown} */ (instance.exports));
  return { exports, version: exports.abi_version?.() ?? 'none' };
}

export class Renderer {
  #exports;
  #engine;
  #words;
  #sequenceWord;
  #flagsWord;
  #stopFlag;
  #inboundWords;
  #missedMeter;
  #sequence = 0;
  /** The most frames that the engine renders at once. */
  #capacity;
  #frames = 0;
  /** Views into the wasm memory; when it grows they die, and their length is 0. */
  #inbound = new Int32Array(0);
  #meters = new Int32Array(0);
  /** @type {Float32Array[]} by channel */
  #sound = [];

  /**
   * @param {WebAssembly.Module} module
   * @param {object} options
   * @param {number} options.sampleRate in Hz
   * @param {number} options.channels 1 or 2
   * @param {Int32Array} options.words the control block that this instance follows and reports to
   * @throws {Error} if the module cannot be instantiated, is of another version or refuses the options
   */
  constructor(module, { sampleRate, channels, words }) {
    const { exports, version } = instantiate(module);
    if (version !== ABI_VERSION) throw new Error(`version ${version} instead of ${ABI_VERSION}`);
    this.#exports = exports;
    this.#words = words;
    this.#sequenceWord = exports.control_sequence_word();
    this.#flagsWord = exports.control_flags_word();
    this.#stopFlag = exports.control_stop_flag();
    this.#inboundWords = exports.control_inbound_words();
    /** First word of the meters in the control block. */
    this.metersWord = exports.control_meters_word();
    this.#missedMeter = exports.control_missed_word() - this.metersWord;
    this.channels = channels;
    /** Quanta that were not rendered in time; the caller counts them, the meters report them. */
    this.missed = 0;
    this.#engine = exports.engine_new(sampleRate, channels);
    if (this.#engine === 0) throw new Error(`${channels} channels at ${sampleRate} Hz refused`);
    this.#capacity = exports.engine_frames();
    this.#makeViews(this.#capacity);
    this.#applyInbound(Atomics.load(words, this.#sequenceWord));
  }

  /** Whether the main thread has told the processor to end. */
  get isToStop() {
    return (Atomics.load(this.#words, this.#flagsWord) & this.#stopFlag) !== 0;
  }

  /**
   * Renders all frames of the channels, of any number. A channel that the input lacks is a copy of its first one; an
   * input without channels is "nothing connected": the tail rings on.
   * @param {readonly Float32Array[]} input
   * @param {readonly Float32Array[]} output
   */
  render(input, output) {
    const frames = output[0].length;
    for (let start = 0; start < frames; start += this.#capacity) {
      this.#renderQuantum(input, output, start, Math.min(this.#capacity, frames - start));
    }
  }

  /**
   * @param {readonly Float32Array[]} input
   * @param {readonly Float32Array[]} output
   * @param {number} start
   * @param {number} frames
   */
  #renderQuantum(input, output, start, frames) {
    if (frames !== this.#frames || this.#meters.length === 0) this.#makeViews(frames);
    const sequence = Atomics.load(this.#words, this.#sequenceWord);
    if (sequence !== this.#sequence) this.#applyInbound(sequence);

    const connected = input.length > 0;
    if (connected) {
      for (let channel = 0; channel < this.channels; channel++) {
        copyIn(this.#sound[channel], input[channel < input.length ? channel : 0], start);
      }
    }
    this.#exports.engine_process(this.#engine, frames, connected ? 1 : 0);
    for (let channel = 0; channel < output.length; channel++) {
      copyOut(this.#sound[channel < this.channels ? channel : 0], output[channel], start);
    }
    this.#meters[this.#missedMeter] = this.missed;
    this.#words.set(this.#meters, this.metersWord);
  }

  /** @param {number} frames */
  #makeViews(frames) {
    const { memory, control_words, engine_control, engine_sound } = this.#exports;
    const bytesPerWord = Int32Array.BYTES_PER_ELEMENT;
    this.#frames = frames;
    const control = engine_control(this.#engine);
    const meters = control + bytesPerWord * this.metersWord;
    this.#inbound = new Int32Array(memory.buffer, control, this.#inboundWords);
    this.#meters = new Int32Array(memory.buffer, meters, control_words() - this.metersWord);
    for (let channel = 0; channel < this.channels; channel++) {
      this.#sound[channel] = new Float32Array(memory.buffer, engine_sound(this.#engine, channel), frames);
    }
  }

  /**
   * Copies what the main thread wrote. A store that comes during the copy is followed by another raise of
   * the sequence number, so the next quantum copies again; hence the number noted is the one read before.
   * @param {number} sequence
   */
  #applyInbound(sequence) {
    for (let word = 0; word < this.#inboundWords; word++) this.#inbound[word] = this.#words[word];
    this.#inbound[this.#sequenceWord] = sequence;
    this.#sequence = sequence;
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
