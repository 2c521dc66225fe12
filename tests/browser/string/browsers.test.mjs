/** The string in Firefox and WebKit: in tune, at its frame, with the same bits by every way that it has there. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** WebKitGTK has no SharedArrayBuffer; Firefox does not wait for a ScriptProcessorNode offline. */
const BROWSERS = {
  firefox: ['worklet-shared', 'worklet-message'],
  webkit: ['worklet-message', 'script-processor'],
};

for (const [name, ways] of Object.entries(BROWSERS)) {
  describe(`The string in ${name}`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test('sounds at its frame, in tune within 2 cents, with the same bits by every way', async () => {
      const found = await browser.inPage(
        async (ways) => {
          const s = await import('/tests/browser/string/in-page.js');
          const timing = { sampleRate: 48000, frames: 48_000 };
          const renders = [];
          for (const way of ways) {
            renders.push(await s.renderString(s.WAYS[way], timing, (string) => s.playPhrase(string, 0.1)));
          }
          const [{ sound }] = renders;
          const single = await s.renderString(s.WAYS[ways[0]], timing, (string) => string.note(45, 1, 0.1));
          const heard = s.frequencyNear(single.sound.subarray(8000), 110, 48000);
          return {
            first: sound.findIndex((x) => x !== 0),
            differences: renders.map((render) => s.differences(render.sound, sound)),
            modes: renders.map(s.describeWay),
            cents: 1200 * Math.log2(heard / 110),
          };
        },
        { args: ways },
      );
      assert.equal(found.first, 4800);
      assert.deepEqual(found.modes, ways);
      assert.deepEqual(
        found.differences,
        ways.map(() => 0),
      );
      assert.ok(Math.abs(found.cents) < 2, `off by ${found.cents} cents`);
    });

    test('is heard and seen in real time', async () => {
      const found = await browser.inPage(async () => {
        const s = await import('/tests/browser/string/in-page.js');
        const { createString } = await import('/worklet/engine.js');
        const context = await s.runningContext();
        const string = await createString(context);
        const analyser = new AnalyserNode(context);
        string.connect(analyser).connect(context.destination);
        string.pluck(0.3, 1);
        const samples = new Float32Array(analyser.fftSize);
        const isHeard = () => {
          analyser.getFloatTimeDomainData(samples);
          return samples.some((x) => x > 0.02);
        };
        const isSeen = () => string.view().some((u) => u !== 0);
        while (!isHeard() || !isSeen()) await s.wait(0.01);
        const { mode, transport } = string;
        await string.close();
        await context.close();
        return `${mode}-${transport}`;
      });
      assert.equal(found, ways[0]);
    });
  });
}
