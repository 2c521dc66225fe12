// Numbers as the Monte Carlo panel writes them, and reads them.

/** Grouped, with so many digits after the point. */
export const number = (value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Three significant digits. */
export const significant = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });

/** Three significant digits, after a sign. */
export const signed = (value) => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toPrecision(3)}`;

/** A length of time, given in seconds. */
export const seconds = (value) => (value < 1 ? `${significant(value * 1000)} ms` : `${significant(value)} s`);

/**
 * A whole number as people write it: 1000000, 1,000,000, 1 000 000, 1e6, 10^6.
 * @returns {number} NaN where it is none
 */
export function parseCount(text) {
  const plain = text.trim().replace(/(?<=\d)[\s,_\u2009\u202f]+(?=\d{3}(?!\d))/g, '');
  const power = plain.match(/^(\d+)\s*\^\s*(\d+)$/);
  const value = power ? Number(power[1]) ** Number(power[2]) : plain === '' ? NaN : Number(plain);
  return Number.isInteger(value) ? value : NaN;
}
