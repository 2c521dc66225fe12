/**
 * One wasm engine instance, rendering quantum by quantum. The worklet runs it on the audio thread, the
 * fallback on the main thread: the same code, so the same bits.
 *
 * All memory is taken when it is built. `render` makes no object, view, closure or message.
 *
 * Must load in AudioWorkletGlobalScope, which has no TextDecoder, fetch, performance or timers.
 */

/** Version of the interface to the wasm and of the control block, which these scripts are written for. */
export const ABI_VERSION = 2;

/** Frames that a Web Audio quantum has unless the context says otherwise. */
export const DEFAULT_QUANTUM = 128;

/** Functions that stand in for the wasm-bindgen imports, none of which the audio door calls. */
function stubImports(module) {
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
 * A bare instance's exports, and the version of the interface they speak.
 * @param {WebAssembly.Module} module
 * @returns {{ exports: WebAssembly.Exports, version: number | string }}
 */
export function instantiate(module) {
  const { exports } = new WebAssembly.Instance(module, stubImports(module));
  return { exports, version: exports.abi_version?.() ?? 'none' };
}

export class Renderer {
  #exports;
  #engine;
  #words;
  #sequenceWord;
  #flagsWord;
  #inboundWords;
  #metersWord;
  #missedMeter;
  #sequence = 0;
  /** The most frames that the engine renders at once. */
  #capacity;
  #frames = 0;
  /** Views into the wasm memory; when it grows they die, and their length is 0. */
  #inbound = null;
  #meters = null;
  #sound = [];

  /**
   * @param {WebAssembly.Module} module
   * @param {object} options
   * @param {number} options.sampleRate in Hz
   * @param {number} options.channels 1 or 2
   * @param {Int32Array} options.words the control block that this instance follows and reports to
   * @param {number} options.missedWord the word among them that counts missed quanta
   * @throws {Error} if the module cannot be instantiated, is of another version or refuses the options
   */
  constructor(module, { sampleRate, channels, words, missedWord }) {
    const { exports, version } = instantiate(module);
    if (version !== ABI_VERSION) throw new Error(`version ${version} instead of ${ABI_VERSION}`);
    this.#exports = exports;
    this.#words = words;
    this.#sequenceWord = exports.control_sequence_word();
    this.#flagsWord = exports.control_flags_word();
    this.#inboundWords = exports.control_inbound_words();
    this.#metersWord = exports.control_meters_word();
    this.#missedMeter = missedWord - this.#metersWord;
    this.channels = channels;
    /** Quanta that were not rendered in time; the caller counts them, the meters report them. */
    this.missed = 0;
    this.#engine = exports.engine_new(sampleRate, channels);
    if (this.#engine === 0) throw new Error(`${channels} channels at ${sampleRate} Hz refused`);
    this.#capacity = exports.engine_frames();
    this.#makeViews(this.#capacity);
    this.#applyInbound(Atomics.load(words, this.#sequenceWord));
  }

  /** The flags that the main thread has raised. */
  get flags() {
    return Atomics.load(this.#words, this.#flagsWord);
  }

  /**
   * Renders all frames of the channels, of any number. A channel that the input lacks is a copy of its first one; an
   * input without channels is "nothing connected": the tail rings on.
   * @param {Float32Array[]} input
   * @param {Float32Array[]} output
   */
  render(input, output) {
    const frames = output[0].length;
    for (let start = 0; start < frames; start += this.#capacity) {
      this.#renderQuantum(input, output, start, Math.min(this.#capacity, frames - start));
    }
  }

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
    this.#words.set(this.#meters, this.#metersWord);
  }

  #makeViews(frames) {
    const { memory, control_words, engine_control, engine_sound } = this.#exports;
    this.#frames = frames;
    const control = engine_control(this.#engine);
    this.#inbound = new Int32Array(memory.buffer, control, this.#inboundWords);
    this.#meters = new Int32Array(memory.buffer, control + 4 * this.#metersWord, control_words() - this.#metersWord);
    for (let channel = 0; channel < this.channels; channel++) {
      this.#sound[channel] = new Float32Array(memory.buffer, engine_sound(this.#engine, channel), frames);
    }
  }

  /**
   * Copies what the main thread wrote. A store that comes during the copy is followed by another raise of
   * the sequence number, so the next quantum copies again; hence the number noted is the one read before.
   */
  #applyInbound(sequence) {
    for (let word = 0; word < this.#inboundWords; word++) this.#inbound[word] = this.#words[word];
    this.#inbound[this.#sequenceWord] = sequence;
    this.#sequence = sequence;
  }
}

function copyIn(view, channel, start) {
  if (channel.length === view.length) view.set(channel);
  else for (let i = 0; i < view.length; i++) view[i] = channel[start + i];
}

function copyOut(view, channel, start) {
  if (channel.length === view.length) channel.set(view);
  else for (let i = 0; i < view.length; i++) channel[start + i] = view[i];
}
