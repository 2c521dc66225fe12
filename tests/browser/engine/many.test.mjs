/** A thousand engines in one context: one wasm instance, whose memory stays what they need at once. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('A thousand engines', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test('fit into one instance, half of them come and go, and its memory is that of those at once', async () => {
    const { made, memories, sizes, died } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = new OfflineAudioContext(2, 128, 8000);
      const spy = await t.spyOn(context);
      let died = 0;
      const make = async () => {
        const engine = await t.createEngine(context, { fixed: true, mode: 'worklet' });
        engine.addEventListener('error', () => died++);
        return engine;
      };
      const count = 1000;
      const engines = await Promise.all(Array.from({ length: count }, make));
      const size = async () => (await spy.report()).memories.filter((bytes) => bytes > 0);
      const sizes = [...(await size())];
      let made = count;
      for (let turn = 0; turn < 6; turn++) {
        // The same numbers each time: which half goes is no matter.
        const gone = engines.splice(turn * 37, count / 2);
        await Promise.all(gone.map((engine) => engine.close()));
        engines.push(...(await Promise.all(Array.from({ length: count / 2 }, make))));
        made += count / 2;
      }
      sizes.push(...(await size()));
      const memories = sizes.length / 2;
      await Promise.all(engines.map((engine) => engine.close()));
      return { made, memories, sizes, died };
    });
    assert.equal(made, 4000);
    assert.equal(memories, 1);
    // A page more at most where the holes do not fit; what three thousand engines had would be three times as much.
    assert.ok(sizes[1] <= sizes[0] + 65536, `${sizes[0]} bytes, then ${sizes[1]}`);
    assert.equal(died, 0);
  });

  test('play the same bits as one alone', async () => {
    const differences = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const render = async (count) => {
        const context = new OfflineAudioContext(1, 4800, 48000);
        const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [t.noise(3, 4800)]) });
        const params = { delay_time: 0.01, lpf_cutoff: 3000 };
        const options = { mode: 'worklet', channels: 1, fixed: true, params };
        const engines = await Promise.all(Array.from({ length: count }, () => t.createEngine(context, options)));
        for (const { input } of engines) source.connect(input);
        engines.at(-1).output.connect(context.destination);
        source.start();
        return (await context.startRendering()).getChannelData(0);
      };
      const [alone, among] = [await render(1), await render(1000)];
      return t.differences(alone, among);
    });
    assert.equal(differences, 0);
  });
});
