/**
 * The Web Platform Tests of AudioParam (webaudio/the-audio-api/the-audioparam-interface), written anew from what they
 * describe, for engine.param(). Each case names the file of the suite that it stands for. Chromium and Firefox.
 *
 * A constant 1 goes through the gain, so what is heard is the parameter itself. Values stay within the gain's range,
 * 0 to 4. What is expected is said by AudioParam's formulas; and the browser's own GainNode goes through the same
 * cases, which shows that they say what the suite says. What cannot apply is in docs/web-platform-tests.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** A power of two, so that a frame's time is exact. */
const SAMPLE_RATE = 16384;
const QUANTUM = 128;

/** What the suite allows where it is strictest: 8 units of the last place of 1 in float32. */
const TOLERANCE = 8 * 2 ** -23;

/** The browsers compute with float32, and add up what they have: what the loosest tests of the suite allow. */
const OWN_TOLERANCE = 1e-4;

/** A glide, which takes the place of a step at no time that was given, is over after this. */
const GLIDE_FRAMES = Math.ceil(0.08 * SAMPLE_RATE);

/** Seconds of a frame. */
const at = (frame) => frame / SAMPLE_RATE;

/** AudioParam's formulas, of frames. */
const linear = (from, start, to, end) => (n) => from + ((to - from) * (n - start)) / (end - start);
const exponential = (from, start, to, end) => (n) => from * (to / from) ** ((n - start) / (end - start));
const target = (from, start, to, frames) => (n) => to + (from - to) * Math.exp(-(n - start) / frames);
const curve = (values, start, frames) => (n) => {
  const position = Math.min(((values.length - 1) * (n - start)) / frames, values.length - 1);
  const k = Math.min(Math.floor(position), values.length - 2);
  return values[k] + (values[k + 1] - values[k]) * (position - k);
};

/**
 * @typedef {[method: string, ...args: unknown[]]} Call of an AudioParam; 'value' sets it
 *
 * @typedef {object} Case
 * @property {string} file of the suite
 * @property {string} promise
 * @property {number} frames how long it plays
 * @property {Call[]} calls before the first frame
 * @property {number} [pause] the frame, at a quantum's edge, at which `during` is called
 * @property {Call[]} [during]
 * @property {[from: number, value: number | ((n: number) => number) | null][]} expected what is heard from each frame
 *   on: exactly that number, or a formula's value to TOLERANCE; null: not said
 * @property {Record<number, string>} [throws] what calls throw, by their place among all
 * @property {string[]} [notIn] 'chromium' or 'firefox': the browser's own node does otherwise there, which is checked
 *   too, so that this list stays true
 */

/** Segments one after another, each begun by a step, so that a wrong time shows. */
const SEGMENT = 512;
const SEGMENTS = 20;
const segments = (calls, expected) => ({
  frames: SEGMENTS * SEGMENT,
  calls: Array.from({ length: SEGMENTS }, (_, k) => calls(k, k * SEGMENT, (k + 1) * SEGMENT)).flat(),
  expected: Array.from({ length: SEGMENTS }, (_, k) => [k * SEGMENT, expected(k, k * SEGMENT, (k + 1) * SEGMENT)]),
});
const low = (k) => 0.25 + (k % 5) / 16;
const high = (k) => 2 + (k % 7) / 8;

/** The sine of the suite's value curves, lifted into the gain's range. */
const SINE = Array.from({ length: SEGMENT }, (_, n) => Math.fround(1 + Math.sin((2 * Math.PI * n) / 75)));

/** @type {Case[]} */
const CASES = [
  ...[
    ['linearRampToValueAtTime', linear],
    ['exponentialRampToValueAtTime', exponential],
  ].map(([method, formula]) => ({
    file: 'adding-events.html',
    promise: `${method}() in the middle of rendering goes by the time of the event before it`,
    frames: 40 * QUANTUM,
    calls: [['setValueAtTime', 1, at(QUANTUM / 2)]],
    pause: 5 * QUANTUM,
    during: [[method, 2, at(30.5 * QUANTUM)]],
    expected: [
      [0, 1],
      // The suite wants a step here. The ramp was not asked for at this time, so it is heard smoothly.
      [5 * QUANTUM, null],
      [5 * QUANTUM + GLIDE_FRAMES, formula(1, QUANTUM / 2, 2, 30.5 * QUANTUM)],
      [30.5 * QUANTUM, 2],
    ],
  })),
  {
    file: 'audioparam-close.html',
    promise: 'a ramp that ends within the first frame is over in the next, however high it leads',
    frames: QUANTUM,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 3.4028234663852886e38, 2 ** -149],
    ],
    expected: [
      [0, null],
      [1, 4],
    ],
    notIn: ['chromium', 'firefox'],
  },
  {
    file: 'audioparam-close.html',
    promise: 'a ramp between two times around one frame leaves finite values, and its end',
    frames: QUANTUM,
    calls: [
      ['setValueAtTime', 2, at(1 - 2 ** -53)],
      ['linearRampToValueAtTime', 3, at(1 + 2 ** -52)],
    ],
    expected: [
      [0, 1],
      [1, null],
      [2, 3],
    ],
  },
  {
    file: 'audioparam-setValueAtTime.html',
    promise: 'setValueAtTime() is a step at its frame, twenty times',
    ...segments(
      (k, start) => [['setValueAtTime', high(k), at(start)]],
      (k) => high(k),
    ),
  },
  {
    file: 'audioparam-linearRampToValueAtTime.html',
    promise: 'linearRampToValueAtTime() follows its formula, twenty times',
    ...segments(
      (k, start, end) => [
        ['setValueAtTime', low(k), at(start)],
        ['linearRampToValueAtTime', high(k), at(end)],
      ],
      (k, start, end) => linear(low(k), start, high(k), end),
    ),
  },
  {
    file: 'audioparam-exponentialRampToValueAtTime.html',
    promise: 'exponentialRampToValueAtTime() follows its formula, twenty times',
    ...segments(
      (k, start, end) => [
        ['setValueAtTime', low(k), at(start)],
        ['exponentialRampToValueAtTime', high(k), at(end)],
      ],
      (k, start, end) => exponential(low(k), start, high(k), end),
    ),
  },
  {
    file: 'audioparam-setTargetAtTime.html',
    promise: 'setTargetAtTime() follows its formula, twenty times',
    ...segments(
      (k, start) => [
        ['setValueAtTime', low(k), at(start)],
        ['setTargetAtTime', high(k), at(start), at(128)],
      ],
      (k, start) => target(low(k), start, high(k), 128),
    ),
  },
  {
    file: 'audioparam-setValueCurveAtTime.html',
    promise: 'setValueCurveAtTime() goes through its values in straight lines, twenty times',
    ...segments(
      (_, start) => [['setValueCurveAtTime', SINE, at(start), at(SEGMENT)]],
      (_, start) => curve(SINE, start, SEGMENT),
    ),
  },
  ...[
    ['linearRampToValueAtTime', linear],
    ['exponentialRampToValueAtTime', exponential],
  ].map(([method, formula]) => ({
    file: 'audioparam-large-endtime.html',
    promise: `${method}() to a time that no clock reaches does not move, and plays`,
    frames: 2048,
    calls: [
      ['setValueAtTime', 1, at(0.1)],
      [method, 0.1, 1e300],
    ],
    expected: [[0, formula(1, 0.1, 0.1, 1e300 * SAMPLE_RATE)]],
    // Firefox: a RangeError.
    notIn: ['firefox'],
  })),
  {
    file: 'audioparam-method-chaining.html',
    promise: 'an envelope of all kinds, one call after another, follows the formulas',
    frames: 4 * 2048,
    calls: [
      ['setValueAtTime', 0, 0],
      ['linearRampToValueAtTime', 1, at(2048)],
      ['exponentialRampToValueAtTime', 0.5, at(4096)],
      ['setTargetAtTime', 0.001, at(4096), at(1024)],
    ],
    expected: [
      [0, linear(0, 0, 1, 2048)],
      [2048, exponential(1, 2048, 0.5, 4096)],
      [4096, target(0.5, 4096, 0.001, 1024)],
    ],
  },
  {
    file: 'audioparam-method-chaining.html',
    promise: 'a call that throws changes nothing, and what was called before it stays',
    frames: 4096,
    calls: [
      ['setValueAtTime', 0.25, -1],
      ['setValueAtTime', 0.5, 0],
      ['exponentialRampToValueAtTime', 0, at(2048)],
    ],
    throws: { 0: 'RangeError', 2: 'RangeError' },
    expected: [[0, 0.5]],
  },
  ...['linearRampToValueAtTime', 'exponentialRampToValueAtTime'].flatMap((method) =>
    [0, 0.25, 0.5, 0.75].map((offset) => ({
      file: 'audioparam-zero-duration-ramp.html',
      promise: `${method}() without a length, ${offset} of a frame late, leaves its value to the target behind it`,
      frames: 2048,
      calls: [
        ['setValueAtTime', 1, at(546 + offset)],
        [method, 2, at(546 + offset)],
        ['setTargetAtTime', 4, at(546 + offset), at(10 * SAMPLE_RATE)],
      ],
      expected: [
        [0, 1],
        [546, null],
        [547, target(2, 546 + offset, 4, 10 * SAMPLE_RATE)],
      ],
      // Chromium: off the frames' grid the target begins at the value of the frame before. The suite asks for no more
      // than finite values here.
      notIn: offset > 0 ? ['chromium'] : [],
    })),
  ),
  {
    file: 'cancel-scheduled-values.html',
    promise: 'cancelScheduledValues() within a value curve takes all of it, and not the set where it began',
    frames: 8192,
    calls: [
      ['setValueAtTime', 0.5, 0],
      ['setValueAtTime', 1.5, at(2048)],
      ['setValueCurveAtTime', [1, 0], at(2048), at(2048)],
      ['setValueAtTime', 3.5, at(4096)],
      ['cancelScheduledValues', at(2500)],
      ['setValueAtTime', 3, at(3072)],
    ],
    expected: [
      [0, 0.5],
      [2048, 1.5],
      [3072, 3],
    ],
    // Firefox: the curve goes on.
    notIn: ['firefox'],
  },
  {
    file: 'cancel-scheduled-values.html',
    promise: 'cancelScheduledValues() takes a ramp that ends later, and all behind it',
    frames: 8192,
    calls: [
      ['setValueAtTime', 0.5, 0],
      ['linearRampToValueAtTime', 2, at(4096)],
      ['setValueAtTime', 3, at(6000)],
      ['cancelScheduledValues', at(1024)],
    ],
    expected: [[0, 0.5]],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a linear ramp is held where it is by then, and what came later is gone',
    frames: 8192,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 0, at(4096)],
      ['setValueAtTime', 3, at(6000)],
      ['cancelAndHoldAtTime', at(3072)],
    ],
    expected: [
      [0, linear(1, 0, 0, 4096)],
      [3072, 0.25],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'an exponential ramp is held where it is by then',
    frames: 8192,
    calls: [
      ['setValueAtTime', 1, 0],
      ['exponentialRampToValueAtTime', 2 ** -4, at(4096)],
      ['cancelAndHoldAtTime', at(2048)],
    ],
    expected: [
      [0, exponential(1, 0, 2 ** -4, 4096)],
      [2048, () => 0.25],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a target is held where it is by then',
    frames: 8192,
    calls: [
      ['setValueAtTime', 1, 0],
      ['setTargetAtTime', 0, at(1000), at(1024)],
      ['cancelAndHoldAtTime', at(3000)],
    ],
    expected: [
      [0, 1],
      [1000, target(1, 1000, 0, 1024)],
      [3000, () => Math.exp(-2000 / 1024)],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a value curve keeps its shape until then, and is held',
    frames: 8192,
    calls: [
      ['setValueCurveAtTime', [0, 1, 0.5], at(1024), at(4096)],
      ['setValueAtTime', 3, at(6000)],
      ['cancelAndHoldAtTime', at(4096)],
    ],
    expected: [
      [0, 1],
      [1024, curve([0, 1, 0.5], 1024, 4096)],
      [4096, 0.75],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a time when nothing is under way: what comes later is gone, the value stays',
    frames: 8192,
    calls: [
      ['setValueAtTime', 0.5, at(1000)],
      ['setValueAtTime', 2, at(4000)],
      ['cancelAndHoldAtTime', at(2000)],
    ],
    expected: [
      [0, 1],
      [1000, 0.5],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a time before all: nothing is left',
    frames: 4096,
    calls: [
      ['setValueAtTime', 0.5, at(2000)],
      ['cancelAndHoldAtTime', at(1000)],
    ],
    expected: [[0, 1]],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'after a hold a new ramp goes on from there',
    frames: 8192,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 0, at(4096)],
      ['cancelAndHoldAtTime', at(2048)],
      ['linearRampToValueAtTime', 2, at(6144)],
    ],
    expected: [
      [0, linear(1, 0, 0, 4096)],
      [2048, linear(0.5, 2048, 2, 6144)],
      [6144, 2],
    ],
    notIn: ['firefox'],
  },
  {
    file: 'audioparam-cancel-and-hold.html',
    promise: 'a hold after a hold, and a set behind it',
    frames: 8192,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 0, at(4096)],
      ['cancelAndHoldAtTime', at(3072)],
      ['cancelAndHoldAtTime', at(2048)],
      ['setValueAtTime', 3, at(5000)],
    ],
    expected: [
      [0, linear(1, 0, 0, 4096)],
      [2048, 0.5],
      [5000, 3],
    ],
    notIn: ['chromium', 'firefox'],
  },
  ...[
    ['setValueAtTime', 1],
    ['linearRampToValueAtTime', null],
    ['exponentialRampToValueAtTime', null],
  ].map(([method, first]) => ({
    file: 'event-insertion.html',
    promise: `a second ${method}() for the same time takes the place of the first`,
    frames: 1024,
    calls: [
      ['setValueAtTime', 1, 0],
      [method, 3.5, at(2 * QUANTUM)],
      [method, 2, at(2 * QUANTUM)],
    ],
    expected: [
      [0, first],
      [2 * QUANTUM, 2],
    ],
  })),
  {
    file: 'event-insertion.html',
    // The suite lets it take the first one's place; the specification and both browsers refuse it, and so does this.
    promise: 'a second setValueCurveAtTime() for the same time is refused, and the first stays',
    frames: 1024,
    calls: [
      ['setValueCurveAtTime', [3, 3.5], at(2 * QUANTUM), at(QUANTUM)],
      ['setValueCurveAtTime', [1, 2], at(2 * QUANTUM), at(QUANTUM)],
    ],
    throws: { 1: 'NotSupportedError' },
    expected: [
      [0, 1],
      [2 * QUANTUM, curve([3, 3.5], 2 * QUANTUM, QUANTUM)],
      [3 * QUANTUM, 3.5],
    ],
  },
  {
    file: 'event-insertion.html',
    promise: 'a linear ramp, a set and an exponential ramp to one time: the first until then, the last from then on',
    frames: 1024,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 2, at(2 * QUANTUM)],
      ['setValueAtTime', 3.5, at(2 * QUANTUM)],
      ['exponentialRampToValueAtTime', 3, at(2 * QUANTUM)],
    ],
    expected: [
      [0, linear(1, 0, 2, 2 * QUANTUM)],
      [2 * QUANTUM, 3],
    ],
  },
  {
    file: 'event-insertion.html',
    promise: 'an exponential ramp, a set and a linear ramp to one time: the first until then, the last from then on',
    frames: 1024,
    calls: [
      ['setValueAtTime', 1, 0],
      ['exponentialRampToValueAtTime', 3, at(2 * QUANTUM)],
      ['setValueAtTime', 3.5, at(2 * QUANTUM)],
      ['linearRampToValueAtTime', 2, at(2 * QUANTUM)],
    ],
    expected: [
      [0, exponential(1, 0, 3, 2 * QUANTUM)],
      [2 * QUANTUM, 2],
    ],
  },
  {
    file: 'event-insertion.html',
    promise: 'a linear ramp, a set and a target at one time: the target begins at what was set',
    frames: 4096,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 3, at(2 * QUANTUM)],
      ['setValueAtTime', 3.5, at(2 * QUANTUM)],
      ['setTargetAtTime', 0, at(2 * QUANTUM), at(1638.4)],
    ],
    expected: [
      [0, linear(1, 0, 3, 2 * QUANTUM)],
      [2 * QUANTUM, target(3.5, 2 * QUANTUM, 0, 1638.4)],
    ],
  },
  ...[
    [['setValueAtTime', 0.5, 0], 0.5],
    [['linearRampToValueAtTime', 0.5, 0], 0.5],
    [['exponentialRampToValueAtTime', 0.5, 0], 0.5],
    [['setValueCurveAtTime', [0.5, 0.5], 0, at(4096)], 0.5],
    [['setTargetAtTime', 0.5, 0, at(1024)], target(3, QUANTUM, 0.5, 1024)],
  ].map(([call, expected]) => ({
    file: 'event-insertion.html',
    promise: `${call[0]}() in the past, just after the value was set, has the last word`,
    frames: 4096,
    calls: [['setValueAtTime', 1, 0]],
    pause: QUANTUM,
    during: [['value', 3], call],
    expected: [
      [0, 1],
      // The value is set smoothly: what is heard comes nearer to what it is.
      [QUANTUM, null],
      [QUANTUM + GLIDE_FRAMES, expected],
    ],
  })),
  {
    file: 'exponentialRamp-special-cases.html',
    promise: 'an exponential ramp to the other sign waits where it is, and steps',
    frames: QUANTUM,
    calls: [
      ['setValueAtTime', 2, 0],
      ['exponentialRampToValueAtTime', -3, at(3)],
    ],
    expected: [
      [0, 2],
      // The lowest gain; the schedule itself is at −3.
      [3, 0],
    ],
    notIn: ['chromium', 'firefox'],
  },
  {
    file: 'exponentialRamp-special-cases.html',
    promise: 'an exponential ramp from 0 waits there, and steps',
    frames: QUANTUM,
    calls: [
      ['setValueAtTime', 0, 0],
      ['exponentialRampToValueAtTime', 2, at(2)],
    ],
    expected: [
      [0, 0],
      [2, 2],
    ],
  },
  {
    file: 'moderate-exponentialRamp.html',
    promise: 'an exponential ramp of a moderate ratio adds up no rounding: within 8 units of the last place',
    frames: QUANTUM,
    calls: [
      ['setValueAtTime', 2, 0],
      ['exponentialRampToValueAtTime', 3.5, at(192)],
    ],
    expected: [[0, exponential(2, 0, 3.5, 192)]],
  },
  {
    file: 'retrospective-setValueAtTime.html',
    promise: 'setValueAtTime() in the past is one now, and a ramp goes on from there',
    frames: 8192,
    calls: [],
    pause: QUANTUM,
    during: [
      ['setValueAtTime', 0, at(QUANTUM / 2)],
      ['linearRampToValueAtTime', 3, at(8192)],
    ],
    expected: [
      [0, 1],
      [QUANTUM, linear(0, QUANTUM, 3, 8192)],
    ],
  },
  ...['linearRampToValueAtTime', 'exponentialRampToValueAtTime'].map((method) => ({
    file: `retrospective-${method}.html`,
    promise: `${method}() to a time in the past is at its end now`,
    frames: 4096,
    calls: [['setValueAtTime', 1, 0]],
    pause: QUANTUM,
    during: [[method, 0.25, at(QUANTUM / 2)]],
    expected: [
      [0, 1],
      [QUANTUM, 0.25],
    ],
  })),
  {
    file: 'retrospective-setTargetAtTime.html',
    promise: 'setTargetAtTime() in the past begins now',
    frames: 8192,
    calls: [],
    pause: QUANTUM,
    during: [['setTargetAtTime', 0.1, at(QUANTUM / 2), at(1638.4)]],
    expected: [
      [0, 1],
      [QUANTUM, target(1, QUANTUM, 0.1, 1638.4)],
    ],
  },
  {
    file: 'retrospective-setValueCurveAtTime.html',
    promise: 'setValueCurveAtTime() in the past begins now, and has its whole length',
    frames: 8192,
    calls: [],
    pause: QUANTUM,
    during: [['setValueCurveAtTime', [1, 0.1], at(QUANTUM / 2), at(4096)]],
    expected: [
      [0, 1],
      [QUANTUM, curve([1, Math.fround(0.1)], QUANTUM, 4096)],
      [QUANTUM + 4096, Math.fround(0.1)],
    ],
  },
  {
    file: 'set-target-conv.html',
    promise: 'a target that has come as near as can be is left exactly, and a ramp behind it is its own',
    frames: 4096,
    calls: [
      ['setValueAtTime', 1, 0],
      ['setTargetAtTime', 0.5, at(164), at(164)],
      ['setValueAtTime', 0.5, at(2459)],
      ['linearRampToValueAtTime', 1, at(2475)],
    ],
    expected: [
      [0, 1],
      [164, target(1, 164, 0.5, 164)],
      [2459, linear(0.5, 2459, 1, 2475)],
      [2475, 1],
    ],
  },
  {
    file: 'setTargetAtTime-after-event-within-block.html',
    promise: 'a target at the value that was set in the same quantum changes nothing',
    frames: 179,
    calls: [
      ['setValueAtTime', 0.5, at(42)],
      ['setTargetAtTime', 0.5, at(53), at(128)],
    ],
    expected: [
      [0, 1],
      [42, 0.5],
    ],
  },
  {
    file: 'setTargetAtTime-after-event-within-block.html',
    promise: 'a target begins at what the target before it has reached, across the edge of a quantum',
    frames: 256,
    calls: [
      ['setValueAtTime', 0, 0],
      ['setTargetAtTime', 2, at(125), at(1)],
      ['setTargetAtTime', 0, at(126), at(1)],
    ],
    expected: [
      [0, 0],
      [126, target(2 * (1 - Math.exp(-1)), 126, 0, 1)],
    ],
    // Chromium: it begins at the value of the frame before.
    notIn: ['chromium'],
  },
  {
    file: 'setValueAtTime-within-block.html',
    promise: 'sets between a quantum’s edges act on their frames',
    frames: 3 * QUANTUM,
    calls: [1, 17, 100, 129, 200, 383].map((frame, k) => ['setValueAtTime', high(k), at(frame)]),
    expected: [[0, 1], ...[1, 17, 100, 129, 200, 383].map((frame, k) => [frame, high(k)])],
  },
  {
    file: 'audioparam-setValueCurve-exceptions.html',
    promise: 'within a value curve nothing can begin, at its end anything',
    frames: 2048,
    calls: [
      ['setValueCurveAtTime', [0, 0], at(512), at(512)],
      ['setValueAtTime', 1, at(768)],
      ['linearRampToValueAtTime', 1, at(768)],
      ['exponentialRampToValueAtTime', 1, at(768)],
      ['setTargetAtTime', 1, at(768), 1],
      ['setValueAtTime', 3, at(1075)],
    ],
    throws: Object.fromEntries([1, 2, 3, 4].map((place) => [place, 'NotSupportedError'])),
    expected: [
      [0, 1],
      [512, 0],
      [1075, 3],
    ],
  },
  {
    file: 'audioparam-setValueCurve-exceptions.html',
    promise: 'a value curve over what is scheduled, of any kind, is refused',
    frames: 2048,
    calls: [
      ['linearRampToValueAtTime', 1, at(200)],
      ['exponentialRampToValueAtTime', 1, at(400)],
      ['setTargetAtTime', 1, at(600), 0.1],
      ['setValueCurveAtTime', [1, 1], at(800), 0.1],
      ...[100, 300, 500, 700].map((frame) => ['setValueCurveAtTime', [0, 0], at(frame), at(164)]),
    ],
    throws: Object.fromEntries([4, 5, 6, 7].map((place) => [place, 'NotSupportedError'])),
    expected: [[0, () => 1]],
  },
  {
    file: 'audioparam-setValueCurve-exceptions.html',
    promise: 'a value curve that has what is no finite number, or less than two values, is refused and leaves nothing',
    frames: 2048,
    calls: [
      ['setValueAtTime', 1, 0],
      ['setValueCurveAtTime', [0, 'NaN'], at(128), at(512)],
      ['setValueCurveAtTime', [0, 'Infinity'], at(128), at(512)],
      ['setValueCurveAtTime', [], at(128), at(512)],
      ['setValueCurveAtTime', [0], at(128), at(512)],
    ],
    throws: { 1: 'TypeError', 2: 'TypeError', 3: 'InvalidStateError', 4: 'InvalidStateError' },
    expected: [[0, 1]],
  },
  {
    file: 'audioparam-setValueCurve-exceptions.html',
    promise: 'value curves and all others can follow each other without a gap',
    frames: 1024,
    calls: [
      ['setValueAtTime', 1, 0],
      ['linearRampToValueAtTime', 0, at(128)],
      ['setValueCurveAtTime', [2, 3], at(128), at(128)],
      ['exponentialRampToValueAtTime', 1, at(384)],
      ['setValueCurveAtTime', [2, 3], at(384), at(128)],
      ['setValueCurveAtTime', [1, 2], at(512), at(128)],
      ['setValueAtTime', 0, at(640)],
      ['setValueCurveAtTime', [3, 1], at(640), at(128)],
      ['setTargetAtTime', 2, at(768), at(100)],
    ],
    expected: [
      [0, linear(1, 0, 0, 128)],
      [128, curve([2, 3], 128, 128)],
      [256, exponential(3, 256, 1, 384)],
      [384, curve([2, 3], 384, 128)],
      [512, curve([1, 2], 512, 128)],
      [640, curve([3, 1], 640, 128)],
      [768, target(1, 768, 2, 100)],
    ],
  },
  {
    file: 'audioparam-exceptional-values.html',
    promise: 'what is no finite number, a time before 0 and a length of 0 are refused, and leave nothing',
    frames: QUANTUM,
    calls: [
      ...['NaN', 'Infinity', '-Infinity', 'undefined', {}].flatMap((wrong) => [
        ['setValueAtTime', wrong, 0],
        ['setValueAtTime', 1, wrong],
        ['linearRampToValueAtTime', wrong, 0],
        ['linearRampToValueAtTime', 1, wrong],
        ['exponentialRampToValueAtTime', wrong, 0],
        ['exponentialRampToValueAtTime', 1, wrong],
        ['setTargetAtTime', wrong, 0, 1],
        ['setTargetAtTime', 1, wrong, 1],
        ['setTargetAtTime', 1, 0, wrong],
        ['setValueCurveAtTime', [1, 2], wrong, 1],
        ['setValueCurveAtTime', [1, 2], 0, wrong],
        ['cancelScheduledValues', wrong],
        ['value', wrong],
      ]),
      ['setValueAtTime', 2, -1],
      ['linearRampToValueAtTime', 2, -1],
      ['exponentialRampToValueAtTime', 2, -1],
      ['exponentialRampToValueAtTime', 0, 1],
      ['exponentialRampToValueAtTime', 1e-46, 1],
      ['setTargetAtTime', 2, -1, 1],
      ['setTargetAtTime', 2, 1, -1],
      ['setValueCurveAtTime', [1, 2], -1, 1],
      ['setValueCurveAtTime', [1, 2], 0, 0],
      ['setValueCurveAtTime', [1, 2], 0, -1],
      ['cancelScheduledValues', -1],
    ],
    throws: Object.fromEntries(Array.from({ length: 76 }, (_, k) => [k, k < 65 ? 'TypeError' : 'RangeError'])),
    expected: [[0, 1]],
  },
];

/**
 * In the page: plays the cases, through an engine or the browser's own GainNode. Gives of each what is heard, and what
 * each call threw: '' where it gave the parameter itself, as all must.
 */
async function play({ cases, own, sampleRate }) {
  const { createEngine } = await import('/worklet/engine.js');
  const alone = { distortion_on: false, lpf_on: false, hpf_on: false, delay_on: false };
  // JSON has no word for these.
  const numbers = new Map([NaN, Infinity, -Infinity, undefined].map((value) => [String(value), value]));
  const revive = (value) => {
    if (Array.isArray(value)) return value.map(revive);
    return numbers.has(value) ? numbers.get(value) : value;
  };
  const results = [];
  for (const { frames, calls, pause, during = [] } of cases) {
    const context = new OfflineAudioContext(1, frames, sampleRate);
    const node = own ? new GainNode(context) : await createEngine(context, { channels: 1, params: alone });
    const param = own ? node.gain : node.param('gain');
    const source = new ConstantSourceNode(context);
    source.connect(own ? node : node.input);
    node.connect(context.destination);
    source.start();
    const thrown = [];
    const call = ([method, ...args]) => {
      try {
        const revived = args.map(revive);
        if (method === 'value') [param.value] = revived;
        const given = method === 'value' ? param : param[method](...revived);
        thrown.push(given === param ? '' : 'it gave something else');
      } catch (error) {
        thrown.push(error.name);
      }
    };
    for (const each of calls) call(each);
    if (pause !== undefined) {
      context.suspend(pause / sampleRate).then(() => {
        for (const each of during) call(each);
        context.resume();
      });
    }
    const buffer = await context.startRendering();
    results.push({ sound: Array.from(buffer.getChannelData(0)), thrown });
    if (!own) await node.close();
  }
  return results;
}

/** In the page: what each parameter of an engine is and does, beside its row of the table. */
async function inspect() {
  const { createEngine } = await import('/worklet/engine.js');
  const engine = await createEngine(new OfflineAudioContext(1, 128, 16384));
  const rows = engine.parameters.map(({ id, min, max, default: initial }) => {
    const param = engine.param(id);
    const { value, defaultValue, minValue, maxValue } = param;
    const writable = ['defaultValue', 'minValue', 'maxValue'].filter((name) => Reflect.set(param, name, 42));
    const beyond = [min - 1, max + 1].map((wrong) => {
      param.value = wrong;
      return param.value;
    });
    return { id, min, max, initial, value, defaultValue, minValue, maxValue, writable, beyond };
  });
  const methods = Object.getOwnPropertyNames(AudioParam.prototype).filter(
    (name) => typeof Object.getOwnPropertyDescriptor(AudioParam.prototype, name).value === 'function',
  );
  const gain = engine.param('gain');
  const missing = methods.filter((name) => typeof gain[name] !== 'function' || gain[name].length < 1);
  await engine.close();
  return { rows, methods, missing: missing.filter((name) => name !== 'constructor') };
}

/** What is wrong with what was heard, or null. */
function wrongWith({ expected, frames }, sound, tolerance) {
  assert.equal(sound.length, frames);
  for (const [k, [from, value]] of expected.entries()) {
    if (value === null) continue;
    const end = expected[k + 1]?.[0] ?? frames;
    for (let n = from; n < end; n++) {
      const wanted = typeof value === 'number' ? value : value(n);
      const allowed = typeof value === 'number' ? 0 : tolerance;
      if (!(Math.abs(sound[n] - wanted) <= allowed)) return `frame ${n}: ${sound[n]} for ${wanted}`;
    }
  }
  return null;
}

/** The first call that did not throw what it should, or null. */
const wrongCall = (thrown, names) => thrown.find((each, place) => each !== names[place]) ?? null;

for (const name of ['chromium', 'firefox']) {
  // Firefox cannot suspend an offline render.
  const cases = CASES.filter(({ pause }) => name !== 'firefox' || pause === undefined);
  // One page for all: a page costs more than a case.
  const plain = cases.map(({ frames, calls, pause, during }) => ({ frames, calls, pause, during }));

  describe(`By the Web Platform Tests of AudioParam, in ${name},`, { skip: skipUnless(name) }, () => {
    let browser, engine, own, params;
    before(async () => {
      browser = await openBrowser(name);
      const args = { cases: plain, sampleRate: SAMPLE_RATE };
      engine = await browser.inPage(play, { args });
      params = await browser.inPage(inspect);
      own = await browser.inPage(play, { args: { ...args, own: true } });
    });
    after(() => browser?.close());

    test('idl-test.html: a parameter has every method that the browser’s AudioParam has', () => {
      assert.ok(params.methods.length > 5, `${params.methods}`);
      assert.deepEqual(params.missing, []);
    });

    test('audioparam-default-value.window.js: each parameter begins at its default', () => {
      assert.ok(params.rows.length > 20);
      for (const { id, initial, value, defaultValue } of params.rows) {
        assert.deepEqual([value, defaultValue], [Math.fround(initial), Math.fround(initial)], id);
      }
    });

    test('audioparam-nominal-range.html: each parameter has its range, read-only, and keeps its value in it', () => {
      for (const { id, min, max, minValue, maxValue, writable, beyond } of params.rows) {
        const range = [Math.fround(min), Math.fround(max)];
        assert.deepEqual([minValue, maxValue], range, id);
        assert.deepEqual(beyond, range, id);
        assert.deepEqual(writable, [], id);
      }
    });

    for (const [k, each] of cases.entries()) {
      const { file, promise, calls, during = [], throws = {}, notIn = [] } = each;
      const names = [...calls, ...during].map((_, place) => throws[place] ?? '');
      test(`${file}: ${promise}`, () => {
        assert.deepEqual(engine[k].thrown, names);
        assert.equal(wrongWith(each, engine[k].sound, TOLERANCE), null);
        const theirs = wrongWith(each, own[k].sound, OWN_TOLERANCE) ?? wrongCall(own[k].thrown, names);
        if (notIn.includes(name)) assert.notEqual(theirs, null, 'the browser’s own node does as the suite says now');
        else assert.equal(theirs, null, 'the browser’s own node');
      });
    }
  });
}
