/**
 * Takes pictures of every view of the page, at several widths, in light and in dark, with the loop playing: for looking
 * at. `node scripts/screenshots.mjs FOLDER [view …]`; `node scripts/screenshots.mjs docs page` makes the README's.
 * Node, in Chromium.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, openPage, serveProject } from './lib/harness.mjs';

const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 800],
  [2560, 1440],
];
const VIEWS = ['studio', 'lab', 'pi', 'wave'];
/** What the studio's two panes show in pictures of their own; the studio's own picture has what they show at first. */
const DISPLAYS = [
  ['spectrogram', 'tuner'],
  ['spectrum', 'loudness'],
];
/** So long the loop has played before the picture: the displays then have something to show. */
const PLAY_MILLISECONDS = 1500;

const [folder = 'target/screenshots', ...asked] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const server = await serveProject();
const browser = await launch('chromium');

/** What the README shows: the studio at work. */
async function readmePicture() {
  const page = await openStudio('dark', [1280, 800]);
  await page.select('#preset', 'Voice: singer');
  await play(page);
  await page.screenshot({ path: join(folder, 'page.png') });
}

/**
 * @param {'light' | 'dark'} scheme
 * @param {number[]} size
 */
async function openStudio(scheme, [width, height]) {
  const context = await browser.createBrowserContext();
  const page = await openPage(context, 'about:blank');
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(server.url);
  await page.waitForSelector('#parameters .card');
  return page;
}

/** @param {import('puppeteer-core').Page} page */
async function play(page) {
  await page.$eval('#start-built-in', (button) => button instanceof HTMLElement && button.click());
  await new Promise((resolve) => setTimeout(resolve, PLAY_MILLISECONDS));
}

/**
 * @param {'light' | 'dark'} scheme
 * @param {number[]} size
 */
async function picture(scheme, size) {
  const page = await openStudio(scheme, size);
  const [width] = size;
  const name = (/** @type {string} */ view) => join(folder, `${view}-${width}-${scheme}.png`);
  if (asked.length === 0 || asked.includes('first')) await page.screenshot({ path: name('first') });
  await play(page);
  for (const view of VIEWS.filter((each) => asked.length === 0 || asked.includes(each))) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${view}`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await page.screenshot({ path: name(view), fullPage: view !== 'studio' });
  }
  if (asked.length === 0 || asked.includes('displays')) await displayPictures(page, name);
  if (page.errors.length > 0) console.error(`${scheme}, ${width}:`, page.errors);
  await page.browserContext().close();
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {(view: string) => string} name of the picture's file
 */
async function displayPictures(page, name) {
  const press = (/** @type {string} */ selector) =>
    page.$eval(selector, (node) => node instanceof HTMLElement && node.click());
  await page.evaluate(() => {
    location.hash = '#/studio';
  });
  await press('#loudness button');
  for (const shown of DISPLAYS) {
    for (const display of shown) await press(`input[value=${display}-display]`);
    await page.$eval('.monitor', (monitor) => monitor.scrollIntoView());
    await new Promise((resolve) => setTimeout(resolve, PLAY_MILLISECONDS));
    await page.screenshot({ path: name(shown.join('-')) });
  }
}

try {
  if (asked.includes('page')) await readmePicture();
  else
    for (const scheme of /** @type {const} */ (['light', 'dark']))
      for (const size of SIZES) await picture(scheme, size);
} finally {
  await browser.close();
  await server.close();
}
