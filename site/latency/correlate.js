/**
 * Where in a recording a known sequence begins: the cross-correlation of both, by Fourier transforms. No DOM; it runs
 * in a worker, for it takes longer than a frame of the display.
 */

import { Fft } from '../shared/signal/fft.js';

/**
 * @typedef {object} Found
 * @property {number} delay in samples; −1 where the sequence is not in the recording
 * @property {number} clarity how far the correlation's peak stands above its median
 * @property {number} peak the loudest sample of the recording
 */

/**
 * A peak that stands out by less is noise: of 30,000 values with a normal distribution, the greatest is 6.3 times the
 * median of their absolute values.
 */
const LEAST_CLARITY = 10;
/** What comes straight is the first peak that is at least so high; what comes later went by the walls. */
const FIRST_PEAK_SHARE = 0.7;

/**
 * @param {Float32Array} recording
 * @param {Float32Array} sequence
 * @returns {Found}
 */
export function locate(recording, sequence) {
  const peak = recording.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  // In silence there is nothing but the transform's own rounding.
  if (peak === 0) return { delay: -1, clarity: 0, peak };
  const correlation = correlate(recording, sequence);
  const sorted = Float32Array.from(correlation).sort();
  const most = sorted[sorted.length - 1];
  const clarity = most / sorted[sorted.length >> 1];
  if (clarity < LEAST_CLARITY) return { delay: -1, clarity, peak };
  const delay = correlation.findIndex(
    (value, at) =>
      value >= FIRST_PEAK_SHARE * most && value >= (correlation[at - 1] ?? 0) && value >= (correlation[at + 1] ?? 0),
  );
  return { delay, clarity, peak };
}

/**
 * |Σ recording[n + delay]·sequence[n]|, for each delay that leaves the whole sequence in the recording.
 * @param {Float32Array} recording
 * @param {Float32Array} sequence
 */
function correlate(recording, sequence) {
  const size = 2 ** Math.ceil(Math.log2(recording.length));
  const fft = new Fft(size);
  // Both are real, so one transform does for both: one in the real part, one in the imaginary.
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  real.set(recording);
  imaginary.set(sequence);
  fft.transform(real, imaginary);
  const productReal = new Float64Array(size);
  const productImaginary = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const mirror = (size - k) % size;
    const recordingReal = (real[k] + real[mirror]) / 2;
    const recordingImaginary = (imaginary[k] - imaginary[mirror]) / 2;
    const sequenceReal = (imaginary[k] + imaginary[mirror]) / 2;
    const sequenceImaginary = (real[mirror] - real[k]) / 2;
    // The recording's transform times the conjugate of the sequence's.
    productReal[k] = recordingReal * sequenceReal + recordingImaginary * sequenceImaginary;
    productImaginary[k] = recordingImaginary * sequenceReal - recordingReal * sequenceImaginary;
  }
  // In each other's place: the inverse.
  fft.transform(productImaginary, productReal);
  const delays = Math.max(1, recording.length - sequence.length + 1);
  return Float32Array.from({ length: delays }, (_, delay) => Math.abs(productReal[delay]) / size);
}
