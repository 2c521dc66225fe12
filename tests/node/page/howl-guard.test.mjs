/**
 * The howl guard's detector, without a browser: loops that feed back, computed sample by sample, are found in time, and
 * what people play and sing is left alone. All of it is synthesised here, by formulas, but the speech, which is a file.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { HowlDetector } from '../../../site/howl-guard/detector.js';
import { builtInLoop } from '../../../site/sources/built-in.js';

const RATE = 48000;
const QUANTUM = 128;
/** The loop's gain at the frequency that it favours: 3 dB over unity. */
const LOOP_GAIN = 10 ** (3 / 20);
const LOOP_SECONDS = 0.04;

/** A repeatable noise from −1 to 1. */
function noise(seed = 1) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const samplesOf = (seconds, sample) => Float32Array.from({ length: seconds * RATE }, (_, n) => sample(n / RATE, n));

/** When the detector first hears a howl, in seconds, and at what frequency; null if it does not. */
function heard(samples, rate = RATE) {
  const detector = new HowlDetector(rate);
  for (let at = 0; at + QUANTUM <= samples.length; at += QUANTUM) {
    if (detector.hear(samples.subarray(at, at + QUANTUM))) {
      return { seconds: (at + QUANTUM) / rate, frequency: detector.frequency };
    }
  }
  return null;
}

/** A band-pass of gain 1 in its middle, after the Audio EQ Cookbook. */
function bandPass(frequency, q, rate) {
  const w = (2 * Math.PI * frequency) / rate;
  const alpha = Math.sin(w) / (2 * q);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return (x) => {
    const y = (alpha * (x - x2) + 2 * Math.cos(w) * y1 - (1 - alpha) * y2) / (1 + alpha);
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  };
}

/**
 * What a microphone hears in front of its own loudspeaker: what is said, its own noise at −80 dB, and what it heard 40
 * ms before, 3 dB louder where the room favours it, by a resonance 60 Hz wide, 3 dB softer elsewhere. Its converter
 * ends at full scale.
 */
function feedback(seconds, frequency, said, rate = RATE) {
  const delay = Math.round(LOOP_SECONDS * rate);
  const favour = bandPass(frequency, frequency / 60, rate);
  const hiss = noise();
  const out = new Float32Array(seconds * rate);
  const elsewhere = 1 / LOOP_GAIN;
  for (let n = 0; n < out.length; n++) {
    const before = n < delay ? 0 : out[n - delay];
    const back = elsewhere * before + (LOOP_GAIN - elsewhere) * favour(before);
    out[n] = Math.max(-1, Math.min(1, said(n) + 1e-4 * hiss() + back));
  }
  return out;
}

/** The greatest level in dBFS of the 40 ms before a moment. */
function levelBefore(samples, seconds, rate = RATE) {
  const end = Math.round(seconds * rate);
  const peak = samples
    .subarray(Math.max(0, end - LOOP_SECONDS * rate), end)
    .reduce((a, x) => Math.max(a, Math.abs(x)), 0);
  return 20 * Math.log10(peak);
}

/** A vowel: a harmonic series under three formants, with vibrato of so many cents, that begins and ends by a curve. */
function sung(hertz, cents, curve, seconds = 1.5) {
  const formants = [
    [700, 80],
    [1150, 90],
    [2500, 120],
  ];
  const hiss = noise(7);
  let phase = 0;
  return samplesOf(seconds, (t) => {
    const f = hertz * 2 ** ((cents / 1200) * Math.sin(2 * Math.PI * 5.5 * t));
    phase += (2 * Math.PI * f) / RATE;
    let sum = 0;
    for (let h = 1; h * f < 6000; h++) {
      const gain = formants.reduce((total, [at, width]) => total + 1 / (1 + ((h * f - at) / width) ** 2), 0.02);
      sum += (gain / Math.sqrt(h)) * Math.sin(h * phase);
    }
    return 0.1 * sum * curve(t) + 1e-4 * hiss();
  });
}

/** How a note can begin. */
const ATTACKS = {
  linear: (length) => (t) => Math.min(1, t / length),
  exponential: (length) => (t) => 1 - Math.exp((-3 * t) / length),
  cosine: (length) => (t) => (t < length ? 0.5 - 0.5 * Math.cos((Math.PI * t) / length) : 1),
};

describe('the howl detector', () => {
  for (const rate of [44100, 48000]) {
    for (const frequency of [400, 1000, 2500]) {
      it(`hears a loop 3 dB over unity with 40 ms of delay within 300 ms of a tap: ${frequency} Hz, ${rate} Hz`, () => {
        const said = (n) => (n === 0 ? 0.3 : 0);
        const howl = heard(feedback(0.5, frequency, said, rate), rate);
        assert.ok(howl !== null && howl.seconds <= 0.3, `heard after ${howl?.seconds} s`);
        assert.ok(Math.abs(howl.frequency - frequency) < 50, `${howl.frequency} Hz`);
      });
    }
  }

  it('hears a loop that starts from its own noise before it is loud: below −30 dBFS', () => {
    const samples = feedback(1.5, 1000, () => 0);
    const howl = heard(samples);
    const level = levelBefore(samples, howl.seconds);
    assert.ok(level < -30, `${level} dBFS`);
  });

  it('hears a loop while someone speaks, before the howl reaches full scale', () => {
    const speech = readSpeech();
    const alone = feedback(1.2, 2000, () => 0);
    const howl = heard(feedback(1.2, 2000, (n) => 0.5 * speech[n + RATE]));
    assert.ok(howl !== null && levelBefore(alone, howl.seconds) < -6, `heard after ${howl?.seconds} s`);
  });

  it('hears a tone that rose too fast to be followed, and stays at full scale', () => {
    const howl = heard(samplesOf(1, (t) => Math.max(-1, Math.min(1, 3 * Math.sin(2 * Math.PI * 1500 * t)))));
    assert.ok(howl !== null && howl.seconds < 0.7, `heard after ${howl?.seconds} s`);
  });

  for (const [name, attack] of Object.entries(ATTACKS)) {
    for (const hertz of [110, 330, 740]) {
      it(`leaves a sung note alone, with vibrato and without: ${hertz} Hz, ${name} attack`, () => {
        for (const cents of [0, 40]) {
          for (const length of [0.05, 0.3]) assert.equal(heard(sung(hertz, cents, attack(length))), null);
        }
      });
    }
  }

  it('leaves a held guitar note alone', () => {
    for (const hertz of [82.4, 196, 659]) {
      // Karplus and Strong's string.
      const pluck = noise();
      const line = Float32Array.from({ length: Math.round(RATE / hertz) }, pluck);
      const samples = samplesOf(2, (_, n) => {
        const at = n % line.length;
        const sample = line[at];
        line[at] = 0.998 * 0.5 * (line[at] + line[(at + 1) % line.length]);
        return 0.3 * sample;
      });
      assert.equal(heard(samples), null, `${hertz} Hz`);
    }
  });

  it('leaves a whistle alone that begins softly and is held', () => {
    for (const [name, attack] of Object.entries(ATTACKS)) {
      const curve = attack(0.3);
      const hiss = noise();
      const samples = samplesOf(1.5, (t) => 0.3 * curve(t) * Math.sin(2 * Math.PI * 1800 * t) + 1e-4 * hiss());
      assert.equal(heard(samples), null, name);
    }
  });

  it('leaves a bowed note alone that swells evenly, by 30 dB a second: it has harmonics', () => {
    const partials = Array.from({ length: 12 }, (_, index) => index + 1);
    const samples = samplesOf(1.2, (t) => {
      const tone = partials.reduce((sum, h) => sum + Math.sin(2 * Math.PI * 293.66 * h * t) / h, 0);
      return 0.3 * 10 ** ((30 * (t - 1.2)) / 20) * tone;
    });
    assert.equal(heard(samples), null);
  });

  it('leaves speech, music and silence alone', () => {
    assert.equal(heard(readSpeech()), null);
    for (const channel of builtInLoop(RATE)) assert.equal(heard(channel), null);
    assert.equal(heard(new Float32Array(RATE)), null);
  });

  it('forgets what it heard', () => {
    const samples = feedback(0.5, 1000, (n) => (n === 0 ? 0.3 : 0));
    const detector = new HowlDetector(RATE);
    const half = samples.length / 4;
    assert.equal(detector.hear(samples.subarray(0, half)), false);
    detector.reset();
    assert.equal(detector.hear(new Float32Array(RATE)), false);
  });
});

/** @returns {Float32Array} the microphone of the browser tests */
function readSpeech() {
  const file = readFileSync(new URL('../../data/speech.wav', import.meta.url));
  const header = 44;
  return Float32Array.from(
    { length: (file.length - header) / 2 },
    (_, n) => file.readInt16LE(header + 2 * n) / 2 ** 15,
  );
}
