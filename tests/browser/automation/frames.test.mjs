/**
 * Every event acts on its frame, round(T·sampleRate), in each browser: offline by every way to run, and in real time,
 * where it is scheduled 50 ms ahead.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** WebKitGTK has no SharedArrayBuffer; Firefox does not wait for a script processor offline. */
const WAYS = {
  chromium: ['worklet-shared', 'worklet-message', 'script-processor'],
  firefox: ['worklet-shared', 'worklet-message'],
  webkit: ['worklet-message'],
};

const EVENTS = 10_000;
const MANY_EVENTS = 100_000;
const SECONDS_OF_MANY = 10;
const SAMPLE_RATE = 44100;

/** On a busy machine a real-time thread can come too late, or break the recording; then it is played again. */
const TRIES = 8;

/** In the page: random steps, offline; how many frames are not as they should be. */
async function offline({ way, count, sampleRate, seconds }) {
  const t = await import('/tests/support/in-page.mjs');
  const s = await import('/tests/support/steps.js');
  // At each whole number of frames, half a frame and all between.
  const steps = s.randomSteps(count, { count, seconds });
  const options = { ...t.WAYS[way], bufferSize: 256 };
  const frames = seconds * sampleRate;
  const { sound, meters } = await s.renderSteps(t.createEngine, options, steps, { sampleRate, frames });
  // The fallback is late by its buffers.
  const delay = sound.findIndex((x) => x !== 0);
  return { off: s.framesOff(sound.subarray(delay), steps, { sampleRate }), late: meters.late, delay };
}

/** In the page: random steps in real time, scheduled bit by bit, each 50 ms ahead at least. */
async function live({ way, count, sampleRate, tries }) {
  const t = await import('/tests/support/in-page.mjs');
  const s = await import('/tests/support/steps.js');
  const [AHEAD_SECONDS, PART_SECONDS, PARTS] = [0.05, 0.1, 20];
  const context = await t.runningContext({ sampleRate });
  let result = { off: Infinity };
  for (let attempt = 0; attempt < tries && (result.off > 0 || result.late > 0); attempt++) {
    const engine = await t.createEngine(context, { ...t.WAYS[way], channels: 1, params: s.GAIN_ALONE });
    const source = new ConstantSourceNode(context);
    source.connect(engine.input);
    source.start();
    const recorder = await t.record(engine.output, { seconds: 10, channels: 1 });
    const all = [];
    let from = context.currentTime + 0.3;
    for (let part = 0; part < PARTS; part++) {
      while (from - context.currentTime > AHEAD_SECONDS + PART_SECONDS) await t.wait(0.005);
      from = Math.max(from, context.currentTime + AHEAD_SECONDS);
      const steps = s.randomSteps(1000 * attempt + part, { count: count / PARTS, from, seconds: PART_SECONDS });
      s.schedule(engine.param('gain'), steps);
      all.push(...steps);
      from += PART_SECONDS;
    }
    while (context.currentTime < from + 0.1) await t.wait(0.05);
    const { channels, gaps, firstFrame } = await recorder.take();
    // From when the source is heard until after the last step.
    const start = channels[0].findIndex((x) => x !== 0);
    const sound = channels[0].subarray(start);
    const off = s.framesOff(sound, all, { sampleRate, first: firstFrame + start });
    await engine.close();
    source.disconnect();
    const heard = new Set(sound).size;
    result = { off, gaps, late: engine.meters().late, heard, transport: engine.transport, attempts: attempt + 1 };
  }
  await context.close();
  return result;
}

/** In the page: more events than anyone schedules, before the first quantum and in any order. */
async function manyEvents({ way, count, sampleRate, seconds }) {
  const t = await import('/tests/support/in-page.mjs');
  const s = await import('/tests/support/steps.js');
  const heaps = [];
  let [off, late] = [0, 0];
  for (let round = 0; round < 4; round++) {
    const steps = s.randomSteps(round, { count, seconds });
    const options = { ...t.WAYS[way] };
    const frames = seconds * sampleRate;
    const { sound, meters } = await s.renderSteps(t.createEngine, options, steps, { sampleRate, frames });
    off += s.framesOff(sound, steps, { sampleRate });
    late += meters.late;
    globalThis.gc();
    await t.wait(0.1);
    globalThis.gc();
    heaps.push(performance.memory.usedJSHeapSize);
  }
  return { off, late, heaps };
}

for (const [name, ways] of Object.entries(WAYS)) {
  describe(`An event, in ${name},`, { skip: skipUnless(name) }, () => {
    let browser;
    const args = ['--js-flags=--expose-gc', '--enable-precise-memory-info'];
    before(async () => (browser = await openBrowser(name, name === 'chromium' ? { args } : {})));
    after(() => browser?.close());

    for (const way of ways) {
      test(`acts on its frame offline, as ${EVENTS} of them do (${way})`, async () => {
        const { off, late } = await browser.inPage(offline, {
          args: { way, count: EVENTS, sampleRate: SAMPLE_RATE, seconds: 4 },
        });
        assert.deepEqual({ off, late }, { off: 0, late: 0 });
      });
    }

    for (const way of ways.filter((each) => each !== 'script-processor')) {
      test(`acts on its frame in real time, as ${EVENTS} of them do (${way})`, async () => {
        const result = await browser.inPage(live, {
          args: { way, count: EVENTS, sampleRate: SAMPLE_RATE, tries: TRIES },
        });
        assert.deepEqual([result.off, result.late, result.gaps], [0, 0, 0], JSON.stringify(result));
        assert.ok(result.heard > EVENTS / 2, `${result.heard} steps were heard`);
        assert.equal(`worklet-${result.transport}`, way);
      });
    }

    if (name !== 'chromium') return;
    for (const way of ['worklet-shared', 'worklet-message']) {
      test(`acts on its frame where ${MANY_EVENTS} wait, and leaves no memory behind (${way})`, async () => {
        const { off, late, heaps } = await browser.inPage(manyEvents, {
          args: { way, count: MANY_EVENTS, sampleRate: SAMPLE_RATE, seconds: SECONDS_OF_MANY },
        });
        assert.deepEqual({ off, late }, { off: 0, late: 0 });
        // Chromium keeps what an offline context with a worklet has rendered as long as the page.
        const rendered = 2 * 4 * SECONDS_OF_MANY * SAMPLE_RATE;
        const grown = heaps[3] - heaps[1] - rendered;
        // What two bytes of each event would take.
        assert.ok(grown < 2 * 2 * MANY_EVENTS, `${grown} bytes more after two renders more: ${heaps}`);
      });
    }
  });
}
