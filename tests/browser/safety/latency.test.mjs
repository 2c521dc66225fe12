/**
 * "Measure my latency" in Chromium: ways of known length, made of a DelayNode, are found to the sample; what cannot be
 * heard is said; and on the page what was measured is kept, and told to the looper.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { closeSite, openSite, showView, testsOn, textOf, untilText } from '../../support/site.mjs';

const SPEECH = fileURLToPath(new URL('../../data/speech.wav', import.meta.url));

/** What is measured: ways of so many frames, their gain, and how loud the room is. */
const WAYS = {
  plain: { frames: 4321, gain: 0.1, hiss: 0 },
  noisy: { frames: 1777, gain: 0.1, hiss: 0.1 },
  deaf: { frames: 1000, gain: 0, hiss: 0 },
  apart: { frames: 1000, gain: 0, hiss: 0.1 },
};

/**
 * In the page: measures each way, all at once. What is expected is what the browser's own nodes make of the same graph,
 * with an impulse: a way from a node's output to its own input takes a quantum more than the DelayNode says.
 */
async function measureWays(ways) {
  const { measure } = await import('/latency/measurement.js');
  async function impulseThrough(frames, sampleRate) {
    const context = new OfflineAudioContext(1, 2 ** 14, sampleRate);
    const impulse = new AudioBufferSourceNode(context, { buffer: new AudioBuffer({ length: 1, sampleRate }) });
    impulse.buffer.getChannelData(0)[0] = 1;
    const probe = new GainNode(context);
    const way = new DelayNode(context, { delayTime: frames / sampleRate });
    impulse.connect(probe).connect(way).connect(new GainNode(context)).connect(probe);
    way.connect(context.destination);
    impulse.start();
    const echoes = (await context.startRendering()).getChannelData(0);
    const first = echoes.findIndex((sample) => sample > 0.5);
    return echoes.findIndex((sample, n) => n > first + 1 && sample > 0.5) - first;
  }
  async function measureWay({ frames, gain, hiss }) {
    const context = new AudioContext();
    await context.resume();
    const { sampleRate } = context;
    const loudspeakers = new DelayNode(context, { delayTime: frames / sampleRate });
    const microphone = new GainNode(context);
    const noise = new AudioBuffer({ length: sampleRate, sampleRate });
    noise.copyToChannel(
      noise.getChannelData(0).map(() => hiss * (2 * Math.random() - 1)),
      0,
    );
    const room = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
    loudspeakers.connect(new GainNode(context, { gain })).connect(microphone);
    loudspeakers.connect(context.destination);
    room.connect(microphone);
    room.start();
    try {
      const result = await measure(microphone, loudspeakers);
      return { ...result, frames: result.seconds * sampleRate, expected: await impulseThrough(frames, sampleRate) };
    } catch ({ name, message }) {
      return { name, message };
    } finally {
      await context.close();
    }
  }
  const results = Object.entries(ways).map(async ([name, way]) => [name, await measureWay(way)]);
  return Object.fromEntries(await Promise.all(results));
}

describe('the latency', { skip: skipUnless('chromium') }, () => {
  let server, browser, measured;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium', { microphone: SPEECH });
    const page = await openSite(browser, server.url);
    measured = await page.evaluate(measureWays, WAYS);
    await closeSite(page);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  it('finds a way of known length to the sample, and each run the same', () => {
    const { frames, expected, spread, runs, level } = measured.plain;
    assert.ok(Math.abs(frames - expected) <= 1, `${frames} frames, not ${expected}`);
    assert.deepEqual([spread, runs, level], [0, 5, -40]);
  });

  it('plays louder where the room is loud, and finds the way all the same', () => {
    const { frames, expected, level } = measured.noisy;
    assert.ok(Math.abs(frames - expected) <= 1, `${frames} frames, not ${expected}`);
    assert.equal(level, -30);
  });

  it('says which it is where the microphone gives silence, and where it hears something else', () => {
    assert.equal(measured.deaf.name, 'LatencyError');
    assert.match(measured.deaf.message, /gives silence\. See that it is not muted/);
    assert.match(measured.apart.message, /does not hear the loudspeakers\. Turn them up/);
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
