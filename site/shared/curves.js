/**
 * How a parameter of the engine's table is moved, shown and typed. No DOM: every function is a plain mapping, from a
 * row of the table and a value.
 *
 * A control moves in its curve's own domain, where equal distances sound alike: decibels for a level, octaves for a
 * frequency, the value itself otherwise.
 */

import { clamp, decibels, FLOOR_DECIBELS, fixed, formatLevel, fromDecibels, MINUS } from './numbers.js';

/**
 * What counts of a row of the table.
 * @typedef {Pick<import('../../worklet/engine.js').Parameter, 'min' | 'max' | 'unit' | 'curve'>} Row
 */

/** @param {number} value */
const same = (value) => value;

/** A value to its place in the curve's domain and back; a switch is moved as a linear value is. */
const MAPPINGS = {
  linear: { to: same, from: same },
  switch: { to: same, from: same },
  logarithmic: { to: Math.log2, from: (/** @type {number} */ place) => 2 ** place },
  decibel: { to: decibels, from: fromDecibels },
};

/**
 * The domain of a row: its ends, its mappings, and the steps of the arrow and page keys.
 * @param {Row} row
 */
export function domain(row) {
  const mapping = MAPPINGS[row.curve];
  const low = row.curve === 'decibel' && row.min === 0 ? FLOOR_DECIBELS : mapping.to(row.min);
  const high = mapping.to(row.max);
  /** @param {number} value */
  const to = (value) => clamp(mapping.to(value), low, high);
  /** @param {number} place */
  const from = (place) => (place <= low ? row.min : place >= high ? row.max : mapping.from(place));
  return { to, from, low, high, ...stepsOf(row, high - low) };
}

/**
 * @param {Row} row
 * @param {number} span of its domain
 */
function stepsOf(row, span) {
  if (row.curve === 'decibel' || row.unit === 'dB') return { step: 0.5, page: 6 };
  if (row.curve === 'logarithmic') return { step: 1 / 12, page: 1 };
  return { step: span / 100, page: span / 10 };
}

/**
 * The value a number of steps away, on the step's own grid, within the row's range.
 * @param {Row} row
 * @param {number} value
 * @param {number} steps
 * @param {'step' | 'page'} [size]
 */
export function stepped(row, value, steps, size = 'step') {
  const { to, from, low, [size]: step } = domain(row);
  const anchor = row.curve === 'logarithmic' ? low : 0;
  const place = (to(value) - anchor) / step;
  const slack = 1e-6;
  const next = steps > 0 ? Math.floor(place + slack) + steps : Math.ceil(place - slack) + steps;
  return from(anchor + next * step);
}

/** The longest time that is shown in milliseconds, in seconds. */
const LONGEST_IN_MILLISECONDS = 2;

/**
 * What a row's numbers are shown in, and typed in where no unit is typed: `value = number · scale`. It is one unit for
 * all values of a row, so that a typed number means the same whatever is on show.
 * @param {Row} row
 * @returns {{ unit: string, scale: number }}
 */
function shownIn({ unit, min, max }) {
  if (unit === 's' && max <= LONGEST_IN_MILLISECONDS) return { unit: ' ms', scale: 0.001 };
  if (unit === '' && min >= 0 && max <= 1) return { unit: ' %', scale: 0.01 };
  return { unit: unit === '' || unit.startsWith(':') ? unit : ` ${unit}`, scale: 1 };
}

/** Units that can be typed beside those on show: in parts of the table's own unit. */
const TYPED_UNITS = {
  'Hz': { hz: 1, k: 1000, khz: 1000 },
  's': { s: 1, ms: 0.001 },
};

/**
 * Three significant digits, or all those before the point.
 * @param {number} number
 */
function digits(number) {
  const size = Math.abs(number);
  return fixed(number, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/**
 * A value with its unit, as people read it: `−6.0 dB`, `1200 Hz`, `250 ms`, `30 %`.
 * @param {Row} row
 * @param {number} value
 */
export function format(row, value) {
  if (row.curve === 'switch') return value >= 0.5 ? 'on' : 'off';
  if (row.curve === 'decibel') return `${formatLevel(value)} dB`;
  if (row.unit === 'dB') return `${fixed(value, 1)} dB`;
  const { unit, scale } = shownIn(row);
  return (unit === ' %' ? fixed(value / scale, 0) : digits(value / scale)) + unit;
}

/**
 * The range of a row, as people read it.
 * @param {Row} row
 */
export function formatRange(row) {
  return `${format(row, row.min)} to ${format(row, row.max)}`;
}

/**
 * The value that somebody typed, within the row's range, or `null` where it is not a value. A number
 * without a unit counts in the unit on show: `250` beside `300 ms` is a quarter of a second.
 * @param {Row} row
 * @param {string} text
 */
export function parse(row, text) {
  const plain = text.trim().toLowerCase().replaceAll(MINUS, '-').replace(',', '.');
  const match = /^([+-]?)(\d+\.?\d*|\.\d+|inf(?:inity)?|\u221e)\s*(\S*)$/.exec(plain);
  if (!match) return null;
  const [, sign, size, unit] = match;
  const number = (sign === '-' ? -1 : 1) * (/^[\d.]/.test(size) ? Number(size) : Infinity);
  const value = inUnit(row, number, unit);
  return value === null || Number.isNaN(value) ? null : clamp(value, row.min, row.max);
}

/**
 * A number in a unit as a value of the row; `null` where the unit is none of the row's.
 * @param {Row} row
 * @param {number} number
 * @param {string} unit in lower case; '' for none
 */
function inUnit(row, number, unit) {
  if (row.curve === 'decibel') {
    if (unit === 'x' || unit === '×') return number;
    return unit === '' || unit === 'db' ? fromDecibels(number) : null;
  }
  const shown = shownIn(row);
  if (unit === '' || unit === shown.unit.trim().toLowerCase()) return number * shown.scale;
  const others = row.unit === 'Hz' || row.unit === 's' ? TYPED_UNITS[row.unit] : {};
  const scale = new Map(Object.entries(others)).get(unit);
  return scale === undefined ? null : number * scale;
}
