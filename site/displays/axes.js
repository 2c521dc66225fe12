/**
 * The axes of spectrum and spectrogram: frequencies by octaves, and the filters' response on a scale of its own, whose
 * 0 dB is above the middle. Places are shares of the picture, from the upper left. No DOM.
 */

import { clamp } from '../shared/numbers.js';

const LOW_HERTZ = 20;
const HIGH_HERTZ = 20000;
export const LABELLED_HERTZ = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
/** The response's scale: the level at the picture's upper edge, and the span down to its lower one. */
const RESPONSE_TOP_DECIBELS = 27;
const RESPONSE_SPAN_DECIBELS = 72;

/**
 * The frequency at a share of the axis.
 * @param {number} share
 */
export const frequencyAt = (share) => LOW_HERTZ * (HIGH_HERTZ / LOW_HERTZ) ** clamp(share, 0, 1);

/**
 * The share of the axis at which a frequency stands.
 * @param {number} hertz
 */
export const placeOf = (hertz) => Math.log(hertz / LOW_HERTZ) / Math.log(HIGH_HERTZ / LOW_HERTZ);

/**
 * Where a level of the response stands, just below the picture where it is too low for it.
 * @param {number} level in dB
 */
export const placeOfResponse = (level) => Math.min(1.1, (RESPONSE_TOP_DECIBELS - level) / RESPONSE_SPAN_DECIBELS);

/**
 * The level of the response at a place.
 * @param {number} place
 */
export const responseAt = (place) => RESPONSE_TOP_DECIBELS - place * RESPONSE_SPAN_DECIBELS;

/**
 * A frequency as an axis has it: `500`, `1 k`.
 * @param {number} hertz
 */
export const labelOf = (hertz) => (hertz < 1000 ? String(hertz) : `${hertz / 1000} k`);
