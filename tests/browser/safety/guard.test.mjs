/**
 * The howl guard in Chromium: in a loop of Web Audio's own nodes that feeds back, rendered off line and so to the
 * sample, and on the page, where the loudspeakers are led back to what the engine hears.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, testsOn, textOf, untilText } from '../../support/site.mjs';

const SPEECH = fileURLToPath(new URL('../../data/speech.wav', import.meta.url));

describe('the howl guard in Chromium', { skip: skipUnless('chromium') }, () => {
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

  /** Plays the microphone alone, in a loop that feeds back; `globalThis.endFeedback()` ends it. */
  async function howl(page) {
    await page.click('#parameter-bypass');
    await page.click('#start-microphone');
    await untilText(page, '#source-state', 'Playing:');
    await page.waitForSelector('#howl-guard[data-state]');
    await page.evaluate(async () => {
      const { feedBack } = await import('/tests/browser/safety/feedback.js');
      const { speakers, input } = globalThis.page.session;
      globalThis.endFeedback = feedBack(speakers, input);
    });
  }

  onPage('turns a loop down by 30 dB within 300 ms of a tap, on the audio thread', async (page) => {
    const { ducked, before, after, frequency } = await page.evaluate(async () => {
      const { feedBack } = await import('/tests/browser/safety/feedback.js');
      const { Guard } = await import('/howl-guard/guard.js');
      const RATE = 48000;
      const render = async (guarded) => {
        const context = new OfflineAudioContext(1, RATE / 2, RATE);
        const tap = new AudioBufferSourceNode(context, { buffer: new AudioBuffer({ length: 1, sampleRate: RATE }) });
        tap.buffer.getChannelData(0)[0] = 0.3;
        const input = new GainNode(context);
        const speakers = new GainNode(context);
        tap.connect(input).connect(speakers).connect(context.destination);
        feedBack(speakers, input);
        let frequency = 0;
        if (guarded) {
          await Guard.load(context);
          new Guard(input, speakers.gain, (hertz) => {
            frequency = hertz;
          });
        }
        tap.start();
        const rendered = await context.startRendering();
        await new Promise((resolve) => setTimeout(resolve));
        return { samples: rendered.getChannelData(0), frequency };
      };
      const free = (await render(false)).samples;
      const { samples, frequency } = await render(true);
      const peak = (of, from, to) => of.subarray(from, to).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const ducked = samples.findIndex((sample, n) => sample !== free[n]) / RATE;
      const at = Math.round(ducked * RATE);
      // Between 10 and 40 ms later what comes around is still what went out before.
      const [from, to] = [at + 0.011 * RATE, at + 0.039 * RATE].map(Math.round);
      return { ducked, before: peak(free, from, to), after: peak(samples, from, to), frequency };
    });
    assert.ok(ducked > 0.04 && ducked <= 0.3, `turned down after ${ducked} s`);
    const decibels = 20 * Math.log10(after / before);
    assert.ok(Math.abs(decibels + 30) < 0.5, `by ${decibels} dB`);
    assert.ok(Math.abs(frequency - 1000) < 10, `${frequency} Hz`);
  });

  onPage('says that it howled and what to do, and lets the sound out again when it is told to', async (page) => {
    await howl(page);
    await untilText(page, '.guard-alert', 'It began to howl at');
    assert.match(await textOf(page, '.guard-alert'), /headphones/);
    assert.equal(await page.$eval('.guard-alert', ({ role }) => role), 'alert');
    // The loop is broken: what comes around dies away.
    await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] < 0.6);
    await page.evaluate(() => globalThis.endFeedback());
    await page.click('#howl-guard-open');
    await page.waitForSelector('#howl-guard[data-state=watching]');
    assert.equal(await page.$eval('.guard-alert', ({ hidden }) => hidden), true);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'howl-guard-on');
    await untilLoud(page, 0.3);
  });

  onPage('leaves speech alone', async (page) => {
    await page.click('#start-microphone');
    await page.waitForSelector('#howl-guard[data-state=watching]');
    await page.waitForFunction(() => globalThis.page.session.context.currentTime > 3);
    assert.equal(await page.$eval('#howl-guard', ({ dataset }) => dataset.state), 'watching');
  });

  onPage('does nothing while it is switched off, which is kept', async (page) => {
    await page.click('#start-microphone');
    await page.waitForSelector('#howl-guard[data-state=watching]');
    await page.click('#howl-guard-on');
    await page.click('#stop');
    await howl(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 2);
    assert.equal(await page.$eval('#howl-guard', ({ dataset }) => dataset.state), 'off');
    await page.evaluate(() => globalThis.endFeedback());
    await page.reload();
    await page.waitForSelector('#howl-guard-on', { visible: false });
    assert.equal(await page.$eval('#howl-guard-on', ({ checked }) => checked), false);
  });
});

/** Waits until so much comes out of the loudspeakers. */
const untilLoud = (page, peak) =>
  page.waitForFunction(
    (wanted) => {
      const { speakers } = globalThis.page.session;
      globalThis.ear ??= speakers.connect(new AnalyserNode(speakers.context));
      const samples = new Float32Array(2048);
      globalThis.ear.getFloatTimeDomainData(samples);
      return samples.some((sample) => Math.abs(sample) > wanted);
    },
    {},
    peak,
  );
