/**
 * What the page comes back from, and what it must not lose: a context that closes, settings that do not fit the
 * address, another tab, a file that is too long, and being opened as a file.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { root } from '../../../scripts/lib/project.mjs';
import { silentFlac } from '../../support/flac.mjs';
import {
  dropFile,
  openSite,
  parameterOf,
  playBuiltIn,
  pressOn,
  showView,
  testsOn,
  textOf,
  typeInto,
  untilReady,
  untilText,
} from '../../support/site.mjs';

const SETTINGS = 'audio-dsp-wasm.settings';

describe('the page comes back', { skip: skipUnless('chromium') }, () => {
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

  /** Waits until a parameter is stored with a value. */
  const untilStored = (page, id, value) =>
    page.waitForFunction(
      (key, name, wanted) => {
        const stored = JSON.parse(localStorage.getItem(key) ?? '{}');
        return Math.abs(stored.params?.[name] - wanted) < 1e-6;
      },
      {},
      SETTINGS,
      id,
      value,
    );

  onPage('sets and keeps parameters after its context was closed, and plays again', async (page) => {
    await playBuiltIn(page);
    const closed = await page.evaluateHandle(() => globalThis.page.session.context);
    await page.evaluate(() => globalThis.page.session.context.close());
    await untilText(page, '#source-state', 'Nothing plays.');
    assert.match(await textOf(page, '#notices'), /The browser closed the sound\./);

    await pressOn(page, 'gain', 'PageDown');
    const lowered = 10 ** (-6 / 20);
    assert.ok(Math.abs((await parameterOf(page, 'gain')) - lowered) < 1e-6);
    assert.equal(await page.$eval('#parameter-gain', (slider) => slider.ariaValueText), '−6.0 dB');
    await untilStored(page, 'gain', lowered);

    await playBuiltIn(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.001);
    assert.match(await textOf(page, '#source-state'), /^Playing: Built-in loop/);
    assert.ok(Math.abs((await parameterOf(page, 'gain')) - lowered) < 1e-6);
    assert.ok(await page.evaluate((old) => old !== globalThis.page.session.context, closed));
    assert.equal(await page.$('#notices .notice'), null);
  });

  onPage('stops the glitch lab’s tone when its context was closed, and starts it again', async (page) => {
    await showView(page, 'lab');
    await page.click('#lab-toggle');
    await page.waitForSelector('#lab-block:not(:disabled)');
    await page.evaluate(() => globalThis.page.session.context.close());
    await untilText(page, '#lab-toggle', 'Play the tone');
    await page.click('#lab-toggle');
    await untilText(page, '#lab-toggle', 'Stop the tone');
    assert.equal(await page.evaluate(() => globalThis.page.session.context.state), 'running');
  });

  onPage('plays as the address says where the stored mode cannot', async (page) => {
    await showView(page, 'lab');
    await page.click('#running input[value=script-processor]');
    await page.waitForFunction((key) => localStorage.getItem(key)?.includes('script-processor'), {}, SETTINGS);
    await page.goto(`${server.url}?transport=message`);
    await untilReady(page);
    await playBuiltIn(page);
    await untilText(page, '#running', 'AudioWorklet, messages');
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    await showView(page, 'lab');
    await page.click('#running input[value=script-processor]');
    await untilText(page, '#running', 'ScriptProcessorNode');
    assert.equal(await page.$eval('#running input:checked', ({ value }) => value), 'script-processor');
  });

  onPage('leaves the settings of another tab alone when it closes', async (idle) => {
    const other = await openPage(idle.browserContext(), server.url);
    await untilReady(other);
    await pressOn(other, 'delay_time', 'Home');
    await untilStored(other, 'delay_time', 0);
    await idle.bringToFront();
    await idle.reload(); // which closes the page that was there
    await untilReady(idle);
    assert.equal(await parameterOf(idle, 'delay_time'), 0);
  });

  onPage('stores what this tab changed beside what another tab changed', async (one) => {
    const other = await openPage(one.browserContext(), server.url);
    await untilReady(other);
    await pressOn(other, 'delay_time', 'Home');
    await untilStored(other, 'delay_time', 0);
    await one.bringToFront();
    await pressOn(one, 'delay_mix', 'End');
    await untilStored(one, 'delay_mix', 1);
    await one.reload();
    await untilReady(one);
    assert.equal(await parameterOf(one, 'delay_time'), 0);
    assert.equal(await parameterOf(one, 'delay_mix'), 1);
  });

  onPage(
    'says of a file that it is too long for memory, with the limit, and plays a short one of its kind',
    async (page) => {
      await dropFile(page, 'short.flac', silentFlac({ frames: 3 }));
      await untilText(page, '#source-state', 'short.flac (4.1 s');
      await dropFile(page, 'recorded.flac', silentFlac({ frames: 3, tellsLength: false }));
      await untilText(page, '#source-state', 'recorded.flac (4.1 s');
      for (const [name, kilobytes] of [
        ['small.flac', 60],
        ['big.flac', 244],
      ]) {
        const file = silentFlac({ frames: Math.floor((kilobytes * 1000) / 18) });
        assert.ok(file.length <= 1000 * kilobytes);
        await dropFile(page, name, file);
        await untilText(page, '#source-error', 'too long');
        assert.match(await textOf(page, '#source-error'), new RegExp(`“${name}”.* minutes.*up to \\d+ minutes`));
      }
      assert.match(await textOf(page, '#source-state'), /recorded\.flac/);
    },
  );

  onPage('takes a typed number in the unit that it shows', async (page) => {
    for (const [typed, seconds] of [
      ['1', 0.001],
      ['2', 0.002],
      ['1 s', 1],
      ['0.5', 0.0005],
      ['250ms', 0.25],
    ]) {
      await typeInto(page, 'Delay time', typed);
      assert.ok(Math.abs((await parameterOf(page, 'delay_time')) - seconds) < 1e-6, typed);
    }
    await pressOn(page, 'delay_time', 'End');
    await typeInto(page, 'Delay time', '1');
    const shown = await page.$eval('[aria-label="Delay time, value"]', (input) => input.value);
    assert.equal(shown, '1.00 ms', 'the unit on show does not depend on the value');
  });

  onPage('asks the engine for the filters’ response when a parameter changed, not for each frame', async (page) => {
    await playBuiltIn(page);
    await page.evaluate(() => {
      const { engine } = globalThis.page.session;
      const response = engine.response.bind(engine);
      globalThis.asked = 0;
      engine.response = (frequencies) => {
        globalThis.asked++;
        return response(frequencies);
      };
    });
    const frames = () =>
      page.evaluate(async () => {
        for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
        return globalThis.asked;
      });
    assert.equal(await frames(), 0);
    await pressOn(page, 'lpf_cutoff', 'PageDown');
    assert.equal(await frames(), 1);
  });

  it('says what to do where it is opened as a file', async () => {
    const page = await openPage(browser, 'about:blank');
    try {
      await page.goto(pathToFileURL(`${root}/site/index.html`).href);
      await untilText(page, '#notices', 'npm start');
    } finally {
      await page.close();
    }
  });

  it('says that a part of it did not load', async () => {
    const broken = await serveProject({ alter: { '/shared/dom.js': (answer) => ({ ...answer, status: 404 }) } });
    const page = await openPage(browser, 'about:blank');
    try {
      await page.goto(broken.url);
      await untilText(page, '#notices', 'Reload');
    } finally {
      await page.close();
      await broken.close();
    }
  });
});
