// How a parameter of the engine's table is moved, shown and typed. No DOM: every function is a plain
// mapping, from a row of the table (`{ min, max, unit, curve }`) and a value.
//
// A control moves in its curve's own domain, where equal distances sound alike: decibels for a level,
// octaves for a frequency, the value itself otherwise.

/** The lowest level that a decibel control shows as a number; one step below it is silence. */
const FLOOR_DB = -60;
const MINUS = '\u2212';
const INFINITY = '\u221e';

const decibels = (factor) => 20 * Math.log10(factor);
const fromDecibels = (level) => 10 ** (level / 20);
const within = (value, low, high) => Math.min(high, Math.max(low, value));

const MAPPINGS = {
  linear: { to: (value) => value, from: (position) => position },
  logarithmic: { to: Math.log2, from: (position) => 2 ** position },
  decibel: { to: decibels, from: fromDecibels },
};

/** The domain of a row: its ends, its mappings, and the steps of the arrow and page keys. */
export function domain(row) {
  const mapping = MAPPINGS[row.curve] ?? MAPPINGS.linear;
  const low = row.curve === 'decibel' && row.min === 0 ? FLOOR_DB : mapping.to(row.min);
  const high = mapping.to(row.max);
  const to = (value) => within(mapping.to(value), low, high);
  const from = (position) => (position <= low ? row.min : position >= high ? row.max : mapping.from(position));
  return { to, from, low, high, ...stepsOf(row, high - low) };
}

function stepsOf(row, span) {
  if (row.curve === 'decibel' || row.unit === 'dB') return { step: 0.5, page: 6 };
  if (row.curve === 'logarithmic') return { step: 1 / 12, page: 1 };
  return { step: span / 100, page: span / 10 };
}

/** The value a number of steps away, on the step's own grid, within the row's range. */
export function stepped(row, value, steps, size = 'step') {
  const { to, from, low, high, [size]: step } = domain(row);
  const anchor = row.curve === 'logarithmic' ? low : 0;
  const place = (to(value) - anchor) / step;
  const slack = 1e-6;
  const next = steps > 0 ? Math.floor(place + slack) + steps : Math.ceil(place - slack) + steps;
  return from(anchor + next * step);
}

const isShare = (row) => row.unit === '' && row.min >= 0 && row.max <= 1;

function signed(number, digits) {
  const text = Math.abs(number).toFixed(digits);
  return number < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Three significant digits, without an exponent. */
function significant(number) {
  const size = Math.abs(number);
  return signed(number, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** A level in decibels from a linear factor. */
export function formatLevel(factor) {
  return factor > 0 ? signed(decibels(factor), 1) : MINUS + INFINITY;
}

/** A value with its unit, as people read it: `−6.0 dB`, `1.20 kHz`, `250 ms`, `30 %`. */
export function format(row, value) {
  if (row.curve === 'switch') return value >= 0.5 ? 'on' : 'off';
  if (row.curve === 'decibel') return `${formatLevel(value)} dB`;
  if (row.unit === 'dB') return `${signed(value, 1)} dB`;
  if (row.unit === 'Hz') return value >= 999.5 ? `${significant(value / 1000)} kHz` : `${significant(value)} Hz`;
  if (row.unit === 's') return value < 0.9995 ? `${significant(value * 1000)} ms` : `${significant(value)} s`;
  if (isShare(row)) return `${signed(value * 100, 0)} %`;
  if (row.unit === '' || row.unit.startsWith(':')) return significant(value) + row.unit;
  return `${significant(value)} ${row.unit}`;
}

const SCALES = {
  Hz: { '': 1, hz: 1, k: 1000, khz: 1000 },
  s: { '': null, s: 1, ms: 0.001 },
};

/**
 * The value that somebody typed, within the row's range, or `null` where it is not a value. A number
 * without a unit counts in the unit on show: `250` beside `300 ms` is a quarter of a second.
 */
export function parse(row, text, shown) {
  const plain = text.trim().toLowerCase().replaceAll(MINUS, '-').replace(',', '.');
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+|inf(?:inity)?|\u221e))\s*(\S*)$/.exec(plain);
  if (!match) return null;
  const number = /inf|\u221e/.test(match[1]) ? Infinity * (match[1].startsWith('-') ? -1 : 1) : Number(match[1]);
  const value = inUnit(row, number, match[2], shown);
  return value === null || Number.isNaN(value) ? null : within(value, row.min, row.max);
}

function inUnit(row, number, unit, shown) {
  if (row.curve === 'decibel') {
    if (unit === 'x' || unit === '×') return number;
    return unit === '' || unit === 'db' ? fromDecibels(number) : null;
  }
  if (SCALES[row.unit]) {
    const scales = SCALES[row.unit];
    if (!(unit in scales)) return null;
    return number * (scales[unit] ?? (shown !== undefined && shown < 0.9995 && number > row.max ? 0.001 : 1));
  }
  if (isShare(row)) return unit === '' || unit === '%' ? number / 100 : null;
  return unit === '' || unit === row.unit.toLowerCase() ? number : null;
}

/** The range of a row, as people read it. */
export function formatRange(row) {
  return `${format(row, row.min)} to ${format(row, row.max)}`;
}
