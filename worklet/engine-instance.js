/**
 * A wasm instance that renders, and the engines and strings in it. All of an AudioWorkletGlobalScope share one, and so
 * do those of the fallback on the page: each instance reserves some 8 GB of address space, so a page has room for about
 * a hundred of them, but an engine takes no more than its delay lines.
 *
 * Where one engine traps, nobody knows what it has written into the memory of the others. So the instance is given up
 * with all its engines, and the next engine gets a fresh one.
 *
 * Must load in AudioWorkletGlobalScope, which has no TextDecoder, fetch, performance or timers.
 */

/** Version of the interface to the wasm and of the control block, which these scripts are written for. */
export const ABI_VERSION = 7;

/**
 * The audio thread's door: what an instance exports (src/doors/audio_thread.rs and strings.rs). Addresses, engines and
 * strings are numbers.
 * @typedef {object} AudioThreadDoor
 * @property {WebAssembly.Memory} memory
 * @property {() => number} [abi_version] missing in a module that is none of ours
 * @property {() => number} control_inbound_words
 * @property {() => number} control_meters_word
 * @property {() => number} control_words
 * @property {() => number} control_sequence_word
 * @property {() => number} control_flags_word
 * @property {() => number} control_stop_flag
 * @property {() => number} control_forgotten_flag
 * @property {() => number} control_missed_word
 * @property {() => number} control_announced_word
 * @property {() => number} control_waiting_word
 * @property {() => number} control_entries_word
 * @property {() => number} control_journal_word
 * @property {() => number} engine_frames
 * @property {(sampleRate: number, channels: number) => number} engine_accepts
 * @property {(sampleRate: number, channels: number) => number} engine_new
 * @property {(engine: number) => void} engine_free
 * @property {(engine: number) => number} engine_control
 * @property {(engine: number, channel: number) => number} engine_sound
 * @property {(engine: number, frame: number) => void} engine_set_clock
 * @property {(engine: number, words: number) => number} engine_mailbox
 * @property {(engine: number, stamp: number) => number} engine_take_events
 * @property {(engine: number) => number} engine_is_at_rest
 * @property {(engine: number, frames: number, connected: number) => void} engine_process
 * @property {(sampleRate: number) => number} strings_new
 * @property {(strings: number) => void} strings_free
 * @property {(strings: number) => number} strings_sound
 * @property {(strings: number) => number} strings_view
 * @property {(strings: number, words: number) => number} strings_mailbox
 * @property {(strings: number) => number} strings_take_events
 * @property {(strings: number, frames: number, clock: number) => number} strings_process
 */

/** There is no memory for another engine. */
export class OutOfMemory extends Error {}

/**
 * What an error says: as errors.js has it, which would bring all its sentences to the audio thread.
 * @param {unknown} error
 */
export const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

const NO_ROOM = 'no memory for so many events';

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
 */
export const instantiate = (module) => exportsOf(new WebAssembly.Instance(module, stubImports(module)));

/**
 * The version of the interface that a module speaks. Chrome before 115 lets the main thread instantiate nothing of this
 * size but by a promise.
 * @param {WebAssembly.Module} module
 */
export async function versionOf(module) {
  return exportsOf(await WebAssembly.instantiate(module, stubImports(module))).version;
}

/**
 * @param {WebAssembly.Instance} instance
 * @returns {{ exports: AudioThreadDoor, version: number | 'none' }}
 */
function exportsOf(instance) {
  const exports = /** @type {AudioThreadDoor} */ (/** @type {unknown} */ (instance.exports));
  return { exports, version: exports.abi_version?.() ?? 'none' };
}

/**
 * The instances of this scope that have engines, by the URL of their module. (Not by the module itself: each
 * AudioWorkletNode brings a copy of its own.)
 * @type {Map<string, EngineInstance>}
 */
const shared = new Map();

export class EngineInstance {
  /** The exports. */
  door;
  /**
   * Why its engines cannot go on.
   * @type {string | null}
   */
  failure = null;
  #url;
  /** How many engines and strings it has. */
  #engines = 0;

  /**
   * This scope's instance.
   * @param {WebAssembly.Module} module
   * @param {string} url where the module came from
   * @throws {Error} if the module cannot be instantiated or is of another version
   */
  static shared(module, url) {
    let instance = shared.get(url);
    if (!instance) {
      instance = new EngineInstance(module, url);
      shared.set(url, instance);
    }
    return instance;
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {string} [url] where others find it, if they may
   * @throws {OutOfMemory}
   * @throws {Error} if the module cannot be instantiated or is of another version
   */
  constructor(module, url = '') {
    const { exports, version } = instantiateOrSay(module);
    if (version !== ABI_VERSION) throw new Error(`version ${version} instead of ${ABI_VERSION}`);
    this.door = exports;
    this.#url = url;
  }

  /**
   * Builds an engine; release() ends it.
   * @param {number} sampleRate in Hz
   * @param {number} channels 1 or 2
   * @returns {number} the engine, for the door
   * @throws {OutOfMemory}
   * @throws {Error} if the options are out of range
   */
  newEngine(sampleRate, channels) {
    if (!this.door.engine_accepts(sampleRate, channels)) {
      this.#forgetIfUnused();
      throw new Error(`${channels} channels at ${sampleRate} Hz refused`);
    }
    return this.#hold(this.door.engine_new(sampleRate, channels));
  }

  /**
   * Builds strings; releaseStrings() ends them.
   * @param {number} sampleRate in Hz
   * @returns {number} the strings, for the door
   * @throws {OutOfMemory}
   */
  newStrings(sampleRate) {
    return this.#hold(this.door.strings_new(sampleRate));
  }

  /**
   * What was just built, if there was memory for it.
   * @param {number} built its address, or 0
   * @throws {OutOfMemory}
   */
  #hold(built) {
    if (built === 0) {
      this.#forgetIfUnused();
      throw new OutOfMemory(`${this.#engines} engines have ${this.door.memory.buffer.byteLength >> 20} MiB`);
    }
    this.#engines++;
    return built;
  }

  /**
   * Lets an engine take events in, for which memory is taken; between quanta.
   * @param {number} engine
   * @param {Float64Array} events encodeEvents() of them
   * @param {number} stamp the number of the last change before them
   * @throws {OutOfMemory}
   */
  takeEvents(engine, events, stamp) {
    const isPut = this.#put(events, this.door.engine_mailbox(engine, events.length));
    if (!isPut || this.door.engine_take_events(engine, stamp) === 0) throw new OutOfMemory(NO_ROOM);
  }

  /**
   * Lets strings take events in, as takeEvents().
   * @param {number} strings
   * @param {Float64Array} events encodeStringEvents() of them
   * @throws {OutOfMemory}
   */
  takeStringEvents(strings, events) {
    const isPut = this.#put(events, this.door.strings_mailbox(strings, events.length));
    if (!isPut || this.door.strings_take_events(strings) === 0) throw new OutOfMemory(NO_ROOM);
  }

  /**
   * Puts events into a mailbox; says whether there is one.
   * @param {Float64Array} events
   * @param {number} mailbox its address, or 0
   */
  #put(events, mailbox) {
    if (mailbox !== 0) new Float64Array(this.door.memory.buffer, mailbox, events.length).set(events);
    return mailbox !== 0;
  }

  /**
   * Ends an engine and gives its memory back; with its last engine the instance goes, too.
   * @param {number} engine
   */
  release(engine) {
    if (this.failure === null) this.door.engine_free(engine);
    this.#letGo();
  }

  /**
   * Ends strings, as release() does an engine.
   * @param {number} strings
   */
  releaseStrings(strings) {
    if (this.failure === null) this.door.strings_free(strings);
    this.#letGo();
  }

  #letGo() {
    this.#engines--;
    this.#forgetIfUnused();
  }

  /**
   * Gives the instance up.
   * @param {string} reason
   */
  fail(reason) {
    this.failure ??= reason;
    this.#forget();
  }

  #forgetIfUnused() {
    if (this.#engines === 0) this.#forget();
  }

  #forget() {
    if (shared.get(this.#url) === this) shared.delete(this.#url);
  }
}

/**
 * Instantiates, and tells a lack of memory from other failures: V8 throws a RangeError then.
 * @param {WebAssembly.Module} module
 */
function instantiateOrSay(module) {
  try {
    return instantiate(module);
  } catch (error) {
    if (error instanceof RangeError) throw new OutOfMemory(error.message);
    throw error;
  }
}
