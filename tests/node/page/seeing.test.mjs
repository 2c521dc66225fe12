/**
 * What the displays compute, in Node: against sines of known phase, CIE's measure of lightness and colour, equal
 * temperament, and every other way to break cards into rows.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toBands, UNDRAWN_DECIBELS } from '../../../site/displays/bands.js';
import { COLORS, colorMap, palette } from '../../../site/displays/color-map.js';
import { PeakHold } from '../../../site/displays/peak-hold.js';
import { latestStart, triggerPoint } from '../../../site/displays/trigger.js';
import { noteOf, SteadyPitch } from '../../../site/listening/note.js';
import { breaksOf } from '../../../site/rack/rows.js';

const SAMPLES = 960;
const LENGTH = 4096;
const close = (a, b, tolerance) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b} ± ${tolerance}`);

/** The same noise in every run: a linear congruential generator, −1 … 1. */
function noise() {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

describe('the trigger', () => {
  it('finds where a sine rises through a level, between samples, and the latest such place', () => {
    for (const period of [37.3, 109.1, 700.7]) {
      for (const phase of [0, 1, 2.5, 4, 5.7]) {
        for (const level of [-0.5, 0, 0.7]) {
          const wave = Float32Array.from({ length: LENGTH }, (_, n) => Math.sin((2 * Math.PI * n) / period + phase));
          const start = triggerPoint(wave, SAMPLES, { level, peak: 1 });
          // Where sin(2π·n/period + phase) = level, rising: a whole number of periods from asin(level).
          const turns = (start / period + (phase - Math.asin(level)) / (2 * Math.PI)) % 1;
          close(Math.min(Math.abs(turns), 1 - Math.abs(turns)), 0, 0.005);
          const last = latestStart(wave, SAMPLES);
          assert.ok(start <= last + 1 && start > last - period - 1, `${start} of ${last}, period ${period}`);
        }
      }
    }
  });

  it('is not set off by noise about the level: hysteresis', () => {
    const random = noise();
    const period = 400;
    const wave = Float32Array.from(
      { length: LENGTH },
      (_, n) => Math.sin((2 * Math.PI * n) / period) + 0.05 * random(),
    );
    const start = triggerPoint(wave, SAMPLES, { level: 0, peak: 1.05 });
    const away = ((start % period) + period) % period;
    // The noise is 0.05 and the sine rises by 2π/400 a sample: it is through the level within ±0.05·400/2π.
    close(Math.min(away, period - away), 0, (0.05 * period) / (2 * Math.PI) + 1);
  });

  it('shows the latest samples where nothing rises through the level', () => {
    const wave = Float32Array.from({ length: LENGTH }, (_, n) => 0.2 * Math.sin(n / 10));
    assert.equal(triggerPoint(wave, SAMPLES, { level: 0.5, peak: 0.2 }), latestStart(wave, SAMPLES));
    assert.ok(latestStart(wave, SAMPLES) + SAMPLES < LENGTH, 'a whole window');
  });
});

describe('bands of a spectrum', () => {
  it('have their loudest bin’s level, or lie straight between two bins', () => {
    const levels = Float32Array.from({ length: 64 }, (_, bin) => -20 - bin);
    levels[10] = -5;
    const bands = new Float32Array(3);
    toBands(levels, Float64Array.from([2, 2.5, 8, 20]), bands);
    close(bands[0], -22.25, 1e-4);
    close(bands[1], -22, 1e-4);
    close(bands[2], -5, 1e-4);
  });

  it('have a floor, also for silence and beyond the last bin', () => {
    const bands = new Float32Array(2);
    toBands(new Float32Array(8).fill(-Infinity), Float64Array.from([1, 1.5, 30]), bands);
    assert.deepEqual([...bands], [UNDRAWN_DECIBELS, UNDRAWN_DECIBELS]);
  });
});

describe('held peaks', () => {
  it('stand a while, fall evenly, and give way at once to what is louder', () => {
    const peaks = new PeakHold();
    const show = (level, now) => {
      peaks.follow(Float32Array.of(level), now);
      return peaks.levels[0];
    };
    assert.equal(show(-10, 0), -10);
    assert.equal(show(-60, 1000), -10);
    assert.equal(show(-60, 1500), -10);
    close(show(-60, 2000), -20, 1e-4);
    close(show(-60, 2500), -30, 1e-4);
    assert.equal(show(-5, 2600), -5);
    assert.equal(show(-60, 4000), -5);
  });
});

/** CIE L*a*b* of an sRGB colour, D65. */
function lab(rgb) {
  const [r, g, b] = rgb.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
  const [x, y, z] = [
    (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883,
  ].map((t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe('the colours of levels', () => {
  const STEPS = 16;
  const labs = Array.from({ length: STEPS + 1 }, (_, i) => lab(palette(i / STEPS)));
  const even = (steps, share) => {
    const mean = steps.reduce((sum, step) => sum + step) / steps.length;
    for (const step of steps) close(step, mean, share * mean);
  };

  it('grow lighter in even steps, by CIE’s lightness', () => {
    even(
      labs.slice(1).map(([lightness], i) => lightness - labs[i][0]),
      0.2,
    );
    assert.ok(labs[STEPS][0] - labs[0][0] > 85, 'nearly all of the way from black to white');
  });

  it('differ by even steps, by CIE’s difference of colours', () => {
    even(
      labs.slice(1).map((color, i) => Math.hypot(...color.map((part, axis) => part - labs[i][axis]))),
      0.22,
    );
  });

  it('are colours that a screen has', () => {
    for (let i = 0; i <= 100; i++) for (const part of palette(i / 100)) assert.ok(part >= 0 && part <= 1);
  });

  it('begin with the page’s own darkness or lightness: silence is what the page is', () => {
    const lightnessOf = (color) => lab([color & 255, (color >> 8) & 255, (color >> 16) & 255].map((x) => x / 255))[0];
    assert.ok(lightnessOf(colorMap(true)[0]) < 8);
    assert.ok(lightnessOf(colorMap(false)[0]) > 92);
    assert.ok(lightnessOf(colorMap(true)[COLORS - 1]) > 92);
    assert.ok(lightnessOf(colorMap(false)[COLORS - 1]) < 8);
  });
});

describe('a note', () => {
  it('has the name, the octave and the cents of equal temperament', () => {
    for (const [hertz, name, octave, cents] of [
      [440, 'A', 4, 0],
      [261.6256, 'C', 4, 0],
      [82.4069, 'E', 2, 0],
      [41.2034, 'E', 1, 0],
      [246.9417, 'B', 3, 0],
      [466.1638, 'A♯', 4, 0],
      [440 * 2 ** (20 / 1200), 'A', 4, 20],
      [440 * 2 ** (-49 / 1200), 'A', 4, -49],
      [440 * 2 ** (51 / 1200), 'A♯', 4, -49],
    ]) {
      const note = noteOf(hertz);
      assert.deepEqual([note.name, note.octave], [name, octave], String(hertz));
      close(note.cents, cents, 0.01);
    }
  });

  it('is shown once it stands: no single wrong reading, and none that is not sure', () => {
    const steady = new SteadyPitch();
    const read = (frequency, confidence = 0.99) => steady.follow({ frequency, confidence })?.frequency;
    assert.equal(read(440), undefined);
    read(440);
    assert.equal(read(440), 440);
    assert.equal(read(880), 440, 'an octave in between');
    assert.equal(read(441), 440);
    assert.equal(read(440, 0.3), undefined, 'noise');
    assert.equal(steady.follow(null), null);
  });
});

describe('the cards’ rows', () => {
  const gap = 8;
  /** Every way to break, as lists of where rows begin. */
  const ways = (count) =>
    Array.from({ length: 2 ** (count - 1) }, (_, bits) =>
      Array.from({ length: count - 1 }, (_, i) => i + 1).filter((i) => bits & (1 << (i - 1))),
    );
  const rowsOf = (widths, breaks) =>
    [0, ...breaks].map((from, row) => {
      const cards = widths.slice(from, breaks[row] ?? widths.length);
      return cards.reduce((sum, width) => sum + width, 0) + gap * (cards.length - 1);
    });

  it('are as few as can be, and of those the ones that are filled most evenly', () => {
    const random = noise();
    for (let round = 0; round < 60; round++) {
      const widths = Array.from({ length: 9 }, () => Math.round(140 + 80 * random()));
      const room = Math.round(700 + 450 * random());
      const fits = ways(widths.length).filter((way) => rowsOf(widths, way).every((width) => width <= room));
      const fewest = Math.min(...fits.map((way) => way.length));
      const slack = (way) => rowsOf(widths, way).reduce((sum, width) => sum + (room - width) ** 2, 0);
      const best = Math.min(...fits.filter((way) => way.length === fewest).map(slack));
      const breaks = breaksOf(widths, room, gap);
      assert.equal(breaks.length, fewest);
      close(slack(breaks), best, 1e-6);
    }
  });

  it('are one where all fit, and one each where nothing fits', () => {
    assert.deepEqual(breaksOf([100, 100], 208, gap), []);
    assert.deepEqual(breaksOf([100, 100], 207, gap), [1]);
    assert.deepEqual(breaksOf([100, 100, 100], 50, gap), [1, 2]);
  });
});
