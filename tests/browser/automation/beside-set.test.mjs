/**
 * Automation beside all else: what engine.set() does to it, which value it says, how it goes on over a change of mode,
 * and what a parameter refuses. Chromium; by every way to run.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

const WAYS = ['worklet-shared', 'worklet-message', 'script-processor'];

/** What is set has arrived after this time. */
const ARRIVAL_SECONDS = 0.1;

/**
 * In the page: a constant through the gain, offline, with calls before it begins and at a time while it is suspended.
 * Gives the gain at some times.
 */
async function suspended({ way, before, at, during, times }) {
  const t = await import('/tests/support/in-page.mjs');
  const s = await import('/tests/support/steps.js');
  const sampleRate = 32768;
  const context = new OfflineAudioContext(1, 2.5 * sampleRate, sampleRate);
  const options = { ...t.WAYS[way], bufferSize: 256, channels: 1, params: s.GAIN_ALONE };
  const engine = await t.createEngine(context, options);
  const source = new ConstantSourceNode(context);
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  const values = [];
  const call = ([method, ...args]) => {
    if (method === 'set') engine.set('gain', ...args);
    else if (method === 'value') engine.param('gain').value = args[0];
    else if (method === 'load') engine.load({ ...engine.state(), params: { ...engine.state().params, gain: args[0] } });
    else engine.param('gain')[method](...args);
    values.push(engine.get('gain'));
  };
  before.forEach(call);
  context.suspend(at).then(() => {
    values.push(engine.param('gain').value);
    during.forEach(call);
    context.resume();
  });
  const sound = (await context.startRendering()).getChannelData(0);
  await engine.close();
  const delay = sound.findIndex((x) => x !== 0);
  let step = 0;
  for (let n = delay + 1; n < sound.length; n++) step = Math.max(step, Math.abs(sound[n] - sound[n - 1]));
  const heard = times.map((time) => sound[delay + Math.round(time * sampleRate)]);
  return { heard, step, values, late: engine.meters().late, gain: engine.get('gain') };
}

describe('Automation beside what is set', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  const near = (got, want, what) => {
    for (const [i, value] of want.entries()) {
      assert.ok(Math.abs(got[i] - value) < 2e-4, `${got[i]} for ${value}, number ${i}, ${what}: ${got}`);
    }
  };
  const ramp = [
    ['setValueAtTime', 1, 0],
    ['linearRampToValueAtTime', 3, 2],
  ];
  // A quantum's edge.
  const at = 1;

  for (const way of WAYS) {
    const run = (args) => browser.inPage(suspended, { args: { way, at, ...args } });

    test(`a ramp goes on from what is set on it, and reaches its end in time (${way})`, async () => {
      for (const how of ['set', 'value']) {
        const { heard, step, late } = await run({ before: ramp, during: [[how, 0.5]], times: [0.5, 1.5, 1.9, 2.25] });
        near(heard, [1.5, 1.75, 2.75, 3], how);
        assert.ok(step < 0.01, `no step: ${step}`);
        assert.equal(late, 0);
      }
    });

    test(`a value curve and a target under way end by what is set (${way})`, async () => {
      for (const before of [[['setValueCurveAtTime', [1, 3], 0, 2]], [['setTargetAtTime', 3, 0, 0.5]]]) {
        const times = [1 + ARRIVAL_SECONDS, 2, 2.25];
        const { heard, step, gain } = await run({ before, during: [['set', 0.5]], times });
        near(heard, [0.5, 0.5, 0.5], before[0][0]);
        assert.ok(step < 0.05, `no step: ${step}`);
        assert.equal(gain, 0.5);
      }
    });

    test(`what is scheduled for later comes after what is set, and of two now the last wins (${way})`, async () => {
      const later = await run({
        before: [['setValueAtTime', 2, 1.5]],
        during: [['set', 0.5]],
        times: [0.9, 1 + ARRIVAL_SECONDS, 1.499, 1.501, 2.25],
      });
      near(later.heard, [1, 0.5, 0.5, 2, 2], 'later');
      const now = await run({
        before: [],
        during: [
          ['set', 0.5],
          ['set', 0.75],
          ['setValueAtTime', 2, at],
        ],
        times: [0.9, 1 + ARRIVAL_SECONDS, 2.25],
      });
      near(now.heard, [1, 2, 2], 'an event after the sets');
      const setLast = await run({
        before: [],
        during: [
          ['setValueAtTime', 2, at],
          ['set', 0.5],
        ],
        times: [0.9, 1 + ARRIVAL_SECONDS, 2.25],
      });
      near(setLast.heard, [1, 0.5, 0.5], 'a set after the event');
    });

    test(`a load makes an end of all that is scheduled, without a step (${way})`, async () => {
      const { heard, step, gain } = await run({
        before: [...ramp, ['setValueAtTime', 0, 2.1]],
        during: [['load', 0.5]],
        times: [0.5, 1 + ARRIVAL_SECONDS, 2.25],
      });
      near(heard, [1.5, 0.5, 0.5], 'load');
      assert.ok(step < 0.01, `no step: ${step}`);
      assert.equal(gain, 0.5);
    });

    test(`the value is that of the schedule at any time (${way})`, async () => {
      const { values } = await run({
        before: [...ramp, ['setValueAtTime', 9, 2.1]],
        during: [
          ['cancelAndHoldAtTime', 1],
          ['setValueAtTime', 9, 1],
          ['cancelScheduledValues', 0],
        ],
        times: [],
      });
      // At 0 three times; at 1 s by the ramp, held, beyond the range and clamped, and back.
      near(values.slice(0, 6), [1, 1, 1, 2, 2, 4], 'value');
    });
  }

  test('a late event acts at once and is counted; one that glides, or is in time, is not', async () => {
    const { late, heard } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const s = await import('/tests/support/steps.js');
      const context = await t.runningContext({ sampleRate: 48000 });
      const engine = await t.createEngine(context, { channels: 1, params: s.GAIN_ALONE });
      const source = new ConstantSourceNode(context);
      source.connect(engine.input);
      engine.output.connect(context.destination);
      source.start();
      const param = engine.param('gain');
      const until = async (is) => {
        while (!is(engine.meters())) await t.wait(0.01);
      };
      const late = [];
      // In time.
      param.setValueAtTime(2, context.currentTime + 0.2);
      await until(({ outputPeak }) => outputPeak[0] === 2);
      late.push(engine.meters().late);
      // What is scheduled in a task goes at its end: its time is past then.
      const BUSY_MILLISECONDS = 200;
      param.setValueAtTime(3, context.currentTime);
      t.block(BUSY_MILLISECONDS);
      await until(({ outputPeak }) => outputPeak[0] === 3);
      late.push(engine.meters().late);
      // Smooth: it has no time of its own.
      param.value = 4;
      param.linearRampToValueAtTime(4, context.currentTime + 0.1);
      t.block(BUSY_MILLISECONDS);
      await until(({ outputPeak }) => outputPeak[0] === 4);
      late.push(engine.meters().late);
      await engine.close();
      await context.close();
      return { late, heard: engine.get('gain') };
    });
    assert.deepEqual(late, [0, 1, 1]);
    assert.equal(heard, 4);
  });

  for (const way of ['worklet-shared', 'worklet-message']) {
    test(`in real time an event wins over the sets of a slider just before it (${way})`, async () => {
      const heard = await browser.inPage(
        async (way) => {
          const t = await import('/tests/support/in-page.mjs');
          const s = await import('/tests/support/steps.js');
          const context = await t.runningContext({ sampleRate: 48000 });
          const engine = await t.createEngine(context, { ...t.WAYS[way], channels: 1, params: s.GAIN_ALONE });
          const source = new ConstantSourceNode(context);
          source.connect(engine.input);
          source.start();
          const heard = [];
          for (let round = 0; round < 10; round++) {
            // More sets than one a frame, so that the last ones wait for the next.
            for (let i = 0; i < 5; i++) {
              engine.set('gain', 1 + i / 2);
              await t.wait(0.001);
            }
            engine.param('gain').setValueAtTime(0.5, context.currentTime);
            await t.wait(0.3);
            const recorder = await t.record(engine.output, { seconds: 1, channels: 1 });
            await t.wait(0.1);
            heard.push((await recorder.take()).channels[0].at(-1));
          }
          await engine.close();
          await context.close();
          return heard;
        },
        { args: way },
      );
      assert.deepEqual(heard, Array(10).fill(0.5));
    });
  }

  for (const way of WAYS) {
    test(`in real time what is set just after an event’s time wins, as the engine says (${way})`, async () => {
      const rounds = await browser.inPage(
        async (way) => {
          const t = await import('/tests/support/in-page.mjs');
          const s = await import('/tests/support/steps.js');
          const context = await t.runningContext({ sampleRate: 48000 });
          const options = { ...t.WAYS[way], bufferSize: 2048, channels: 1, params: s.GAIN_ALONE };
          const engine = await t.createEngine(context, options);
          const source = new ConstantSourceNode(context);
          source.connect(engine.input);
          source.start();
          const until = async (time) => {
            while (context.currentTime < time) await t.wait(0);
          };
          const rounds = [];
          for (let round = 0; round < 8; round++) {
            engine.set('gain', 1);
            const time = context.currentTime + 0.2;
            engine.param('gain').setValueAtTime(0.5, time);
            // The fallback renders what the context has played some buffers ago.
            await until(time + 0.005 * (round % 4));
            engine.set('gain', 2);
            await until(time + 0.4);
            const recorder = await t.record(engine.output, { seconds: 1, channels: 1 });
            await t.wait(0.1);
            rounds.push([(await recorder.take()).channels[0].at(-1), engine.get('gain')]);
          }
          await engine.close();
          await context.close();
          return rounds;
        },
        { args: way },
      );
      assert.deepEqual(rounds, Array(8).fill([2, 2]));
    });
  }

  test('a ramp goes on over changes of mode without a step, and what is scheduled still acts', async () => {
    const { roughest, changes, modes, end } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const s = await import('/tests/support/steps.js');
      const ways = ['worklet-message', 'script-processor', 'worklet-shared', 'worklet-message', 'worklet-shared'];
      let best = { roughest: Infinity };
      // The fallback can break on a busy machine; then it is played again.
      for (let attempt = 0; attempt < 8 && best.roughest > 0.01; attempt++) {
        const context = await t.runningContext({ sampleRate: 48000 });
        const options = { ...t.WAYS['worklet-shared'], channels: 1, bufferSize: 4096, params: s.GAIN_ALONE };
        const engine = await t.createEngine(context, options);
        const source = new ConstantSourceNode(context);
        source.connect(engine.input);
        source.start();
        const recorder = await t.record(engine.output, { seconds: 20, channels: 1 });
        await t.wait(0.3);
        const start = context.currentTime + 0.1;
        const end = start + 6;
        engine
          .param('gain')
          .setValueAtTime(1, start)
          .linearRampToValueAtTime(3, end)
          .setValueAtTime(0.5, end + 0.5);
        const modes = [];
        for (const way of ways) {
          const { mode, ...more } = t.WAYS[way];
          await engine.setMode(mode, more);
          modes.push(t.describeWay(engine));
        }
        const isInTime = context.currentTime < end;
        while (context.currentTime < end + 0.8) await t.wait(0.05);
        const { channels, firstFrame } = await recorder.take();
        const at = (time) => Math.round(time * 48000) - firstFrame;
        const sound = channels[0].subarray(at(start) + 1000, at(end + 0.4));
        let roughest = 0;
        for (let n = 1; n < sound.length; n++) roughest = Math.max(roughest, Math.abs(sound[n] - sound[n - 1]));
        const last = [end + 0.3, end + 0.49, end + 0.51].map((time) => channels[0][at(time)]);
        if (isInTime) best = { roughest, changes: modes.length, modes, end: last };
        await engine.close();
        await context.close();
      }
      return best;
    });
    assert.ok(roughest < 0.01, `a step of ${roughest}`);
    assert.equal(changes, 5);
    assert.equal(new Set(modes).size, 3);
    assert.deepEqual(end, [3, 3, 0.5]);
  });

  test('a parameter is one object, and refuses a closed engine, a switch’s ramp and what is no number', async () => {
    const result = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = new OfflineAudioContext(1, 4800, 48000);
      const engine = await t.createEngine(context, { channels: 1 });
      const nameOf = (call) => {
        try {
          call();
          return 'none';
        } catch (error) {
          return error.code && typeof error.code === 'string' ? error.code : error.name;
        }
      };
      const [gain, on] = [engine.param('gain'), engine.param('delay_on')];
      const paramsOf = () => engine.parameters.map(({ id }) => engine.param(id));
      const [first, again] = [paramsOf(), paramsOf()];
      const same = first.every((param, i) => param === again[i]);
      const calls = (param) => [
        () => param.setValueAtTime(1, 0),
        () => param.linearRampToValueAtTime(1, 1),
        () => param.exponentialRampToValueAtTime(1, 1),
        () => param.setTargetAtTime(1, 0, 1),
        () => param.setValueCurveAtTime([0, 1], 2, 1),
        () => param.cancelScheduledValues(0),
        () => param.cancelAndHoldAtTime(0),
      ];
      const unknown = nameOf(() => engine.param('volume'));
      const switches = calls(on).map(nameOf);
      const numbers = [NaN, Infinity, undefined, 'x', {}].flatMap((strange) => [
        nameOf(() => gain.setValueAtTime(strange, 0)),
        nameOf(() => gain.linearRampToValueAtTime(1, strange)),
        nameOf(() => {
          gain.value = strange;
        }),
      ]);
      const value = gain.value;
      await engine.close();
      const closed = [...calls(gain), () => (gain.value = 1)].map(nameOf);
      return { same, unknown, switches, numbers, value, closed, readable: gain.value };
    });
    assert.ok(result.same);
    assert.equal(result.unknown, 'unknown-parameter');
    const refused = Array(4).fill('NotSupportedError');
    assert.deepEqual(result.switches, ['none', ...refused, 'none', 'none']);
    assert.deepEqual(new Set(result.numbers), new Set(['TypeError']));
    assert.deepEqual([result.value, result.readable], [1, 1]);
    assert.deepEqual(new Set(result.closed), new Set(['engine-closed']));
  });

  for (const way of WAYS) {
    test(`a switch that is scheduled goes over smoothly, at its time (${way})`, async () => {
      const { before, after, step } = await browser.inPage(
        async (way) => {
          const t = await import('/tests/support/in-page.mjs');
          const s = await import('/tests/support/steps.js');
          const sampleRate = 48000;
          const context = new OfflineAudioContext(1, sampleRate, sampleRate);
          const params = { ...s.GAIN_ALONE, delay_time: 0.1, delay_mix: 1, delay_feedback: 0 };
          const engine = await t.createEngine(context, { ...t.WAYS[way], bufferSize: 256, channels: 1, params });
          const source = new ConstantSourceNode(context);
          source.connect(engine.input);
          engine.output.connect(context.destination);
          source.start();
          // With its line still empty the delay silences what goes into it.
          engine.param('delay_on').setValueAtTime(true, 0.25);
          const sound = (await context.startRendering()).getChannelData(0);
          await engine.close();
          const delay = sound.findIndex((x) => x !== 0);
          const at = (time) => sound[delay + Math.round(time * sampleRate)];
          let step = 0;
          for (let n = delay + 1; n < sound.length; n++) step = Math.max(step, Math.abs(sound[n] - sound[n - 1]));
          return { before: at(0.2499), after: at(0.34), step };
        },
        { args: way },
      );
      assert.equal(before, 1);
      assert.ok(Math.abs(after) < 1e-3, `${after}`);
      assert.ok(step < 0.01, `a step of ${step}`);
    });
  }
});
