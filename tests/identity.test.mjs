/**
 * Native Rust and both WebAssembly builds give the same bits: each effect and the whole chain, ten seconds, sample by
 * sample. The native side is the command line (examples/render.rs); the other a bare instance, as the audio thread has.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDoors, SHIPPED } from '../scripts/lib/doors.mjs';
import { renderInNode } from './support/render.mjs';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
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
  'the chain with everything on': Object.assign({}, ...Object.values(ALONE), ...Object.keys(ALONE).map((id) => ({ [id]: 1 }))),
  ...Object.fromEntries(Object.entries(ALONE).map(([id, values]) => [`${id} alone`, { ...OFF, ...values, [id]: 1 }])),
};

let folder;
let builds;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'));
  // The test profile's, which `cargo test` has built already.
  await run('cargo', ['build', '--profile', 'test', '--quiet', '--example', 'render'], { cwd: ROOT });
  builds = await Promise.all(Object.entries(SHIPPED).map(async ([name, paths]) => [name, await openDoors(paths)]));
});
after(() => rm(folder, { recursive: true, force: true }));

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

/** A WAV of float32 samples. */
function wav(channels) {
  const bytes = Buffer.alloc(44 + 4 * channels.length * FRAMES);
  const fields = ['RIFF', bytes.length - 8, 'WAVE', 'fmt ', 16];
  let at = 0;
  for (const field of fields) at = typeof field === 'string' ? at + bytes.write(field, at) : bytes.writeUInt32LE(field, at);
  at = bytes.writeUInt16LE(3, at);
  at = bytes.writeUInt16LE(channels.length, at);
  at = bytes.writeUInt32LE(SAMPLE_RATE, at);
  at = bytes.writeUInt32LE(SAMPLE_RATE * 4 * channels.length, at);
  at = bytes.writeUInt16LE(4 * channels.length, at);
  at = bytes.writeUInt16LE(32, at);
  at += bytes.write('data', at);
  at = bytes.writeUInt32LE(bytes.length - 44, at);
  for (let n = 0; n < FRAMES; n++) for (const channel of channels) at = bytes.writeFloatLE(channel[n], at);
  return bytes;
}

/** The samples of a WAV of float32, one Float32Array a channel. */
function samplesOf(bytes, channelCount) {
  const data = bytes.indexOf('data', 12) + 8;
  const frames = bytes.readUInt32LE(data - 4) / 4 / channelCount;
  return Array.from({ length: channelCount }, (_, c) =>
    Float32Array.from({ length: frames }, (_, n) => bytes.readFloatLE(data + 4 * (n * channelCount + c))));
}

async function renderNatively(input, values) {
  const [from, to] = [join(folder, 'in.wav'), join(folder, 'out.wav')];
  await writeFile(from, wav(input));
  const flags = Object.entries(values).flatMap(([id, value]) => [`--${id.replaceAll('_', '-')}`, String(value)]);
  await run(join(ROOT, 'target/debug/examples/render'), [from, to, ...flags]);
  return samplesOf(await readFile(to), input.length);
}

/** The first place where two renders differ in their bits, or null. */
function difference(one, other) {
  for (const [channel, samples] of one.entries()) {
    const [a, b] = [samples, other[channel]].map((x) => new Int32Array(x.buffer, x.byteOffset, x.length));
    const at = a.findIndex((bits, n) => bits !== b[n]);
    if (a.length !== b.length || at >= 0) return { channel, at, one: samples[at], other: other[channel][at] };
  }
  return null;
}

for (const channels of [1, 2]) {
  for (const [name, values] of Object.entries(CASES)) {
    test(`${name}, ${channels} channel(s): native Rust and both wasm builds give the same bits`, async () => {
      const input = Array.from({ length: channels }, (_, channel) => sound(channel));
      const native = await renderNatively(input, values);
      assert.ok(native[0].some((x) => Math.abs(x) > 0.05), 'it sounds');
      for (const [build, doors] of builds) {
        assert.equal(difference(renderInNode(doors, input, SAMPLE_RATE, values), native), null, build);
      }
    });
  }
}
