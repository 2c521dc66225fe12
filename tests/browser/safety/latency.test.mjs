/**
 * "Measure my latency" in Chromium: ways of known length, made of a DelayNode, are found to the sample; what cannot be
 * heard is said; and on the page what was measured is kept, and told to the looper.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, showView, testsOn, textOf, untilText } from '../../support/site.mjs';

const SPEECH = fileURLToPath(new URL('../../data/speech.wav', import.meta.url));

describe('the latency', { skip: skipUnless('chromium') }, () => {
  let server, browser;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium', { microphone: SPEECH });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  /**
   * Measures a way of so many frames in the page: the result, or the sentence that it failed with.
   * @param {{ frames: number, gain: number, hiss?: number }} way `hiss` is what else the microphone hears
   */
  const measured = (page, way) =>
    page.evaluate(async ({ frames, gain, hiss = 0 }) => {
      const { measure } = await import('/latency/measurement.js');
      const context = new AudioContext();
      await context.resume();
      const delayTime = frames / context.sampleRate;
      const loudspeakers = new DelayNode(context, { delayTime });
      const microphone = new GainNode(context, { gain });
      loudspeakers.connect(microphone);
      const noise = new AudioBuffer({ length: context.sampleRate, sampleRate: context.sampleRate });
      noise.getChannelData(0).forEach((_, n, samples) => {
        samples[n] = hiss * (2 * Math.random() - 1);
      });
      const source = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
      const ear = new GainNode(context);
      source.connect(ear);
      microphone.connect(ear);
      source.start();
      try {
        const { seconds, spread, runs, level } = await measure(ear, loudspeakers);
        return { frames: seconds * context.sampleRate, spread, runs, level };
      } catch ({ name, message }) {
        return { name, message };
      } finally {
        await context.close();
      }
    }, way);

  onPage('finds a way of known length to the sample, and each run the same', async (page) => {
    const result = await measured(page, { frames: 4321, gain: 0.1 });
    assert.ok(Math.abs(result.frames - 4321) <= 1, `${result.frames} frames`);
    assert.deepEqual([result.spread, result.runs, result.level], [0, 5, -40]);
  });

  onPage('plays louder where the room is loud, and finds the way all the same', async (page) => {
    const result = await measured(page, { frames: 1777, gain: 0.1, hiss: 0.03 });
    assert.ok(Math.abs(result.frames - 1777) <= 1, `${result.frames} frames`);
    assert.ok(result.level > -40, `${result.level} dBFS`);
  });

  onPage('says which it is where the microphone gives silence, and where it hears something else', async (page) => {
    const deaf = await measured(page, { frames: 1000, gain: 0 });
    assert.equal(deaf.name, 'LatencyError');
    assert.match(deaf.message, /gives silence\. See that it is not muted/);
    const apart = await measured(page, { frames: 1000, gain: 0, hiss: 0.1 });
    assert.match(apart.message, /does not hear the loudspeakers\. Turn them up/);
  });

  onPage('counts down, shows and keeps what it measured, and the looper places by it', async (page) => {
    // A microphone that hears the page's loudspeakers.
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        const { speakers, context } = globalThis.page.session;
        const stream = new MediaStreamAudioDestinationNode(context);
        speakers.connect(stream);
        return stream.stream;
      };
    });
    await showView(page, 'lab');
    await page.click('#latency-start');
    await untilText(page, '#latency-state', 'Noise in 3');
    assert.equal(await page.$eval('#latency-state', ({ role }) => role), 'status');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'latency-cancel');
    await untilText(page, '#latency-state', 'Measured:');
    assert.match(await textOf(page, '#latency-measured'), /^\d+\.\d ms$/);
    const { seconds } = await page.evaluate(() => JSON.parse(localStorage.getItem('audio-dsp-wasm.latency')));
    assert.ok(seconds > 0 && seconds < 0.3, `${seconds} s`);
    assert.match(await textOf(page, '#looper'), /placed \d+ ms earlier, as measured/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'latency-start');
  });

  onPage('can be cancelled, and the page’s sound comes back', async (page) => {
    await showView(page, 'lab');
    await page.click('#latency-start');
    await untilText(page, '#latency-state', 'Noise in');
    await page.waitForFunction(() => globalThis.page.session.output.gain.value < 0.01);
    await page.click('#latency-cancel');
    await untilText(page, '#latency-error', 'It was cancelled.');
    await page.waitForFunction(() => globalThis.page.session.output.gain.value > 0.99);
  });
});
