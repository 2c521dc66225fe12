/** The glitch lab's breaks, in Node: tones that are whole, and tones that were broken at a known frame. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { breaksIn } from '../../../site/glitch-lab/breaks.js';

const RATE = 44100;
const HERTZ = 220;
const tone = (frame) => 0.2 * Math.sin((2 * Math.PI * HERTZ * frame) / RATE);

it('a whole tone has no break, also one that is slightly distorted, and silence has none', () => {
  assert.deepEqual(
    breaksIn(
      Float32Array.from({ length: 32768 }, (_, n) => tone(n)),
      HERTZ,
      RATE,
    ),
    [],
  );
  assert.deepEqual(
    breaksIn(
      Float32Array.from({ length: 32768 }, (_, n) => Math.tanh(tone(n))),
      HERTZ,
      RATE,
    ),
    [],
  );
  assert.deepEqual(breaksIn(new Float32Array(32768), HERTZ, RATE), []);
});

it('what was left out or heard twice, and is no whole number of periods, is a break where it is', () => {
  for (const jump of [1050, -2048]) {
    const samples = Float32Array.from({ length: 32768 }, (_, n) => tone(n < 20000 ? n : n + jump));
    assert.deepEqual(breaksIn(samples, HERTZ, RATE), [20000]);
  }
});

it('a hole is two breaks', () => {
  const samples = Float32Array.from({ length: 32768 }, (_, n) => (n < 10030 || n >= 15030 ? tone(n) : 0));
  assert.deepEqual(breaksIn(samples, HERTZ, RATE), [10030, 15030]);
});
