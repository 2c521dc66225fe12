/** Changing the way to run while it plays, and the end of engines: nothing heard, nothing left. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

const SWITCHES = 200;
const ENGINES = 100;

describe('Changing the mode', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test(`${SWITCHES} times over a sine: no exception, no click, no processor left running, memory flat`, async () => {
    const { worklets, fallback, errors, alive, held, heap, modes } = await browser.inPage(
      async (switches) => {
        const t = await import('/tests/support/in-page.mjs');
        const context = await t.runningContext({ sampleRate: 48000 });
        const spy = await t.spyOn(context);
        const params = { distortion: 0, delay_mix: 0 };
        const engine = await t.createEngine(context, { transport: 'shared', channels: 1, bufferSize: 4096, params });
        const sine = new OscillatorNode(context, { frequency: 220 });
        sine.connect(engine.input);
        engine.output.connect(context.destination);
        sine.start();
        const errors = [];
        const modes = new Set();
        engine.addEventListener('error', ({ detail }) => errors.push(detail.message));
        const ways = [
          ['script-processor'],
          ['worklet', { transport: 'message' }],
          ['worklet', { transport: 'shared' }],
        ];
        const change = async (i) => {
          await engine.setMode(...ways[i % ways.length]);
          modes.add(`${engine.mode} ${engine.transport}`);
        };
        // Changes among worklets, and from or to the fallback: how many, how rough the roughest, how many clicked.
        const worklets = { changes: 0, roughest: 0, clicks: 0 };
        const fallback = { changes: 0, roughest: 0, clicks: 0 };
        let heap = 0;
        let recorder = await t.record(engine.output, { seconds: 5, channels: 1 });
        for (let i = 0; i < switches; i++) {
          if (i === 30) {
            gc();
            heap = performance.memory.usedJSHeapSize;
          }
          const { mode } = engine;
          await change(i);
          const next = await t.record(engine.output, { seconds: 5, channels: 1 });
          const {
            channels: [samples],
          } = await recorder.take();
          recorder = next;
          const kind = mode === 'worklet' && engine.mode === 'worklet' ? worklets : fallback;
          const roughness = t.roughness(samples);
          kind.changes++;
          if (roughness > 0.02) kind.clicks++;
          else kind.roughest = Math.max(kind.roughest, roughness);
        }
        await recorder.take();
        gc();
        heap = performance.memory.usedJSHeapSize - heap;
        await t.wait(0.1);
        const { processors, memories } = await spy.report();
        const alive = processors.filter(({ ended }) => !ended).length;
        const held = memories.filter((bytes) => bytes > 0).length;
        await engine.close();
        await context.close();
        return { worklets, fallback, errors, alive, held, heap, modes: [...modes] };
      },
      { args: SWITCHES },
    );
    const percent = ({ roughest }) => `${(100 * roughest).toFixed(3)} % of the peak`;
    console.log(
      `  among worklets: ${worklets.changes} changes, second difference at most ${percent(worklets)}; ` +
        `from or to the fallback: ${fallback.changes}, at most ${percent(fallback)}, besides ` +
        `${fallback.clicks} that heard the browser drop a buffer; heap ${heap} bytes`,
    );
    assert.deepEqual(modes.sort(), ['script-processor direct', 'worklet message', 'worklet shared']);
    assert.deepEqual(errors, []);
    assert.equal(worklets.changes + fallback.changes, SWITCHES);
    assert.equal(worklets.clicks, 0);
    // On a busy machine Chromium's ScriptProcessorNode itself drops a quantum now and then while a graph is being
    // changed: so does a bare one that copies. A click of the engine's own would be in every change of the kind.
    assert.ok(fallback.clicks <= fallback.changes / 10, `${fallback.clicks} of ${fallback.changes} changes clicked`);
    // The last change led to a worklet: that one processor plays, with its memory, and no other.
    assert.equal(alive, 1);
    assert.equal(held, 1);
    assert.ok(heap < 1_000_000, `the page's heap grew by ${heap} bytes`);
  });

  test('carries the parameters over, and the counts go on', async () => {
    const { values, counts } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
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

  test('loses nothing that is set while the new host starts', async () => {
    const { behind, peaks } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { ...t.WAYS['worklet-shared'], params: { delay_mix: 0 } });
      const sine = new OscillatorNode(context);
      sine.connect(engine.input);
      sine.start();
      engine.output.connect(context.destination);
      const behind = [];
      const peaks = [];
      for (const way of ['worklet-message', 'worklet-shared', 'script-processor']) {
        engine.set('gain', 1);
        const { mode, transport } = t.WAYS[way];
        // Sets in every turn of the event loop, from the first in which the new host starts.
        const change = engine.setMode(mode, { transport });
        for (let turn = 0; turn < 20; turn++) {
          engine.set('gain', turn === 19 ? 0 : 2);
          await t.wait(0);
        }
        await change;
        await t.wait(0.3);
        behind.push(engine.sequence - engine.meters().appliedSequence);
        const recorder = await t.record(engine.output, { seconds: 1, channels: 1 });
        await t.wait(0.1);
        const {
          channels: [samples],
        } = await recorder.take();
        peaks.push(samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0));
      }
      await engine.close();
      await context.close();
      return { behind, peaks };
    });
    assert.deepEqual(behind, [0, 0, 0]);
    for (const peak of peaks) assert.ok(peak < 1e-4, `a gain of 0 still sounds, peak ${peak}`);
  });

  test('goes back to the transport that was asked for', async () => {
    const transports = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      await context.suspend();
      const transports = [];
      for (const transport of ['message', 'direct']) {
        const engine = await t.createEngine(context, { transport });
        for (const mode of ['script-processor', 'worklet']) {
          await engine.setMode(mode);
          transports.push(engine.transport);
        }
        await engine.close();
      }
      await context.close();
      return transports;
    });
    assert.deepEqual(transports, ['direct', 'message', 'direct', 'shared']);
  });

  test('keeps the first echo of what sounded before it', async () => {
    const { error, change } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sampleRate = 48000;
      const burst = t.noise(51, 4800);
      const params = { delay_time: 0.25, delay_feedback: 0, delay_mix: 0.5 };
      const context = await t.runningContext({ sampleRate });
      const engine = await t.createEngine(context, { mode: 'worklet', transport: 'shared', channels: 1, params });
      engine.output.connect(context.destination);
      const recorder = await t.record(engine.output, { seconds: 3, channels: 1 });
      await t.wait(0.1);
      const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [burst]) });
      source.connect(engine.input);
      source.start();
      const started = context.currentTime;
      await t.wait(0.1);
      await engine.setMode('worklet', { transport: 'message' });
      const change = context.currentTime - started;
      await t.wait(0.2);
      const {
        channels: [recorded],
      } = await recorder.take();
      await engine.close();
      await context.close();
      const input = new Float32Array(0.4 * sampleRate);
      input.set(burst);
      const begin = recorded.findIndex((x) => x !== 0);
      const expected = t.chain(input, sampleRate, params);
      return { error: t.errorInDecibels(recorded.subarray(begin, begin + input.length), expected), change };
    });
    assert.ok(change > 0.35, `the change took ${change} s`);
    assert.ok(error <= -100, `error ${error} dB`);
  });

  test('leaves the old way playing where the new one cannot start, and says why', async () => {
    const { failure, mode, goesOn, again } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
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
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet', params: { delay_mix: 0 } });
      const order = [];
      engine.addEventListener('modechange', () => order.push(engine.mode));
      const modes = ['script-processor', 'worklet', 'worklet', 'script-processor'];
      await Promise.all(modes.map((mode) => engine.setMode(mode)));
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
      const t = await import('/tests/support/in-page.mjs');
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
    const { listeners, result } = await browser.inPage(
      async () => {
        const t = await import('/tests/support/in-page.mjs');
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
        globalThis.lives = async (engines) => {
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
      },
      {
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
          // What loads once, and what the browser keeps of the last engine for a while, is there before it counts.
          await page.evaluate(() => globalThis.lives(6));
          const before = await count();
          const result = await page.evaluate((engines) => globalThis.lives(engines), ENGINES);
          return { result, listeners: (await count()) - before };
        },
      },
    );
    assert.ok(result.processors >= (2 * ENGINES) / 3);
    assert.equal(result.called, 0, 'processors still called');
    assert.equal(result.running, 0, 'processors that have not ended');
    assert.equal(result.held, 0, 'wasm memories still held');
    assert.ok(listeners <= 0, `${listeners} listeners stay`);
  });

  test('ends the processor of a suspended context too', async () => {
    const running = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      await context.suspend();
      const engines = [];
      for (const transport of ['shared', 'message']) engines.push(await t.createEngine(context, { transport }));
      await Promise.all(engines.map((engine) => engine.close()));
      const { memories } = await spy.report();
      await context.close();
      return memories.filter((bytes) => bytes > 0).length;
    });
    assert.equal(running, 0);
  });

  for (const when of ['the new host starts', 'both crossfade']) {
    test(`in the middle of a change, while ${when}, ends both hosts and refuses the change`, async () => {
      const { failure, running } = await browser.inPage(
        async (when) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const spy = await t.spyOn(context);
          const engine = await t.createEngine(context, { transport: 'shared' });
          engine.output.connect(context.destination);
          await t.wait(0.1);
          const changing = t.failureOf(engine.setMode('worklet', { transport: 'message' }));
          if (when === 'both crossfade') {
            while ((await spy.report()).processors.length < 2);
            await t.wait(0.1);
          }
          await engine.close();
          const failure = await changing;
          await t.wait(0.1);
          const { processors } = await spy.report();
          await context.close();
          return { failure, running: processors.filter(({ ended }) => !ended).length };
        },
        { args: when },
      );
      assert.equal(failure.code, 'engine-closed');
      assert.equal(running, 0);
    });
  }

  test('happens by itself when the context is closed', async () => {
    const { closed, failure } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
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
