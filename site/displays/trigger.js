/** Where an oscilloscope's picture starts, so that a wave stands still. No DOM. */

/** A rise through the level counts after the wave was this far below it, as a share of its peak. */
const HYSTERESIS = 0.15;

/**
 * Where the latest whole window starts whose first sample rises through a level, between samples. A rise counts only
 * after the wave was clearly below the level, so that noise there is no trigger. Where there is none, the latest
 * window of all.
 * @param {Float32Array} wave
 * @param {number} samples in the window
 * @param {{ level: number, peak: number }} at the level, and the wave's peak
 * @returns {number} the place in the wave, in samples and a fraction
 */
export function triggerPoint(wave, samples, { level, peak }) {
  const last = latestStart(wave, samples);
  const armed = level - HYSTERESIS * peak;
  let crossing = -1;
  for (let i = last; i >= 0; i--) {
    if (wave[i] < level && wave[i + 1] >= level) crossing = i;
    if (crossing >= 0 && wave[i] <= armed) {
      return crossing + (level - wave[crossing]) / (wave[crossing + 1] - wave[crossing]);
    }
  }
  return last;
}

/**
 * Where the latest whole window starts.
 * @param {Float32Array} wave
 * @param {number} samples in the window
 */
export const latestStart = (wave, samples) => wave.length - samples - 2;
