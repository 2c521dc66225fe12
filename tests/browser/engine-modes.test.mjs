/** Changing the way to run while it plays, and the end of engines: nothing heard, nothing left. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from './harness.mjs';
import { openBrowser } from './support/pages.mjs';

const SWITCHES = 200;
const ENGINES = 100;
/** A clean sine's second difference is (2πf/fs)² of its peak, 0.08 % at 220 Hz and 48 kHz; a click is far beyond this. */
const CLICK = 0.02;

describe('Changing the mode', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test(`${SWITCHES} times in real time: no exception, no processor left running, memory flat`, async () => {
    const { errors, alive, held, heap, modes, missed } = await browser.inPage(async (switches) => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const engine = await t.createEngine(context, { transport: 'shared', bufferSize: 512, params: { delay_mix: 0 } });
      const sine = new OscillatorNode(context);
      sine.connect(engine.input);
      engine.output.connect(context.destination);
      sine.start();
      const errors = [];
      const modes = new Set();
      engine.addEventListener('error', ({ detail }) => errors.push(detail.message));
      const ways = [['script-processor'], ['worklet', { transport: 'message' }], ['worklet', { transport: 'shared' }]];
      const once = async (i) => {
        await engine.setMode(...ways[i % ways.length]);
        modes.add(`${engine.mode} ${engine.transport}`);
      };
      for (let i = 0; i < 30; i++) await once(i);
      gc();
      const before = performance.memory.usedJSHeapSize;
      for (let i = 30; i < switches; i++) await once(i);
      const { missed } = engine.meters();
      gc();
      const heap = performance.memory.usedJSHeapSize - before;
      await t.wait(0.1);
      const { processors, memories } = await spy.report();
      const alive = processors.filter(({ ended }) => !ended).length;
      const held = memories.filter((bytes) => bytes > 0).length;
      await engine.close();
      await context.close();
      return { errors, alive, held, heap, modes: [...modes], missed };
    }, { args: SWITCHES });
    console.log(`  ${SWITCHES} changes: the page's heap grew by ${heap} bytes; ${missed} quanta missed, by the fallback`);
    assert.deepEqual(modes.sort(), ['script-processor direct', 'worklet message', 'worklet shared']);
    assert.deepEqual(errors, []);
    // The last change led to a worklet: that one processor plays, with its memory, and no other.
    assert.equal(alive, 1);
    assert.equal(held, 1);
    assert.ok(heap < 500_000, `the page's heap grew by ${heap} bytes`);
  });

  // Offline, because Chromium's own ScriptProcessorNode drops a quantum now and then in real time when any graph is
  // changed on a busy machine (seen with a bare node that copies); offline it does not.
  test(`${SWITCHES} times over a sine: no click`, async () => {
    const { changes, roughness, seconds } = await browser.inPage(async (switches) => {
      const t = await import('/tests/browser/support/page.mjs');
      const rate = 48000;
      const context = new OfflineAudioContext(1, 200 * rate, rate);
      const params = { distortion: 0, delay_mix: 0 };
      const engine = await t.createEngine(context, { transport: 'shared', channels: 1, bufferSize: 1024, params });
      const sine = new OscillatorNode(context, { frequency: 220 });
      sine.connect(engine.input);
      engine.output.connect(context.destination);
      sine.start();
      // Holds the render to a pace that this thread can follow: it waits for a callback every 256 frames.
      const brake = context.createScriptProcessor(256, 1, 1);
      brake.onaudioprocess = () => t.block(1.5);
      sine.connect(brake).connect(context.destination);
      const rendering = context.startRendering();
      const ways = [['script-processor'], ['worklet', { transport: 'message' }], ['worklet', { transport: 'shared' }]];
      const changes = [];
      for (let i = 0; i < switches && context.state === 'running'; i++) {
        await engine.setMode(...ways[i % ways.length]);
        changes.push(context.currentTime);
      }
      brake.disconnect();
      const samples = (await rendering).getChannelData(0).subarray(rate / 10);
      return { changes: changes.length, roughness: t.roughness(samples), seconds: changes.at(-1) };
    }, { args: SWITCHES });
    console.log(`  ${changes} changes in ${seconds.toFixed(1)} s: second difference at most ` +
      `${(100 * roughness).toFixed(3)} % of the peak`);
    assert.equal(changes, SWITCHES);
    assert.ok(roughness < CLICK, `second difference ${roughness} of the peak`);
  });

  test('carries the parameters over, and the counts go on', async () => {
    const { values, counts } = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet', params: { delay_mix: 0 } });
      engine.set('gain', 2);
      const changing = engine.setMode('script-processor');
      engine.set('lpf_cutoff', 500);
      await t.wait(0.05);
      engine.set('hpf_cutoff', 100);
      const before = engine.meters().quanta;
      await changing;
      await t.wait(0.1);
      const meters = engine.meters();
      const counts = [meters.quanta > before, meters.appliedSequence, engine.sequence];
      await engine.close();
      await context.close();
      return { values: ['gain', 'lpf_cutoff', 'hpf_cutoff'].map((id) => engine.get(id)), counts };
    });
    assert.deepEqual(values, [2, 500, 100]);
    assert.deepEqual(counts, [true, 3, 3]);
  });

  test('leaves the old way playing where the new one cannot start, and says why', async () => {
    const { failure, mode, goesOn, again } = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'script-processor', processorUrl: '/pkg/nowhere.js' });
      engine.output.connect(context.destination);
      const failure = await t.failureOf(engine.setMode('worklet'));
      const { quanta } = engine.meters();
      while (engine.meters().quanta === quanta) await t.wait(0.01);
      const again = await t.failureOf(engine.setMode('sideways'));
      const { mode } = engine;
      await engine.close();
      await context.close();
      return { failure, mode, goesOn: true, again };
    });
    assert.equal(failure.code, 'worklet-script-missing');
    assert.equal(mode, 'script-processor');
    assert.ok(goesOn);
    assert.equal(again.code, 'bad-option');
  });

  test('asked for many times at once, happens one after the other and ends with the last', async () => {
    const { order, mode } = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet', params: { delay_mix: 0 } });
      const order = [];
      engine.addEventListener('modechange', () => order.push(engine.mode));
      await Promise.all(['script-processor', 'worklet', 'worklet', 'script-processor'].map((mode) => engine.setMode(mode)));
      const { mode } = engine;
      await engine.close();
      await context.close();
      return { order, mode };
    });
    assert.deepEqual(order, ['script-processor', 'worklet', 'script-processor']);
    assert.equal(mode, 'script-processor');
  });

  test('works at once in a suspended context', async () => {
    const modes = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      await context.suspend();
      const engine = await t.createEngine(context);
      const modes = [engine.mode];
      for (const mode of ['script-processor', 'worklet']) {
        await engine.setMode(mode);
        modes.push(engine.mode);
      }
      await context.resume();
      const { quanta } = engine.meters();
      while (engine.meters().quanta === quanta) await t.wait(0.01);
      await engine.close();
      await context.close();
      return modes;
    });
    assert.deepEqual(modes, ['worklet', 'script-processor', 'worklet']);
  });
});

describe('Closing an engine', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test(`${ENGINES} times in one context: quanta stop, memory comes back, no listener stays`, async () => {
    const { listeners, result } = await browser.inPage(async (engines) => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const ways = Object.values(t.WAYS);
      const lifetime = async (i) => {
        const engine = await t.createEngine(context, ways[i % ways.length]);
        engine.output.connect(context.destination);
        await t.wait(0.01);
        await engine.close();
        await engine.close();
      };
      globalThis.lives = async () => {
        for (let i = 0; i < engines; i++) await lifetime(i);
        // A processor may be called once more after it said that it has ended.
        await t.wait(0.1);
        const first = await spy.report();
        await t.wait(0.2);
        const second = await spy.report();
        return {
          processors: second.processors.length,
          called: second.processors.filter(({ calls }, i) => calls !== first.processors[i].calls).length,
          running: second.processors.filter(({ ended }) => !ended).length,
          held: second.memories.filter((bytes) => bytes > 0).length,
        };
      };
      await lifetime(0);
      await lifetime(2);
    }, {
      args: ENGINES,
      beside: async (page, ready) => {
        await ready;
        const count = async () => {
          await page.evaluate(async () => {
            gc();
            await new Promise((resolve) => setTimeout(resolve, 100));
            gc();
          });
          return (await page.metrics()).JSEventListeners;
        };
        const before = await count();
        const result = await page.evaluate(() => globalThis.lives());
        return { result, listeners: (await count()) - before };
      },
    });
    assert.ok(result.processors >= (2 * ENGINES) / 3);
    assert.equal(result.called, 0, 'processors still called');
    assert.equal(result.running, 0, 'processors that have not ended');
    assert.equal(result.held, 0, 'wasm memories still held');
    assert.ok(listeners <= 0, `${listeners} listeners stay`);
  });

  test('ends the processor of a suspended context too', async () => {
    const running = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      await context.suspend();
      const engines = [];
      for (const transport of ['shared', 'message']) engines.push(await t.createEngine(context, { mode: 'worklet', transport }));
      await Promise.all(engines.map((engine) => engine.close()));
      const { memories } = await spy.report();
      await context.close();
      return memories.filter((bytes) => bytes > 0).length;
    });
    assert.equal(running, 0);
  });

  test('happens by itself when the context is closed', async () => {
    const { closed, failure } = await browser.inPage(async () => {
      const t = await import('/tests/browser/support/page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context);
      const heard = new Promise((resolve) => engine.addEventListener('statechange', ({ detail }) => resolve(detail)));
      await context.close();
      const { state } = await heard;
      await engine.close();
      return { closed: engine.closed && state, failure: await t.failureOf(engine.resume()) };
    });
    assert.equal(closed, 'closed');
    assert.equal(failure.code, 'context-closed');
  });
});
