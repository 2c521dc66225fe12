/**
 * The signal chain by its formulas, in float64, one sample after the other: the tests' independent reference.
 * Biquads after R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", Q = 1/√2, in
 * transposed direct form II. Runs in Node and in the page.
 */

/** What the parameters of the chain are where a test does not say. */
export const DEFAULTS = {
  gain: 1,
  distortion: 0.2,
  lpf_cutoff: 20000,
  hpf_cutoff: 20,
  delay_time: 0.5,
  delay_feedback: 0.5,
  delay_mix: 0.3,
};

/**
 * A filter as a function of one sample after the other.
 * @param {'low-pass' | 'high-pass'} kind
 * @param {number} cutoff in Hz; held below Nyquist
 * @param {number} sampleRate in Hz
 */
function biquad(kind, cutoff, sampleRate) {
  const w = (2 * Math.PI * Math.min(cutoff, 0.49 * sampleRate)) / sampleRate;
  const alpha = Math.sin(w) / (2 * Math.SQRT1_2);
  const a0 = 1 + alpha;
  const sign = kind === 'low-pass' ? -1 : 1;
  const edge = (1 + sign * Math.cos(w)) / a0;
  const [b0, b1, a1, a2] = [edge / 2, -sign * edge, (-2 * Math.cos(w)) / a0, (1 - alpha) / a0];
  let [s1, s2] = [0, 0];
  return (/** @type {number} */ x) => {
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b0 * x - a2 * y;
    return y;
  };
}

/**
 * The chain's output for one channel, all parameters constant since the first sample.
 * @param {ArrayLike<number>} input
 * @param {number} sampleRate
 * @param {Partial<typeof DEFAULTS>} [params]
 * @returns {Float64Array}
 */
export function chain(input, sampleRate, params = {}) {
  // The engine's parameters are float32.
  const p = { ...DEFAULTS, ...params };
  for (const id of /** @type {(keyof typeof p)[]} */ (Object.keys(p))) p[id] = Math.fround(p[id]);
  const drive = 1 + 10 * p.distortion;
  const lowPass = biquad('low-pass', p.lpf_cutoff, sampleRate);
  const highPass = biquad('high-pass', p.hpf_cutoff, sampleRate);
  const line = new Float64Array(Math.max(1, Math.round(p.delay_time * sampleRate)));
  let at = 0;
  return Float64Array.from(input, (sample) => {
    const x = highPass(lowPass(Math.tanh(sample * p.gain * drive) / Math.tanh(drive)));
    const delayed = line[at];
    line[at] = x + delayed * p.delay_feedback;
    at = (at + 1) % line.length;
    return x * (1 - p.delay_mix) + delayed * p.delay_mix;
  });
}

/**
 * The RMS of the difference relative to the RMS of the reference, in decibels; NaN where a sample is NaN.
 * (tests/reference/mod.rs has the same for Rust.)
 * @param {ArrayLike<number>} output
 * @param {ArrayLike<number>} reference
 */
export function errorInDecibels(output, reference) {
  if (output.length !== reference.length) throw new RangeError(`${output.length} samples against ${reference.length}`);
  let [error, power] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    error += (output[i] - reference[i]) ** 2;
    power += reference[i] ** 2;
  }
  return 10 * Math.log10(error / power);
}
