// What the visitor has set, kept in localStorage: nothing is lost by a reload, a lost microphone or a
// browser that takes the sound away. Where storage is refused, the settings last as long as the page.

import { BUFFER_SIZES } from '../../worklet/engine.js';

/** The ways to run that can be asked for. */
export const MODES = ['auto', 'worklet', 'script-processor'];

const KEY = 'audio-dsp-wasm.settings';
const WRITE_DELAY_MS = 250;
/** Where the page starts otherwise than the engine: with the limiter on, for the sake of ears. */
const PAGE_DEFAULTS = { limiter_on: 1 };

export class Settings {
  #table;
  #values = new Map();
  #mode = 'auto';
  #bufferSize = 'auto';
  #timer = 0;

  /** @param {ReadonlyArray<object>} table the engine's parameter table */
  constructor(table) {
    this.#table = new Map(table.map((row) => [row.id, row]));
    this.resetAll();
    this.#restore();
    addEventListener('pagehide', () => this.#write());
  }

  /** The way to run that the visitor asked for: 'auto', 'worklet' or 'script-processor'. */
  get mode() {
    return this.#mode;
  }

  set mode(mode) {
    this.#mode = mode;
    this.#writeSoon();
  }

  /** The fallback's buffer that the visitor asked for: 'auto', or a size in frames. */
  get bufferSize() {
    return this.#bufferSize;
  }

  set bufferSize(size) {
    this.#bufferSize = size;
    this.#writeSoon();
  }

  get(id) {
    return this.#values.get(id);
  }

  set(id, value) {
    this.#values.set(id, value);
    this.#writeSoon();
  }

  /** The value a control goes back to. */
  default(id) {
    return PAGE_DEFAULTS[id] ?? this.#table.get(id).default;
  }

  resetAll() {
    for (const id of this.#table.keys()) this.#values.set(id, this.default(id));
    this.#writeSoon();
  }

  /** Every value, as `createEngine` takes them. */
  params() {
    return Object.fromEntries(this.#values);
  }

  #restore() {
    const stored = readStorage();
    if (MODES.includes(stored.mode)) this.#mode = stored.mode;
    if (BUFFER_SIZES.includes(stored.bufferSize)) this.#bufferSize = stored.bufferSize;
    for (const [id, value] of Object.entries(stored.params ?? {})) {
      const row = this.#table.get(id);
      if (row && Number.isFinite(value)) this.#values.set(id, Math.min(row.max, Math.max(row.min, value)));
    }
  }

  #writeSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), WRITE_DELAY_MS);
  }

  #write() {
    clearTimeout(this.#timer);
    try {
      const kept = { mode: this.#mode, bufferSize: this.#bufferSize, params: this.params() };
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Storage is refused or full: the settings still hold until the page is left.
    }
  }
}

function readStorage() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
