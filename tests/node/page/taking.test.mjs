/**
 * What is taken away, in Node: the sample rate of a file against the formats' own specifications, and with what a take
 * is rendered again.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { planarFloats, wavHeader, wavSamples } from '../../../site/recording/wav.js';
import { sampleRateOf } from '../../../site/render/sample-rate.js';
import { settingsFor, settingsToReplay } from '../../../site/takes/again.js';
import { movesBetween, settingsAt } from '../../../site/takes/moves.js';
import { takeOf } from '../../../site/takes/take.js';
import { silentFlac } from '../../support/flac.mjs';

const rateOf = (...parts) =>
  sampleRateOf(new Blob(parts.map((part) => (Array.isArray(part) ? Uint8Array.from(part) : part))));

describe('the sample rate of a file', () => {
  it('is what its header says: WAV and FLAC', async () => {
    assert.equal(await rateOf(await readFile(new URL('../../data/speech.wav', import.meta.url))), 48000);
    for (const sampleRate of [8000, 22050, 44100, 96000]) {
      assert.equal(await rateOf(wavHeader('24-bit', { channels: 2, sampleRate, dataBytes: 0 })), sampleRate);
      assert.equal(await rateOf(silentFlac({ frames: 1, sampleRate })), sampleRate);
    }
  });

  it('is what its header says: Ogg Vorbis, section 4.2.2 of its specification', async () => {
    const page = [...Buffer.from('OggS'), ...Array(22).fill(0), 1, 30];
    const rate = Buffer.alloc(4);
    rate.writeUInt32LE(32000);
    assert.equal(await rateOf([...page, 1, ...Buffer.from('vorbis'), 0, 0, 0, 0, 2, ...rate, 0, 0, 0, 0]), 32000);
  });

  it('is what its header says: MP3, also behind a tag, by the table of ISO 11172-3 and 13818-3', async () => {
    // Sync, version and layer 3; then bit rate, rate and padding.
    for (const [second, third, rate] of [
      [0xfb, 0x90, 44100],
      [0xfb, 0x94, 48000],
      [0xfb, 0x98, 32000],
      [0xf3, 0x90, 22050],
      [0xe3, 0x98, 8000],
    ]) {
      assert.equal(await rateOf([0xff, second, third, 0]), rate);
      const tag = [...Buffer.from('ID3'), 4, 0, 0, 0, 0, 1, 2, ...Array(130).fill(0xaa)];
      assert.equal(await rateOf([...tag, 0xff, second, third, 0]), rate);
    }
  });

  it('is a usual one where there is no header to read', async () => {
    assert.equal(await rateOf([]), 48000);
    assert.equal(await rateOf([1, 2, 3]), 48000);
    assert.equal(await rateOf(Buffer.from('ID3')), 48000);
  });
});

const log = {
  version: 1,
  sampleRate: 48000,
  start: 0,
  frames: 480,
  state: { version: 1, params: { gain: 0.5, delay_mix: 0.1, delay_on: true }, order: ['gain', 'delay'] },
  changes: [{ frame: 128, set: { gain: 0.7 } }],
};

describe('a take that is replayed', () => {
  const moves = {
    ...log,
    changes: [
      { frame: 128, set: { gain: 0.7 } },
      { frame: 256, order: ['delay', 'gain'] },
      { frame: 256, mode: { mode: 'worklet', transport: 'shared' } },
      { frame: 384, load: { version: 1, params: { gain: 3 } } },
      { frame: 512, set: { delay_mix: 1 } },
    ],
  };

  it('is at each frame as all moves before have made it', () => {
    const at = (frame) => settingsAt(moves, frame);
    assert.deepEqual(at(0), log.state);
    assert.equal(at(127).params.gain, 0.5);
    assert.deepEqual(at(128), { ...log.state, params: { ...log.state.params, gain: 0.7 } });
    assert.deepEqual(at(256).order, ['delay', 'gain']);
    assert.deepEqual(at(600), { version: 1, params: { gain: 3, delay_mix: 1 }, order: undefined });
  });

  it('makes each move once, in their order', () => {
    assert.deepEqual(movesBetween(moves, 0, 127), []);
    assert.deepEqual(movesBetween(moves, 127, 256), [
      { params: { gain: 0.7 }, order: undefined },
      { params: {}, order: ['delay', 'gain'] },
    ]);
    assert.deepEqual(movesBetween(moves, 256, 511), [{ version: 1, params: { gain: 3 }, order: undefined }]);
  });
});

describe('a take that is replayed with other settings', () => {
  const reordered = { frame: 256, order: ['delay', 'gain'] };

  it('sets what its moves change, wherever it begins, and leaves all else', () => {
    const at = (frame, changes = log.changes) => settingsToReplay('moves-over-now', { ...log, changes }, frame);
    assert.deepEqual(at(0), { params: { gain: 0.5 }, order: undefined });
    assert.deepEqual(at(200), { params: { gain: 0.7 }, order: undefined });
    assert.deepEqual(at(0, [reordered]), { params: {}, order: ['gain', 'delay'] });
    assert.deepEqual(at(300, [reordered]), { params: {}, order: ['delay', 'gain'] });
  });

  it('or sets everything, or nothing', () => {
    assert.deepEqual(settingsToReplay('as-played', log, 0), log.state);
    assert.equal(settingsToReplay('now-alone', log, 0), null);
  });
});

describe('a take that is rendered again', () => {
  const now = { version: 1, params: { gain: 2, delay_mix: 0.9, delay_on: 0 }, order: ['delay', 'gain'] };

  it('is as it was played, or without its moves', () => {
    assert.deepEqual(settingsFor('as-played', log, now), { log });
    assert.deepEqual(settingsFor('now-alone', log, now), { state: now });
  });

  it('or has its moves over other settings: what moved is from the take, all else is of now', () => {
    const { state, log: moves } = settingsFor('moves-over-now', log, now);
    assert.equal(moves, log);
    assert.deepEqual(state, {
      version: 1,
      params: { gain: 0.5, delay_mix: 0.9, delay_on: 0 },
      order: ['delay', 'gain'],
    });
    const reordered = { ...log, changes: [{ frame: 256, order: ['delay', 'gain'] }] };
    assert.deepEqual(settingsFor('moves-over-now', reordered, now).state.order, ['gain', 'delay']);
  });

  it('holds what went in from its own first frame on, whatever was recorded before', async () => {
    const frames = Float32Array.from({ length: 1000 }, (_, n) => n);
    const samples = wavSamples('float', [frames, frames.map((x) => -x)]);
    const file = new Blob([wavHeader('float', { channels: 2, sampleRate: 48000, dataBytes: samples.length }), samples]);
    const changes = [
      { frame: 128, set: { gain: 0.7 } },
      { frame: 896, set: { gain: 0.1 } },
    ];
    const take = takeOf('Take', { ...log, start: 4096 + 256, frames: 1024, changes }, { file, first: 4096 });
    assert.deepEqual([take.frames, take.log.frames, take.moves], [744, 744, 1], 'it ends where the recording ends');
    const [left, right] = planarFloats(await take.input.arrayBuffer(), 2);
    assert.deepEqual([left[0], right[743]], [256, -999]);
    // The engine counts modulo 2³².
    assert.equal(takeOf('Take', { ...log, start: 8 }, { file, first: 2 ** 32 - 8 }).frames, 984);
    assert.equal(
      takeOf('Take', { ...log, start: 4000 }, { file, first: 4096 }),
      null,
      'its beginning was not recorded',
    );
  });
});
