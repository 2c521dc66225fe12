/**
 * The strings of one createString(), rendering quantum by quantum in a wasm instance that they share with the engines.
 * The worklet runs it on the audio thread, the fallback on the main thread: the same code, so the same bits.
 *
 * Memory is taken when it is built, and between quanta for events. `render` makes no object, view, closure or message;
 * where nothing sounds and nothing waits it does nothing.
 *
 * Must load in AudioWorkletGlobalScope, which has no TextDecoder, fetch, performance or timers.
 */

/**
 * What a processor of string/processor.js is made with.
 * @typedef {object} StringProcessorOptions
 * @property {WebAssembly.Module} module
 * @property {string} url where the module came from
 * @property {Int32Array} words those of the StringView
 * @property {boolean} shared whether the main thread sees the same words
 */

/** The bits of what strings_process() answers. */
const SOUNDS = 1;
const WAITS = 2;
const IS_NEW_VIEW = 4;

export class StringRenderer {
  #instance;
  #door;
  #strings;
  #view;
  #clock;
  /** The most frames that are rendered at once. */
  #capacity;
  /** What the strings answered last. */
  #state = 0;
  #frames = 0;
  /** Views into the wasm memory; when it grows they die, and their length is 0. */
  #sound = new Float32Array(0);
  #picture = new Float32Array(0);

  /**
   * @param {import('../engine-instance.js').EngineInstance} instance
   * @param {object} options
   * @param {number} options.sampleRate in Hz
   * @param {import('./view.js').StringView} options.view gets the picture
   * @param {() => number} options.clock the context's frame with which the sound begins that is rendered now
   * @throws {import('../engine-instance.js').OutOfMemory}
   */
  constructor(instance, { sampleRate, view, clock }) {
    this.#instance = instance;
    this.#door = instance.door;
    this.#view = view;
    this.#clock = clock;
    this.#capacity = instance.door.engine_frames();
    this.#strings = instance.newStrings(sampleRate);
  }

  /** Whether nothing sounds, and nothing waits for its frame. */
  get isAtRest() {
    return (this.#state & (SOUNDS | WAITS)) === 0;
  }

  /**
   * Takes events in; between quanta.
   * @param {Float64Array} events encodeStringEvents() of them
   * @throws {import('../engine-instance.js').OutOfMemory}
   */
  schedule(events) {
    this.#instance.takeStringEvents(this.#strings, events);
    this.#state |= WAITS;
  }

  /**
   * Renders all frames of one channel, of any number; says whether there is a new picture.
   * @param {Float32Array} output of zeros
   * @throws {Error} if these strings, or an engine in the instance, have failed
   */
  render(output) {
    if (this.isAtRest) return false;
    if (this.#instance.failure !== null) throw new Error(this.#instance.failure);
    try {
      let isNewView = false;
      for (let start = 0; start < output.length; start += this.#capacity) {
        isNewView = this.#renderQuantum(output, start, Math.min(this.#capacity, output.length - start)) || isNewView;
      }
      return isNewView;
    } catch (error) {
      this.#instance.fail(`another engine of this context failed: ${error}`);
      throw error;
    }
  }

  /** Gives the memory back; nothing is rendered any more. */
  close() {
    this.#instance.releaseStrings(this.#strings);
  }

  /**
   * @param {Float32Array} output
   * @param {number} start
   * @param {number} frames
   */
  #renderQuantum(output, start, frames) {
    if (frames !== this.#frames || this.#sound.length === 0) this.#makeViews(frames);
    this.#state = this.#door.strings_process(this.#strings, frames, this.#clock() + start);
    const sound = this.#sound;
    if (output.length === frames) output.set(sound);
    else for (let i = 0; i < frames; i++) output[start + i] = sound[i];
    if ((this.#state & IS_NEW_VIEW) === 0) return false;
    this.#view.write(this.#picture);
    return true;
  }

  /** @param {number} frames */
  #makeViews(frames) {
    const { memory, strings_sound, strings_view } = this.#door;
    this.#frames = frames;
    this.#sound = new Float32Array(memory.buffer, strings_sound(this.#strings), frames);
    this.#picture = new Float32Array(memory.buffer, strings_view(this.#strings), this.#view.points);
  }
}
