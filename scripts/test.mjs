/**
 * `npm test`: everything. Formatting, lints and documentation with warnings denied; Rust's tests, natively and as
 * WebAssembly in headless Chromium; the JavaScript's formatting, lints and types; and the tests of the scripts, the
 * engine and the page, in Node and in each browser. `npm test -- --only rust,wasm` runs some of the steps.
 *
 * The last line is `N passed, N failed, N skipped`, over all steps; a check without tests of its own counts as one.
 * A browser that is not here is counted as skipped; where CI=true, it is a failure. Node.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { run as runNodeTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { table } from './bench/table.mjs';
import { build } from './build.mjs';
import { browserNames, CHROMIUM_FLAGS, executables, missing } from './lib/browsers.mjs';
import { needBrowsers, needRustComponents } from './lib/install.mjs';
import { Failure, filesBelow, main, printFailure, readOptions, root, run } from './lib/project.mjs';
import { needPackages, needRust, needWasmBindgen, needWasmTarget, WASM_TARGET } from './lib/toolchain.mjs';

const CI = process.env.CI === 'true';
// Ends a test that hangs; no test is measured by it.
const HANG_MILLISECONDS = 15 * 60 * 1000;

/** TypeScript's projects: page and engine, the audio thread's script, the service worker, and the scripts. */
const TYPE_PROJECTS = ['tsconfig.json', 'worklet/tsconfig.json', 'site/offline/tsconfig.json', 'scripts/tsconfig.json'];

/**
 * The steps in their order; each resolves to its counts.
 * @type {Record<string, () => Promise<Counts>>}
 */
const STEPS = {
  browsers: findBrowsers,
  format: () => check('cargo', ['fmt', '--check']),
  lint,
  docs,
  rust: () => cargoTest(['test', '--all-targets'], {}, ['test', '--doc']),
  build: buildPackage,
  javascript,
  wasm: wasmInBrowser,
  node: nodeTests,
};

/**
 * What a step counts: tests, or the step itself as one.
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

const counts = (passed = 0, failed = 0, skipped = 0) => ({ passed, failed, skipped });

/**
 * @param {Counts} a
 * @param {Counts} b
 */
const add = (a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped);

/** @param {boolean} passed */
const one = (passed) => (passed ? counts(1) : counts(0, 1));

/**
 * A command that counts as one test.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function check(command, args, env) {
  const { code } = await run(command, args, { env, show: true });
  return one(code === 0);
}

async function findBrowsers() {
  await needBrowsers();
  let total = counts();
  for (const browser of browserNames) {
    const absent = missing(browser);
    console.log(`${browser}: ${absent.length === 0 ? 'here' : `not here (missing: ${absent.join(', ')})`}`);
    total = add(total, absent.length === 0 ? counts(1) : CI ? counts(0, 1) : counts(0, 0, 1));
  }
  return total;
}

async function lint() {
  const deny = ['--', '-D', 'warnings'];
  const native = await check('cargo', ['clippy', '--all-targets', ...deny]);
  await build();
  return add(native, await check('cargo', ['clippy', '--lib', ...WASM_TESTS, ...deny]));
}

async function docs() {
  const env = { RUSTDOCFLAGS: '-D warnings' };
  const native = await check('cargo', ['doc', '--no-deps'], env);
  await build();
  return add(native, await check('cargo', ['doc', '--no-deps', ...WASM_FEATURES], env));
}

async function buildPackage() {
  await build();
  return counts(1);
}

/** The JavaScript as Biome and TypeScript see it; TypeScript reads the declarations of what is built. */
async function javascript() {
  await needPackages();
  await build();
  /** @param {...string} path below node_modules */
  const tool = (...path) => join(root, 'node_modules', ...path);
  let total = await check(process.execPath, [
    tool('@biomejs', 'biome', 'bin', 'biome'),
    'ci',
    '--colors=off',
    '--error-on-warnings',
    '.',
  ]);
  for (const project of TYPE_PROJECTS) {
    console.log(`Types of ${project}`);
    total = add(total, await check(process.execPath, [tool('typescript', 'bin', 'tsc'), '-p', project]));
  }
  return total;
}

/** The tests that are for WebAssembly: tests/wasm/, and with them the feature that only a browser has. */
const WASM_FEATURES = ['--target', WASM_TARGET, '--features', 'web'];
const WASM_TESTS = [...WASM_FEATURES, '--test', 'wasm'];

async function wasmInBrowser() {
  const { chromium, chromedriver } = executables('chromium');
  if (!chromium || !chromedriver) return CI ? counts(0, 1) : counts(0, 0, 1);
  const { testRunner } = await needWasmBindgen();
  await build();
  const capabilities = join(root, 'target', 'webdriver.json');
  mkdirSync(join(root, 'target'), { recursive: true });
  writeFileSync(
    capabilities,
    JSON.stringify({
      'goog:chromeOptions': { binary: chromium, args: ['--headless=new', ...CHROMIUM_FLAGS] },
    }),
  );
  const env = {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: '-C target-feature=+simd128',
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: testRunner,
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: capabilities,
    CHROMEDRIVER: chromedriver,
  };
  // The samples in the documentation of the feature web are compiled, not run.
  return cargoTest(['test', ...WASM_TESTS], env, ['test', ...WASM_FEATURES, '--doc', 'doors::web']);
}

/**
 * Runs cargo's tests, and counts by the line with which each test binary ends.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {...string[]} more arguments of further runs
 * @returns {Promise<Counts>}
 */
async function cargoTest(args, env, ...more) {
  const { code, output } = await run('cargo', [...args, '--no-fail-fast'], { env, show: true });
  let total = counts();
  for (const result of output.matchAll(/test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/g)) {
    total = add(total, counts(...result.slice(1).map(Number)));
  }
  // It can fail without a failed test: code that does not compile, a runner that does not start.
  if (code !== 0 && total.failed === 0) total = add(total, counts(0, 1));
  return more.length === 0 ? total : add(total, await cargoTest(more[0], env, ...more.slice(1)));
}

/** Runs every tests/**.test.mjs, one file at a time: sound in real time wants the machine for itself. */
async function nodeTests() {
  await needPackages();
  await build();
  const files = filesBelow('tests')
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => join(root, file));
  const stream = runNodeTests({ files, concurrency: 1, timeout: HANG_MILLISECONDS });
  // The runner's own totals, and the skipped suites that it leaves out of them.
  const totals = { pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  let skippedSuites = 0;
  stream.on('test:diagnostic', ({ message }) => {
    const [, name = '', value] = message.match(/^(\w+) (\d+)$/) ?? [];
    if (name in totals) totals[/** @type {keyof typeof totals} */ (name)] = Number(value);
  });
  stream.on('test:pass', ({ details, skip }) => {
    if (details.type === 'suite' && skip !== undefined) skippedSuites += 1;
  });
  for await (const line of stream.compose(new spec())) process.stdout.write(line);
  return counts(totals.pass, totals.fail + totals.cancelled, totals.skipped + totals.todo + skippedSuites);
}

function chosenSteps() {
  const names = Object.keys(STEPS);
  const usage = `choose with \`npm test -- --only ${names.join(',')}\`, any of these`;
  const chosen = readOptions({ only: names.join(',') }, usage).only.split(',');
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Failure(`There is no step ${unknown}: ${usage}.`);
  return names.filter((name) => chosen.includes(name));
}

await main(async () => {
  const steps = chosenSteps();
  await needRust();
  await needRustComponents();
  await needWasmTarget();
  const rows = [];
  let total = counts();
  for (const name of steps) {
    console.log(`\n── ${name} ──`);
    const start = performance.now();
    const result = await STEPS[name]().catch((/** @type {unknown} */ error) => {
      printFailure(error);
      return counts(0, 1);
    });
    total = add(total, result);
    rows.push([name, result.passed, result.failed, result.skipped, ((performance.now() - start) / 1000).toFixed(1)]);
  }
  console.log(table(['step', 'passed', 'failed', 'skipped', 'seconds'], rows));
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
});
