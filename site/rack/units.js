/**
 * The rack's units: which rows of the parameter table stand on one card, what the card and its controls are called, and
 * in which order the cards stand. A row that no unit here knows gets a card of its own kind, so that a new effect shows
 * up by itself. No DOM.
 */

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 *
 * @typedef {object} Unit
 * @property {string} id
 * @property {string} title
 * @property {Parameter | null} toggle the switch of the whole unit
 * @property {readonly Knob[]} knobs
 *
 * @typedef {object} Knob a control of a unit
 * @property {Parameter} row
 * @property {string} name under the unit's title
 * @property {Parameter | null} toggle the switch of this one alone
 */

/** The switch of everything, which stands on no card. */
export const MASTER = 'bypass';
const SWITCH_SUFFIX = '_on';

/** The units whose rows have several prefixes, by prefix. */
const UNIT_OF = new Map([
  ['lpf', 'filters'],
  ['hpf', 'filters'],
]);
/** Titles that the table does not say. */
const TITLES = new Map([
  ['filters', 'Filters'],
  ['peak', 'Peak EQ'],
]);

/**
 * The units of a table, in the order in which they sound.
 * @param {readonly Parameter[]} table
 * @param {readonly string[]} order the effects' ids, as the engine has them
 * @returns {Unit[]}
 */
export function unitsOf(table, order) {
  /** @type {Map<string, Parameter[]>} */
  const groups = new Map();
  for (const row of table) {
    if (row.id === MASTER) continue;
    const id = unitIdOf(row);
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  const place = (/** @type {string} */ id) => (order.includes(id) ? order.indexOf(id) : order.length - 1.5);
  return [...groups].map(([id, rows]) => unitOf(id, rows)).sort((a, b) => place(a.id) - place(b.id));
}

/** @param {Parameter} row */
function unitIdOf({ id }) {
  const [prefix] = id.split('_');
  return UNIT_OF.get(prefix) ?? prefix;
}

/**
 * @param {string} id
 * @param {Parameter[]} rows
 * @returns {Unit}
 */
function unitOf(id, rows) {
  const toggles = rows.filter((row) => row.curve === 'switch' && row.id.endsWith(SWITCH_SUFFIX));
  const others = rows.filter((row) => !toggles.includes(row));
  const whole = toggles.find((row) => row.id === id + SWITCH_SUFFIX) ?? null;
  const shared = sharedWords([...others, ...(whole && others.length === 1 ? [whole] : [])]);
  const knobs = others.map((row) => {
    const own = toggles.find((toggle) => toggle !== whole && row.id.startsWith(prefixOf(toggle))) ?? null;
    return { row, name: own ? own.label : nameOf(row, shared), toggle: own };
  });
  return { id, title: TITLES.get(id) ?? titleOf(whole, others, shared), toggle: whole, knobs };
}

/** @param {Parameter} toggle */
const prefixOf = ({ id }) => id.slice(0, 1 - SWITCH_SUFFIX.length);

/** @param {Parameter} row */
const wordsOf = ({ label }) => label.split(' ');

/**
 * How many words the labels of several rows begin with alike.
 * @param {Parameter[]} rows
 */
function sharedWords(rows) {
  const [first, ...others] = rows.map(wordsOf);
  if (!first) return 0;
  const differs = first.findIndex((word, index) => others.some((words) => words[index] !== word));
  return differs < 0 ? first.length : differs;
}

/**
 * A unit is called after its switch; without one, by what its labels begin with.
 * @param {Parameter | null} toggle
 * @param {Parameter[]} rows
 * @param {number} shared words of their labels
 */
function titleOf(toggle, rows, shared) {
  if (toggle) return toggle.label;
  return wordsOf(rows[0]).slice(0, shared).join(' ') || rows[0].label;
}

/**
 * A row's label without what all the unit's labels share.
 * @param {Parameter} row
 * @param {number} shared
 */
function nameOf(row, shared) {
  const rest = wordsOf(row).slice(shared).join(' ');
  if (rest === '') return row.curve === 'decibel' ? 'Level' : 'Amount';
  return rest[0].toUpperCase() + rest.slice(1);
}
