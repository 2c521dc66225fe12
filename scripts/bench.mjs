/**
 * `npm run bench`: names the machine, then runs every scripts/bench/*.bench.mjs in turn. `npm run bench -- --only name`
 * runs those whose file name starts so; `--rounds 9` takes more rounds than five.
 *
 * A bench exports its `title`, and `run({ rounds, print, launch, serveProject, openPage })`: how many rounds to take,
 * where its lines go, and the browser tests' own functions that start Chromium and the project's server. Node.
 */
import { cpus, loadavg, totalmem } from 'node:os';
import { basename } from 'node:path';
import { build } from './build.mjs';
import { executables, missing } from './lib/browsers.mjs';
import { needBrowsers } from './lib/install.mjs';
import { Failure, filesBelow, lastLine, main, readOptions, run } from './lib/project.mjs';
import { needPackages, needRust } from './lib/toolchain.mjs';

/**
 * @typedef {typeof import('./lib/harness.mjs')} Harness
 * @typedef {{ rounds: number, print: (line: string) => void } &
 *   Pick<Harness, 'launch' | 'serveProject' | 'openPage'>} Means what a bench is run with
 * @typedef {{ title: string, run: (means: Means) => Promise<void> }} Bench
 */

const ENDING = '.bench.mjs';
const USAGE = 'use `npm run bench -- --only name --rounds 5`, both optional';

function options() {
  const { only, rounds } = readOptions({ only: '', rounds: '5' }, USAGE);
  if (/^[1-9]\d*$/.test(rounds)) return { only: only.split(','), rounds: Number(rounds) };
  throw new Failure(`--rounds takes a whole number above 0, not ${rounds}: ${USAGE}.`);
}

/**
 * The bench files of these names, in the alphabet's order.
 * @param {string[]} only beginnings of names
 */
function benchFiles(only) {
  const all = filesBelow('scripts/bench').filter((file) => file.endsWith(ENDING));
  const chosen = all.filter((file) => only.some((name) => basename(file).startsWith(name)));
  if (chosen.length > 0) return chosen;
  const names = all.map((file) => basename(file, ENDING)).join(', ');
  throw new Failure(`There is no such bench: choose from ${names || 'none yet'}.`);
}

async function printMachine() {
  /** @param {string} command */
  const version = async (command) => {
    const { output } = await run(command, ['--version'], { quiet: true });
    return lastLine(output); // Debian's chromium is a script with remarks of its own before it.
  };
  const { chromium = 'chromium' } = executables('chromium');
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()
    .map((average) => average.toFixed(2))
    .join(' ');
  console.log(`
${processors[0].model}, ${processors.length} cores, ${memory} GiB, ${process.platform} ${process.arch}
Node ${process.versions.node}, ${await version('rustc')}, ${await version(chromium)}
load average ${load}; every figure is a median, every ratio from one run`);
}

await main(async () => {
  const { only, rounds } = options();
  const files = benchFiles(only);
  await needRust();
  await needPackages();
  await build();
  await needBrowsers(['chromium']);
  if (missing('chromium').length > 0) throw new Failure('The benches run in Chromium: install it as said above.');
  await printMachine();
  // Not at the top: it imports an npm package, which `needPackages` has just made sure of.
  const { launch, openPage, serveProject } = await import('./lib/harness.mjs');
  for (const file of files) {
    /** @type {Bench} */
    const bench = await import(`../${file}`);
    console.log(`\n## ${bench.title}`);
    await bench.run({ rounds, print: console.log, launch, openPage, serveProject });
  }
});
