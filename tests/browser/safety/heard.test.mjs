/**
 * What leaves the page, with a loop in it, in Chromium: recorded, metered and limited as it is heard. References are
 * the samples before the loudspeakers.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, playBuiltIn, pressOn, testsOn, textOf, untilText } from '../../support/site.mjs';

describe('what is heard', { skip: skipUnless('chromium') }, () => {
  let server, browser;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** The page, with WAVs in float, which hold every bit; and with the last file that it gave kept in it. */
  const onPage = testsOn(async () => {
    const page = await openSite(browser, server.url);
    await page.select('#record-format', 'float');
    await page.evaluate(() => {
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        globalThis.given = blob;
        return create.call(URL, blob);
      };
      HTMLAnchorElement.prototype.click = function () {
        globalThis.givenName = this.download;
      };
    });
    return page;
  });

  /** The samples of the last file that the page gave: of its two channels. */
  const given = (page) =>
    page.evaluate(async () => {
      const HEADER_BYTES = 44;
      const samples = new Float32Array((await globalThis.given.arrayBuffer()).slice(HEADER_BYTES));
      return [0, 1].map((side) => Array.from(samples.filter((_, at) => at % 2 === side)));
    });

  /** Lets the context's clock pass so many seconds. */
  const pass = (page, seconds) =>
    page.evaluate(async (length) => {
      const { context } = globalThis.page.session;
      const end = context.currentTime + length;
      while (context.currentTime < end) await new Promise((resolve) => setTimeout(resolve, 20));
    }, seconds);

  const startHearing = (page, seconds) =>
    page.evaluate(async (length) => {
      const { record } = await import('/tests/support/in-page.mjs');
      globalThis.hearing = await record(globalThis.page.session.speakers, { seconds: length });
    }, seconds);

  const heard = (page) =>
    page.evaluate(async () => {
      const { channels, gaps } = await globalThis.hearing.take();
      return { channels: channels.map((samples) => Array.from(samples)), gaps };
    });

  /** A loop of half a second of the built-in sound, with overdubs of it, plays alone. */
  async function playLoop(page, overdubs = 0) {
    await page.click('#looper-toggle');
    await playBuiltIn(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Recording');
    await pass(page, 0.5);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Playing:');
    for (let count = 1; count <= overdubs; count++) {
      await page.click('#looper-go');
      await untilText(page, '#looper-go', 'End overdub');
      await pass(page, 0.6);
      await page.click('#looper-go');
      await untilText(page, '#looper-go', 'Overdub');
    }
    await page.click('#stop');
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] < 1e-5);
  }

  onPage('is what is recorded, to the sample: a loop alone too', async (page) => {
    await page.click('#parameter-delay_on');
    await playLoop(page);
    await startHearing(page, 10);
    await page.click('#record');
    await page.waitForSelector('#record[aria-pressed=true]');
    await pass(page, 0.8);
    await page.click('#record');
    await page.waitForSelector('#record-save:not([hidden])');
    const { channels, gaps } = await heard(page);
    await page.click('#record-save');
    const recorded = await given(page);
    assert.equal(gaps, 0);
    assert.ok(peakOf(recorded[0]) > 0.05, `${peakOf(recorded[0])}`);
    assert.ok(recorded[0].length > 20_000);
    const at = placeOf(recorded[0], channels[0]);
    assert.ok(at >= 0, 'a piece of what was heard');
    for (const side of [0, 1]) {
      assert.deepEqual(recorded[side], channels[side].slice(at, at + recorded[side].length));
    }
  });

  onPage('is what the output meter and the loudness show: a loop alone too', async (page) => {
    await page.click('#parameter-delay_on');
    await page.evaluate(() =>
      document.querySelector('[name=choice-waveform-and-readings][value=loudness-display]').click(),
    );
    await page.evaluate(() => document.querySelector('#loudness button').click());
    await playLoop(page);
    await page.evaluate(() => document.querySelectorAll('#loudness button')[1].click());
    await startHearing(page, 2);
    await pass(page, 1.8);
    // The loop's level is the same in each round, so it does not matter which one each has seen.
    const peak = 20 * Math.log10(peakOf((await heard(page)).channels[0]));
    const shown = async () => decibelsOf(await textOf(page, '#meter-output .readings b'));
    const most = await page.evaluate(async () => {
      let most = -Infinity;
      const { context, mix } = globalThis.page.session;
      const end = context.currentTime + 0.6;
      while (context.currentTime < end) {
        most = Math.max(most, ...(mix?.meters().outputPeak ?? []));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return most;
    });
    assert.ok((await shown()) > peak - 20, `${await shown()} dB, of ${peak}`);
    assert.ok(20 * Math.log10(most) <= peak + 0.1, 'never more than what is heard');
    await page.waitForFunction(() =>
      /^−\d/.test(document.querySelector('#loudness .reading-list > div:nth-child(3) dd').textContent),
    );
  });

  onPage(
    'never passes full scale by a loop where the limiter is on; where it is off, the lamp says so',
    async (page) => {
      await pressOn(page, 'gain', 'End');
      await playLoop(page, 2);
      await startHearing(page, 2);
      await pass(page, 1.5);
      const limited = peakOf((await heard(page)).channels[0]);
      assert.ok(limited > 0.8, `${limited}`);
      assert.ok(limited <= 1, `${limited}`);
      assert.equal(await textOf(page, '#meter-output .lamp b'), '0');
      await page.click('#parameter-limiter_on');
      await page.waitForSelector('#meter-output .lamp.lit');
    },
  );
});

/** @param {number[]} samples */
const peakOf = (samples) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

/** @param {string} text as the page writes a level */
const decibelsOf = (text) => (text.includes('∞') ? -Infinity : Number(text.replace('−', '-')));

/** Where a piece is in a signal, to the sample: −1 where it is not. */
function placeOf(piece, signal) {
  for (let at = 0; at + piece.length <= signal.length; at++) {
    let n = 0;
    while (n < piece.length && piece[n] === signal[at + n]) n++;
    if (n === piece.length) return at;
  }
  return -1;
}
