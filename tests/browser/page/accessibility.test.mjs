/**
 * Every view of the page by the rules of axe-core (WCAG 2.2 and its best practices): on a desk and on a phone, in light
 * and in dark, with all that can be shown, while it plays. Chromium.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { closeSite, errorsOf, openSite, playBuiltIn, showView } from '../../support/site.mjs';

const VIEWS = ['studio', 'lab', 'pi', 'wave'];
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];
/** What the studio's panes can show beside what they show at first. */
const DISPLAYS = ['spectrogram', 'tuner', 'loudness'];

describe('accessibility', { skip: skipUnless('chromium') }, () => {
  let server, browser, axe;

  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    server = await serveProject();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** What axe finds wrong, a line for each rule and element. */
  const violations = (page) =>
    page.evaluate(async () => {
      const { violations, passes } = await globalThis.axe.run(document, { resultTypes: ['violations', 'passes'] });
      if (passes.length < 20) throw new Error(`only ${passes.length} rules had something to look at`);
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ target, failureSummary }) => `${id}: ${target}
        ${failureSummary}`,
        ),
      );
    });

  for (const scheme of ['light', 'dark']) {
    it(`axe-core finds nothing wrong in any view, on a desk and on a phone: ${scheme}`, async () => {
      const page = await openSite(browser, server.url);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      // The browser's own door, which the page's Content-Security-Policy does not bind.
      await page.evaluate(axe);
      const wrong = [];
      const look = async (what) => {
        wrong.push(...(await violations(page)).map((line) => `${what}: ${line}`));
      };
      await look('first visit');
      await playBuiltIn(page);
      for (const size of SIZES) {
        await page.setViewport(size);
        for (const view of VIEWS) {
          await showView(page, view);
          await look(`${view}, ${size.width} px`);
        }
        await showView(page, 'studio');
        for (const display of DISPLAYS) {
          await page.$eval(`input[value=${display}-display]`, (input) => input.click());
          await look(`${display}, ${size.width} px`);
        }
        await page.$eval('#loudness button', (measure) => measure.click());
        await page.$$eval('details', (menus) => {
          for (const menu of menus) menu.open = !menu.open;
        });
        await look(`measuring, menus ${size.width === 1280 ? 'open' : 'closed'}`);
      }
      assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
      assert.deepEqual(errorsOf(page), []);
      await closeSite(page);
    });
  }
});
