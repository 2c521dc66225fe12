/** The gate measured: what comes out at each level while the level rises, and while it falls. Node. */

/**
 * @typedef {import('./draw.mjs').Rendering} Rendering
 * @typedef {import('./chart.mjs').Point} Point
 */

const SAMPLE_RATE = 48000;
const [THRESHOLD_DECIBELS, RANGE_DECIBELS, HYSTERESIS_DECIBELS] = [-40, -30, 6];
const LEVELS_DECIBELS = Array.from({ length: 61 }, (_, nth) => -70 + nth);
/** So long a level stays; the gate has closed or opened by then. */
const STEP_SECONDS = 0.5;
const HERTZ = 1000;

/** @param {number} decibels */
const amplitude = (decibels) => 10 ** (decibels / 20);

/** @param {Rendering} render */
export function curve(render) {
  const levels = [...LEVELS_DECIBELS, ...LEVELS_DECIBELS.toReversed()];
  const frames = STEP_SECONDS * SAMPLE_RATE;
  const sound = new Float32Array(levels.length * frames);
  for (let n = 0; n < sound.length; n++) {
    sound[n] = amplitude(levels[Math.floor(n / frames)]) * Math.sin((2 * Math.PI * HERTZ * n) / SAMPLE_RATE);
  }
  const params = { gate_on: 1, gate_threshold: THRESHOLD_DECIBELS, gate_range: RANGE_DECIBELS, gate_hold: 0 };
  const [output] = render(params, [sound], SAMPLE_RATE);
  const points = levels.map((level, nth) => {
    const end = (nth + 1) * frames;
    const peak = output.subarray(end - frames / 10, end).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return /** @type {Point} */ ([level, 20 * Math.log10(peak)]);
  });
  const half = LEVELS_DECIBELS.length;
  const closes = THRESHOLD_DECIBELS - HYSTERESIS_DECIBELS;
  /** @type {(x: number) => Point} */
  const closed = (x) => [x, x + RANGE_DECIBELS];
  /** @type {Point[]} */
  const theory = [closed(-70), closed(THRESHOLD_DECIBELS), [THRESHOLD_DECIBELS, THRESHOLD_DECIBELS], [-10, -10]];
  /** @type {Point[]} */
  const falling = [[-10, -10], [closes, closes], closed(closes), closed(-70)];
  return {
    title: `Gate: threshold ${THRESHOLD_DECIBELS} dB, range ${RANGE_DECIBELS} dB`.replaceAll('-', '−'),
    x: { title: 'level in, dBFS', from: -70, to: -10, ticks: [-70, -60, -50, -40, -30, -20, -10] },
    y: { title: 'level out, dBFS', from: -100, to: -10, ticks: [-100, -80, -60, -40, -20] },
    curves: [
      { name: 'the level rises', points: points.slice(0, half) },
      { name: 'the level falls', points: points.slice(half) },
      { name: '6 dB of hysteresis', isTheory: true, points: theory },
      { name: '6 dB of hysteresis', isTheory: true, points: falling },
    ],
  };
}
