/** A take is rendered again with the bits that were heard; a state is one change. In the browsers that are here. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browserNames } from '../../../scripts/lib/browsers.mjs';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** WebKitGTK has no SharedArrayBuffer. */
const transportsOf = (name) => (name === 'webkit' ? ['message'] : ['shared', 'message']);

for (const name of browserNames) {
  describe(`A take in ${name}`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser.close());

    for (const transport of transportsOf(name)) {
      test(`is rendered again bit for bit, whatever was changed while it played, by ${transport}`, async () => {
        const { log, compared, differences, loudest } = await browser.inPage(playAndRenderAgain, { args: transport });
        const kinds = new Set(log.changes.flatMap((change) => Object.keys(change)));
        assert.deepEqual([...kinds].sort(), ['events', 'frame', 'load', 'order', 'set']);
        assert.ok(compared > log.sampleRate, `${compared} frames compared`);
        assert.ok(loudest > 0.1, 'it sounds');
        assert.equal(differences, 0);
      });
    }

    test('of an offline render holds every change at the frame of its suspension', async (context) => {
      if (name === 'firefox') return context.skip('Firefox cannot suspend an offline render');
      const { frames, differences } = await browser.inPage(async () => {
        const t = await import('/tests/support/in-page.mjs');
        const [sampleRate, length] = [48000, 48000];
        const offline = new OfflineAudioContext(1, length, sampleRate);
        const engine = await t.createEngine(offline, { channels: 1, mode: 'worklet' });
        const input = t.noise(5, length, 0.3);
        const source = new AudioBufferSourceNode(offline, { buffer: t.bufferOf(offline, [input]) });
        source.connect(engine.input);
        engine.output.connect(offline.destination);
        source.start();
        const take = engine.record();
        for (const [nth, frame] of [1280, 12800, 25600].entries()) {
          offline.suspend(frame / sampleRate).then(() => {
            engine.set('gain', 0.5 + 0.2 * nth);
            engine.param('lpf_cutoff').exponentialRampToValueAtTime(500 + 4000 * nth, frame / sampleRate + 0.1);
            offline.resume();
          });
        }
        const heard = (await offline.startRendering()).getChannelData(0);
        // Without shared memory the journal comes by message.
        while (engine.meters().frames < length) await t.wait(0.01);
        const log = take.stop();
        const again = await t.render({ channels: [input], sampleRate }, { log, tail: 0 });
        return {
          frames: [...new Set(log.changes.map(({ frame }) => frame))],
          differences: t.differences(again.channels[0], heard),
        };
      });
      assert.deepEqual(frames, [1280, 12800, 25600]);
      assert.equal(differences, 0);
    });
  });
}

describe('A state', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  test('goes out as plain JSON and comes back in as it was', async () => {
    const { state, loaded, order } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = new OfflineAudioContext(2, 128, 48000);
      const one = await t.createEngine(context, { params: { gain: 0.5, tremolo_on: true } });
      one.setOrder(['delay', 'gain', ...one.order.filter((id) => id !== 'delay' && id !== 'gain')]);
      const other = await t.createEngine(context);
      other.load(JSON.parse(JSON.stringify(one.state())));
      return { state: one.state(), loaded: other.state(), order: other.order };
    });
    assert.equal(state.version, 1);
    assert.equal(state.params.gain, 0.5);
    assert.equal(state.params.tremolo_on, 1);
    assert.deepEqual(state.order.slice(0, 2), ['delay', 'gain']);
    assert.deepEqual(loaded, state);
    assert.deepEqual(order, state.order);
  });

  test('of an older version is filled in with defaults, and new effects stand where they do by default', async () => {
    const { params, order, initial } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000), { params: { gain: 0.2 } });
      const initial = engine.order;
      engine.set('delay_time', 0.1);
      engine.load({ version: 1, params: { distortion: 0.7 }, order: ['distortion', 'gain', 'limiter'] });
      return { ...engine.state(), initial };
    });
    assert.deepEqual([params.gain, params.delay_time], [1, 0.5]);
    assert.ok(Math.abs(params.distortion - 0.7) < 1e-6);
    // Each one that is missing stands behind the one that is before it by default.
    const moved = initial.filter((id) => id !== 'gain' && id !== 'limiter' && id !== 'gate');
    assert.deepEqual(
      order.filter((id) => id !== 'gate'),
      [...moved, 'gain', 'limiter'],
    );
  });

  test('that makes no sense throws a sentence and changes nothing', async () => {
    const { outcomes, before, after } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000), { params: { gain: 0.2 } });
      const before = JSON.stringify([engine.state(), engine.sequence]);
      const { order, params } = engine.state();
      const nonsense = [
        null,
        'state',
        [],
        {},
        { version: 2, params },
        { version: 1 },
        { version: 1, params: [] },
        { version: 1, params: { volume: 1 } },
        { version: 1, params: { gain: 'loud' } },
        { version: 1, params: { gain: NaN } },
        { version: 1, params, order: 'gain' },
        { version: 1, params, order: [...order].reverse() },
        { version: 1, params, order: ['flanger', ...order] },
        { version: 1, params, order: [order[0], ...order] },
      ];
      const outcomes = nonsense.map((state) => {
        try {
          engine.load(state);
          return 'loaded';
        } catch (error) {
          return error instanceof t.EngineError && error.message.length > 20 ? error.code : `${error}`;
        }
      });
      return { outcomes, before, after: JSON.stringify([engine.state(), engine.sequence]) };
    });
    const bad = Array(7).fill('bad-state');
    const order = Array(3).fill('bad-order');
    assert.deepEqual(outcomes, [...bad, 'unknown-parameter', 'bad-value', 'bad-value', 'bad-state', ...order]);
    assert.equal(after, before);
  });

  test('is loaded as one change: no quantum ever has half of it', async () => {
    const halves = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const { Parameters } = await import('/worklet/parameters.js');
      const { ControlBlock } = await import('/worklet/control-block.js');
      const { parameters: table, effects, layout } = await t.loadModule();
      // Another thread copies the block as fast as it can while this one loads states whose values all are one number.
      const block = new ControlBlock(layout, true);
      const parameters = new Parameters(table, effects);
      const worker = new Worker('/tests/browser/automation/reader.js', { type: 'module' });
      const answer = new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
      worker.postMessage({ words: block.words, layout: { ...layout, meters: [] }, count: table.length });
      while (Atomics.load(block.words, layout.flags) === 0) await t.wait(0.01);
      for (let n = 1; n < 200_000; n++) {
        parameters.load({ values: new Float32Array(table.length).fill(n), order: parameters.order });
        block.storeAll(parameters);
      }
      block.requestStop();
      return answer;
    });
    assert.ok(halves.whole > 1000, `${halves.whole} whole ones read`);
    assert.equal(halves.half, 0);
  });

  test('is loaded without a click, and ends what was scheduled', async () => {
    const { bend, loudest, late } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const [sampleRate, length] = [48000, 48000];
      const context = new OfflineAudioContext(1, length, sampleRate);
      const params = { delay_on: false, distortion_on: false };
      const engine = await t.createEngine(context, { channels: 1, params });
      const sine = Float32Array.from({ length }, (_, n) => 0.25 * Math.sin((2 * Math.PI * 100 * n) / sampleRate));
      const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [sine]) });
      source.connect(engine.input);
      engine.output.connect(context.destination);
      source.start();
      engine.param('gain').linearRampToValueAtTime(2, 0.5).setValueAtTime(4, 0.8);
      context.suspend(12800 / sampleRate).then(() => {
        const { params } = engine.state();
        engine.load({ version: 1, params: { ...params, gain: 0.5, lpf_cutoff: 4000, peak_on: 1, peak_gain: 6 } });
        context.resume();
      });
      const sound = (await context.startRendering()).getChannelData(0);
      let bend = 0;
      for (let n = 12800; n < length - 1; n++) {
        bend = Math.max(bend, Math.abs(sound[n + 1] - 2 * sound[n] + sound[n - 1]));
      }
      const loudest = sound.subarray(40000).reduce((peak, x) => Math.max(peak, Math.abs(x)), 0);
      return { bend, loudest, late: engine.meters().late };
    });
    // At its loudest, 0.375, the sine bends by 6.4e-5 a frame; a click would by a hundred times that.
    assert.ok(bend < 0.02 * 0.375, `bends by ${bend}`);
    assert.ok(Math.abs(loudest - 0.125) < 0.01, `${loudest} at the end: the step to 4 did not come`);
    assert.equal(late, 0);
  });
});

/** In the page: plays a noise live through an engine while everything changes, and renders the take again. */
async function playAndRenderAgain(transport) {
  const t = await import('/tests/support/in-page.mjs');
  const context = await t.runningContext();
  const { sampleRate } = context;
  const engine = await t.createEngine(context, { transport, channels: 1, fixed: true });
  await context.audioWorklet.addModule('/tests/support/recorder.js');
  const recorder = new AudioWorkletNode(context, 'recorder', {
    numberOfInputs: 2,
    numberOfOutputs: 1,
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: { seconds: 4, channels: 1 },
  });
  const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [t.noise(3, 3 * sampleRate, 0.3)]) });
  source.connect(recorder, 0, 0);
  source.connect(engine.input);
  engine.output.connect(recorder, 0, 1);
  recorder.connect(context.destination);
  await t.wait(0.1);
  const take = engine.record();
  // It begins when the audio thread knows of it, and holds what sounds from then on.
  while (engine.meters().appliedSequence !== engine.sequence) await t.wait(0.01);
  source.start();
  await t.wait(0.2);
  engine.set('gain', 0.5);
  engine.set('lpf_cutoff', 900);
  await t.wait(0.05);
  const now = context.currentTime;
  engine
    .param('gain')
    .setValueAtTime(0.3, now + 0.1)
    .linearRampToValueAtTime(1.2, now + 0.3);
  engine.param('delay_mix').setTargetAtTime(0.8, now + 0.15, 0.05);
  engine.param('hpf_cutoff').setValueCurveAtTime([20, 900, 60], now + 0.2, 0.2);
  await t.wait(0.25);
  engine.set('gain', 0.9);
  engine
    .param('delay_mix')
    .cancelScheduledValues(0)
    .linearRampToValueAtTime(0.1, context.currentTime + 0.2);
  engine.setOrder(['delay', ...engine.order.filter((id) => id !== 'delay')]);
  await t.wait(0.2);
  const { params } = engine.state();
  engine.load({ version: 1, params: { ...params, tremolo_on: 1, gain: 0.7 } });
  engine.set('distortion_on', false);
  await t.wait(0.4);
  const log = JSON.parse(JSON.stringify(take.stop()));
  const answer = new Promise((resolve) => {
    recorder.port.onmessage = ({ data }) => resolve(data);
  });
  recorder.port.postMessage('take');
  const { inputs, firstFrame } = await answer;
  const from = log.start - firstFrame;
  const [input, heard] = inputs.map(([channel]) => channel.slice(from, from + log.frames));
  const again = await t.render({ channels: [input], sampleRate }, { log, tail: 0 });
  await engine.close();
  await context.close();
  return {
    log,
    compared: heard.length,
    differences: t.differences(again.channels[0], heard),
    loudest: heard.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0),
  };
}
