/**
 * What it costs that parameters move: each alone, and all that are on by default, over the chain at rest; in Node and
 * in Chromium, whose own nodes stand beside it with the same targets. The page's part is moving-page.js. Node.
 */
import { openDoors, SHIPPED } from '../lib/doors.mjs';
import { MOUNTS, serve } from '../serve.mjs';
import { timeMoving, worstMoving } from './moving-kernel.js';
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Moving parameters';

/** The engine's rounds are short, so there can be more of them. */
const ENGINE_ROUNDS = 5;
const QUANTA_FOR_THE_WORST = 20_000;

/** @typedef {{ moving: number[], constant: number[] }} NodeTimes a figure a round */

/** @param {import('../bench.mjs').Means} means */
export async function run({ rounds, print, launch, openPage }) {
  const { glue, wasm } = await openDoors(SHIPPED.SIMD);
  const server = await serve({ mounts: { '/scripts/': 'scripts', ...MOUNTS } });
  const browser = await launch();
  const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
  try {
    for (const channels of [1, 2]) {
      const node = timeMoving(wasm, glue, channels, ENGINE_ROUNDS * rounds);
      const worst = worstMoving(wasm, glue, channels, QUANTA_FOR_THE_WORST);
      const chromium = await page.evaluate(timeEngine, channels, ENGINE_ROUNDS * rounds);
      const natives = await page.evaluate(timeNodes, channels, rounds);
      print(`\n### ${channels === 1 ? 'Mono' : 'Stereo'}: ns per sample and channel, and times the chain at rest`);
      print(
        table(
          ['moving', 'Node', '÷ rest', 'worst ÷ rest', 'Chromium', '÷ rest', 'own node', '÷ constant'],
          Object.keys(node).map((name) => [
            name,
            fixed(median(node[name])),
            fixed(ratio(node[name], node['at rest'])),
            fixed(worst[name] / worst['at rest']),
            fixed(median(chromium[name])),
            fixed(ratio(chromium[name], chromium['at rest'])),
            ...nativeCells(natives[name]),
          ]),
        ),
      );
    }
    print('\nworst: the 99.9 % quantile of single quanta. own node: a GainNode, BiquadFilterNode or DelayNode.');
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * Runs in the page.
 * @param {number} channels
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>}
 */
async function timeEngine(channels, rounds) {
  const page = '/scripts/bench/moving-page.js';
  return (await import(page)).timeEngine(channels, rounds);
}

/**
 * Runs in the page.
 * @param {number} channels
 * @param {number} rounds
 * @returns {Promise<Record<string, NodeTimes>>}
 */
async function timeNodes(channels, rounds) {
  const page = '/scripts/bench/moving-page.js';
  return (await import(page)).timeNodes(channels, rounds);
}

/**
 * A node's figures, where the browser has one for a parameter.
 * @param {NodeTimes} [times]
 */
function nativeCells(times) {
  return times ? [fixed(median(times.moving)), fixed(ratio(times.moving, times.constant))] : ['', ''];
}
