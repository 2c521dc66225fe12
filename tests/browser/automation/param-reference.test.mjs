/**
 * The engine's parameters beside the browsers' own AudioParams: the same random calls of all methods throw the same
 * exceptions, and give the same values, sample by sample. Where a browser leaves the specification it is not compared;
 * the deviations are in tests/support/automation.js, each with its reason. Besides them:
 *
 * - Chromium and WebKit let an event at time T act at frame ceil(T·sampleRate), Firefox at round(T·sampleRate), with
 *   ramps on the rounded times. So most schedules here are on whole frames; those that are not leave out the frame
 *   in between. The sample rate is a power of two, for ceil() of a product that was rounded up is a frame late.
 * - Chromium and WebKit begin a ramp that has none before it, but others behind it, only at its end. All schedules here
 *   begin with a set at 0.
 * - Chromium takes setTargetAtTime's time constant as a double, Firefox throws a RangeError for one beyond float32, the
 *   specification and WebKit a TypeError.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { BLINK } from '../../support/automation.js';
import { openBrowser } from '../../support/open-browser.mjs';

const AVOIDED = {
  chromium: BLINK,
  webkit: BLINK,
  firefox: [
    'hold',
    'cancel within a curve',
    'ramp after target',
    'ramp to the end of a curve',
    'cancel at the end of a curve',
  ],
};

const CALLS = 500;
const SEEDS = [2, 3, 4, 5, 6, 7, 8, 9];
/** A cancel can leave little of a schedule; the rest must still move. */
const LEAST_CHANGES = 10_000;
const SAMPLE_RATE = 32768;
const SECONDS = 8;

/** The browsers compute with float32, and add up what they have: 1e-4 of the values' range, which is 2. */
const TOLERANCE = 2e-4;

/** In the page: makes the same calls of a browser's AudioParam and of a Timeline, and compares. */
async function compare({ seed, calls, sampleRate, seconds, avoids, gridFrames }) {
  const { Timeline } = await import('/worklet/timeline.js');
  const { EventPlayer, RandomCalls } = await import('/tests/support/automation.js');
  const frames = seconds * sampleRate;
  const context = new OfflineAudioContext(1, frames, sampleRate);
  const source = new ConstantSourceNode(context, { offset: 0 });
  source.connect(context.destination);
  source.start();
  const range = { min: -1e9, max: 1e9 };
  const timeline = new Timeline({ id: 'p', ...range, default: 0, curve: 'linear' }, sampleRate);
  const player = new EventPlayer(0, range);
  const failureOf = (call) => {
    try {
      call();
      return 'none';
    } catch (error) {
      return error.name;
    }
  };
  const times = new Set();
  const time = (t) => (Math.round((t * sampleRate) / gridFrames) * gridFrames) / sampleRate;
  const random = new RandomCalls(seed, { seconds, time, avoids });
  const first = ['setValueAtTime', 0.5, 0];
  const exceptions = [];
  for (let i = 0; i <= calls; i++) {
    const [method, ...args] = i === 0 ? first : random.next();
    const theirs = failureOf(() => source.offset[method](...args));
    const ours = failureOf(() => player.send(timeline[method](...args, 0)));
    exceptions.push([theirs, ours]);
    if (i > 0 && theirs === 'none') random.accept();
    if (method.startsWith('setValueCurve')) times.add(args[1]).add(args[1] + args[2]);
    else times.add(args[1] ?? args[0]);
  }
  const rendered = (await context.startRendering()).getChannelData(0);
  const played = player.play(frames);
  const unclear = new Set(
    [...times]
      .map((t) => t * sampleRate)
      .filter((x) => Math.round(x) !== Math.ceil(x))
      .map(Math.floor),
  );
  let [largest, at, compared] = [0, 0, 0];
  for (let i = 0; i < frames; i++) {
    if (unclear.has(i)) continue;
    compared++;
    const difference = Math.abs(rendered[i] - played[i]);
    if (!(difference <= largest)) [largest, at] = [difference, i];
  }
  return {
    largest,
    at: at / sampleRate,
    there: [rendered[at], played[at]],
    compared: compared / frames,
    changes: rendered.reduce((sum, x, i) => sum + (i > 0 && x !== rendered[i - 1]), 0),
    exceptions: exceptions.filter(([theirs, ours]) => theirs !== ours).length,
    thrown: exceptions.filter(([theirs]) => theirs !== 'none').length,
  };
}

for (const [name, avoids] of Object.entries(AVOIDED)) {
  describe(`A parameter’s schedule beside ${name}’s AudioParam`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    const run = (seed, settings) =>
      browser.inPage(compare, {
        args: { seed, calls: CALLS, sampleRate: SAMPLE_RATE, seconds: SECONDS, avoids, gridFrames: 64, ...settings },
      });

    for (const seed of SEEDS) {
      test(`is the same after ${CALLS} random calls, seed ${seed}`, async () => {
        const result = await run(seed);
        assert.equal(result.exceptions, 0, 'calls threw something else');
        assert.ok(result.thrown > 0, 'some calls were refused');
        assert.ok(result.changes > LEAST_CHANGES, `${result.changes} changes`);
        assert.ok(result.largest <= TOLERANCE, JSON.stringify(result));
      });
    }

    test('is the same between frames, but in the frame that comes first', { skip: name === 'firefox' }, async () => {
      const result = await run(SEEDS[0], { gridFrames: 0.25, avoids: [...avoids, 'target'] });
      assert.equal(result.exceptions, 0, 'calls threw something else');
      assert.ok(result.compared > 0.99 && result.compared < 1, `${result.compared} compared`);
      assert.ok(result.changes > LEAST_CHANGES, `${result.changes} changes`);
      assert.ok(result.largest <= TOLERANCE, JSON.stringify(result));
    });
  });
}
