/**
 * Native Rust and both WebAssembly builds give the same bits: each effect and the whole chain, ten seconds, sample by
 * sample. The native side is the command line (examples/render.rs); the other a bare instance, as the audio thread has.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { buildNative, difference, renderNatively } from '../support/native.mjs';
import { renderInNode } from '../support/render.mjs';

const SAMPLE_RATE = 48000;
const FRAMES = 10 * SAMPLE_RATE;

const ALONE = {
  distortion_on: { distortion: 0.9 },
  lpf_on: { lpf_cutoff: 1200 },
  hpf_on: { hpf_cutoff: 333 },
  peak_on: { peak_frequency: 2500, peak_gain: -9, peak_q: 3 },
  compressor_on: { compressor_threshold: -30, compressor_ratio: 8 },
  delay_on: { delay_time: 0.123, delay_feedback: 0.8, delay_mix: 0.5 },
  limiter_on: { gain: 4 },
};
const OFF = Object.fromEntries(Object.keys(ALONE).map((id) => [id, 0]));
const CASES = {
  'the chain at its defaults': {},
  'the chain with everything on': Object.assign(
    {},
    ...Object.values(ALONE),
    ...Object.keys(ALONE).map((id) => ({ [id]: 1 })),
  ),
  ...Object.fromEntries(Object.entries(ALONE).map(([id, values]) => [`${id} alone`, { ...OFF, ...values, [id]: 1 }])),
};

let builds;
before(async () => {
  await buildNative();
  builds = await Promise.all(Object.entries(SHIPPED).map(async ([name, paths]) => [name, await openDoors(paths)]));
});

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

for (const channels of [1, 2]) {
  for (const [name, values] of Object.entries(CASES)) {
    test(`${name}, ${channels} channel(s): native Rust and both wasm builds give the same bits`, async () => {
      const input = Array.from({ length: channels }, (_, channel) => sound(channel));
      const native = await renderNatively(input, SAMPLE_RATE, values);
      assert.ok(
        native[0].some((x) => Math.abs(x) > 0.05),
        'it sounds',
      );
      for (const [build, doors] of builds) {
        assert.equal(difference(renderInNode(doors, input, SAMPLE_RATE, values), native), null, build);
      }
    });
  }
}
