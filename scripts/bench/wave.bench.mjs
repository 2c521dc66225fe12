/**
 * A step of the wave on 800 points, in WebAssembly and in JavaScript, in turn; and the script of a frame of the page's
 * panel at 1600 device pixels.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Wave: a step of 800 points';

const STEPS = 20_000;
const FRAMES_MS = 3000;

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

async function printFrame(print, page, url) {
  await page.setViewport({ width: 852, height: 900, deviceScaleFactor: 2 });
  await page.goto(url);
  await page.waitForSelector('#wave-canvas');
  await page.$eval('#wave-canvas', (canvas) => canvas.scrollIntoView());
  await page.$eval('#wave-play', (button) => button.click());
  await delay(FRAMES_MS);
  const [pixels, script] = await page.evaluate(() => [
    document.querySelector('#wave-canvas').width,
    document.querySelector('#wave dl > div:last-child dd').innerText,
  ]);
  print(`\nA frame of the panel, ${pixels} device pixels wide, steps and drawing: ${script} of script.`);
}

/** Runs in the page: nanoseconds a step, by who steps. */
async function steps(count, rounds) {
  const { loadModule } = await import('/worklet/module.js');
  const { glue } = await loadModule();
  const POINTS = 800;
  const C = 0.9;

  /** The formula as a careful programmer writes it: each point is read once, the next state goes over the previous. */
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
  for (let i = 0; i < POINTS; i += 1) u[i] = previous[i] = Math.sin((Math.PI * i) / (POINTS - 1));
  const wave = new glue.WaveSimulation(POINTS, C);
  wave.pluck(POINTS / 3, 50, 1);

  const ways = {
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
  const found = Object.fromEntries(Object.keys(ways).map((label) => [label, []]));
  for (const way of Object.values(ways)) way(count);
  for (let round = 0; round < rounds; round += 1) {
    for (const [label, way] of Object.entries(ways)) {
      const start = performance.now();
      way(count);
      found[label].push(((performance.now() - start) * 1e6) / count);
    }
  }
  return found;
}
