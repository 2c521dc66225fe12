/** A switch of the parameter table: a checkbox that says whether an effect is on. Main thread. */

import { element } from '../shared/dom.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 *
 * @typedef {object} Control of one parameter
 * @property {HTMLElement} node
 * @property {(value: number) => void} show
 */

/**
 * The id of a parameter's control in the page.
 * @param {Parameter} row
 */
export const idOf = (row) => `parameter-${row.id}`;

/**
 * @param {import('../session/session.js').Session} session
 * @param {Parameter} row
 * @param {HTMLElement} label its text
 * @returns {Control}
 */
export function switchControl(session, row, label) {
  const input = element('input', { 'type': 'checkbox', 'role': 'switch', 'id': idOf(row), 'data-id': row.id });
  input.addEventListener('change', () => session.set(row.id, input.checked ? 1 : 0));
  return {
    node: element('label', { className: 'switch' }, input, label),
    show(value) {
      input.checked = value >= 0.5;
    },
  };
}
