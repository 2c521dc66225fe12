/** Tempo, note values and MIDI messages, in Node: against their definitions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitting, followsTempo, NOTES, valueAt } from '../../../site/keys/notes.js';
import { Tempo } from '../../../site/keys/tempo.js';
import { FinePairs, isPressed, nameOf, parse, shareOf, sourceOf } from '../../../site/midi/messages.js';

const DELAY = { id: 'delay_time', unit: 's', min: 0, max: 1 };
const RATE = { id: 'tremolo_rate', unit: 'Hz', min: 0.1, max: 20 };

describe('the tempo', () => {
  const tapped = (...times) => {
    const tempo = new Tempo();
    for (const time of times) tempo.tap(time);
    return tempo.bpm;
  };

  it('is a minute by the mean time between taps', () => {
    assert.equal(tapped(1000, 1400, 1800, 2200), 150);
    // Single taps are off by 20 ms; the first and the last are not.
    assert.equal(tapped(0, 520, 980, 1520, 2000), 120);
    assert.equal(tapped(0, 700), 85.7);
  });

  it('stays as it is at one tap, and after a pause begins anew', () => {
    assert.equal(tapped(1000), 120);
    assert.equal(tapped(0, 400, 800, 8000), 150);
    assert.equal(tapped(0, 400, 800, 8000, 8600), 100);
  });

  it('is another one as soon as the taps are', () => {
    assert.equal(tapped(0, 400, 800, 1200, 1800, 2400), 100);
  });

  it('is held to 30 … 300, and taps of one series are one gesture', () => {
    const tempo = new Tempo();
    const gestures = [];
    tempo.addEventListener('change', ({ detail }) => gestures.push(detail.gesture));
    for (const time of [0, 400, 790, 1200]) tempo.tap(time);
    assert.equal(new Set(gestures).size, 1);
    assert.ok(gestures.length > 1);
    tempo.bpm = 1000;
    assert.equal(tempo.bpm, 300);
    tempo.bpm = 1;
    assert.equal(tempo.bpm, 30);
    tempo.bpm = NaN;
    assert.equal(tempo.bpm, 30);
  });
});

describe('a note value', () => {
  it('lasts its share of four beats; dotted half as long again, as a triplet two thirds', () => {
    assert.equal(NOTES.get('1/4'), 1);
    assert.equal(NOTES.get('1/8.'), 0.75);
    assert.equal(NOTES.get('1/8T'), 1 / 3);
    // At 120 beats a minute a quarter lasts half a second.
    assert.equal(valueAt(DELAY, '1/4', 120), 0.5);
    assert.equal(valueAt(DELAY, '1/8.', 120), 0.375);
    assert.equal(valueAt(RATE, '1/4', 120), 2);
    assert.equal(valueAt(RATE, '1/8T', 90), 4.5);
  });

  it('is for the delay’s time and for rates', () => {
    const ids = (unit, ...names) => names.filter((id) => followsTempo({ id, unit }));
    assert.deepEqual(ids('s', 'delay_time', 'chorus_delay', 'reverb_decay'), ['delay_time']);
    assert.deepEqual(ids('Hz', 'tremolo_rate', 'chorus_rate', 'lpf_cutoff'), ['tremolo_rate', 'chorus_rate']);
  });

  it('that is out of range is halved or doubled until it is in it, and so stays in time', () => {
    assert.equal(fitting(DELAY, '1/2', 120), '1/2');
    assert.equal(fitting(DELAY, '1/2', 100), '1/4');
    assert.equal(fitting(DELAY, '1/1.', 60), '1/8.');
    assert.equal(fitting({ ...RATE, max: 10 }, '1/32', 120), '1/16');
    assert.equal(fitting({ ...DELAY, max: 0.001 }, '1/4', 60), null);
  });
});

describe('a MIDI message', () => {
  it('is read as the specification has it', () => {
    assert.deepEqual(parse([0xb2, 74, 127]), { type: 'cc', channel: 3, number: 74, value: 127 });
    assert.deepEqual(parse([0x90, 60, 127]), { type: 'note', channel: 1, number: 60, velocity: 1, isOn: true });
    assert.equal(parse([0x90, 60, 0]).isOn, false, 'without force it is the end');
    assert.deepEqual(parse([0x8f, 60, 64]), { type: 'note', channel: 16, number: 60, velocity: 0, isOn: false });
    assert.equal(parse([0xe0, 0x7f, 0x7f]).value, 1);
    assert.equal(parse([0xe0, 0, 0]).value, 0);
    for (const other of [[0xf8], [0xfe], [0xb0, 123, 0], [0xc0, 5], [0xd0, 5]]) assert.equal(parse(other), null);
  });

  it('is a share of its range, and pressed from 64 up', () => {
    assert.equal(shareOf(parse([0xb0, 1, 127])), 1);
    assert.equal(shareOf(parse([0xb0, 1, 0])), 0);
    assert.equal(isPressed(parse([0xb0, 64, 64])), true);
    assert.equal(isPressed(parse([0xb0, 64, 63])), false);
    assert.equal(isPressed(parse([0x90, 36, 1])), true);
    assert.equal(isPressed(parse([0x80, 36, 0])), false);
  });

  it('of a pair is 14 bits: the coarse part sets the fine one to 0', () => {
    const pairs = new FinePairs();
    assert.equal(pairs.join(parse([0xb0, 33, 5])), null, 'a fine part alone is nothing');
    assert.equal(pairs.join(parse([0xb0, 1, 64])).share, (64 * 128) / 16383);
    assert.equal(pairs.join(parse([0xb0, 33, 5])).share, (64 * 128 + 5) / 16383);
    assert.equal(pairs.join(parse([0xb0, 1, 127])).share, (127 * 128) / 16383);
    assert.equal(pairs.join(parse([0xb1, 33, 5])), null, 'each channel has its own');
  });

  it('has a name', () => {
    assert.equal(nameOf(sourceOf(parse([0xb1, 7, 0])), true), 'CC 7 (14-bit), channel 2');
    assert.equal(nameOf(sourceOf(parse([0x90, 60, 1])), false), 'Note 60, channel 1');
    assert.equal(nameOf(sourceOf(parse([0xe3, 0, 1])), false), 'Pitch bend, channel 4');
  });
});
