/** The pitch of an engine's input, in each browser and by every way to run. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

const WAYS = {
  chromium: ['worklet-shared', 'worklet-message', 'script-processor'],
  firefox: ['worklet-shared'],
};

for (const [name, ways] of Object.entries(WAYS)) {
  describe(`The pitch in ${name}`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    for (const way of ways) {
      test(`of each tone that is played is read within a cent, and of silence there is none, by ${way}`, async () => {
        const read = await browser.inPage(
          async (way) => {
            const t = await import('/tests/support/in-page.mjs');
            const context = await t.runningContext();
            // Whatever the effects do, it is the input's.
            const engine = await t.createEngine(context, { ...t.WAYS[way], params: { distortion: 1, gain: 0 } });
            engine.output.connect(context.destination);
            const silence = engine.pitch();
            const source = new OscillatorNode(context, { type: 'sawtooth' });
            source.connect(engine.input);
            source.start();
            const cents = [];
            for (const frequency of [82.41, 440, 1174.66]) {
              source.frequency.value = frequency;
              const error = () => 1200 * Math.log2((engine.pitch()?.frequency ?? 1) / frequency);
              // The samples of the tone before have to go first.
              while (Math.abs(error()) > 1) await t.wait(0.01);
              cents.push(error());
            }
            source.stop();
            while (engine.pitch() !== null) await t.wait(0.01);
            await engine.close();
            await context.close();
            return { silence, cents };
          },
          { args: way },
        );
        assert.equal(read.silence, null);
        assert.equal(read.cents.length, 3);
      });
    }
  });
}

describe('The pitch of a fixed engine', { skip: skipUnless('chromium') }, () => {
  test('is refused with a code, for its input cannot be listened to', async () => {
    const browser = await openBrowser('chromium');
    const code = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000), { fixed: true });
      try {
        return engine.pitch();
      } catch (error) {
        return error.code;
      }
    });
    await browser.close();
    assert.equal(code, 'mode-fixed');
  });
});
