/**
 * A step of the wave on 800 points, in WebAssembly and in JavaScript, in turn; and the script of a frame of the page's
 * panel at 1600 device pixels. Node, and the page for `steps`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Wave: a step of 800 points';

const STEPS = 20_000;
/** How long the panel plays before its reading is taken. */
const PLAY_MILLISECONDS = 3000;

/** @typedef {import('../bench.mjs').Means} Means */

/** @param {Means} means */
export async function run({ rounds, print, launch, openPage, serveProject }) {
  const server = await serveProject();
  const browser = await launch('chromium');
  try {
    const blank = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
    const times = await blank.evaluate(steps, STEPS, 2 * rounds + 1);
    const [ours] = Object.keys(times);
    print(
      table(
        ['', 'ns a step', `time / ${ours}`],
        Object.entries(times).map(([label, own]) => [label, fixed(median(own), 0), fixed(ratio(own, times[ours]))]),
      ),
    );
    await printFrame(print, await openPage(browser, 'about:blank'), server.url);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {Means['print']} print
 * @param {import('puppeteer-core').Page} page
 * @param {string} url
 */
async function printFrame(print, page, url) {
  await page.setViewport({ width: 852, height: 900, deviceScaleFactor: 2 });
  await page.goto(url);
  await page.waitForSelector('#wave-canvas');
  await page.$eval('#wave-canvas', (canvas) => canvas.scrollIntoView());
  await page.$eval('button#wave-play', (button) => button.click());
  await delay(PLAY_MILLISECONDS);
  const pixels = await page.$eval('canvas#wave-canvas', ({ width }) => width);
  const script = await page.$eval('#wave dl > div:last-child dd', ({ textContent }) => textContent);
  print(`\nA frame of the panel, ${pixels} device pixels wide, steps and drawing: ${script} of script.`);
}

/**
 * Runs in the page: nanoseconds a step, by who steps.
 * @param {number} count of steps each time
 * @param {number} rounds
 */
async function steps(count, rounds) {
  const { loadModule } = await import('../../worklet/module.js');
  const { glue } = await loadModule();
  const POINTS = 800;
  const C = 0.9;

  /**
   * The formula as a careful programmer writes it: each point is read once, the next state goes over the previous.
   * @param {Float32Array} u
   * @param {Float32Array} previous
   * @param {number} squared c²
   */
  const stepInJavaScript = (u, previous, squared) => {
    const last = u.length - 1;
    let left = u[0];
    let here = u[1];
    for (let i = 1; i < last; i += 1) {
      const right = u[i + 1];
      previous[i] = 2 * here - previous[i] + squared * (right - 2 * here + left);
      left = here;
      here = right;
    }
  };
  let [u, previous] = [new Float32Array(POINTS), new Float32Array(POINTS)];
  for (let i = 0; i < POINTS; i += 1) u[i] = Math.sin((Math.PI * i) / (POINTS - 1));
  previous.set(u);
  const wave = new glue.WaveSimulation(POINTS, C);
  wave.pluck(POINTS / 3, 50, 1);

  /** @type {Record<string, (times: number) => void>} */
  const steppers = {
    'WebAssembly, step_many': (times) => wave.step_many(times),
    'WebAssembly, step': (times) => {
      for (let taken = 0; taken < times; taken += 1) wave.step();
    },
    'JavaScript, Float32Array': (times) => {
      for (let taken = 0; taken < times; taken += 1) {
        stepInJavaScript(u, previous, C * C);
        [u, previous] = [previous, u];
      }
    },
  };
  /** @type {Record<string, number[]>} */
  const found = Object.fromEntries(Object.keys(steppers).map((label) => [label, []]));
  for (const step of Object.values(steppers)) step(count);
  for (let round = 0; round < rounds; round += 1) {
    for (const [label, step] of Object.entries(steppers)) {
      const start = performance.now();
      step(count);
      found[label].push(((performance.now() - start) * 1e6) / count);
    }
  }
  return found;
}
