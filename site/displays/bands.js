/**
 * From the bins of a Fourier transform, which are evenly spaced, to bands that need not be: what the spectrum and the
 * spectrogram show. No DOM.
 */

import { frequencyAt } from './axes.js';

/** What is quieter counts as this: below all that is drawn. */
export const UNDRAWN_DECIBELS = -140;

/** Bands of equal width on the axis, and the level of each. */
export class Bands {
  levels = new Float32Array(0);
  #edges = new Float64Array(0);
  #binsPerHertz = 0;

  /**
   * @param {{ levels: Float32Array, binsPerHertz: number }} trace
   * @param {number} count of the bands
   */
  read({ levels, binsPerHertz }, count) {
    if (this.levels.length !== count || this.#binsPerHertz !== binsPerHertz) {
      this.levels = new Float32Array(count);
      this.#edges = Float64Array.from({ length: count + 1 }, (_, i) => frequencyAt(i / count) * binsPerHertz);
      this.#binsPerHertz = binsPerHertz;
    }
    toBands(levels, this.#edges, this.levels);
  }
}

/**
 * The level of each band: of its loudest bin; where it has less than one bin, straight between the nearest two.
 * @param {Float32Array} levels of the bins, in dB
 * @param {Float64Array} edges of the bands, in bins and fractions of one; one more than there are bands
 * @param {Float32Array} bands gets the levels
 */
export function toBands(levels, edges, bands) {
  for (let i = 0; i < bands.length; i++) {
    const [from, to] = [edges[i], edges[i + 1]];
    bands[i] = to - from < 1 ? between(levels, (from + to) / 2) : loudest(levels, from, to);
  }
}

/**
 * The level between two bins.
 * @param {Float32Array} levels
 * @param {number} at a bin, and a fraction
 */
function between(levels, at) {
  const index = Math.min(levels.length - 2, Math.floor(at));
  const [left, right] = [Math.max(UNDRAWN_DECIBELS, levels[index]), Math.max(UNDRAWN_DECIBELS, levels[index + 1])];
  return left + (right - left) * Math.min(1, at - index);
}

/**
 * The highest level of several bins.
 * @param {Float32Array} levels
 * @param {number} from the first bin
 * @param {number} to the bin after the last
 */
function loudest(levels, from, to) {
  let most = UNDRAWN_DECIBELS;
  for (let i = Math.floor(from); i < Math.min(levels.length, to); i++) if (levels[i] > most) most = levels[i];
  return most;
}
