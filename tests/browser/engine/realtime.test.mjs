/**
 * The engine in real time: nothing missed, nothing posted, nothing grown, and no busy page heard. Chromium.
 * What is measured on the audio thread is measured there, by the spy and the recorder.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** A clean sine's second difference is (2πf/fs)² of its peak, 0.08 % at 220 Hz and 48 kHz; a click is far beyond. */
const CLICK = 0.02;

describe('The engine, in real time', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test('plays 10 s by shared memory: no quantum missed, nothing posted, no memory grown', async () => {
    const seen = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const engine = await t.createEngine(context, { mode: 'worklet', transport: 'shared' });
      const sine = new OscillatorNode(context);
      sine.connect(engine.input);
      sine.start();
      engine.output.connect(context.destination);
      await t.wait(0.2);
      let posted = 0;
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (...message) {
        posted++;
        return postMessage.apply(this, message);
      };
      const look = async () => {
        const { posts, memories } = await spy.report();
        const before = context.currentTime;
        const meters = engine.meters();
        return { posts, memories, before, after: context.currentTime, postedHere: posted, ...meters };
      };
      const first = await look();
      for (let second = 0; second < 10; second++) {
        engine.set('gain', second / 10);
        await t.wait(1);
      }
      const last = await look();
      await engine.close();
      await context.close();
      return { first, last, rate: context.sampleRate / 128 };
    });
    const { first, last, rate } = seen;
    const quanta = last.quanta - first.quanta;
    assert.ok(quanta > 3000, `${quanta} quanta in 10 s`);
    assert.equal(last.missed, 0);
    // The clock's reading here follows the audio thread by up to a device's buffer, some quanta.
    const atLeast = (last.before - first.after) * rate - 16;
    const atMost = (last.after - first.before) * rate + 16;
    assert.ok(atLeast <= quanta && quanta <= atMost, `${quanta} quanta, by the clock ${atLeast} … ${atMost}`);
    assert.deepEqual(last.memories, first.memories);
    assert.equal(last.posts, first.posts, 'posted by the audio thread');
    assert.equal(last.postedHere - first.postedHere, 1, "posted by the main thread: the spy's own question");
    assert.equal(last.appliedSequence, 10);
  });

  test('by messages posts meters at most 30 times a second, and changes at most once per frame', async () => {
    const { toAudio, toMain, seconds, frames, gain, applied } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      let toAudio = 0;
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (message, ...rest) {
        if (message.inbound) toAudio++;
        return postMessage.call(this, message, ...rest);
      };
      const engine = await t.createEngine(context, { mode: 'worklet', transport: 'message' });
      engine.output.connect(context.destination);
      const from = { ...(await spy.report()), time: context.currentTime };
      let frames = 0;
      const countFrames = () => {
        frames++;
        requestAnimationFrame(countFrames);
      };
      requestAnimationFrame(countFrames);
      for (let i = 0; i < 2000; i++) {
        for (let j = 0; j < 5; j++) engine.set('gain', (i % 40) / 10);
        if (i % 4 === 0) await t.wait(0.002);
      }
      engine.set('gain', 1.5);
      const to = { ...(await spy.report()), time: context.currentTime };
      await t.wait(0.3);
      const { appliedSequence } = engine.meters();
      const result = {
        toAudio,
        frames,
        toMain: to.posts - from.posts,
        seconds: to.time - from.time,
        gain: engine.get('gain'),
        applied: appliedSequence - engine.sequence,
      };
      await engine.close();
      await context.close();
      return result;
    });
    assert.ok(toMain <= 30 * seconds + 2, `${toMain} messages of meters in ${seconds} s`);
    assert.ok(toMain > 0);
    // One more than frames: the first change does not wait for one.
    assert.ok(toAudio <= frames + 2, `${toAudio} changes posted in ${frames} frames`);
    assert.equal(gain, 1.5);
    assert.equal(applied, 0, 'the last change has arrived');
  });

  test('posts nothing where nothing changes', async () => {
    const posted = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet', transport: 'message' });
      let posted = 0;
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (...message) {
        posted++;
        return postMessage.apply(this, message);
      };
      await t.wait(0.5);
      const before = posted;
      await engine.close();
      await context.close();
      return before;
    });
    assert.equal(posted, 0);
  });

  test('applies every set in the first quantum that begins after it', async () => {
    const seen = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet', transport: 'shared' });
      engine.output.connect(context.destination);
      const late = [];
      for (let i = 1; i <= 50; i++) {
        await t.wait(0.01);
        engine.set('gain', i / 50);
        // A quantum may have begun before the store; the one after it begins later, and must have it.
        const { quanta } = engine.meters();
        while (engine.meters().quanta - quanta < 2);
        late.push(engine.meters().appliedSequence - i);
      }
      await engine.close();
      await context.close();
      return late;
    });
    assert.equal(seen.length, 50);
    assert.ok(
      seen.every((behind) => behind === 0),
      `behind by ${seen}`,
    );
  });

  test('plays through a main thread blocked for 500 ms: no quantum missed, no discontinuity in its sine', async () => {
    const { gaps, missed, roughness, seconds } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const engine = await t.createEngine(context, { mode: 'worklet', params: { distortion: 0, delay_mix: 0 } });
      const sine = new OscillatorNode(context, { frequency: 220 });
      sine.connect(engine.input);
      engine.output.connect(context.destination);
      sine.start();
      await t.wait(0.3);
      const recorder = await t.record(engine.output, { seconds: 3, channels: 1 });
      await t.wait(0.2);
      t.block(500);
      await t.wait(0.2);
      const {
        channels: [samples],
        gaps,
      } = await recorder.take();
      const { missed } = engine.meters();
      await engine.close();
      await context.close();
      return { gaps, missed, roughness: t.roughness(samples), seconds: samples.length / 48000 };
    });
    assert.ok(seconds > 0.8, `recorded ${seconds} s`);
    assert.equal(gaps, 0);
    assert.equal(missed, 0);
    assert.ok(roughness < CLICK, `second difference ${roughness} of the peak`);
  });

  for (const bufferSize of [512, 2048]) {
    test(`counts what a main thread blocked for 500 ms costs a fallback of ${bufferSize} frames`, async () => {
      const { before, during, passed, roughness } = await browser.inPage(
        async (bufferSize) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext({ sampleRate: 48000 });
          const params = { distortion: 0, delay_mix: 0 };
          const engine = await t.createEngine(context, { mode: 'script-processor', bufferSize, params });
          const sine = new OscillatorNode(context, { frequency: 220 });
          sine.connect(engine.input);
          engine.output.connect(context.destination);
          sine.start();
          await t.wait(0.5);
          const recorder = await t.record(engine.output, { seconds: 3, channels: 1 });
          await t.wait(0.1);
          const before = { ...engine.underruns(), time: context.currentTime };
          t.block(500);
          await t.wait(0.5);
          const { count } = engine.underruns();
          const passed = ((context.currentTime - before.time) * context.sampleRate) / 128;
          const {
            channels: [samples],
          } = await recorder.take();
          await engine.close();
          await context.close();
          return { before, during: count - before.count, passed, roughness: t.roughness(samples) };
        },
        { args: bufferSize },
      );
      assert.equal(before.source, 'quanta');
      // 500 ms are 187 quanta, of which two buffers' may have been in time; the edges fall within a third.
      const inTime = (3 * bufferSize) / 128;
      assert.ok(during >= 187 - inTime && during <= passed, `${during} quanta counted of ${passed}`);
      assert.ok(roughness > CLICK, 'and it is heard');
    });
  }

  test('grows an automatic buffer when it hears itself glitch', async () => {
    const sizes = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const engine = await t.createEngine(context, { mode: 'script-processor', params: { delay_mix: 0 } });
      engine.output.connect(context.destination);
      const sizes = [engine.bufferSize];
      const grown = new Promise((resolve) => engine.addEventListener('modechange', resolve, { once: true }));
      for (let i = 0; i < 8; i++) {
        await t.wait(0.05);
        t.block(100);
      }
      await grown;
      sizes.push(engine.bufferSize);
      await engine.close();
      await context.close();
      return sizes;
    });
    assert.equal(sizes[0], 512);
    assert.ok(sizes[1] > 512, `grew to ${sizes[1]}`);
  });

  test('plays eight engines at once for 30 s, none missing a quantum', async () => {
    const { missed, quanta, underruns } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const oscillator = new OscillatorNode(context);
      oscillator.start();
      const engines = await Promise.all(Array.from({ length: 8 }, () => t.createEngine(context, { mode: 'worklet' })));
      for (const engine of engines) {
        oscillator.connect(engine.input);
        engine.output.connect(context.destination);
      }
      await t.wait(1);
      const start = engines.map((engine) => engine.meters());
      const { count } = engines[0].underruns();
      await t.wait(30);
      const end = engines.map((engine) => engine.meters());
      const underruns = engines[0].underruns().count - count;
      await Promise.all(engines.map((engine) => engine.close()));
      await context.close();
      return {
        missed: end.map((meters, i) => meters.missed - start[i].missed),
        quanta: end.map((meters, i) => meters.quanta - start[i].quanta),
        underruns,
      };
    });
    assert.deepEqual(missed, Array(8).fill(0));
    assert.ok(
      quanta.every((count) => count > 9000),
      `${quanta} quanta in 30 s`,
    );
    console.log(`  eight engines, 30 s: ${underruns} underruns of the output device`);
  });
});
