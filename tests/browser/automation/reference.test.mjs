/**
 * The engine, automated, beside the browser's own nodes under the same calls in the same OfflineAudioContext. Chromium.
 *
 * Chromium lets an event at time T act at frame ceil(T·sampleRate), this engine at round(T·sampleRate): so all times
 * are on whole frames. The sample rate is a power of two, for ceil() of a product that was rounded up is a frame late.
 *
 * While a cutoff moves the engine has new coefficients at every 8th frame, those of the last of the 8: so it is ahead
 * by 3.5 frames on average, 0.1 ms. And its integrators mean the same under all coefficients, where the node's delays
 * of direct form I do not. Together that is −66 dB for the fastest movement here, and −81 dB for the slowest.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { BLINK } from '../../support/automation.js';
import { openBrowser } from '../../support/open-browser.mjs';

const SAMPLE_RATE = 32768;
const SECONDS = 4;

/** Each method with values for the gain, and a mixed schedule: an AudioParam's calls, as [method, ...arguments]. */
const GAINS = {
  setValueAtTime: [
    ['setValueAtTime', 0.5, 0.25],
    ['setValueAtTime', 3, 1],
    ['setValueAtTime', 0, 2.5],
  ],
  linearRampToValueAtTime: [
    ['setValueAtTime', 0.5, 0],
    ['linearRampToValueAtTime', 3, 1.5],
    ['linearRampToValueAtTime', 0, 3],
  ],
  exponentialRampToValueAtTime: [
    ['setValueAtTime', 0.01, 0],
    ['exponentialRampToValueAtTime', 4, 1.5],
    ['exponentialRampToValueAtTime', 0.02, 3],
  ],
  setTargetAtTime: [
    ['setValueAtTime', 1, 0],
    ['setTargetAtTime', 0, 0.25, 0.25],
    ['setValueAtTime', 0.5, 2],
    ['setTargetAtTime', 2, 2.5, 0.0625],
  ],
  setValueCurveAtTime: [
    ['setValueAtTime', 1, 0],
    ['setValueCurveAtTime', [0, 2, 0.5, 0.5, 1], 0.5, 1.25],
    ['setValueCurveAtTime', [1, 0], 2, 0.5],
  ],
  cancelScheduledValues: [
    ['setValueAtTime', 0.5, 0],
    ['linearRampToValueAtTime', 3, 1],
    ['setValueAtTime', 0.25, 2],
    ['cancelScheduledValues', 1.5],
  ],
  cancelAndHoldAtTime: [
    ['setValueAtTime', 0.5, 0],
    ['linearRampToValueAtTime', 3, 2],
    ['cancelAndHoldAtTime', 0.75],
    ['linearRampToValueAtTime', 0.5, 3],
  ],
};

/** Cutoffs on their way, in Hz. */
const CUTOFFS = {
  'a linear ramp': [
    ['setValueAtTime', 500, 0],
    ['linearRampToValueAtTime', 8000, 3],
  ],
  'an exponential ramp': [
    ['setValueAtTime', 100, 0],
    ['exponentialRampToValueAtTime', 8000, 3],
  ],
  'a target': [
    ['setValueAtTime', 200, 0],
    ['setTargetAtTime', 4000, 0.5, 0.25],
  ],
  'a curve': [
    ['setValueAtTime', 1000, 0],
    ['setValueCurveAtTime', [1000, 5000, 300, 2000], 0.5, 2.5],
  ],
};

/**
 * In the page: noise through an engine and through a node, each with its parameter under the same calls. Gives the
 * difference in decibels, and that of the last quarter of a second, where nothing moves any more.
 */
async function beside({ node, id, params, way, calls, random, sampleRate, seconds }) {
  const t = await import('/tests/support/in-page.mjs');
  const frames = seconds * sampleRate;
  const context = new OfflineAudioContext(2, frames, sampleRate);
  const engine = await t.createEngine(context, { ...t.WAYS[way], channels: 1, params });
  const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [t.noise(51, frames)]) });
  const [type, options, name] = node;
  const native = type === 'gain' ? new GainNode(context) : new BiquadFilterNode(context, options);
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  source.connect(engine.input);
  engine.output.connect(merger, 0, 0);
  source.connect(native).connect(merger, 0, 1);
  merger.connect(context.destination);
  source.start();
  let accepted = 0;
  const call = ([method, ...args]) => {
    native[name][method](...args);
    engine.param(id)[method](...args);
    accepted++;
  };
  for (const each of calls ?? []) call(each);
  if (random) {
    const { RandomCalls } = await import('/tests/support/automation.js');
    const time = (x) => Math.round((x * sampleRate) / 64) * (64 / sampleRate);
    const draws = new RandomCalls(random.seed, { seconds, time, avoids: random.avoids });
    call(['setValueAtTime', 0.5, 0]);
    for (let i = 0; i < random.calls; i++) {
      const next = draws.next();
      try {
        call(next);
        draws.accept();
      } catch {
        // Both refuse it: param-reference.test.mjs.
      }
    }
  }
  const rendered = await context.startRendering();
  const [ours, theirs] = [0, 1].map((channel) => rendered.getChannelData(channel));
  const end = frames - sampleRate / 4;
  const { late } = engine.meters();
  return {
    // The same bits are −Infinity dB, which JSON has no word for.
    error: Math.max(-1000, t.errorInDecibels(ours, theirs)),
    atRest: Math.max(-1000, t.errorInDecibels(ours.subarray(end), theirs.subarray(end))),
    late,
    accepted,
    moves:
      t.differences(
        ours,
        ours.map((_, i) => ours[i] && ours[0]),
      ) >
      frames / 2,
  };
}

const ALONE = { distortion_on: false, lpf_on: false, hpf_on: false, delay_on: false };

describe('Beside the browser’s own nodes, automated alike,', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  const run = (args) => browser.inPage(beside, { args: { sampleRate: SAMPLE_RATE, seconds: SECONDS, ...args } });
  const runGain = (args) => run({ node: ['gain', {}, 'gain'], id: 'gain', params: ALONE, ...args });

  for (const [method, calls] of Object.entries(GAINS)) {
    test(`the gain by ${method} is a GainNode’s to −100 dB, by either transport`, async () => {
      for (const way of ['worklet-shared', 'worklet-message']) {
        const { error, late } = await runGain({ way, calls });
        console.log(`  gain, ${method}, ${way}: ${error.toFixed(1)} dB`);
        assert.ok(error <= -100, `${error} dB, ${way}`);
        assert.equal(late, 0);
      }
    });
  }

  for (const seed of [11, 12, 13]) {
    test(`the gain by a mixed schedule is a GainNode’s to −100 dB, seed ${seed}`, async () => {
      const { error, accepted } = await runGain({
        way: 'worklet-shared',
        random: { seed, calls: 300, avoids: BLINK },
      });
      assert.ok(accepted > 100, `${accepted} calls were accepted`);
      assert.ok(error <= -100, `${error} dB`);
    });
  }

  for (const [type, id, on] of [
    ['lowpass', 'lpf_cutoff', 'lpf_on'],
    ['highpass', 'hpf_cutoff', 'hpf_on'],
  ]) {
    for (const [what, calls] of Object.entries(CUTOFFS)) {
      test(`${id} on ${what} is near a BiquadFilterNode’s while it moves, and the same at rest`, async () => {
        const { error, atRest } = await run({
          // The node takes the Q of these types in decibels.
          node: ['biquad', { type, Q: 20 * Math.log10(Math.SQRT1_2) }, 'frequency'],
          id,
          params: { ...ALONE, [on]: true },
          way: 'worklet-shared',
          calls,
        });
        console.log(`  ${id}, ${what}: ${error.toFixed(1)} dB, at rest ${atRest.toFixed(1)} dB`);
        assert.ok(error <= -60, `${error} dB`);
        assert.ok(atRest <= -100, `${atRest} dB at rest`);
      });
    }
  }
});
