/** The stretch of a sound that its waveform shows. No DOM. */

import { clamp } from '../shared/numbers.js';

/** @typedef {import('../sources/sources.js').Stretch} Stretch */

/** The shortest stretch that fills the width. */
const LEAST_VIEW_SECONDS = 0.5;

/**
 * A stretch that is longer by a factor, or shorter, where one place stays where it is seen.
 * @param {Stretch} view
 * @param {number} factor
 * @param {number} place in seconds
 * @param {number} duration of the whole, which it does not leave
 * @returns {Stretch}
 */
export function zoomed({ start, end }, factor, place, duration) {
  const length = clamp((end - start) * factor, Math.min(LEAST_VIEW_SECONDS, duration), duration);
  const share = (place - start) / (end - start);
  return from(place - share * length, length, duration);
}

/**
 * The stretch of a length that starts at a place, or as near to it as the whole allows.
 * @param {number} place in seconds
 * @param {number} length in seconds
 * @param {number} duration in seconds
 * @returns {Stretch}
 */
export function from(place, length, duration) {
  const start = clamp(place, 0, duration - length);
  return { start, end: start + length };
}
