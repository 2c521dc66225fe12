/**
 * What an engine is set to, on the main thread: the parameters' values, kept to the ranges of Rust's parameter table,
 * and the effects' order. Each change has a number, by which the audio thread knows what is new (control-block.js).
 */

import { EngineError } from './errors.js';

/**
 * @typedef {import('./module.js').Parameter} Parameter
 * @typedef {import('../types/tables.js').ParameterValues} ParameterValues
 */

export class Parameters {
  /** @type {Map<string, Parameter>} */
  #rows;

  /**
   * @param {readonly Parameter[]} table parameter_table() in Rust
   * @param {readonly string[]} effects effect_ids() in Rust: in their default order
   * @param {Partial<ParameterValues>} [initial] values by id
   * @throws {EngineError} unknown-parameter, bad-value
   */
  constructor(table, effects, initial = {}) {
    this.table = table;
    this.effects = effects;
    this.#rows = new Map(table.map((row) => [row.id, row]));
    /** The values in force, in the order of the table. */
    this.values = Float32Array.from(table, (row) => row.default);
    /** The number of the last change, modulo 2³²; the control block's sequence number. */
    this.sequence = 0;
    /** By which change each parameter was last set. */
    this.setAt = new Uint32Array(table.length);
    /** The last change that made an end of all automation. */
    this.clearedAt = 0;
    /** The change with which the loudness began to be measured; 0 where it is not. */
    this.loudnessAt = 0;
    /** The effects in their order, by their places in the default one. */
    this.order = effects.map((_, place) => place);
    for (const [id, value] of Object.entries(initial)) {
      const { index, inForce } = this.check(id, value);
      this.values[index] = inForce;
    }
  }

  /**
   * The row of an id.
   * @param {string} id
   * @throws {EngineError} unknown-parameter
   */
  row(id) {
    const row = this.#rows.get(id);
    if (!row) throw new EngineError('unknown-parameter', { id, known: [...this.#rows.keys()].join(', ') });
    return row;
  }

  /**
   * The value in force.
   * @param {string} id
   * @returns {number}
   */
  get(id) {
    return this.values[this.row(id).index];
  }

  /**
   * What setting a value would put in force, and at which index; the same rules as Rust's clamp.
   * @param {string} id
   * @param {unknown} value
   * @returns {{ index: number, inForce: number }}
   * @throws {EngineError} unknown-parameter, bad-value
   */
  check(id, value) {
    const { index, min, max, curve } = this.row(id);
    const number = curve === 'switch' && typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw new EngineError('bad-value', { id, value });
    }
    const inForce = curve === 'switch' ? Number(number >= 0.5) : Math.min(Math.max(number, min), max);
    return { index, inForce: Math.fround(inForce) };
  }

  /**
   * Sets a value.
   * @param {string} id
   * @param {unknown} value
   * @returns {{ index: number, inForce: number }}
   * @throws {EngineError} unknown-parameter, bad-value
   */
  set(id, value) {
    const checked = this.check(id, value);
    this.values[checked.index] = checked.inForce;
    this.setAt[checked.index] = this.next();
    return checked;
  }

  /**
   * Sets several values: one change.
   * @param {Record<string, unknown>} values by id
   * @returns {Record<string, number>} the values in force, by id
   * @throws {EngineError} unknown-parameter, bad-value; nothing has changed then
   */
  setSeveral(values) {
    const checked = Object.entries(values).map(([id, value]) => ({ id, ...this.check(id, value) }));
    if (checked.length > 0) this.next();
    for (const { index, inForce } of checked) {
      this.values[index] = inForce;
      this.setAt[index] = this.sequence;
    }
    return Object.fromEntries(checked.map(({ id, inForce }) => [id, inForce]));
  }

  /**
   * Sets everything, and makes an end of all automation: one change.
   * @param {{ values: Float32Array, order: number[] }} settings checked
   */
  load({ values, order }) {
    this.values.set(values);
    this.order = order;
    this.clearedAt = this.next();
    this.setAt.fill(this.clearedAt);
  }

  /**
   * Sets the effects' order.
   * @param {number[]} places checked
   */
  setOrder(places) {
    this.order = places;
    this.next();
  }

  /**
   * Begins to measure the loudness, as a new programme, or ends it.
   * @param {boolean} on
   */
  measureLoudness(on) {
    const change = this.next();
    this.loudnessAt = on ? Math.max(change, 1) : 0;
  }

  /** The number of a change that is made now. */
  next() {
    this.sequence = (this.sequence + 1) >>> 0;
    return this.sequence;
  }
}
