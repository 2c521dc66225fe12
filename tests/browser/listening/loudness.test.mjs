/** The loudness that an engine tells: the same by every way to run, and known for a known tone. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

const LOUDNESS = ['momentaryLufs', 'shortTermLufs', 'integratedLufs', 'loudnessRangeLu', 'truePeakDbtp'];

describe('The loudness', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  for (const way of ['worklet-shared', 'worklet-message']) {
    test(`of a tone of −23 dBFS in both channels is −23 LUFS, and −∞ before it is asked for, by ${way}`, async () => {
      const { before, meters } = await browser.inPage(
        async (way) => {
          const t = await import('/tests/support/in-page.mjs');
          const [seconds, sampleRate] = [10, 48000];
          const context = new OfflineAudioContext(2, seconds * sampleRate, sampleRate);
          // JSON has no infinity.
          const read = () => Object.fromEntries(Object.entries(engine.meters()).map(([id, value]) => [id, `${value}`]));
          const params = { distortion_on: false, lpf_on: false, hpf_on: false, delay_on: false };
          const engine = await t.createEngine(context, { ...t.WAYS[way], params });
          const before = read();
          engine.measureLoudness();
          const source = new OscillatorNode(context, { frequency: 1000 });
          const level = new GainNode(context, { gain: 10 ** (-23 / 20) });
          source.connect(level).connect(engine.input);
          engine.output.connect(context.destination);
          source.start();
          await context.startRendering();
          while (engine.meters().frames < seconds * sampleRate) await t.wait(0.01);
          return { before, meters: read() };
        },
        { args: way },
      );
      for (const name of LOUDNESS) assert.equal(before[name], '-Infinity');
      for (const name of ['momentaryLufs', 'shortTermLufs', 'integratedLufs', 'truePeakDbtp']) {
        assert.ok(Math.abs(meters[name] - -23) < 0.1, `${name}: ${meters[name]}`);
      }
      assert.equal(meters.loudnessRangeLu, '0');
    });
  }

  test('goes on after a change of mode, and ends when it is told to', async () => {
    const modes = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context);
      const source = new OscillatorNode(context);
      source.connect(engine.input);
      engine.output.connect(context.destination);
      source.start();
      engine.measureLoudness();
      const read = () => engine.meters().momentaryLufs;
      const heard = [];
      for (const mode of ['worklet', 'script-processor']) {
        await engine.setMode(mode);
        while (!Number.isFinite(read())) await t.wait(0.01);
        heard.push(engine.mode);
      }
      engine.measureLoudness(false);
      while (Number.isFinite(read())) await t.wait(0.01);
      await engine.close();
      await context.close();
      return heard;
    });
    assert.deepEqual(modes, ['worklet', 'script-processor']);
  });
});
