/**
 * Points a second: JavaScript, WebAssembly and native Rust count the same number of random points, in turn, in each
 * round; then what the other processors add, and how long the page is ever kept from answering meanwhile. Node, and
 * the page for the functions at the end.
 */
import { Failure, run as runCommand } from '../lib/project.mjs';
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Monte Carlo: 10⁷ points';

const POINTS = 1e7;
const LONG_RUN = 1e9;
const REPEATS = 5;

/** Native builds: what cargo makes for any processor of this kind, and for this very one. */
const NATIVE = [
  { label: 'native Rust', rustflags: '', target: 'target' },
  { label: 'native Rust, target-cpu=native', rustflags: '-C target-cpu=native', target: 'target/native-cpu' },
];

/**
 * @typedef {import('../bench.mjs').Means} Means
 * @typedef {import('puppeteer-core').Page} Page
 * @typedef {Map<string, number[]>} Times in milliseconds, by label
 */

/** @param {Means} means */
export async function run({ rounds, print, launch, openPage, serveProject }) {
  for (const build of NATIVE) await native(build, 1);
  const server = await serveProject();
  const browser = await launch('chromium');
  /** @type {Times} */
  const times = new Map();
  /** @type {Times} */
  const firsts = new Map();
  try {
    for (let round = 0; round < rounds; round += 1) {
      // A new page each round, so that the first call is cold each time.
      const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
      for (const { label, first, median: time } of await page.evaluate(comparison, POINTS, REPEATS)) {
        append(times, label, time);
        append(firsts, label, first);
      }
      await page.close();
      for (const build of NATIVE) append(times, build.label, await native(build, REPEATS));
    }
    printComparison(print, times, firsts);
    await printScaling(print, await openPage(browser, `${server.url}/scripts/lib/blank.html`), rounds);
    await printAnswers(print, await openPage(browser, `${server.url}/scripts/lib/blank.html`));
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {Times} times
 * @param {string} label
 * @param {number} milliseconds
 */
const append = (times, label, milliseconds) => times.set(label, [...(times.get(label) ?? []), milliseconds]);

/**
 * @param {Means['print']} print
 * @param {Times} times
 * @param {Times} firsts of the first call in a new page; the native builds have none
 */
function printComparison(print, times, firsts) {
  const [[, yardstick]] = times;
  const [[, firstYardstick]] = firsts;
  const rust = times.get(NATIVE[0].label) ?? [];
  print(
    table(
      ['', 'ms', 'first call, ms', 'times as fast', '… first call', 'time / native Rust'],
      [...times].map(([label, own]) => {
        const first = firsts.get(label);
        return [
          label,
          fixed(median(own)),
          fixed(first && median(first)),
          fixed(ratio(yardstick, own), 1),
          fixed(first && ratio(firstYardstick, first), 1),
          fixed(ratio(own, rust)),
        ];
      }),
    ),
  );
}

/**
 * The median time of native runs, in milliseconds.
 * @param {(typeof NATIVE)[number]} build
 * @param {number} repeats
 */
async function native({ rustflags, target }, repeats) {
  const args = ['run', '--quiet', '--release', '--example', 'pi', '--target-dir', target, '--', POINTS, '1', repeats];
  const { code, output } = await runCommand('cargo', args.map(String), { env: { RUSTFLAGS: rustflags } });
  const found = [...output.matchAll(/in ([\d.]+) ms/g)].map(([, milliseconds]) => Number(milliseconds));
  if (code !== 0 || found.length !== repeats) throw new Failure(`The native reference did not run:\n${output}`);
  return median(found);
}

/**
 * @param {Means['print']} print
 * @param {Page} page
 * @param {number} rounds
 */
async function printScaling(print, page, rounds) {
  const { one, all, workers } = await page.evaluate(scaling, LONG_RUN, rounds);
  print(
    table(
      ['10⁹ points', 'ms', 'times as fast as one'],
      [
        ['one worker', fixed(median(one), 0), ''],
        [`${workers} workers`, fixed(median(all), 0), fixed(ratio(one, all))],
      ],
    ),
  );
}

/**
 * @param {Means['print']} print
 * @param {Page} page
 */
async function printAnswers(print, page) {
  const { workers, slices } = await page.evaluate(answers, LONG_RUN);
  print(
    table(
      ['longest time in which the page did not answer, ms', 'median', 'most'],
      [
        ['10⁹ points by workers', fixed(workers.median), fixed(workers.most)],
        ['the same on the page’s thread, in slices', fixed(slices.median), fixed(slices.most)],
      ],
    ),
  );
}

// What follows runs in the page.

/**
 * @param {number} points
 * @param {number} rounds
 */
async function comparison(points, rounds) {
  const { loadModule } = await import('../../worklet/module.js');
  const { compare } = await import('../../site/monte-carlo/comparison.js');
  const { module, glue } = await loadModule();
  return compare({ module, substream: glue.monte_carlo_substream(), points, rounds });
}

/**
 * How long one worker and all of them take for as many points, in milliseconds a round.
 * @param {number} total
 * @param {number} rounds
 */
async function scaling(total, rounds) {
  const { loadModule } = await import('../../worklet/module.js');
  const { MonteCarloPool, processors } = await import('../../site/monte-carlo/pool.js');
  const { module, glue } = await loadModule();
  /** @param {number} size */
  const ready = async (size) => {
    const pool = new MonteCarloPool(module, glue.monte_carlo_substream(), size);
    await pool.run({ seed: 1, total: total / 10 });
    return { pool, times: /** @type {number[]} */ ([]) };
  };
  const [one, all] = [await ready(1), await ready(processors())];
  for (let round = 0; round < rounds; round += 1) {
    for (const { pool, times } of [one, all]) {
      const start = performance.now();
      await pool.run({ seed: round, total });
      times.push(performance.now() - start);
    }
  }
  return { one: one.times, all: all.times, workers: processors() };
}

/** @param {number} total */
async function answers(total) {
  const { loadModule } = await import('../../worklet/module.js');
  const { MonteCarloPool } = await import('../../site/monte-carlo/pool.js');
  const { countInSlices } = await import('../../site/monte-carlo/run.js');
  const { module, glue } = await loadModule();
  const pool = new MonteCarloPool(module, glue.monte_carlo_substream());
  const options = { seed: 1, total, onShare: () => {} };

  /**
   * The times between messages that this thread sends itself while `work` is under way.
   * @param {Promise<unknown>} work
   */
  const during = async (work) => {
    /** @type {number[]} */
    const gaps = [];
    const { port1, port2 } = new MessageChannel();
    let last = performance.now();
    port1.onmessage = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      port2.postMessage(0);
    };
    port2.postMessage(0);
    await work;
    port1.close();
    gaps.sort((a, b) => a - b);
    return { median: gaps[gaps.length >> 1], most: gaps[gaps.length - 1] };
  };
  const workers = await during(pool.run(options));
  const slices = await during(countInSlices(glue, options));
  return { workers, slices };
}
