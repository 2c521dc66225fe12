/**
 * The state of an engine as plain JSON, `{ version, params, order }`: a preset. And the checks on the way in: a state
 * can come from a file, a link or an older version. Pure; any thread.
 */

import { EngineError } from './errors.js';

/** The version of what state() gives. A version that adds parameters or effects need not raise it. */
export const STATE_VERSION = 1;

/**
 * @typedef {object} EngineState
 * @property {number} version of this form
 * @property {Partial<import('../types/tables.js').ParameterValues>} params values by id; what is missing is at its
 *   default
 * @property {readonly string[]} [order] the effects' ids in the order in which they sound; the default one otherwise
 */

/**
 * The places in the default order of effects that are given by their ids.
 * @param {unknown} ids
 * @param {readonly string[]} effects in their default order, the last of which stays last
 * @returns {number[]}
 * @throws {EngineError} bad-order
 */
export function checkOrder(ids, effects) {
  const places = Array.isArray(ids) ? ids.map((id) => effects.indexOf(id)) : [];
  const isWhole = places.length === effects.length && effects.every((_, place) => places.includes(place));
  if (!isWhole || places.at(-1) !== effects.length - 1) {
    throw new EngineError('bad-order', { effects: effects.join(', '), last: effects.at(-1) });
  }
  return places;
}

/**
 * What a state means: a value for each parameter, and the effects' places.
 * @param {unknown} state
 * @param {import('./parameters.js').Parameters} parameters which know the table
 * @returns {{ values: Float32Array, order: number[] }}
 * @throws {EngineError} bad-state, unknown-parameter, bad-value, bad-order
 */
export function checkState(state, parameters) {
  const { version, params, order, ...more } = record(state, 'it is not an object');
  if (typeof version !== 'number' || !(version >= 1)) throw bad('it has no version');
  if (version > STATE_VERSION) throw bad(`it is of version ${version}, and this engine knows up to ${STATE_VERSION}`);
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw bad(`it has ${unknown}, which is none of version, params, order`);
  const values = Float32Array.from(parameters.table, (row) => row.default);
  for (const [id, value] of Object.entries(record(params, 'its params are not an object'))) {
    const { index, inForce } = parameters.check(id, value);
    values[index] = inForce;
  }
  const ids = order === undefined ? parameters.effects : withNewEffects(order, parameters.effects);
  return { values, order: checkOrder(ids, parameters.effects) };
}

/**
 * An order from a time when there were fewer effects: each new one stands behind the one that is before it by default.
 * @param {unknown} order
 * @param {readonly string[]} effects
 */
function withNewEffects(order, effects) {
  if (!Array.isArray(order)) throw bad('its order is not a list');
  const ids = [...order];
  for (const [place, id] of effects.entries()) {
    if (!ids.includes(id)) ids.splice(place === 0 ? 0 : ids.indexOf(effects[place - 1]) + 1, 0, id);
  }
  return ids;
}

/**
 * @param {unknown} value
 * @param {string} otherwise what is wrong where it is no object
 */
function record(value, otherwise) {
  if (!isRecord(value)) throw bad(otherwise);
  return value;
}

/**
 * Whether it is an object with names, as JSON has them.
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} reason */
const bad = (reason) => new EngineError('bad-state', { reason });
