/**
 * How the page moves, shows and reads parameters, in Node: against the definitions of decibel, octave and per cent.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domain, format, formatRange, parse, stepped } from '../../../site/shared/curves.js';
import { formatLevel } from '../../../site/shared/numbers.js';

const gain = { min: 0, max: 4, unit: '×', curve: 'decibel' };
const cutoff = { min: 20, max: 20000, unit: 'Hz', curve: 'logarithmic' };
const time = { min: 0, max: 1, unit: 's', curve: 'linear' };
const mix = { min: 0, max: 1, unit: '', curve: 'linear' };
const threshold = { min: -60, max: 0, unit: 'dB', curve: 'linear' };
const ratio = { min: 1, max: 20, unit: ':1', curve: 'logarithmic' };
const decay = { min: 0.1, max: 20, unit: 's', curve: 'logarithmic' };
const quality = { min: 0.1, max: 18, unit: '', curve: 'logarithmic' };
const rows = { gain, cutoff, time, mix, threshold, ratio, decay, quality };
const close = (a, b) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

describe('a parameter’s curve', () => {
  it('goes to its domain and back', () => {
    for (const row of Object.values(rows)) {
      const { to, from } = domain(row);
      for (const share of [0, 0.1, 0.5, 1]) {
        const value = row.min + share * (row.max - row.min);
        close(from(to(value)), value);
      }
    }
  });

  it('moves a level in decibels, down to silence', () => {
    const { to, from, low } = domain(gain);
    close(to(1), 0);
    close(to(2), 20 * Math.log10(2));
    assert.equal(from(low), 0);
    assert.equal(to(0), low);
  });

  it('gives each octave of a frequency the same length', () => {
    const { to } = domain(cutoff);
    close(to(40) - to(20), to(20000) - to(10000));
  });

  it('steps on a grid: half a decibel, a semitone, a hundredth', () => {
    close(stepped(gain, 1, 1), 10 ** (0.5 / 20));
    close(stepped(gain, 10 ** (0.3 / 20), -1), 1);
    close(stepped(cutoff, 20, 12), 40);
    close(stepped(mix, 0.305, 1), 0.31);
    close(stepped(mix, 0.305, -1), 0.3);
    close(stepped(threshold, -24, 1, 'page'), -18);
  });

  it('never steps out of range', () => {
    for (const row of Object.values(rows)) {
      for (const size of ['step', 'page']) {
        assert.equal(stepped(row, row.max, 1, size), row.max);
        assert.equal(stepped(row, row.min, -1, size), row.min);
      }
    }
  });
});

describe('a parameter’s reading', () => {
  it('has the unit that people read', () => {
    for (const [row, value, text] of [
      [gain, 1, '0.0 dB'],
      [gain, 0.5, '−6.0 dB'],
      [gain, 0, '−∞ dB'],
      [cutoff, 20, '20.0 Hz'],
      [cutoff, 999.4, '999 Hz'],
      [cutoff, 1200, '1200 Hz'],
      [cutoff, 20000, '20000 Hz'],
      [time, 0.25, '250 ms'],
      [time, 1, '1000 ms'],
      [decay, 0.25, '0.25 s'],
      [decay, 20, '20.0 s'],
      [time, 0, '0.00 ms'],
      [mix, 0.3, '30 %'],
      [threshold, -24, '−24.0 dB'],
      [ratio, 4, '4.00:1'],
      [quality, 0.731, '0.73'],
    ])
      assert.equal(format(row, value), text);
    assert.equal(formatRange(cutoff), '20.0 Hz to 20000 Hz');
    assert.equal(formatLevel(10), '20.0');
  });

  it('is read back as what it says', () => {
    for (const row of Object.values(rows)) {
      for (const share of [0, 0.25, 0.5, 1]) {
        const value = row.min + share * (row.max - row.min);
        const text = format(row, value);
        assert.equal(format(row, parse(row, text)), text);
      }
    }
  });
});

describe('a typed value', () => {
  it('is taken with a unit, without, with a comma, with either minus', () => {
    for (const [row, text, value] of [
      [cutoff, '440', 440],
      [cutoff, '1.2k', 1200],
      [cutoff, '1,2 kHz', 1200],
      [cutoff, '1200Hz', 1200],
      [time, '250', 0.25],
      [time, '250 ms', 0.25],
      [time, '.5s', 0.5],
      [decay, '2', 2],
      [decay, '250 ms', 0.25],
      [gain, '-6', 10 ** (-6 / 20)],
      [gain, '−6 dB', 10 ** (-6 / 20)],
      [gain, '-inf', 0],
      [gain, '2×', 2],
      [mix, '30', 0.3],
      [mix, '30 %', 0.3],
      [threshold, '-18', -18],
      [ratio, '4:1', 4],
    ])
      close(parse(row, text), value);
  });

  it('means the same without a unit as with the unit that any value of its parameter is shown in', () => {
    for (const row of Object.values(rows)) {
      for (const share of [0.02, 0.25, 0.5, 1]) {
        const shown = format(row, row.min + share * (row.max - row.min));
        const unit = shown.replace(/^[−\d.]+/, '');
        for (const number of ['0.5', '1', '2', '15']) {
          assert.equal(parse(row, number), parse(row, number + unit), `${number} beside ${shown}`);
        }
      }
    }
  });

  it('is kept in range', () => {
    assert.equal(parse(cutoff, '1e'), null);
    assert.equal(parse(cutoff, '90 kHz'), 20000);
    assert.equal(parse(mix, '-5'), 0);
  });

  it('is refused where it is none', () => {
    for (const text of ['', 'loud', '1 2', '--3', '5 apples', 'NaN']) {
      for (const row of Object.values(rows)) assert.equal(parse(row, text), null, text);
    }
  });
});
