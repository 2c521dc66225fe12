/**
 * A stretch of a sound that repeats without a click: over its last moments it fades into what comes before its start,
 * so that at the jump back the wave goes on as it did there. A stretch at the very start of the sound has nothing
 * before it: its end fades out, and its start fades in. Numbers alone, on any thread.
 */

/** How long one round fades into the next. */
export const SEAM_SECONDS = 0.01;

/**
 * @param {Float32Array} samples the whole sound
 * @param {number} start the stretch's first frame
 * @param {number} length in frames
 * @param {number} fade in frames
 * @returns {Float32Array<ArrayBuffer>} the stretch
 */
export function seamless(samples, start, length, fade) {
  const stretch = samples.slice(start, start + length);
  const frames = Math.min(fade, Math.floor(length / 2));
  const hasBefore = start >= frames;
  for (let i = 0; i < frames; i++) {
    const share = (i + 1) / (frames + 1);
    const at = length - frames + i;
    const before = hasBefore ? samples[start - frames + i] : 0;
    stretch[at] += share * (before - stretch[at]);
    if (!hasBefore) stretch[i] *= share;
  }
  return stretch;
}
