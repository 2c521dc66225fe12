/** Whatever a program calls an engine with, it gets an EngineError that says what to do. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('A call', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  test('with any value in any place throws nothing but an EngineError with a whole sentence', async () => {
    const { calls, strays, sentences } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const hostile = [
        undefined,
        null,
        NaN,
        Infinity,
        -1,
        0,
        3e6,
        10n,
        '',
        'constructor',
        '__proto__',
        'toString',
        'gain',
        true,
        Symbol('strange'),
        Object.create(null),
        {},
        { constructor: 1 },
        [],
        [null],
        [Symbol('strange')],
        () => {},
        new Proxy({}, { get: () => undefined }),
        document.body,
      ];
      const context = new OfflineAudioContext(2, 128, 48000);
      const engine = await t.createEngine(context, { mode: 'script-processor', transport: 'direct' });
      const before = JSON.stringify(engine.parameters.map(({ id }) => engine.get(id)));
      const names = ['mode', 'transport', 'bufferSize', 'channels', 'fixed', 'params', 'wasmUrl', 'processorUrl'];
      const attempts = hostile.flatMap((value) => [
        ...[...names, 'timeout', 'parms'].map((name) => [
          `option ${name}`,
          async () => (await t.createEngine(context, { mode: 'script-processor', [name]: value })).close(),
        ]),
        ['context', () => t.createEngine(value)],
        ['options', async () => (await t.createEngine(context, value)).close()],
        ['gain', async () => (await t.createEngine(context, { params: { gain: value } })).close()],
        ['set id', () => engine.set(value, 1)],
        ['set value', () => engine.set('delay_on', value) && engine.reset('delay_on')],
        ['get', () => engine.get(value)],
        ['reset', () => engine.reset(value ?? null)],
        ['response', () => engine.response(value)],
        ['setMode', () => engine.setMode(value)],
        ['setMode options', () => engine.setMode('script-processor', value)],
        ['setMode transport', () => engine.setMode('auto', { transport: value, bufferSize: 256 })],
      ]);
      const [strays, sentences] = [[], []];
      for (const [what, attempt] of attempts) {
        try {
          await attempt();
        } catch (error) {
          if (error instanceof t.EngineError) sentences.push(error.message);
          else strays.push(`${what}: ${error}`);
        }
      }
      engine.reset();
      const after = JSON.stringify(engine.parameters.map(({ id }) => engine.get(id)));
      if (after !== before) strays.push(`the parameters are others: ${after}`);
      await engine.close();
      return { calls: attempts.length, strays, sentences };
    });
    assert.deepEqual(strays, []);
    assert.ok(calls > 450);
    assert.ok(sentences.length > calls / 3, `${sentences.length} of ${calls} refused`);
    for (const sentence of sentences) assert.match(sentence, /^\S.{20,}\.$/s);
  });

  test('with an option that is undefined is one without it', async () => {
    const found = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const nothing = Object.fromEntries(
        ['mode', 'transport', 'bufferSize', 'channels', 'fixed', 'params', 'wasmUrl', 'processorUrl', 'timeout'].map(
          (name) => [name, undefined],
        ),
      );
      const context = new OfflineAudioContext(2, 128, 48000);
      const engine = await t.createEngine(context, { ...nothing, params: { gain: undefined } });
      const { mode, transport, channels, fallbackReason } = engine;
      await engine.setMode('auto', { transport: undefined, bufferSize: undefined });
      const gain = engine.get('gain');
      await engine.close();
      return { mode, transport, channels, fallback: fallbackReason?.code ?? null, gain };
    });
    assert.deepEqual(found, { mode: 'worklet', transport: 'shared', channels: 2, fallback: null, gain: 1 });
  });

  test('with an option that there is not says which there are', async () => {
    const { code, message } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      return t.failureOf(t.createEngine(new OfflineAudioContext(2, 128, 48000), { parms: { gain: 1 } }));
    });
    assert.equal(code, 'unknown-option');
    assert.match(message, /no option parms; there are .*params/);
  });

  test('with a timeout waits as long as it says, and for ever where that is Infinity', async () => {
    const found = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const modes = [];
      for (const timeout of [0.5, 3e6, Infinity, undefined]) {
        const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000), { timeout });
        modes.push(engine.mode);
        await engine.close();
      }
      const refused = [];
      for (const timeout of [NaN, 0, -1, '5', null]) {
        refused.push((await t.failureOf(t.createEngine(new OfflineAudioContext(2, 128, 48000), { timeout }))).code);
      }
      return { modes, refused };
    });
    assert.deepEqual(found.modes, Array(4).fill('worklet'));
    assert.deepEqual(found.refused, Array(5).fill('bad-option'));
  });

  test("with a wrapper around a context says that it wants the browser's own", async () => {
    const codes = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const native = new OfflineAudioContext(2, 128, 48000);
      // As standardized-audio-context and Tone.js have them.
      const wrapped = { sampleRate: 48000, currentTime: 0, destination: {}, _nativeContext: native };
      const failures = [wrapped, { rawContext: wrapped, sampleRate: 48000 }, {}].map((it) =>
        t.failureOf(t.createEngine(it)),
      );
      return (await Promise.all(failures)).map(({ code }) => code);
    });
    assert.deepEqual(codes, ['wrapped-context', 'wrapped-context', 'bad-context']);
  });

  test('while its context is closed says context-closed, whenever that happens', async () => {
    const codes = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const codes = [];
      for (const mode of ['worklet', 'script-processor', 'auto']) {
        for (const delay of [0, 1, 5]) {
          const context = await t.runningContext();
          const making = t.failureOf(
            t.createEngine(context, { mode, processorUrl: `/pkg/processor.js?${mode}${delay}` }),
          );
          setTimeout(() => context.close(), delay);
          const { code } = await making;
          // An engine that was ready before is one that closes with its context.
          codes.push(code ?? 'context-closed');
        }
        const context = await t.runningContext();
        const engine = await t.createEngine(context, { mode: 'worklet' });
        const changing = t.failureOf(engine.setMode('script-processor'));
        await context.close();
        codes.push((await changing).code);
      }
      return codes;
    });
    for (const code of codes) assert.match(code, /^(context|engine)-closed$/);
  });

  test('to resume() in an offline context does not advise a click', async () => {
    const { code, message } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000));
      return t.failureOf(engine.resume());
    });
    assert.equal(code, 'resume-offline');
    assert.match(message, /startRendering\(\)/);
    assert.doesNotMatch(message, /click/);
  });
});
