/**
 * What the effects do, as the formulas say it: what the cards' pictures are drawn from. No DOM.
 */

const KNEE_DECIBELS = 6;
const LIMITER_KNEE = 10 ** (-3 / 20);

/**
 * The distortion's transfer curve, −1 … 1 to −1 … 1.
 * @param {number} x
 * @param {number} amount 0 … 1
 */
export function distorted(x, amount) {
  const drive = 1 + 10 * amount;
  return Math.tanh(x * drive) / Math.tanh(drive);
}

/**
 * Where the gate brings a steady level that comes up from silence; all in dB.
 * @param {number} level
 * @param {{ threshold: number, range: number }} settings
 */
export const gated = (level, { threshold, range }) => (level >= threshold ? level : level + range);

/**
 * The compressor's static curve, with its soft knee; all in dB.
 * @param {number} level
 * @param {{ threshold: number, ratio: number, makeup: number }} settings
 */
export function compressed(level, { threshold, ratio, makeup }) {
  const over = level - threshold;
  const slope = 1 - 1 / ratio;
  const into = Math.max(0, over + KNEE_DECIBELS / 2);
  const reduction = over < KNEE_DECIBELS / 2 ? (slope * into ** 2) / (2 * KNEE_DECIBELS) : slope * over;
  return level - reduction + makeup;
}

/**
 * Where the limiter brings a peak: straight up to the knee, and bent towards 1 above it.
 * @param {number} peak a factor
 */
export function limited(peak) {
  if (peak <= LIMITER_KNEE) return peak;
  const room = 1 - LIMITER_KNEE;
  return LIMITER_KNEE + room * Math.tanh((peak - LIMITER_KNEE) / room);
}

/**
 * The tremolo's gain at a time.
 * @param {number} seconds
 * @param {{ rate: number, depth: number }} settings
 */
export const tremolo = (seconds, { rate, depth }) => 1 - (depth * (1 - Math.sin(2 * Math.PI * rate * seconds))) / 2;

/**
 * The chorus's delay at a time, in seconds.
 * @param {number} seconds
 * @param {{ rate: number, depth: number, delay: number }} settings
 * @param {number} ahead in turns: a quarter on the right side
 */
export const swaying = (seconds, { rate, depth, delay }, ahead) =>
  Math.max(0, delay + depth * Math.sin(2 * Math.PI * (rate * seconds + ahead)));

/**
 * The delay's taps, the sound itself first, until they are out of the picture or too quiet to see.
 * @param {{ time: number, feedback: number, mix: number }} settings
 * @param {number} seconds how long the picture is
 */
export function taps({ time, feedback, mix }, seconds) {
  const found = [{ at: 0, level: 1 - mix }];
  for (let at = time, level = mix; at <= seconds && level > 0.004; at += Math.max(time, 0.001), level *= feedback) {
    found.push({ at, level });
  }
  return found;
}
