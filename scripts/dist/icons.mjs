/**
 * Draws the icons with which the page is installed, from site/icon.svg, in headless Chromium: `node
 * scripts/dist/icons.mjs`. They are committed, for a build needs no browser. Node.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../lib/harness.mjs';
import { root } from '../lib/project.mjs';

/**
 * A maskable icon is cut by the system into its own shape: all but a circle of four fifths of its width may go. An
 * Apple icon is cut too, and gets no transparent corners.
 * @type {Record<string, { size: number, drawing: number, isFull: boolean }>} by file; `drawing` is the icon's share of
 *   the width
 */
const ICONS = {
  'icon-192': { size: 192, drawing: 1, isFull: false },
  'icon-512': { size: 512, drawing: 1, isFull: false },
  'maskable-512': { size: 512, drawing: 0.8, isFull: true },
  'apple-180': { size: 180, drawing: 0.9, isFull: true },
};

const svg = readFileSync(join(root, 'site', 'icon.svg'), 'utf8');
const color = svg.match(/<rect [^>]*fill="(#[\da-f]+)"/)?.[1];
mkdirSync(join(root, 'site', 'icons'), { recursive: true });
const browser = await launch('chromium');
const page = await browser.newPage();
for (const [name, { size, drawing, isFull }] of Object.entries(ICONS)) {
  await page.setViewport({ width: size, height: size });
  const style = `* { margin: 0; ${isFull ? `background: ${color};` : ''} } body { display: grid; height: ${size}px }
    svg { width: ${size * drawing}px; margin: auto }`;
  await page.setContent(`<!doctype html><style>${style}</style>${svg}`);
  await page.screenshot({ path: join(root, 'site', 'icons', `${name}.png`), omitBackground: true });
}
await browser.close();
