/** engine.tail: no sound that came in at full scale is heard after it, and it is not far too long either. Node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoors, SHIPPED } from '../../../scripts/lib/doors.mjs';
import { audibleEffects, onlyEffect, switchesOf } from '../../../scripts/lib/effects.mjs';
import { tailSeconds } from '../../../worklet/tail.js';
import { renderInNode } from '../../support/render.mjs';

/** −120 dBFS. */
const INAUDIBLE = 1e-6;
const INPUT_SECONDS = 0.5;

const doors = await openDoors(SHIPPED.SIMD);
const table = doors.glue.parameter_table();
const effects = audibleEffects(table);
const off = Object.fromEntries(switchesOf(table).map((id) => [id, 0]));
const everything = Object.assign(
  Object.fromEntries(switchesOf(table).map((id) => [id, 1])),
  ...effects.map(({ settings }) => settings),
);

/** Where each tail is longest and hardest to tell, alone and one after the other. */
const CASES = {
  ...Object.fromEntries(effects.map((effect) => [effect.id, onlyEffect(table, effect)])),
  'all off': off,
  'the defaults': {},
  'everything on': everything,
  'everything on, loud': { ...everything, gain: 4, distortion: 1, peak_gain: 24, limiter_on: 0 },
  'one echo': { ...off, delay_on: 1, delay_time: 0.7, delay_feedback: 0, delay_mix: 1 },
  'many echoes': { ...off, delay_on: 1, delay_time: 0.02, delay_feedback: 0.95, delay_mix: 1 },
  'no time between echoes': { ...off, delay_on: 1, delay_time: 0, delay_feedback: 0.95, delay_mix: 1 },
  'a low-pass at the bottom': { ...off, lpf_on: 1, lpf_cutoff: 20 },
  'a low-pass and a high-pass at the bottom': { ...off, lpf_on: 1, hpf_on: 1, lpf_cutoff: 20, hpf_cutoff: 20 },
  'a low-pass at the top': { ...off, lpf_on: 1, lpf_cutoff: 20_000 },
  'a narrow peak': { ...off, peak_on: 1, peak_frequency: 50, peak_gain: 24, peak_q: 18 },
  'two equal poles': { ...off, peak_on: 1, peak_frequency: 30, peak_gain: 0.1, peak_q: 0.4971 },
  'a wide valley': { ...off, peak_on: 1, peak_frequency: 40, peak_gain: -24, peak_q: 0.1 },
};

const getOf = (params) => (id) => {
  const row = table.find((candidate) => candidate.id === id);
  return Math.fround(params[id] ?? row.default);
};

/** Seconds after the end of a loud sound in which something is heard still. */
function heardSeconds(params, sampleRate, tail) {
  const end = Math.round(INPUT_SECONDS * sampleRate);
  const input = new Float32Array(end + Math.ceil(1.5 * tail * sampleRate) + sampleRate / 10);
  // Low and high, and a step at the end.
  for (let n = 0; n < end; n++) input[n] = Math.sin(1e-5 * n * n) >= 0 ? 1 : -1;
  const [output] = renderInNode(doors, [input], sampleRate, params);
  return (output.findLastIndex((x) => Math.abs(x) > INAUDIBLE) + 1 - end) / sampleRate;
}

for (const sampleRate of [8000, 48_000]) {
  for (const [name, params] of Object.entries(CASES)) {
    test(`nothing is heard behind it: ${name}, at ${sampleRate} Hz`, () => {
      const tail = tailSeconds(getOf(params), sampleRate);
      const heard = heardSeconds(params, sampleRate, tail);
      assert.ok(heard <= tail, `heard for ${heard} s, told ${tail} s`);
      assert.ok(tail <= 3 * heard + 0.01, `heard for ${heard} s, told ${tail} s`);
    });
  }
}

test('a bypassed engine has none', () => {
  assert.equal(tailSeconds(getOf({ bypass: 1, delay_feedback: 0.9 }), 48_000), 0);
});
