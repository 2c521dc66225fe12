/**
 * The string on the page: by keys, pads and touch, seen while it sounds, and heard where the wave is plucked.
 * References are the notes' frequencies by equal temperament, in what the engine hears.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, showView, testsOn, textOf } from '../../support/site.mjs';

const hertzOf = (note) => 440 * 2 ** ((note - 69) / 12);

describe('the string', { skip: skipUnless('chromium') }, () => {
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

  /** Plays the string, with an ear at what the engine hears. */
  async function playString(page) {
    await page.click('#start-string');
    await page.waitForSelector('#string:not([hidden])');
    await page.evaluate(() => {
      const { context, input } = globalThis.page.session;
      globalThis.ear = new AnalyserNode(context, { fftSize: 32768, smoothingTimeConstant: 0 });
      input.connect(globalThis.ear);
    });
  }

  /** Waits until a frequency stands out of the engine's input by 12 dB over those a quarter tone beside it. */
  const untilHeard = (page, hertz) =>
    page.waitForFunction(
      (frequency) => {
        const { ear, page: parts } = globalThis;
        const levels = new Float32Array(ear.frequencyBinCount);
        ear.getFloatFrequencyData(levels);
        const at = (f) => levels[Math.round((f * ear.fftSize) / parts.session.context.sampleRate)];
        const beside = Math.max(at(frequency * 0.91), at(frequency * 1.1));
        return at(frequency) > -100 && at(frequency) > beside + 12;
      },
      { timeout: 20_000 },
      hertz,
    );

  const sounding = (page) => page.evaluate(() => globalThis.page.session.source.string.view().some((u) => u !== 0));

  onPage('is a source beside the others, whose keyboard is there while it plays', async (page) => {
    assert.equal(await page.$eval('#string', ({ hidden }) => hidden), true);
    await playString(page);
    assert.equal(await textOf(page, '#source-state'), 'Playing: String');
    assert.equal(await page.$eval('#start-string', (button) => button.getAttribute('aria-pressed')), 'true');
    await page.click('#start-built-in');
    await page.waitForSelector('#string[hidden]');
    // Its letters are the page's own again.
    await page.keyboard.press('a');
    assert.equal(await page.$$eval('.pad[data-held]', ({ length }) => length), 0);
  });

  onPage('plays by letter keys and pads, each its note, also an octave lower', async (page) => {
    await playString(page);
    assert.equal(await sounding(page), false);
    await page.keyboard.down('h');
    assert.equal(await page.$eval('.pad[data-held]', (pad) => pad.getAttribute('aria-label')), 'A3, key H');
    await untilHeard(page, hertzOf(57));
    await page.keyboard.up('h');
    assert.equal(await page.$$eval('.pad[data-held]', ({ length }) => length), 0);
    assert.equal(await sounding(page), true, 'it rings on');
    await page.keyboard.press('z');
    assert.equal(await page.$eval('.octave output', ({ textContent }) => textContent), 'C2 – E3');
    await page.click('.pad[aria-label^="E2,"]', { delay: 100 });
    await untilHeard(page, 2 * hertzOf(40));
    // By the keyboard alone, too.
    await page.focus('.pad[aria-label^="B2,"]');
    await page.keyboard.press('Enter');
    await untilHeard(page, hertzOf(47));
    // With Ctrl a letter is the browser's, in a field the field's.
    await page.keyboard.down('Control');
    await page.keyboard.down('s');
    assert.equal(await page.$$eval('.pad[data-held]', ({ length }) => length), 0);
    await page.keyboard.up('s');
    await page.keyboard.up('Control');
  });

  onPage('ends a note with its key where it does not ring on', async (page) => {
    await playString(page);
    await page.click('#string-ring');
    assert.equal(await page.$eval('#string-ring', (button) => button.getAttribute('aria-pressed')), 'false');
    await page.keyboard.down('d');
    await untilHeard(page, hertzOf(52));
    await page.keyboard.up('d');
    // With a decay of 4 s it would be seen for more than 8 s.
    await page.waitForFunction(() => globalThis.page.session.source.string.view().every((u) => u === 0), {
      timeout: 6000,
    });
  });

  onPage('is plucked where its picture is touched, and moves there', async (page) => {
    await playString(page);
    const { x, y, width, height } = await (await page.$('#string-canvas')).boundingBox();
    await page.mouse.click(x + width / 2, y + height * 0.1);
    await page.waitForFunction(() => globalThis.page.session.source.string.view().some((u) => Math.abs(u) > 0.05));
    // In the middle: the octave of A2 is not there.
    await untilHeard(page, hertzOf(45));
    const levels = await page.evaluate((hertz) => {
      const { ear, page: parts } = globalThis;
      const bins = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(bins);
      const at = (f) => bins[Math.round((f * ear.fftSize) / parts.session.context.sampleRate)];
      return [at(hertz), at(2 * hertz), at(3 * hertz)];
    }, hertzOf(45));
    assert.ok(levels[1] < levels[0] - 15 && levels[1] < levels[2] - 15, `${levels} dB`);
  });

  onPage('keeps its decay and its brightness for the next time', async (page) => {
    await playString(page);
    await page.focus('#string-damping');
    await page.keyboard.press('Home');
    await page.focus('#string-brightness');
    await page.keyboard.press('End');
    const sound = () =>
      page.evaluate(() => {
        const { damping, brightness } = globalThis.page.session.source.string.sound;
        return { damping, brightness };
      });
    assert.deepEqual(await sound(), { damping: 0.5, brightness: 1 });
    await page.click('#stop');
    await page.waitForSelector('#string[hidden]');
    await page.click('#start-string');
    await page.waitForSelector('#string:not([hidden])');
    assert.deepEqual(await sound(), { damping: 0.5, brightness: 1 });
  });

  onPage('sounds where the wave is plucked, while one listens', async (page) => {
    await showView(page, 'wave');
    await page.click('#wave-pluck');
    assert.equal(await page.evaluate(() => globalThis.page.session.source), null, 'nothing sounds unasked');
    await page.click('#wave-listen');
    await page.waitForFunction(() => globalThis.page.session.source?.string);
    const pressed = () => page.$eval('#wave-listen', (button) => button.getAttribute('aria-pressed'));
    assert.equal(await pressed(), 'true');
    await page.evaluate(() => {
      const { context, input } = globalThis.page.session;
      globalThis.ear = new AnalyserNode(context, { fftSize: 32768, smoothingTimeConstant: 0 });
      input.connect(globalThis.ear);
    });
    await page.$eval('#wave-pluck', (button) => button.click());
    await untilHeard(page, hertzOf(45));
    await page.click('#wave-listen');
    assert.equal(await pressed(), 'false');
    assert.equal(await page.evaluate(() => globalThis.page.session.source), null);
    // Another source makes an end of it.
    await page.click('#wave-listen');
    await page.waitForFunction(() => globalThis.page.session.source?.string);
    await page.click('#start-built-in');
    await page.waitForFunction(() => globalThis.page.session.source?.kind === 'built-in');
    assert.equal(await pressed(), 'false');
  });
});
