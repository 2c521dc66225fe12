/**
 * The page's test signals and the seam of its loops, against their definitions: the sweep's frequency at each moment,
 * the noise's slope by a Fourier sum of the test's own, the impulse's place, and a wave that goes on at the seam.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seamless } from '../../../site/sources/seam.js';
import { impulse, pinkNoise, sweep } from '../../../site/sources/signals.js';

const RATE = 48000;

/** Repeatable numbers in 0 … 1 (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The moments, in seconds, at which a wave rises through 0. */
function risesOf(samples, rate) {
  const moments = [];
  for (let n = 1; n < samples.length; n++) {
    const [before, after] = [samples[n - 1], samples[n]];
    if (before < 0 && after >= 0) moments.push((n - 1 + before / (before - after)) / rate);
  }
  return moments;
}

test('the sweep’s frequency grows by the same factor in each second, from 20 Hz to 20 kHz', () => {
  const seconds = 4;
  const rises = risesOf(sweep(RATE, seconds), RATE);
  let checked = 0;
  for (let i = 1; i < rises.length; i++) {
    const measured = 1 / (rises[i] - rises[i - 1]);
    const middle = (rises[i] + rises[i - 1]) / 2;
    const wanted = 20 * 1000 ** (middle / seconds);
    // Above, straight lines between samples say too little about where a wave crosses 0.
    if (wanted > 4000) continue;
    // Within one period the frequency itself grows: by 1.8 octaves a second here, a few percent at 20 Hz.
    assert.ok(Math.abs(measured / wanted - 1) < 0.02, `at ${middle} s: ${measured} Hz, and not ${wanted} Hz`);
    checked++;
  }
  assert.ok(checked > 1000);
  // Phase from its closed form: 2π·20·T/ln 1000·(1000^(t/T) − 1), so many whole periods.
  const periods = (20 * seconds * 999) / Math.log(1000);
  assert.ok(Math.abs(rises.length - periods) < 3, `${rises.length} periods, and not ${periods}`);
});

test('the sweep ends below Nyquist at a low sample rate, and never passes full scale', () => {
  // From 20 Hz to 95 % of 4000 Hz: were its end any other, it would have other periods.
  const periods = (20 * 2 * (3800 / 20 - 1)) / Math.log(3800 / 20);
  const { length } = risesOf(sweep(8000, 2), 8000);
  assert.ok(Math.abs(length - periods) < 3, `${length} periods, and not ${periods}`);
  for (const sample of sweep(RATE, 1)) assert.ok(Math.abs(sample) <= 1);
});

for (const rate of [44100, RATE]) {
  test(`pink noise falls by 3 dB an octave, from 50 Hz to 16 kHz, at ${rate} Hz`, () => {
    const samples = pinkNoise(rate, seeded(rate));
    const frames = 4096;
    const bins = Array.from({ length: 28 }, (_, i) => Math.round(4 * 2 ** (i / 3.2)));
    const power = new Float64Array(bins.length);
    const segments = 48;
    for (let segment = 0; segment < segments; segment++) {
      const start = segment * frames;
      for (const [index, bin] of bins.entries()) {
        let [re, im] = [0, 0];
        for (let n = 0; n < frames; n++) {
          const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / frames);
          const angle = (2 * Math.PI * bin * n) / frames;
          re += window * samples[start + n] * Math.cos(angle);
          im += window * samples[start + n] * Math.sin(angle);
        }
        power[index] += re ** 2 + im ** 2;
      }
    }
    // The slope of the line through the levels over the octaves, by least squares.
    const octaves = bins.map((bin) => Math.log2(bin));
    const levels = [...power].map((each) => 10 * Math.log10(each));
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [middle, level] = [mean(octaves), mean(levels)];
    const slope =
      octaves.reduce((sum, x, i) => sum + (x - middle) * (levels[i] - level), 0) /
      octaves.reduce((sum, x) => sum + (x - middle) ** 2, 0);
    assert.ok(Math.abs(slope + 3.0103) < 0.2, `${slope.toFixed(2)} dB an octave`);
    for (const [i, x] of octaves.entries()) {
      const off = levels[i] - (level - 3.0103 * (x - middle));
      assert.ok(Math.abs(off) < 3, `bin ${bins[i]} is ${off.toFixed(1)} dB off the line`);
    }
  });
}

test('pink noise has the power of a sine of full scale, no direct part, and repeats without a seam', () => {
  const samples = pinkNoise(RATE, seeded(7));
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  assert.ok(Math.abs(power - 0.5) < 1e-4, String(power));
  assert.ok(Math.abs(mean) < 1e-6, String(mean));
  const steps = samples.map((sample, n) => Math.abs(sample - samples.at(n - 1)));
  const usual = Math.sqrt(steps.reduce((sum, step) => sum + step ** 2, 0) / steps.length);
  assert.ok(steps[0] < 4 * usual, 'the step from the last sample to the first is one as any other');
});

test('the impulse is one sample a second', () => {
  const samples = impulse(RATE);
  assert.equal(samples.length, RATE);
  assert.deepEqual(
    [...samples].filter((sample) => sample !== 0),
    [1],
  );
});

test('a stretch that repeats leads into its start: the wave goes on as it did there', () => {
  // 440.7 Hz: the ends of the stretch are at different places of the period.
  const sound = Float32Array.from({ length: RATE }, (_, n) => Math.sin((2 * Math.PI * 440.7 * n) / RATE));
  const [start, length, fade] = [10_000, 7_777, 480];
  const stretch = seamless(sound, start, length, fade);
  assert.equal(stretch.length, length);
  assert.deepEqual(stretch.subarray(0, length - fade), sound.subarray(start, start + length - fade));
  // A sine of 440.7 Hz moves by 0.058 a sample at the most; without a fade the jump would be of any height.
  const most = 2 * Math.sin((Math.PI * 440.7) / RATE);
  const jump = (samples) => Math.abs(samples.at(0) - samples.at(-1));
  assert.ok(jump(sound.subarray(start, start + length)) > 3 * most, 'here is something to mend');
  assert.ok(jump(stretch) < 1.1 * most, String(jump(stretch)));
  for (let n = 1; n < length; n++) assert.ok(Math.abs(stretch[n] - stretch[n - 1]) < 1.2 * most);
});

test('a stretch at the very start of a sound fades, for there is nothing before it', () => {
  const sound = new Float32Array(4800).fill(1);
  const stretch = seamless(sound, 0, 2400, 480);
  assert.ok(stretch[0] < 0.01 && stretch.at(-1) < 0.01);
  assert.equal(stretch[1200], 1);
});
