/** How the latency is found, without a browser: sequences in recordings that are made here, at known places. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { locate } from '../../../site/latency/correlate.js';
import { maximumLengthSequence } from '../../../site/latency/sequence.js';
import { Fft } from '../../../site/shared/signal/fft.js';

const sequence = maximumLengthSequence();
const ROOM = 30000;

/** A repeatable noise from −1 to 1. */
function noise(seed = 1) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A recording of the sequence by several ways, each with its delay and gain, in noise. */
function recording(ways, hiss = 0) {
  const samples = new Float32Array(sequence.length + ROOM);
  const random = noise();
  for (const [delay, gain] of ways) {
    for (let n = 0; n < sequence.length; n++) samples[n + delay] += gain * sequence[n];
  }
  return samples.map((sample) => sample + hiss * random());
}

describe('the Fourier transform', () => {
  it('is the sum that defines it, and its inverse gives the signal back', () => {
    const random = noise(3);
    const size = 64;
    const [real, imaginary] = [0, 1].map(() => Float64Array.from({ length: size }, random));
    const [re, im] = [real.slice(), imaginary.slice()];
    const fft = new Fft(size);
    fft.transform(re, im);
    for (const k of [0, 1, 13, 32, 63]) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0; n < size; n++) {
        const [cosine, sine] = [Math.cos((2 * Math.PI * k * n) / size), -Math.sin((2 * Math.PI * k * n) / size)];
        sumRe += real[n] * cosine - imaginary[n] * sine;
        sumIm += real[n] * sine + imaginary[n] * cosine;
      }
      assert.ok(Math.hypot(re[k] - sumRe, im[k] - sumIm) < 1e-12, `bin ${k}`);
    }
    fft.transform(im, re);
    for (let n = 0; n < size; n++) assert.ok(Math.hypot(re[n] / size - real[n], im[n] / size - imaginary[n]) < 1e-14);
  });
});

describe('the maximum-length sequence', () => {
  it('correlates with itself turned by any number of samples to −1, and to its length with itself as it is', () => {
    assert.equal(sequence.length, 32767);
    for (const turn of [0, 1, 2, 15, 4096, 32766]) {
      const sum = sequence.reduce((total, sample, n) => total + sample * sequence[(n + turn) % sequence.length], 0);
      assert.equal(sum, turn === 0 ? sequence.length : -1, `turned by ${turn}`);
    }
  });
});

describe('locate()', () => {
  it('finds the sequence to the sample, wherever it is, and upside down', () => {
    for (const delay of [0, 1, 1920, 29999]) assert.equal(locate(recording([[delay, 0.01]]), sequence).delay, delay);
    assert.equal(locate(recording([[777, -0.01]]), sequence).delay, 777);
  });

  it('finds it in noise that is 20 dB louder', () => {
    assert.equal(locate(recording([[1234, 0.01]], 0.17), sequence).delay, 1234);
  });

  it('takes what came straight, though an echo is louder', () => {
    const ways = [
      [2000, 0.008],
      [2300, 0.01],
      [2950, -0.007],
    ];
    assert.equal(locate(recording(ways, 0.005), sequence).delay, 2000);
  });

  it('finds nothing in noise, in silence, and in another sequence', () => {
    for (const samples of [recording([], 0.1), recording([])]) assert.equal(locate(samples, sequence).delay, -1);
    const backwards = new Float32Array(sequence.length + ROOM);
    backwards.set(sequence.toReversed(), 500);
    assert.equal(locate(backwards, sequence).delay, -1);
    assert.ok(Math.abs(locate(recording([], 0.1), sequence).peak - 0.1) < 1e-4, 'it says how loud it was');
  });
});
