/** The command line as a program: it renders the very bits that the WebAssembly renders, and ends as programs do. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from '../scripts/build.mjs';
import { openDoors, SHIPPED } from '../scripts/lib/doors.mjs';
import { run } from '../scripts/lib/project.mjs';
import { renderInNode } from './support/render.mjs';

const SAMPLE_RATE = 44100;
const FRAMES = 5 * SAMPLE_RATE;
const HEADER_BYTES = 44;

/** Every effect at work. */
const PARAMS = {
  gain: 1.7, distortion: 0.35, lpf_cutoff: 6000, hpf_cutoff: 110, delay_time: 0.123, delay_feedback: 0.6,
  delay_mix: 0.4, peak_on: 1, peak_frequency: 900, peak_gain: 7.5, peak_q: 2.5, compressor_on: 1,
  compressor_threshold: -30, compressor_ratio: 6, compressor_attack: 0.004, compressor_release: 0.2,
  compressor_makeup: 9, limiter_on: 1,
};

/** Two channels of a chirp, with pauses in which the tail is heard. */
const stereo = [0, 1].map((channel) => Float32Array.from({ length: FRAMES }, (_, n) =>
  (n % 30000 < 20000 ? 0.8 : 0) * Math.sin((0.01 + 0.01 * channel) * n + 1e-6 * n * n)));

/** A WAV file of 32-bit float samples. */
function wav(channels) {
  const [frames, bytes] = [channels[0].length, 4 * channels.length];
  const file = Buffer.alloc(HEADER_BYTES + frames * bytes);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(3, 20); // IEEE float
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * bytes, 28);
  file.writeUInt16LE(bytes, 32);
  file.writeUInt16LE(32, 34);
  file.write('data', 36);
  file.writeUInt32LE(frames * bytes, 40);
  channels.forEach((samples, channel) =>
    samples.forEach((x, n) => file.writeFloatLE(x, HEADER_BYTES + bytes * n + 4 * channel)));
  return file;
}

/** The samples of such a file, channel by channel; other chunks may stand before them. */
function samplesOf(file, count) {
  const data = file.indexOf('data') + 8;
  const frames = (file.length - data) / (4 * count);
  return Array.from({ length: count }, (_, channel) =>
    Float32Array.from({ length: frames }, (_, n) => file.readFloatLE(data + 4 * (n * count + channel))));
}

/** The bits of samples, in which even zeros of different signs differ. */
const bits = (samples) => Buffer.from(samples.buffer).toString('base64');

describe('the command line', () => {
  let folder;
  const file = (name) => join(folder, name);

  // The test profile's, which `cargo test` has built already.
  const render = (...args) =>
    run('cargo', ['run', '--quiet', '--profile', 'test', '--example', 'render', '--', ...args]);

  before(async () => {
    await build();
    folder = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('renders the very bits that both WebAssembly builds render, in mono and stereo, with every effect on', async () => {
    const flags = Object.entries(PARAMS).flatMap(([id, value]) => [`--${id.replaceAll('_', '-')}`, String(value)]);
    for (const input of [stereo.slice(0, 1), stereo]) {
      writeFileSync(file('in.wav'), wav(input));
      const { code, output } = await render(file('in.wav'), file('out.wav'), ...flags);
      assert.equal(code, 0, output);
      const native = samplesOf(readFileSync(file('out.wav')), input.length);
      for (const [name, paths] of Object.entries(SHIPPED)) {
        const wasm = renderInNode(await openDoors(paths), input, SAMPLE_RATE, PARAMS);
        wasm.forEach((samples, channel) => assert.ok(bits(samples) === bits(native[channel]), `${name}, ${channel}`));
      }
    }
  });

  test('says what it did and ends with 0, or says what is wrong and does not', async () => {
    writeFileSync(file('in.wav'), wav(stereo));
    const good = await render(file('in.wav'), file('out.wav'), '--tail', '0.5');
    assert.equal(good.code, 0);
    assert.match(good.output, /out\.wav: 5\.500 s rendered\./);
    const absent = await render(file('absent.wav'), file('out.wav'));
    assert.equal(absent.code, 1);
    assert.match(absent.output, /absent\.wav is not there: check the path\.\s*$/);
    const outOfRange = await render(file('in.wav'), file('out.wav'), '--gain', '5');
    assert.equal(outOfRange.code, 2);
    assert.match(outOfRange.output, /'5' for '--gain <VALUE>': it takes a number from 0 to 4 ×/);
    assert.equal((await render('--help')).code, 0);
  });
});
