/**
 * The looper in Chromium: its worklet rendered off line, where each frame is known, and the page's own in real time, by
 * what comes out of the loudspeakers.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, playBuiltIn, testsOn, textOf, untilText } from '../../support/site.mjs';

describe('the looper', { skip: skipUnless('chromium') }, () => {
  let server, browser;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  onPage('repeats to the sample, adds an overdub exactly, and gives the bits of before by undo', async (page) => {
    const { rounds, expected, seam } = await page.evaluate(async () => {
      const RATE = 48000;
      const [begin, length] = [1000, 9601];
      const frames = begin + 9 * length;
      const context = new OfflineAudioContext(1, frames, RATE);
      // Noise in steps of 2⁻¹⁶, so that sums of it are exact.
      const noise = new AudioBuffer({ length: frames, sampleRate: RATE });
      const input = noise.getChannelData(0).map(() => Math.round(2 ** 15 * (2 * Math.random() - 1)) / 2 ** 16);
      noise.copyToChannel(input, 0);
      await context.audioWorklet.addModule('/looper/processor.js');
      const at = (round) => begin + round * length;
      const room = (size) => [new Float32Array(size)];
      const commands = [
        { name: 'record', at: at(0), channels: room(RATE) },
        { name: 'close', at: at(1) },
        { name: 'overdub', at: at(3), channels: room(length) },
        { name: 'endOverdub', at: at(4) },
        { name: 'undo', at: at(6) },
        { name: 'redo', at: at(8) },
      ];
      const source = new AudioBufferSourceNode(context, { buffer: noise });
      const looper = new AudioWorkletNode(context, 'looper', {
        outputChannelCount: [1],
        channelCount: 1,
        channelCountMode: 'explicit',
        processorOptions: { commands },
      });
      source.connect(looper).connect(context.destination);
      source.start();
      const output = (await context.startRendering()).getChannelData(0);
      const fade = Math.round(0.005 * RATE);
      const round = (samples, index) => Array.from(samples.subarray(at(index), at(index + 1)));
      const sum = round(input, 0).map((sample, n) => Math.fround(sample + input[at(3) + n]));
      return {
        rounds: Array.from({ length: 9 }, (_, index) => round(output, index).slice(fade)),
        expected: { base: round(input, 0).slice(fade), sum: sum.slice(fade) },
        seam: [2, 3, 7].map((index) => round(output, index).slice(fade / 2, fade)),
      };
    });
    assert.ok(
      rounds[0].every((sample) => sample === 0),
      'silent while it is recorded',
    );
    for (const index of [1, 2, 3, 6, 7]) assert.deepEqual(rounds[index], expected.base, `round ${index}`);
    for (const index of [4, 5, 8]) assert.deepEqual(rounds[index], expected.sum, `round ${index}`);
    assert.deepEqual(seam[1], seam[0]);
    assert.deepEqual(seam[2], seam[0], 'undone, at the seam as well');
  });

  /** Records what comes out of the loudspeakers for so many seconds: of one channel. */
  const heard = (page, seconds) =>
    page.evaluate(async (length) => {
      const { record } = await import('/tests/support/in-page.mjs');
      const { speakers, context } = globalThis.page.session;
      const recording = await record(speakers, { seconds: length });
      const end = context.currentTime + length + 0.1;
      while (context.currentTime < end) await new Promise((resolve) => setTimeout(resolve, 50));
      const { channels, gaps } = await recording.take();
      return { samples: Array.from(channels[0]), gaps };
    }, seconds);

  onPage('plays what was heard over and over in real time, to the sample, after its source has ended', async (page) => {
    await page.click('#parameter-delay_on');
    await page.click('#looper-toggle');
    await playBuiltIn(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Recording');
    assert.equal(await textOf(page, '#looper-go'), 'Close loop');
    await page.waitForFunction(() => Number(document.querySelector('.loop-time').textContent) >= 0.5);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Playing:');
    await page.click('#stop');
    // The source fades out, the loop goes on, and keeps the context from resting.
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] < 1e-5);
    const { samples, gaps } = await heard(page, 2.5);
    assert.equal(gaps, 0);
    assert.ok(Math.max(...samples) > 0.01);
    const period = periodOf(samples);
    assert.ok(period !== null, 'it repeats');
    assert.ok(period > 0.4 * 44100, `${period} frames`);
    assert.equal(await page.$eval('.loop-ring', (ring) => Number(ring.style.getPropertyValue('--place')) <= 1), true);
  });

  onPage('has a key for each thing to do, usable by keyboard, and says what it does', async (page) => {
    await page.focus('#looper-toggle');
    await page.keyboard.press('Enter');
    assert.equal(await page.$eval('#looper-toggle', ({ ariaExpanded }) => ariaExpanded), 'true');
    const isDisabled = (id) => page.$eval(`#looper-${id}`, ({ ariaDisabled }) => ariaDisabled === 'true');
    for (const id of ['play', 'undo', 'redo', 'clear']) assert.equal(await isDisabled(id), true, id);
    const press = async (id) => {
      await page.focus(`#looper-${id}`);
      await page.keyboard.press('Enter');
    };
    await untilText(page, '.loop-state', 'Records what you hear, up to 60 s');
    await press('go');
    await untilText(page, '.loop-state', 'Recording');
    assert.equal(await page.$eval('.loop-state', ({ role }) => role), 'status');
    await press('play');
    await untilText(page, '.loop-state', 'Playing: ');
    await press('go');
    await untilText(page, '.loop-state', '1 overdub');
    await press('go');
    await untilText(page, '#looper-go', 'Overdub');
    await press('undo');
    await page.waitForFunction(() => !document.querySelector('.loop-state').textContent.includes('overdub'));
    assert.equal(await isDisabled('redo'), false);
    await press('redo');
    await untilText(page, '.loop-state', '1 overdub');
    await press('play');
    await untilText(page, '.loop-state', 'Stopped: ');
    await press('clear');
    await untilText(page, '.loop-state', 'Cleared');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'looper-clear');
    await press('undo');
    await untilText(page, '.loop-state', 'Stopped: ');
    await untilText(page, '.loop-state', '1 overdub');
    await press('clear');
    await untilText(page, '.loop-state', 'Cleared');
    await page.reload();
    await page.waitForSelector('#looper:not([hidden]) #looper-go');
  });

  onPage('is not lost by leaving the page, nor by Clear, and is saved as a file', async (page) => {
    await page.evaluate(() => {
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        globalThis.given = blob;
        return create.call(URL, blob);
      };
      HTMLAnchorElement.prototype.click = () => {};
    });
    const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
    await page.click('#parameter-delay_on');
    await playBuiltIn(page);
    await page.keyboard.press('l');
    await untilText(page, '.loop-state', 'Recording');
    assert.equal(await asks(), true);
    await page.waitForFunction(() => Number(document.querySelector('.loop-time').textContent) >= 0.3);
    // Stop ends the recording, as the key would.
    await page.keyboard.press('s');
    await untilText(page, '.loop-state', 'Playing:');
    await page.keyboard.press('p');
    await untilText(page, '.loop-state', 'Stopped:');
    // The commands act although nothing plays and the context rests.
    await page.evaluate(() => globalThis.page.session.context.suspend());
    await page.click('#looper-save');
    await page.waitForFunction(() => globalThis.given !== undefined);
    assert.equal(await asks(), false);
    await page.click('#looper-clear');
    await untilText(page, '.loop-state', 'Cleared');
    await page.keyboard.press('u');
    await untilText(page, '.loop-state', 'Stopped:');
    assert.equal(await asks(), false, 'as it was saved');
    await page.keyboard.press('l');
    await untilText(page, '.loop-state', '1 overdub');
    await page.keyboard.press('l');
    assert.equal(await asks(), true);
    const [bytes, frames, rate] = await page.evaluate(async () => {
      const view = new DataView(await globalThis.given.arrayBuffer());
      const HEADER_BYTES = 44;
      return [view.byteLength, (view.byteLength - HEADER_BYTES) / 6, view.getUint32(24, true)];
    });
    assert.equal((bytes - 44) % 6, 0, 'of 24 bits and two channels');
    assert.match(await textOf(page, '.loop-state'), new RegExp(`: ${(frames / rate).toFixed(1)} s`));
  });

  onPage('takes single keys, and whole bars of the page’s tempo', async (page) => {
    await page.evaluate(() => {
      globalThis.page.tempo.bpm = 240;
    });
    await playBuiltIn(page);
    await page.click('#looper-toggle');
    await page.click('#looper-bars');
    await page.keyboard.press('l');
    await untilText(page, '.loop-state', 'Recording');
    await page.keyboard.press('l');
    // A bar of four beats at 240 BPM lasts 1 s, however soon the key was pressed.
    await untilText(page, '.loop-state', 'Playing: 1.0 s');
    await page.keyboard.press('p');
    await untilText(page, '.loop-state', 'Stopped: 1.0 s');
  });

  onPage('is as loud as its level and the page’s volume say', async (page) => {
    await page.click('#looper-toggle');
    await playBuiltIn(page);
    await page.click('#looper-go');
    await page.waitForFunction(() => Number(document.querySelector('.loop-time').textContent) >= 0.5);
    await page.click('#looper-go');
    await page.click('#stop');
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] < 1e-5);
    // The second half, by which time the level has moved.
    const peak = async () => Math.max(...(await heard(page, 1.2)).samples.slice(-0.6 * 44100).map(Math.abs));
    const full = await peak();
    await page.focus('#looper-level');
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.querySelector('.loop-level output').textContent === '−∞ dB');
    assert.ok((await peak()) < 1e-3 * full, 'the loop’s level');
    await page.keyboard.press('End');
    await page.focus('#output-volume');
    await page.keyboard.press('Home');
    assert.ok((await peak()) < 1e-3 * full, 'the page’s volume');
  });
});

/** The shortest distance at which a signal is the very same again; null where it never is. */
function periodOf(samples) {
  for (let period = 1000; period < samples.length / 2; period++) {
    let at = 0;
    while (at + period < samples.length && samples[at] === samples[at + period]) at++;
    if (at + period === samples.length) return period;
  }
  return null;
}
