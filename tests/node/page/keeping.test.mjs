/**
 * The codec of settings, the presets, and WAV files, in Node: against the definitions of float32 and of the format.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Codec, StateError, shortest } from '../../../site/keeping/codec.js';
import { wavHeader, wavSamples } from '../../../site/recording/wav.js';

const table = [
  { index: 0, id: 'gain', label: 'Gain', unit: '×', min: 0, max: 4, default: 1, curve: 'decibel' },
  { index: 1, id: 'delay_time', label: 'Delay time', unit: 's', min: 0, max: 1, default: 0.5, curve: 'linear' },
  { index: 2, id: 'delay_on', label: 'Delay', unit: '', min: 0, max: 1, default: 1, curve: 'switch' },
];
const codec = new Codec(table, (id) => table.find((row) => row.id === id).default, ['gain', 'filters', 'delay']);

describe('a state in a link', () => {
  it('is the same float32 values again, whatever they are', () => {
    for (const share of [0, 1 / 3, 0.1, 0.123456789, 2 ** -20, 1]) {
      const gain = Math.fround(4 * share);
      const delay_time = Math.fround(share);
      const state = { version: 1, params: { gain, delay_time, delay_on: 0 }, order: ['filters', 'gain', 'delay'] };
      assert.deepEqual(codec.fromQuery(codec.toQuery(state)), state);
    }
  });

  it('is short: what is as at first is left out, and numbers have no more digits than they need', () => {
    const state = codec.read({ version: 1, params: { gain: 0.1 } });
    assert.equal(codec.toQuery(state), 'v=1&gain=0.1');
    assert.equal(shortest(Math.fround(1 / 3)), '0.33333334');
  });

  it('is none where the address holds none', () => {
    assert.equal(codec.fromQuery('mode=worklet'), null);
  });
});

describe('a state from outside', () => {
  it('is whole: what is missing is as at first, what is unknown is left out, what is too much is held', () => {
    const { params, order } = codec.read({
      version: 1,
      params: { gain: 9, delay_on: 0.7, echo: 3 },
      order: ['delay', 'echo', 'delay'],
    });
    assert.deepEqual(params, { gain: 4, delay_time: 0.5, delay_on: 1 });
    assert.deepEqual(order, ['gain', 'filters', 'delay']);
  });

  it('is refused in a sentence where it is none', () => {
    for (const wrong of [
      null,
      7,
      [],
      {},
      { version: 1 },
      { version: 2, params: {} },
      { version: 1, params: { gain: '1' } },
      { version: 1, params: { gain: NaN } },
      { version: 1, params: {}, order: 'gain' },
    ]) {
      assert.throws(() => codec.read(wrong), StateError);
    }
  });
});

describe('a WAV', () => {
  it('has the header of the format, and 24-bit samples to half a step, held at full scale', () => {
    const samples = Float32Array.of(0, 0.5, -0.5, 1, -1, 2, 2 ** -23);
    const bytes = wavSamples('24-bit', [samples]);
    const read = (index) => ((bytes[3 * index] | (bytes[3 * index + 1] << 8) | (bytes[3 * index + 2] << 16)) << 8) >> 8;
    assert.deepEqual([...samples.keys()].map(read), [0, 2 ** 22, -(2 ** 22), 2 ** 23 - 1, -(2 ** 23), 2 ** 23 - 1, 1]);
    const header = new DataView(wavHeader('24-bit', { channels: 2, sampleRate: 48000, dataBytes: 600 }).buffer);
    const text = (at) => String.fromCharCode(...new Uint8Array(header.buffer, at, 4));
    assert.deepEqual([text(0), text(8), text(12), text(36)], ['RIFF', 'WAVE', 'fmt ', 'data']);
    assert.deepEqual(
      [header.getUint32(4, true), header.getUint16(20, true), header.getUint32(28, true), header.getUint16(34, true)],
      [636, 1, 288000, 24],
    );
    assert.equal(header.getUint32(40, true), 600);
  });

  it('of floats holds the very bits, channel by channel', () => {
    const [left, right] = [Float32Array.of(0.1, -3), Float32Array.of(-0, 1e-30)];
    const floats = new Float32Array(wavSamples('float', [left, right]).buffer);
    assert.deepEqual([...floats], [left[0], right[0], left[1], right[1]]);
    assert.ok(Object.is(floats[1], -0));
  });
});
