/**
 * Points a second: JavaScript, WebAssembly and native Rust count the same number of random points, in turn, in each
 * round; then what the other processors add, and how long the page is ever kept from answering meanwhile.
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

export async function run({ rounds, print, launch, openPage, serveProject }) {
  for (const build of NATIVE) await native(build, 1);
  const server = await serveProject();
  const browser = await launch('chromium');
  const times = {};
  const firsts = {};
  try {
    for (let round = 0; round < rounds; round += 1) {
      // A new page each round, so that the first call is cold each time.
      const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
      for (const { label, first, median: time } of await page.evaluate(comparison, POINTS, REPEATS)) {
        (times[label] ??= []).push(time);
        (firsts[label] ??= []).push(first);
      }
      await page.close();
      for (const build of NATIVE) (times[build.label] ??= []).push(await native(build, REPEATS));
    }
    printComparison(print, times, firsts);
    await printScaling(print, await openPage(browser, `${server.url}/scripts/lib/blank.html`), rounds);
    await printAnswers(print, await openPage(browser, `${server.url}/scripts/lib/blank.html`));
  } finally {
    await browser.close();
    await server.close();
  }
}

function printComparison(print, times, firsts) {
  const [yardstick] = Object.keys(times);
  print(
    table(
      ['', 'ms', 'first call, ms', 'times as fast', '… first call', 'time / native Rust'],
      Object.entries(times).map(([label, own]) => {
        const first = firsts[label];
        return [
          label,
          fixed(median(own)),
          fixed(first && median(first)),
          fixed(ratio(times[yardstick], own), 1),
          fixed(first && ratio(firsts[yardstick], first), 1),
          fixed(ratio(own, times[NATIVE[0].label])),
        ];
      }),
    ),
  );
}

/** The median time of native runs, in milliseconds. */
async function native({ rustflags, target }, repeats) {
  const args = ['run', '--quiet', '--release', '--example', 'pi', '--target-dir', target, '--', POINTS, '1', repeats];
  const { code, output } = await runCommand('cargo', args.map(String), { env: { RUSTFLAGS: rustflags } });
  const found = [...output.matchAll(/in ([\d.]+) ms/g)].map(([, milliseconds]) => Number(milliseconds));
  if (code !== 0 || found.length !== repeats) throw new Failure(`The native reference did not run:\n${output}`);
  return median(found);
}

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

async function comparison(points, rounds) {
  const { loadModule } = await import('/worklet/module.js');
  const { compare } = await import('/monte-carlo/comparison.js');
  const { module, glue } = await loadModule();
  return compare({ module, substream: glue.monte_carlo_substream(), points, rounds });
}

async function scaling(total, rounds) {
  const { loadModule } = await import('/worklet/module.js');
  const { MonteCarloPool, processors } = await import('/monte-carlo/pool.js');
  const { module, glue } = await loadModule();
  const times = { one: [], all: [], workers: processors() };
  const pools = { one: 1, all: processors() };
  for (const name of Object.keys(pools)) {
    pools[name] = new MonteCarloPool(module, glue.monte_carlo_substream(), pools[name]);
    await pools[name].run({ seed: 1, total: total / 10 });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, pool] of Object.entries(pools)) {
      const start = performance.now();
      await pool.run({ seed: round, total });
      times[name].push(performance.now() - start);
    }
  }
  return times;
}

async function answers(total) {
  const { loadModule } = await import('/worklet/module.js');
  const { MonteCarloPool } = await import('/monte-carlo/pool.js');
  const { countInSlices } = await import('/monte-carlo/run.js');
  const { module, glue } = await loadModule();
  const pool = new MonteCarloPool(module, glue.monte_carlo_substream());
  const options = { seed: 1, total, onShare: () => {} };

  /** The times between messages that this thread sends itself while `work` is under way. */
  const during = async (work) => {
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
    return { median: gaps[gaps.length >> 1], most: gaps.at(-1) };
  };
  const workers = await during(pool.run(options));
  const slices = await during(countInSlices(glue, options));
  return { workers, slices };
}
