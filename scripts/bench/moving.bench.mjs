/**
 * What it costs that parameters move: each alone, and all that are on by default, over the chain at rest; by what is
 * set and by automation; in Node and in Chromium, whose own nodes stand beside it with the same targets and ramps. The
 * page's part is moving-page.js. Node.
 */
import { openDoors, SHIPPED } from '../lib/doors.mjs';
import { MOUNTS, serve } from '../serve.mjs';
import { caseOf, timeMoving, WAYS, worstMoving } from './moving-kernel.js';
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Moving parameters';

/** The engine's rounds are short, so there can be more of them. */
const ENGINE_ROUNDS = 5;
const QUANTA_FOR_THE_WORST = 20_000;

const SENTENCES = {
  set: 'targets that are set every 4 quanta (own node: setTargetAtTime)',
  ramp: 'scheduled ramps of 4 quanta (own node: the same ramps)',
  cut: 'the same ramps, that begin within a quantum',
};

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
      const rest = 'at rest';
      const whats = Object.keys(node).flatMap((name) => name.match(/^(.*) by set$/)?.[1] ?? []);
      print(`\n### ${channels === 1 ? 'Mono' : 'Stereo'}: times the chain at rest`);
      const [inNode, inChromium] = [node, chromium].map((times) => fixed(median(times[rest])));
      print(`\nAt rest, in ns per sample and channel: ${inNode} in Node, ${inChromium} in Chromium.`);
      for (const way of WAYS) {
        print(`\nMoved by ${SENTENCES[way]}:`);
        print(
          table(
            ['moving', 'Node', 'worst', 'Chromium', '÷ set', 'own node: ns', '÷ constant'],
            whats.map((what) => {
              const [name, set] = [caseOf(what, way), caseOf(what, 'set')];
              return [
                what,
                fixed(ratio(node[name], node[rest])),
                fixed(worst[name] / worst[rest]),
                fixed(ratio(chromium[name], chromium[rest])),
                fixed(ratio(node[name], node[set])),
                ...nativeCells(natives[name]),
              ];
            }),
          ),
        );
      }
    }
    print('\nworst: the 99.9 % quantile of single quanta over that at rest. own node: a GainNode, BiquadFilterNode or');
    print('DelayNode with as many targets, or ramps, by calls of the same methods, ns per sample and channel.');
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
