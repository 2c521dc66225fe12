/**
 * The codec of settings, the preset for a voice, and WAV files, in Node: against the definitions of float32 and of the
 * format, and by the levels of a voice that is known.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openDoors, SHIPPED } from '../../../scripts/lib/doors.mjs';
import { Codec, StateError, settingsCodec, shortest } from '../../../site/keeping/codec.js';
import { BUILT_IN, stateOf } from '../../../site/keeping/presets.js';
import { wavHeader, wavSamples } from '../../../site/recording/wav.js';
import { renderInNode } from '../../support/render.mjs';

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

it('bypass is no setting: what is kept, shared or rendered from a file has all parameters but that', () => {
  const rows = ['gain', 'bypass', 'delay_mix'].map((id) => ({ id, min: 0, max: 1, default: 0, curve: 'linear' }));
  const session = { parameters: rows, default: () => 0, defaultOrder: ['gain', 'delay'] };
  const { params } = settingsCodec(session).take({ get: () => 1, order: session.defaultOrder });
  assert.deepEqual(params, { gain: 1, delay_mix: 1 });
});

describe('the preset for a singer', async () => {
  const RATE = 48000;
  const ROOM_DECIBELS = -55;
  const doors = await openDoors(SHIPPED.SIMD);
  const rows = doors.glue.parameter_table();
  const engineCodec = new Codec(rows, (id) => rows.find((row) => row.id === id).default, doors.glue.effect_ids());
  const preset = BUILT_IN.find(({ name }) => name === 'Voice: singer');
  const { params } = stateOf(engineCodec, preset);
  const frame = (seconds) => Math.round(seconds * RATE);
  const level = (samples, from, to) => {
    const part = samples.subarray(frame(from), frame(to));
    return 10 * Math.log10(part.reduce((sum, x) => sum + x * x, 0) / part.length);
  };

  /** Scales samples to a level that a part of them has then. */
  const at = (decibels, samples, from, to) => {
    const factor = 10 ** ((decibels - level(samples, from, to)) / 20);
    return samples.map((sample) => factor * sample);
  };

  /** A room's noise: of a normal distribution, by a sum of twelve even ones from a fixed seed. */
  function room(seconds, seed) {
    let state = seed;
    const even = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const samples = Float32Array.from({ length: frame(seconds) }, () => {
      let sum = 0;
      for (let n = 0; n < 12; n++) sum += even();
      return sum;
    });
    return at(ROOM_DECIBELS, samples, 0, seconds);
  }

  /** Notes of a second with a second's pause behind each: nineteen partials, which come within 30 ms. */
  function song(seconds, decibels) {
    const notes = [196, 220, 262, 233];
    const samples = Float32Array.from({ length: frame(seconds) }, (_, n) => {
      const time = (n / RATE) % 2;
      const hertz = notes[Math.floor(n / RATE / 2) % notes.length];
      const swell = Math.min(1, time / 0.03) * (time < 1 ? 1 : Math.exp((1 - time) / 0.05));
      let sum = 0;
      for (let partial = 1; partial < 20; partial++) {
        sum += Math.sin(2 * Math.PI * hertz * partial * time + partial ** 2) / partial ** 1.3;
      }
      return swell * sum;
    });
    return at(decibels, samples, 0.1, 0.9);
  }

  for (const decibels of [-18, -24, -36]) {
    it(`turns the room down in the pauses and lets the voice through: sung at ${decibels} dB`, () => {
      const voice = song(8, decibels);
      const noise = room(8, 1 - decibels);
      const heard = voice.map((sample, n) => sample + noise[n]);
      const rendered = (values) => renderInNode(doors, [heard], RATE, { ...params, ...values })[0];
      const [gated, open, dry] = [{}, { gate_on: 0 }, { gate_on: 0, reverb_on: 0 }].map(rendered);
      for (let note = 0; note < 8; note += 2) {
        const pause = [note + 1.7, note + 1.95];
        const quieter = level(open, ...pause) - level(gated, ...pause);
        assert.ok(quieter > 12 && quieter < 18, `pause ${note}: ${quieter.toFixed(1)} dB`);
        const sung = [note + 0.1, note + 0.9];
        assert.ok(Math.abs(level(gated, ...sung) - level(open, ...sung)) < 0.1, `note ${note}`);
        // Its very beginning may lose 3 dB, a third of what an ear takes for half as loud.
        const beginning = [note, note + 0.02];
        assert.ok(level(open, ...beginning) - level(gated, ...beginning) < 3, `beginning ${note}`);
      }
      // A little reverb: behind a note the room answers, far below it.
      const tail = level(rendered({ reverb_on: 1, gate_on: 0 }), 1.15, 1.25) - level(dry, 0.1, 0.9);
      assert.ok(tail < -15, `${tail.toFixed(1)} dB`);
      const ringing = open.map((sample, n) => sample - dry[n]);
      assert.ok(level(ringing, 1.1, 1.2) > level(dry, 0.1, 0.9) - 45);
      assert.ok(gated.every((sample) => Math.abs(sample) < 1));
    });
  }

  it('neither distorts nor echoes', () => {
    assert.ok(!params.distortion_on && !params.delay_on);
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
