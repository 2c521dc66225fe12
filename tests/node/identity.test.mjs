/**
 * Native Rust and both WebAssembly builds give the same bits: each effect and the whole chain, ten seconds, sample by
 * sample. The native side is the command line (cli/); the other a bare instance, as the audio thread has.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { audibleEffects, onlyEffect, switchesOf } from '../../scripts/lib/effects.mjs';
import { buildNative, difference, renderNatively } from '../support/native.mjs';
import { renderInNode } from '../support/render.mjs';

const SAMPLE_RATE = 48000;
const FRAMES = 10 * SAMPLE_RATE;

/** What is heard differs by more than this from what is heard without it. */
const AUDIBLE_DECIBELS = -40;

await buildNative();
const builds = await Promise.all(Object.entries(SHIPPED).map(async ([name, paths]) => [name, await openDoors(paths)]));
const table = builds[0][1].glue.parameter_table();
const effects = audibleEffects(table);
const everySwitch = (position) => Object.fromEntries(switchesOf(table).map((id) => [id, position]));
const positionWithout = (id) => (switchesOf(table).includes(id) ? 0 : table.find((row) => row.id === id).default);

/** @type {Record<string, { values: Record<string, number>, without: Record<string, number> }>} */
const CASES = {
  'the chain at its defaults': { values: {}, without: { bypass: 1 } },
  'the chain with everything on': {
    values: Object.assign(everySwitch(1), ...effects.map(({ settings }) => settings)),
    without: { bypass: 1 },
  },
};
for (const effect of effects) {
  const values = onlyEffect(table, effect);
  CASES[`${effect.id} alone`] = { values, without: { ...values, [effect.id]: positionWithout(effect.id) } };
}

/** Sine sweep and noise, with silence at the end, different in each channel. */
function sound(channel) {
  let noise = 0x9e3779b9 ^ (channel * 0x85ebca6b);
  return Float32Array.from({ length: FRAMES }, (_, n) => {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    if (n > FRAMES * 0.7) return 0;
    return 0.5 * Math.sin((n * n * (channel + 1)) / 1e6) + 0.4 * (noise / 2 ** 31);
  });
}

/** The energy of the difference over that of the louder one, in decibels, in the channel where it is least. */
function decibelsApart(one, other) {
  const energy = (samples) => samples.reduce((sum, x) => sum + x * x, 0);
  const apart = one.map((samples, channel) => {
    const difference = energy(samples.map((x, n) => x - other[channel][n]));
    return 10 * Math.log10(difference / Math.max(energy(samples), energy(other[channel])));
  });
  return Math.min(...apart);
}

for (const channels of [1, 2]) {
  for (const [name, { values, without }] of Object.entries(CASES)) {
    test(`${name}, ${channels} channel(s): native Rust and both wasm builds give the same bits`, async () => {
      const input = Array.from({ length: channels }, (_, channel) => sound(channel));
      const native = await renderNatively(input, SAMPLE_RATE, values);
      const apart = decibelsApart(native, await renderNatively(input, SAMPLE_RATE, without));
      assert.ok(apart > AUDIBLE_DECIBELS, `${name} is not heard: ${apart.toFixed(1)} dB`);
      for (const [build, doors] of builds) {
        assert.equal(difference(renderInNode(doors, input, SAMPLE_RATE, values), native), null, build);
      }
    });
  }
}
