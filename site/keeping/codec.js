/**
 * A sound's settings as plain data, the same for a link, a preset and a file: `{ version, params, order }`. What comes
 * from outside is checked on the way in. No DOM.
 */

import { isSetting } from '../session/settings.js';
import { isRecord } from '../shared/storage.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../session/session.js').Values} Values
 *
 * @typedef {object} State
 * @property {1} version
 * @property {Values} params a value for each parameter
 * @property {string[]} order the effects' ids
 *
 * @typedef {{ name: string, state: State }} Named settings, and the preset that they come from; '' is none
 */

const VERSION = 1;

/** What is wrong with a state, in a sentence that says what to do. */
export class StateError extends Error {
  name = 'StateError';
}

/** The codec for one parameter table. */
export class Codec {
  #table;
  #standard;
  #order;

  /**
   * @param {readonly Parameter[]} table
   * @param {(id: Parameter['id']) => number} standard what a parameter is where a state does not say
   * @param {readonly string[]} order the effects that there are, in the order where a state does not say
   */
  constructor(table, standard, order) {
    this.#table = table;
    this.#standard = standard;
    this.#order = order;
  }

  /**
   * @param {{ get: (id: Parameter['id']) => number, order: readonly string[] }} from
   * @returns {State}
   */
  take(from) {
    /** @type {Values} */
    const params = {};
    for (const { id } of this.#table) params[id] = from.get(id);
    return { version: VERSION, params, order: [...from.order] };
  }

  /**
   * A whole state from what came from outside. Values are brought into range, what is missing is as it is at first, and
   * what this build does not know is left out.
   * @param {unknown} data
   * @returns {State}
   * @throws {StateError}
   */
  read(data) {
    if (!isRecord(data) || !isRecord(data.params)) {
      throw new StateError('This holds no settings of this page. Choose a file that was exported here.');
    }
    if (data.version !== VERSION) {
      throw new StateError('These settings come from another version of this page. Update the page, then try again.');
    }
    const given = new Map(Object.entries(data.params));
    /** @type {Values} */
    const params = {};
    for (const row of this.#table) params[row.id] = this.#valueOf(row, given.get(row.id));
    return { version: VERSION, params, order: this.orderOf(data.order) };
  }

  /**
   * @param {Parameter} row
   * @param {unknown} value
   */
  #valueOf({ id, label, min, max, curve }, value) {
    if (value === undefined) return this.#standard(id);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new StateError(`The value of “${label}” is no number. Choose another file or link.`);
    }
    return Math.fround(curve === 'switch' ? Number(value >= 0.5) : Math.min(max, Math.max(min, value)));
  }

  /**
   * Each effect once: those named, in their order; each other one behind the one that is before it by default, as the
   * engine has it; and the last stays last.
   * @param {unknown} order
   * @returns {string[]}
   * @throws {StateError}
   */
  orderOf(order) {
    if (order === undefined) return [...this.#order];
    if (!Array.isArray(order) || !order.every((id) => typeof id === 'string')) {
      throw new StateError('The order of the effects is no list of names. Choose another file or link.');
    }
    const last = this.#order[this.#order.length - 1];
    const known = [...new Set(order)].filter((id) => this.#order.includes(id) && id !== last);
    for (const [place, id] of this.#order.slice(0, -1).entries()) {
      if (!known.includes(id)) known.splice(place === 0 ? 0 : known.indexOf(this.#order[place - 1]) + 1, 0, id);
    }
    known.push(last);
    return known;
  }

  /**
   * The part of an address that holds a state: what is not as it is at first, in plain words.
   * @param {State} state
   */
  toQuery({ params, order }) {
    const query = new URLSearchParams({ v: String(VERSION) });
    for (const { id } of this.#table) {
      const value = params[id];
      if (value !== undefined && value !== Math.fround(this.#standard(id))) query.set(id, shortest(value));
    }
    if (order.join() !== this.#order.join()) query.set('order', order.join('.'));
    return query.toString();
  }

  /**
   * The state of an address; null where it holds none.
   * @param {string} text a query
   * @returns {State | null}
   * @throws {StateError}
   */
  fromQuery(text) {
    const query = new URLSearchParams(text);
    const version = query.get('v');
    if (version === null) return null;
    const params = Object.fromEntries(
      this.#table.filter(({ id }) => query.has(id)).map(({ id }) => [id, numberIn(query.get(id) ?? '')]),
    );
    return this.read({ version: Number(version), params, order: query.get('order')?.split('.') });
  }
}

/**
 * The codec for the settings of the page: of each parameter that is one.
 * @param {import('../session/session.js').Session} session
 */
export function settingsCodec(session) {
  const table = session.parameters.filter(({ id }) => isSetting(id));
  return new Codec(table, (id) => session.default(id), session.defaultOrder);
}

/**
 * Whether two states are the same, value by value.
 * @param {State} one
 * @param {State} other
 */
export function isSame(one, other) {
  const values = new Map(Object.entries(other.params));
  if (one.order.join() !== other.order.join()) return false;
  return Object.entries(one.params).every(([id, value]) => values.get(id) === value);
}

/**
 * A number that is written down; NaN for what is none.
 * @param {string} text
 */
const numberIn = (text) => (text.trim() === '' ? NaN : Number(text));

/**
 * The shortest decimal that is the same float32 when it is read again.
 * @param {number} value a float32
 */
export function shortest(value) {
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
