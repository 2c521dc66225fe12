/** Engines made with `fixed`: one node, the same sound, and an end by name to whatever would replace it. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('A fixed engine', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  for (const way of ['worklet-shared', 'worklet-message', 'script-processor']) {
    for (const channels of [1, 2]) {
      const setting = `${way}, ${channels === 1 ? 'mono' : 'stereo'}`;
      test(`renders the same bits offline as one that can change its mode, the tail too (${setting})`, async () => {
        const { differences, sounding } = await browser.inPage(
          async ({ way, channels }) => {
            const t = await import('/tests/support/in-page.mjs');
            const input = [t.noise(61, 48000), t.noise(62, 48000)].slice(0, channels);
            const params = { delay_time: 0.05, lpf_cutoff: 5000, hpf_cutoff: 100, distortion: 0.5 };
            const [fixed, changeable] = await Promise.all(
              [true, false].map((fixed) =>
                t.renderOffline({ ...t.WAYS[way], params, fixed }, { sampleRate: 48000, input, frames: 60000 }),
              ),
            );
            return {
              differences: fixed.output.map((channel, c) => t.differences(channel, changeable.output[c])),
              sounding: fixed.output.map((channel) => channel.filter((x) => x !== 0).length),
            };
          },
          { args: { way, channels } },
        );
        assert.deepEqual(differences, Array(channels).fill(0));
        for (const samples of sounding) assert.ok(samples > 50000, `${samples} samples sound`);
      });
    }
  }

  test('plays the same bits in real time as one that can change its mode', async () => {
    const { differing, sounding } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const params = { delay_time: 0.05, lpf_cutoff: 5000, distortion: 0.5 };
      const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [t.noise(63, 24000)]) });
      const recorders = [];
      const engines = [];
      for (const fixed of [true, false]) {
        const engine = await t.createEngine(context, { mode: 'worklet', channels: 1, params, fixed });
        source.connect(engine.input);
        recorders.push(await t.record(engine.output, { seconds: 3, channels: 1 }));
        engines.push(engine);
      }
      await t.wait(0.1);
      source.start();
      await t.wait(0.8);
      const heard = [];
      for (const recorder of recorders) {
        const {
          channels: [samples],
        } = await recorder.take();
        const begin = samples.findIndex((x) => x !== 0);
        heard.push(samples.subarray(begin, begin + 24000));
      }
      await Promise.all(engines.map((engine) => engine.close()));
      await context.close();
      return { differing: t.differences(...heard), sounding: heard.map((samples) => samples.length) };
    });
    assert.deepEqual(sounding, [24000, 24000]);
    assert.equal(differing, 0);
  });

  for (const mode of ['worklet', 'script-processor']) {
    test(`is one AudioNode, its input and its output (${mode})`, async () => {
      const { same, kind, others } = await browser.inPage(
        async (mode) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = new OfflineAudioContext(2, 12800, 48000);
          const engine = await t.createEngine(context, { mode, fixed: true });
          const { input, output } = engine;
          const changeable = await t.createEngine(context, { mode });
          const others = changeable.input !== changeable.output;
          await Promise.all([engine.close(), changeable.close()]);
          return { same: input === output && engine.output === output, kind: input.constructor.name, others };
        },
        { args: mode },
      );
      assert.ok(same);
      assert.equal(kind, mode === 'worklet' ? 'AudioWorkletNode' : 'ScriptProcessorNode');
      assert.ok(others);
    });

    test(`refuses another mode by name, and plays on; its own mode is no change (${mode})`, async () => {
      const { failures, own, before, afterwards, listed } = await browser.inPage(
        async (mode) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const engine = await t.createEngine(context, { mode, fixed: true });
          engine.output.connect(context.destination);
          const before = engine.mode;
          const others =
            mode === 'worklet'
              ? [['script-processor'], ['worklet', { transport: 'message' }]]
              : [['worklet'], ['auto'], ['script-processor', { bufferSize: 4096 }]];
          const failures = [];
          for (const other of others) failures.push(await t.failureOf(engine.setMode(...other)));
          const own = await t.failureOf(engine.setMode(mode));
          const { quanta } = engine.meters();
          while (engine.meters().quanta === quanta) await t.wait(0.01);
          const afterwards = engine.mode;
          await engine.close();
          await context.close();
          return { failures, own, before, afterwards, listed: t.ERROR_CODES.includes('mode-fixed') };
        },
        { args: mode },
      );
      for (const { name, code, message } of failures) {
        assert.equal(name, 'EngineError');
        assert.equal(code, 'mode-fixed');
        assert.match(message, /another mode; make a new one, and without fixed/);
      }
      assert.equal(own.code, null);
      assert.deepEqual([before, afterwards], [mode, mode]);
      assert.ok(listed);
    });

    test(`leaves the graph when it is closed, and holds no memory (${mode})`, async () => {
      const { disconnected, quanta, running, held, failure } = await browser.inPage(
        async (mode) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const spy = await t.spyOn(context);
          const engine = await t.createEngine(context, { mode, fixed: true });
          const source = new ConstantSourceNode(context);
          source.connect(engine.input);
          source.start();
          engine.output.connect(context.destination);
          while (engine.meters().quanta === 0) await t.wait(0.01);
          await engine.close();
          let disconnected = false;
          try {
            engine.output.disconnect(context.destination);
          } catch ({ name }) {
            disconnected = name === 'InvalidAccessError';
          }
          const { quanta } = engine.meters();
          await t.wait(0.2);
          const { processors, memories } = await spy.report();
          const failure = await t.failureOf(engine.setMode('auto'));
          const more = engine.meters().quanta - quanta;
          await context.close();
          return {
            disconnected,
            quanta: more,
            failure,
            running: processors.filter(({ ended }) => !ended).length,
            held: memories.filter((bytes) => bytes > 0).length,
          };
        },
        { args: mode },
      );
      assert.ok(disconnected, 'the output is still connected');
      assert.equal(quanta, 0);
      assert.equal(running, 0);
      assert.equal(held, 0);
      assert.equal(failure.code, 'engine-closed');
    });
  }

  test('closes in a graph that leads nowhere, too', async () => {
    const { running } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const engines = [];
      for (const transport of ['shared', 'message']) {
        engines.push(await t.createEngine(context, { mode: 'worklet', transport, fixed: true }));
      }
      await Promise.all(engines.map((engine) => engine.close()));
      const { memories } = await spy.report();
      await context.close();
      return { running: memories.filter((bytes) => bytes > 0).length };
    });
    assert.equal(running, 0);
  });

  test('says processor-died where it fails while it plays; the way out is a new engine', async () => {
    const { code, message, change } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const engine = await t.createEngine(context, { mode: 'worklet', fixed: true });
      engine.output.connect(context.destination);
      const died = new Promise((resolve) => engine.addEventListener('error', ({ detail }) => resolve(detail)));
      await spy.sabotage('process');
      const { code, message } = await died;
      const change = await t.failureOf(engine.setMode('worklet'));
      await engine.close();
      await context.close();
      return { code, message, change };
    });
    assert.equal(code, 'processor-died');
    assert.match(message, /sabotaged.*make a new engine/);
    assert.equal(change.code, 'mode-fixed');
  });

  test('says mode-fixed where the context has gone over to another sample rate, and plays on', async () => {
    const { error, processors, ended } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const spy = await t.spyOn(context);
      const engine = await t.createEngine(context, { mode: 'worklet', fixed: true });
      engine.output.connect(context.destination);
      const failed = new Promise((resolve) => engine.addEventListener('error', ({ detail }) => resolve(detail)));
      // No browser here changes it; some on telephones do, with the device.
      Object.defineProperty(context, 'sampleRate', { value: 44100 });
      context.dispatchEvent(new Event('statechange'));
      const { code, message } = await failed;
      const { quanta } = engine.meters();
      while (engine.meters().quanta === quanta) await t.wait(0.01);
      const { processors } = await spy.report();
      await engine.close();
      await context.close();
      return { error: { code, message }, processors: processors.length, ended: processors[0].ended };
    });
    assert.equal(error.code, 'mode-fixed');
    assert.match(error.message, /another sample rate; make a new one/);
    assert.equal(processors, 1);
    assert.equal(ended, false);
  });

  test('falls back as any other where the best mode cannot start, and stays there', async () => {
    const { mode, reason, same } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { fixed: true, processorUrl: '/pkg/nowhere.js' });
      const { mode, fallbackReason, input, output } = engine;
      await engine.close();
      await context.close();
      return { mode, reason: fallbackReason.code, same: input === output };
    });
    assert.equal(mode, 'script-processor');
    assert.equal(reason, 'worklet-script-missing');
    assert.ok(same);
  });

  test('that cannot start says why, and leaves nothing', async () => {
    const { code, running } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      await spy.sabotage('instance');
      const { code } = await t.failureOf(t.createEngine(context, { mode: 'worklet', fixed: true }));
      await t.wait(0.1);
      const { processors } = await spy.report();
      await context.close();
      return { code, running: processors.filter(({ calls, ended }) => calls > 0 && !ended).length };
    });
    assert.equal(code, 'processor-failed');
    assert.equal(running, 0);
  });
});
