/** The reverb measured: how its energy decays, and how soon its echoes are as dense as noise. Node. */

/**
 * @typedef {import('./draw.mjs').Rendering} Rendering
 * @typedef {import('./chart.mjs').Curve} Curve
 * @typedef {import('./chart.mjs').Point} Point
 */

const SAMPLE_RATE = 48000;
const DECAYS_SECONDS = [0.5, 2, 5];
const SECONDS = 6;

/**
 * The answer to one impulse, left, without the impulse itself.
 * @param {Rendering} render
 * @param {Record<string, number>} params
 * @param {number} seconds
 */
function impulseResponse(render, params, seconds) {
  const impulse = new Float32Array(seconds * SAMPLE_RATE);
  impulse[0] = 1;
  const wet = { reverb_on: 1, reverb_mix: 1, reverb_predelay: 0, ...params };
  return render(wet, [impulse, impulse], SAMPLE_RATE)[0];
}

/**
 * Schroeder's integration: the energy that is still to come, in dB of all of it (M. R. Schroeder, "New method of
 * measuring reverberation time", J. Acoust. Soc. Am. 37, 1965).
 * @param {Float32Array} response
 * @param {number} every seconds from point to point
 * @returns {Point[]}
 */
function energyDecay(response, every) {
  const left = new Float64Array(response.length + 1);
  for (let n = response.length - 1; n >= 0; n--) left[n] = left[n + 1] + response[n] ** 2;
  /** @type {Point[]} */
  const points = [];
  for (let frame = 0; left[frame] > 0; frame += every * SAMPLE_RATE) {
    points.push([frame / SAMPLE_RATE, 10 * Math.log10(left[frame] / left[0])]);
  }
  return points;
}

/** @param {Rendering} render */
export function decay(render) {
  const measured = DECAYS_SECONDS.map((seconds) => {
    const response = impulseResponse(render, { reverb_decay: seconds, reverb_damping: 0 }, SECONDS);
    return { name: `${seconds} s`, points: energyDecay(response, 0.02) };
  });
  /** @type {Curve[]} */
  const theory = DECAYS_SECONDS.map((seconds) => {
    return {
      name: '60 dB in so long',
      isTheory: true,
      points: [
        [0, 0],
        [seconds * 1.5, -90],
      ],
    };
  });
  return {
    title: 'Reverb: the energy that is left, by decay time',
    x: { title: 'seconds after an impulse', from: 0, to: 5, ticks: [0, 1, 2, 3, 4, 5] },
    y: { title: 'dB', from: -80, to: 0, ticks: [-80, -60, -40, -20, 0] },
    curves: [...measured, ...theory],
  };
}

const WINDOW_SECONDS = 0.02;
/** Share of samples that are further than a standard deviation from 0, in Gaussian noise. */
const BEYOND_IN_NOISE = 0.3173;

/**
 * The share of samples beyond a standard deviation, over what it is in noise (J. S. Abel and P. Huang, "A simple,
 * robust measure of reverberation echo density", 121st AES Convention, 2006).
 * @param {Rendering} render
 */
export function density(render) {
  const response = impulseResponse(render, { reverb_decay: 2, reverb_damping: 0.3 }, 1);
  const frames = WINDOW_SECONDS * SAMPLE_RATE;
  /** @type {Point[]} */
  const points = [];
  for (let start = 0; start + frames < 0.5 * SAMPLE_RATE; start += frames / 4) {
    const window = response.subarray(start, start + frames);
    const deviation = Math.sqrt(window.reduce((sum, x) => sum + x * x, 0) / frames);
    const beyond = window.filter((x) => Math.abs(x) > deviation).length / frames;
    points.push([(start + frames / 2) / SAMPLE_RATE, beyond / BEYOND_IN_NOISE]);
  }
  return {
    title: 'Reverb: echo density, after Abel and Huang',
    x: { title: 'seconds after an impulse', from: 0, to: 0.5, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5] },
    y: { title: 'share of what noise has', from: 0, to: 1.4, ticks: [0, 0.5, 1] },
    curves: [
      { name: 'decay 2 s, damping 0.3', points },
      {
        name: 'Gaussian noise',
        isTheory: true,
        points: /** @type {Point[]} */ ([
          [0, 1],
          [0.5, 1],
        ]),
      },
    ],
  };
}
