/**
 * The parameters' values on the main thread, kept to the ranges of Rust's parameter table.
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
   * @param {Partial<ParameterValues>} [initial] values by id
   * @throws {EngineError} unknown-parameter, bad-value
   */
  constructor(table, initial = {}) {
    this.table = table;
    this.#rows = new Map(table.map((row) => [row.id, row]));
    /** The values in force, in the order of the table. */
    this.values = Float32Array.from(table, (row) => row.default);
    /** How often a value was set, modulo 2³²; the control block's sequence number. */
    this.sequence = 0;
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
      throw new EngineError('bad-value', { id, value: String(value) });
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
    this.sequence = (this.sequence + 1) >>> 0;
    return checked;
  }
}
