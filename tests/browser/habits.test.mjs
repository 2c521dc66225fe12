/** What people expect of a node: connect(), several values at once, an AbortSignal, `using`, a tail. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../scripts/lib/harness.mjs';
import { openBrowser } from '../support/open-browser.mjs';

describe('An engine, as people use nodes,', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  test('connects to nodes, to parameters and to other engines, and lets go again', async () => {
    const { chained, returned, parameter, silent } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const frames = 48_000;
      /** The last sample of a constant 1 that goes through what is built. */
      const render = async (build) => {
        const context = new OfflineAudioContext(1, frames, 48_000);
        const source = new ConstantSourceNode(context);
        source.start();
        // With everything but the gain off, what comes out is what went in, times the gain.
        const off = ['distortion_on', 'lpf_on', 'hpf_on', 'delay_on'].map((id) => [id, false]);
        const engine = (gain) => t.createEngine(context, { channels: 1, params: { ...Object.fromEntries(off), gain } });
        const result = await build(context, source, engine);
        const rendered = await context.startRendering();
        return { result, value: rendered.getChannelData(0)[frames - 1] };
      };
      const chained = await render(async (context, source, engine) => {
        const [first, second] = [await engine(0.5), await engine(0.25)];
        source.connect(first.input);
        const back = first.connect(second);
        return [back === second, back.connect(context.destination) === context.destination];
      });
      const parameter = await render(async (context, source, engine) => {
        const [made, controlled] = [await engine(0.5), new GainNode(context, { gain: 1 })];
        source.connect(made.input);
        made.connect(controlled.gain);
        source.connect(controlled).connect(context.destination);
      });
      const silent = await render(async (context, source, engine) => {
        const [first, second] = [await engine(0.5), await engine(0.25)];
        source.connect(first.input);
        source.connect(second.input);
        first.connect(context.destination);
        second.connect(first).connect(context.destination);
        second.disconnect(first);
        first.disconnect();
      });
      return { chained: chained.value, returned: chained.result, parameter: parameter.value, silent: silent.value };
    });
    assert.deepEqual(returned, [true, true]);
    assert.equal(chained, 0.125);
    assert.equal(parameter, 1.5);
    assert.equal(silent, 0);
  });

  test('sets several values in one change, or none of them', async () => {
    const result = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(1, 128, 48_000));
      const { sequence } = engine;
      const inForce = engine.set({ gain: 9, delay_on: false, lpf_cutoff: 1200 });
      const changes = engine.sequence - sequence;
      const values = ['gain', 'delay_on', 'lpf_cutoff'].map((id) => engine.get(id));
      const refused = await t.failureOf(Promise.resolve().then(() => engine.set({ gain: 1, distortion: NaN })));
      const nothing = engine.set({});
      const after = [engine.get('gain'), engine.sequence - sequence];
      engine.reset();
      return { inForce, changes, values, refused, nothing, after, resets: engine.sequence - sequence };
    });
    assert.deepEqual(result.inForce, { gain: 4, delay_on: 0, lpf_cutoff: 1200 });
    assert.equal(result.changes, 1);
    assert.deepEqual(result.values, [4, 0, 1200]);
    assert.equal(result.refused.code, 'bad-value');
    assert.deepEqual(result.nothing, {});
    assert.deepEqual(result.after, [4, 1]);
    assert.equal(result.resets, 2);
  });

  test('ends a ramp of each value that it sets together, and a take has them in one entry', async () => {
    const { values, changes } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context);
      engine.connect(context.destination);
      engine.param('gain').setTargetAtTime(0, 0, 100);
      engine.param('delay_mix').setTargetAtTime(1, 0, 100);
      const take = engine.record();
      engine.set({ gain: 3, delay_mix: 0.25 });
      while (engine.meters().appliedSequence !== engine.sequence) await t.wait(0.01);
      const { changes } = take.stop();
      const values = [engine.get('gain'), engine.get('delay_mix')];
      await engine.close();
      await context.close();
      return { values, changes: changes.filter(({ set }) => set).map(({ set }) => set) };
    });
    // A target goes on from where it is set; 100 s are long.
    assert.ok(Math.abs(values[0] - 3) < 0.01 && Math.abs(values[1] - 0.25) < 0.01, `${values}`);
    assert.deepEqual(changes, [{ gain: 3, delay_mix: 0.25 }]);
  });

  test('does not start, or ends, when its signal aborts; with the reason that the signal has', async () => {
    const result = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = new OfflineAudioContext(1, 48_000, 48_000);
      const outcome = (promise) =>
        promise.then(
          () => 'made',
          (error) => error,
        );
      const before = await outcome(t.createEngine(context, { signal: AbortSignal.abort('too early') }));
      const loading = new AbortController();
      const whileLoading = outcome(t.createEngine(context, { signal: loading.signal }));
      loading.abort('while it loads');
      await t.loadModule();
      const starting = new AbortController();
      const whileStarting = outcome(t.createEngine(context, { signal: starting.signal }));
      // The script is added by then, or is about to be: the module is there already.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      starting.abort('while it starts');
      const playing = new AbortController();
      const engine = await t.createEngine(context, { signal: playing.signal });
      const { closed } = engine;
      playing.abort();
      return {
        reasons: [before, await whileLoading, await whileStarting],
        closed: [closed, engine.closed],
        other: (await t.failureOf(t.createEngine(context, { signal: {} }))).code,
      };
    });
    assert.deepEqual(result.reasons, ['too early', 'while it loads', 'while it starts']);
    assert.deepEqual(result.closed, [false, true]);
    assert.equal(result.other, 'bad-option');
  });

  test('is closed at the end of a block', async () => {
    const closed = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const make = () => t.createEngine(new OfflineAudioContext(1, 128, 48_000));
      const [waited, left] = [await make(), await make()];
      const ending = waited[Symbol.asyncDispose]();
      left[Symbol.dispose]();
      const isPromise = ending instanceof Promise;
      await ending;
      return [isPromise, waited.closed, left.closed];
    });
    assert.deepEqual(closed, [true, true, true]);
  });

  test('tells its tail by the values in force', async () => {
    const tails = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(1, 128, 48_000));
      engine.set({ lpf_on: false, hpf_on: false, distortion_on: false, delay_feedback: 0, delay_time: 0.75 });
      const tails = [engine.tail];
      engine.set('delay_on', false);
      return [...tails, engine.tail];
    });
    // One echo, and the share of the line that the echo after it is 120 dB below: with no feedback, none.
    assert.deepEqual(tails, [0.75, 0]);
  });
});
