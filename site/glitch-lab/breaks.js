/**
 * Where a pure tone breaks. Each sample of a sine follows from the two before it, x[n] = 2·cos ω·x[n−1] − x[n−2]; where
 * one does not, something was left out, repeated or put in between. No DOM.
 */

/** As a share of the tone's peak: many times what rounding and a slight distortion of the tone leave. */
const TOLERANCE = 0.01;
/** Breaks that are nearer to each other count as one. */
const LEAST_DISTANCE_SECONDS = 0.005;

/**
 * @param {Float32Array} samples
 * @param {number} hertz of the tone
 * @param {number} sampleRate in Hz
 * @returns {number[]} the frames at which it breaks
 */
export function breaksIn(samples, hertz, sampleRate) {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  /** @type {number[]} */
  const breaks = [];
  for (let n = 2; n < samples.length; n++) {
    const expected = factor * samples[n - 1] - samples[n - 2];
    if (Math.abs(samples[n] - expected) <= TOLERANCE * peak) continue;
    const last = breaks.at(-1) ?? -Infinity;
    if (n - last > LEAST_DISTANCE_SECONDS * sampleRate) breaks.push(n);
  }
  return breaks;
}
