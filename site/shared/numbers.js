/**
 * Numbers as the page writes them and reads them, and decibels. No DOM.
 */

/** The minus sign; a hyphen is shorter and lower. */
export const MINUS = '\u2212';

/** The lowest level that controls and meters show as a number; below it is silence. */
export const FLOOR_DECIBELS = -60;

/**
 * The level of a factor: −∞ for 0.
 * @param {number} factor
 */
export const decibels = (factor) => 20 * Math.log10(factor);

/**
 * The factor of a level.
 * @param {number} level in dB
 */
export const fromDecibels = (level) => 10 ** (level / 20);

/**
 * The number, or the end of the range that it is beyond.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * A number with so many digits after the point, and a minus sign where what is shown is below 0.
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * A level in dB from a linear factor, without the unit: `−6.0`, `−∞`.
 * @param {number} factor
 */
export function formatLevel(factor) {
  return factor > 0 ? fixed(decibels(factor), 1) : `${MINUS}\u221e`;
}

/**
 * Grouped, with so many digits after the point: `1,000,000`.
 * @param {number} value
 * @param {number} [digits]
 */
export const grouped = (value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/**
 * Three significant digits, grouped.
 * @param {number} value
 */
export const significant = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });

/**
 * Three significant digits after a sign, which is always there.
 * @param {number} value
 */
export const signed = (value) => `${value < 0 ? MINUS : '+'}${Math.abs(value).toPrecision(3)}`;

/**
 * A length of time.
 * @param {number} seconds
 */
export const duration = (seconds) => (seconds < 1 ? `${significant(seconds * 1000)} ms` : `${significant(seconds)} s`);

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A power of ten: `10⁻⁶`.
 * @param {number} exponent a whole number
 */
export function powerOfTen(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/**
 * A whole number as people write it: 1000000, 1,000,000, 1 000 000, 1e6, 10^6.
 * @param {string} text
 * @returns {number} NaN where it is none
 */
export function parseCount(text) {
  const plain = text.trim().replace(/(?<=\d)[\s,_\u2009\u202f]+(?=\d{3}(?!\d))/g, '');
  const power = plain.match(/^(\d+)\s*\^\s*(\d+)$/);
  if (power) return Number(power[1]) ** Number(power[2]);
  const value = plain === '' ? NaN : Number(plain);
  return Number.isInteger(value) ? value : NaN;
}
