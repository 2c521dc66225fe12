/**
 * Test signals as numbers, with peaks of 1 (noise: with the power of a sine of that peak). All of them repeat without a
 * seam. No Web Audio, on any thread.
 */

import { Fft } from '../shared/signal/fft.js';

/** The sweep's ends, in Hz; the upper one gives way to the sample rate. */
export const SWEEP_HERTZ = /** @type {const} */ ([20, 20000]);
const MOST_OF_NYQUIST = 0.95;

/** Both ends of a sweep fade, so that nothing but the sweep is heard. */
const EDGE_SECONDS = 0.01;

/** How long the noise is before it repeats: 2¹⁸ frames, 5.5 s at 48 kHz. */
const NOISE_FRAMES = 2 ** 18;

/** The lowest frequency of the noise, in Hz: below it there is nothing to hear, and most of the power. */
const NOISE_LOWEST_HERTZ = 20;

/** Where the impulse stands in its second: later than the source's own fade. */
const IMPULSE_SECONDS = 0.1;

/**
 * The frequency that a sweep ends with.
 * @param {number} rate in Hz
 */
export const sweepEnd = (rate) => Math.min(SWEEP_HERTZ[1], (MOST_OF_NYQUIST * rate) / 2);

/**
 * A sine whose frequency grows by the same factor in each second: f(t) = f₁·(f₂/f₁)^(t/T) (A. Farina, "Simultaneous
 * measurement of impulse response and distortion with a swept-sine technique", 108th AES Convention, 2000).
 * @param {number} rate in Hz
 * @param {number} seconds T
 */
export function sweep(rate, seconds) {
  const growth = Math.log(sweepEnd(rate) / SWEEP_HERTZ[0]);
  const scale = (2 * Math.PI * SWEEP_HERTZ[0] * seconds) / growth;
  const length = Math.round(rate * seconds);
  const edge = EDGE_SECONDS * rate;
  const samples = new Float32Array(length);
  for (let n = 0; n < length; n++) {
    const sine = Math.sin(scale * Math.expm1((n / length) * growth));
    samples[n] = sine * Math.min(1, n / edge, (length - 1 - n) / edge);
  }
  return samples;
}

/**
 * One sample of 1 in a second of silence.
 * @param {number} rate in Hz
 */
export function impulse(rate) {
  const samples = new Float32Array(rate);
  samples[Math.round(IMPULSE_SECONDS * rate)] = 1;
  return samples;
}

/**
 * Noise whose power falls by 3 dB an octave: a spectrum with the magnitude 1/√f and phases at random, back in time by
 * an inverse Fourier transform (of the kind of J. Timmer and M. König, "On generating power law noise", Astronomy and
 * Astrophysics 300, 1995; with their random magnitudes the slope would hold only on the average). So it is exact at
 * every sample rate, and repeats without a seam.
 * @param {number} rate in Hz
 * @param {() => number} [random] in 0 … 1
 */
export function pinkNoise(rate, random = Math.random) {
  const real = new Float64Array(NOISE_FRAMES);
  const imaginary = new Float64Array(NOISE_FRAMES);
  let power = 0;
  for (let bin = Math.ceil((NOISE_LOWEST_HERTZ * NOISE_FRAMES) / rate); bin < NOISE_FRAMES / 2; bin++) {
    const magnitude = 1 / Math.sqrt(bin);
    const phase = 2 * Math.PI * random();
    real[bin] = magnitude * Math.cos(phase);
    imaginary[bin] = magnitude * Math.sin(phase);
    // The real part of a complex wave has half its power.
    power += magnitude ** 2 / 2;
  }
  // The inverse: both in each other's place.
  new Fft(NOISE_FRAMES).transform(imaginary, real);
  const scale = Math.SQRT1_2 / Math.sqrt(power);
  for (let n = 0; n < NOISE_FRAMES; n++) real[n] *= scale;
  return new Float32Array(real);
}
