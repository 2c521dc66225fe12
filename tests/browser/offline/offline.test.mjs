/** Offline: what is set while it is suspended is heard, however it travels, and loops repeat. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('An offline render', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  for (const isolated of [true, false]) {
    const where = isolated ? 'with isolation' : 'without isolation';

    test(`hears every change that is made while it is suspended, ${where}`, async () => {
      const levels = await browser.inPage(
        async () => {
          const t = await import('/tests/support/in-page.mjs');
          const [quanta, every] = [2000, 100];
          const context = new OfflineAudioContext(1, 128 * quanta, 48000);
          const params = { distortion_on: false, lpf_on: false, hpf_on: false, delay_on: false };
          const engine = await t.createEngine(context, { channels: 1, params });
          const source = new ConstantSourceNode(context, { offset: 0.1 });
          source.connect(engine.input);
          engine.output.connect(context.destination);
          source.start();
          for (let change = 1; change < quanta / every; change++) {
            context.suspend((128 * every * change) / 48000).then(() => {
              engine.set('gain', change % 2 ? 2 : 1);
              context.resume();
            });
          }
          const sound = (await context.startRendering()).getChannelData(0);
          // The last sample of each part: a change has arrived by then.
          return Array.from({ length: quanta / every }, (_, part) => sound[128 * every * (part + 1) - 1]);
        },
        { server: { isolated } },
      );
      const heard = levels.map((level, part) => Math.abs(level - (part % 2 ? 0.2 : 0.1)) < 1e-6);
      assert.equal(heard.filter(Boolean).length, 20);
    });

    test(`tells all its quanta without being closed, ${where}`, async () => {
      const { quanta, frames } = await browser.inPage(
        async () => {
          const t = await import('/tests/support/in-page.mjs');
          const context = new OfflineAudioContext(2, 12800, 48000);
          const engine = await t.createEngine(context);
          engine.output.connect(context.destination);
          await context.startRendering();
          // A message may come after the end of the render; the test's own time limit ends a wait for none.
          while (engine.meters().quanta < 100) await t.wait(0.01);
          return engine.meters();
        },
        { server: { isolated } },
      );
      assert.deepEqual({ quanta, frames }, { quanta: 100, frames: 12800 });
    });
  }

  test('of a feedback loop around a switchable engine gives the same samples each time', async () => {
    const differences = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const render = async () => {
        const context = new OfflineAudioContext(2, 24000, 48000);
        const engine = await t.createEngine(context, { params: { delay_on: false, distortion: 0 } });
        const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [t.noise(1, 24000)]) });
        const loop = new DelayNode(context, { delayTime: 0.01 });
        const feedback = new GainNode(context, { gain: 0.5 });
        source.connect(engine.input);
        engine.output.connect(loop).connect(feedback).connect(engine.input);
        engine.output.connect(context.destination);
        source.start();
        return (await context.startRendering()).getChannelData(0);
      };
      const first = await render();
      const others = [];
      for (let i = 0; i < 16; i++) others.push(t.differences(first, await render()));
      return others;
    });
    assert.deepEqual(differences, Array(16).fill(0));
  });
});
