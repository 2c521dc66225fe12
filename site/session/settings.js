/**
 * What the visitor has set, kept in localStorage: nothing is lost by a reload, a lost microphone or a browser that
 * takes the sound away. Where storage is refused, the settings last as long as the page. Main thread.
 *
 * Several tabs share the storage: each writes only what was changed in it.
 */

import { BUFFER_SIZES, MODES } from '../../worklet/engine.js';
import { clamp } from '../shared/numbers.js';
import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 * @typedef {import('../../worklet/engine.js').Mode} Mode
 * @typedef {import('../../worklet/engine.js').BufferSize} BufferSize
 *
 * @typedef {object} Changes
 * @property {Mode} [mode]
 * @property {BufferSize | 'auto'} [bufferSize]
 * @property {number} [volume]
 * @property {string} [sink]
 * @property {readonly string[]} [order]
 * @property {Record<string, number>} params
 */

const KEY = 'audio-dsp-wasm.settings';
const WRITE_DELAY_MILLISECONDS = 250;
/**
 * Where the page starts otherwise than the engine: with the limiter on, for the sake of ears.
 * @type {Partial<Record<ParameterId, number>>}
 */
const PAGE_DEFAULTS = { limiter_on: 1 };

/**
 * Whether a parameter is a setting of the sound. Bypass is none: it is a way to listen, like the volume. So it is not
 * kept for the next visit, no part of a preset or a link, and no step for undo.
 * @param {ParameterId} id
 */
export const isSetting = (id) => id !== 'bypass';

export class Settings {
  #table;
  /** @type {Map<ParameterId, number>} */
  #values = new Map();
  /** @type {Mode} */
  #mode = 'auto';
  /** @type {BufferSize | 'auto'} */
  #bufferSize = 'auto';
  #volume = 1;
  #sink = '';
  #effects;
  #order;
  /** What was changed here and is not written yet. @type {Changes} */
  #changes = { params: {} };
  #timer = 0;

  /**
   * @param {readonly Parameter[]} table the engine's parameter table
   * @param {readonly string[]} effects in their default order
   */
  constructor(table, effects) {
    this.#table = new Map(table.map((row) => [row.id, row]));
    this.#effects = effects;
    this.#order = effects;
    for (const { id } of table) this.#values.set(id, this.default(id));
    this.#restore();
    addEventListener('pagehide', () => this.#write());
  }

  /** The run mode that the visitor asked for. */
  get mode() {
    return this.#mode;
  }

  set mode(mode) {
    this.#mode = mode;
    this.#changes.mode = mode;
    this.#writeSoon();
  }

  /** The fallback's buffer that the visitor asked for: 'auto', or a size in frames. */
  get bufferSize() {
    return this.#bufferSize;
  }

  set bufferSize(size) {
    this.#bufferSize = size;
    this.#changes.bufferSize = size;
    this.#writeSoon();
  }

  /** How loud the output is, a factor up to 1. */
  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = volume;
    this.#changes.volume = volume;
    this.#writeSoon();
  }

  /** The id of the output device that the visitor asked for; '' is the system's own choice. */
  get sink() {
    return this.#sink;
  }

  set sink(sink) {
    this.#sink = sink;
    this.#changes.sink = sink;
    this.#writeSoon();
  }

  /** The effects' ids in the order in which they sound. */
  get order() {
    return this.#order;
  }

  set order(order) {
    this.#order = order;
    this.#changes.order = order;
    this.#writeSoon();
  }

  /** The order that a reset goes back to. */
  get defaultOrder() {
    return this.#effects;
  }

  /** @param {ParameterId} id */
  get(id) {
    return this.#values.get(id) ?? this.default(id);
  }

  /**
   * @param {ParameterId} id
   * @param {number} value within its range
   */
  set(id, value) {
    this.#values.set(id, value);
    if (!isSetting(id)) return;
    this.#changes.params[id] = value;
    this.#writeSoon();
  }

  /**
   * The value that a control goes back to.
   * @param {ParameterId} id
   */
  default(id) {
    return PAGE_DEFAULTS[id] ?? this.#row(id).default;
  }

  /**
   * The value within the parameter's range, as the float32 that the engine has.
   * @param {ParameterId} id
   * @param {number} value
   */
  inRange(id, value) {
    const { min, max } = this.#row(id);
    return Math.fround(clamp(value, min, max));
  }

  /** @param {ParameterId} id */
  #row(id) {
    const row = this.#table.get(id);
    if (!row) throw new RangeError(`There is no parameter “${id}”.`);
    return row;
  }

  #restore() {
    const { mode, bufferSize, volume, sink, order, params } = stored();
    this.#mode = MODES.find((each) => each === mode) ?? 'auto';
    this.#bufferSize = BUFFER_SIZES.find((each) => each === bufferSize) ?? 'auto';
    if (typeof volume === 'number' && volume >= 0 && volume <= 1) this.#volume = volume;
    if (typeof sink === 'string') this.#sink = sink;
    if (isOrderOf(order, this.#effects)) this.#order = order;
    const values = new Map(Object.entries(params));
    for (const id of [...this.#table.keys()].filter(isSetting)) {
      const value = values.get(id);
      if (typeof value === 'number' && Number.isFinite(value)) this.#values.set(id, this.inRange(id, value));
    }
  }

  #writeSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), WRITE_DELAY_MILLISECONDS);
  }

  #write() {
    clearTimeout(this.#timer);
    const { params, ...rest } = this.#changes;
    if (Object.keys(params).length === 0 && Object.keys(rest).length === 0) return;
    const before = stored();
    const kept = store(KEY, { ...before, ...rest, params: { ...before.params, ...params } });
    // Where storage is refused or full, the settings still hold until the page is left.
    if (kept) this.#changes = { params: {} };
  }
}

/**
 * Whether something is an order of these effects, the last of which stays last.
 * @param {unknown} order
 * @param {readonly string[]} effects
 * @returns {order is string[]}
 */
function isOrderOf(order, effects) {
  if (!Array.isArray(order) || order.length !== effects.length) return false;
  return effects.every((id) => order.includes(id)) && order.at(-1) === effects.at(-1);
}

/**
 * What is stored, which may be anything.
 * @returns {Record<string, unknown> & { params: Record<string, unknown> }}
 */
function stored() {
  const value = readStored(KEY);
  if (!isRecord(value)) return { params: {} };
  return { ...value, params: isRecord(value.params) ? value.params : {} };
}
