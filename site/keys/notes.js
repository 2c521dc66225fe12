/** Note values: how long each lasts at a tempo, and which of them a parameter can have. No DOM. */

/**
 * @typedef {Pick<import('../../worklet/engine.js').Parameter, 'id' | 'unit' | 'min' | 'max'>} Row
 * @typedef {string} Note '1/8', '1/8.' dotted, '1/8T' as a triplet
 */

/** What a suffix makes of a note's length. */
const SUFFIXES = { '.': 3 / 2, '': 1, 'T': 2 / 3 };
const DENOMINATORS = [1, 2, 4, 8, 16, 32];
/** A whole note lasts four beats. */
const BEATS_IN_WHOLE = 4;

/** The length of each note in beats, the longest first. @type {ReadonlyMap<Note, number>} */
export const NOTES = new Map(
  DENOMINATORS.flatMap((denominator) =>
    Object.entries(SUFFIXES).map(
      ([suffix, factor]) =>
        /** @type {const} */ ([`1/${denominator}${suffix}`, (factor * BEATS_IN_WHOLE) / denominator]),
    ),
  ),
);

/**
 * Whether a parameter can follow the tempo: the delay's time, and the rates.
 * @param {Row} row
 */
export const followsTempo = ({ id, unit }) => id === 'delay_time' || (unit === 'Hz' && id.endsWith('_rate'));

/**
 * A parameter's value for a note: its length in seconds, or how often it comes in a second.
 * @param {Row} row
 * @param {Note} note
 * @param {number} bpm
 */
export function valueAt({ unit }, note, bpm) {
  const seconds = ((NOTES.get(note) ?? NaN) * 60) / bpm;
  return unit === 'Hz' ? 1 / seconds : seconds;
}

/**
 * The note itself where its value is in the parameter's range; else the next in range that is a half, a quarter … of
 * it, or twice, four times … as long, so that it stays in time. Null where there is none.
 * @param {Row} row
 * @param {Note} note
 * @param {number} bpm
 * @returns {Note | null}
 */
export function fitting(row, note, bpm) {
  const [, denominator, suffix] = /^1\/(\d+)(.?)$/.exec(note) ?? [];
  const fits = (/** @type {Note} */ each) => {
    const value = valueAt(row, each, bpm);
    return value >= row.min && value <= row.max;
  };
  const related = DENOMINATORS.map((each) => ({
    note: `1/${each}${suffix}`,
    by: Math.abs(Math.log2(each / Number(denominator))),
  }));
  const [nearest] = related.filter((each) => NOTES.has(each.note) && fits(each.note)).sort((a, b) => a.by - b.by);
  return nearest?.note ?? null;
}
