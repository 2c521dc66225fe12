/** Engines that the program forgot end by themselves, and none that can still be heard. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('An engine', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  for (const transport of ['shared', 'message']) {
    test(`that nobody can reach any more ends, and its processor with it (${transport})`, async () => {
      const { made, ended } = await browser.inPage(
        async (transport) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const spy = await t.spyOn(context);
          const made = 60;
          const drop = async () => {
            for (let i = 0; i < made; i++) await t.createEngine(context, { transport });
          };
          await drop();
          const ended = async () => (await spy.report()).processors.filter((life) => life.ended).length;
          for (let look = 0; look < 100 && (await ended()) < made; look++) {
            globalThis.gc();
            await t.wait(0.05);
          }
          const found = { made, ended: await ended() };
          await context.close();
          return found;
        },
        { args: transport },
      );
      assert.equal(ended, made);
    });
  }

  test('that is forgotten but still in a graph plays on', async () => {
    const { peaks, ended } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      const analyser = new AnalyserNode(context);
      const source = new OscillatorNode(context);
      await (async () => {
        const engine = await t.createEngine(context);
        source.connect(engine.input);
        engine.output.connect(analyser);
        source.start();
      })();
      const samples = new Float32Array(analyser.fftSize);
      const peaks = [];
      for (let look = 0; look < 20; look++) {
        globalThis.gc();
        await t.wait(0.1);
        analyser.getFloatTimeDomainData(samples);
        peaks.push(Math.max(...samples));
      }
      const { processors } = await spy.report();
      await context.close();
      return { peaks, ended: processors.filter((life) => life.ended).length };
    });
    assert.ok(
      peaks.every((peak) => peak > 0.1),
      `peaks ${peaks}`,
    );
    assert.equal(ended, 0);
  });

  test('whose input alone is kept can be connected later', async () => {
    const { peak } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const analyser = new AnalyserNode(context);
      const input = await (async () => {
        const engine = await t.createEngine(context);
        engine.output.connect(analyser);
        return engine.input;
      })();
      for (let look = 0; look < 10; look++) {
        globalThis.gc();
        await t.wait(0.05);
      }
      const source = new OscillatorNode(context);
      source.connect(input);
      source.start();
      await t.wait(0.3);
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      await context.close();
      return { peak: Math.max(...samples) };
    });
    assert.ok(peak > 0.1);
  });
});
