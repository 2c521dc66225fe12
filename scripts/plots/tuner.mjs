/** The tuner measured: by how much it is wrong, note by note. Node. */

/**
 * @typedef {import('../lib/doors.mjs').Glue} Glue
 * @typedef {import('./chart.mjs').Point} Point
 */

const SAMPLE_RATE = 48000;
/** MIDI numbers from E1, 41.2 Hz, to E6, 1319 Hz, the last one below 1300 Hz. */
const NOTES = Array.from({ length: 60 }, (_, nth) => 28 + nth);
const NOISE_DECIBELS = -20;

/** @param {number} note a MIDI number, equal temperament, A4 = 440 Hz */
const hertz = (note) => 440 * 2 ** ((note - 69) / 12);

/** Noise that is the same in every run: Marsaglia's xorshift, 32 bits. */
function noiseOf(seed = 1) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

/** @type {Record<string, (phase: number, seconds: number, noise: () => number) => number>} */
const SOUNDS = {
  'sine': (phase) => 0.5 * Math.sin(phase),
  // Harmonics fall by 6 dB an octave and die the sooner the higher they are.
  'plucked': (phase, seconds) => {
    let sum = 0;
    for (let k = 1; k <= 8; k++) sum += (Math.sin(k * phase) / k) * Math.exp(-k * seconds * 2);
    return 0.4 * sum;
  },
  'in 20 dB of noise': (phase, _, noise) => {
    const tone = 0.5 * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase));
    // Uniform noise of the tone's power less 20 dB: that of the tone is ½·0.25·(1 + ¼ + 1/16).
    const power = 0.125 * (1 + 1 / 4 + 1 / 16) * 10 ** (NOISE_DECIBELS / 10);
    return tone + Math.sqrt(3 * power) * noise();
  },
};

/** @param {Glue} glue */
export function error(glue) {
  const tuner = new glue.Tuner(SAMPLE_RATE);
  const curves = Object.entries(SOUNDS).map(([name, sound]) => ({
    name,
    points: NOTES.map((note) => {
      const noise = noiseOf(note);
      const samples = Float32Array.from({ length: tuner.frames }, (_, n) =>
        sound((2 * Math.PI * hertz(note) * n) / SAMPLE_RATE, n / SAMPLE_RATE, noise),
      );
      const [frequency] = tuner.pitch(samples);
      return /** @type {Point} */ ([hertz(note), 1200 * Math.log2(frequency / hertz(note))]);
    }),
  }));
  tuner.free();
  const limits = [-5, -1, 1, 5].map((cents) => ({
    name: 'limits: 1 and 5 cents',
    isTheory: true,
    points: /** @type {Point[]} */ ([
      [40, cents],
      [1320, cents],
    ]),
  }));
  return {
    title: 'Tuner: its error, by note',
    x: { title: 'Hz', from: 40, to: 1320, ticks: [50, 100, 200, 500, 1000], logarithmic: true },
    y: { title: 'cents', from: -6, to: 6, ticks: [-5, -1, 0, 1, 5] },
    curves: [...curves, ...limits],
  };
}
