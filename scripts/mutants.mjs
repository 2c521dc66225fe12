/**
 * `npm run mutants`: can the tests fail? cargo-mutants changes one thing at a time in the Rust (an operator, what a
 * function returns) and runs the native tests; a change that no test notices is a hole in them. docs/mutants.md has the
 * score.
 *
 * All of it takes hours, so it is no part of `npm test`. `npm run mutants -- --file src/dsp/smooth.rs` takes one file,
 * or some, with commas between; `-- --shard 1/8` the second of eight parts. What it finds is below target/mutants.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './bench/table.mjs';
import { Failure, filesBelow, main, readOptions, root, run, which } from './lib/project.mjs';

/** Against a mutant that never ends; the tests together take ten seconds. */
const TIMEOUT_SECONDS = 60;

/**
 * Which files of tests/native (by module) can tell of a mutant where; all others would only take time. The doors have
 * no native tests.
 * @type {{ name: string, files: RegExp, only?: string[], skip?: string[] }[]}
 */
const GROUPS = [
  { name: 'monte-carlo', files: /^src\/simulations\/monte_carlo\.rs$/, only: ['simulations::monte_carlo'] },
  { name: 'wave', files: /^src\/simulations\/wave\.rs$/, only: ['simulations::wave'] },
  { name: 'math', files: /^src\/dsp\/math\.rs$/, skip: ['simulations', 'render'] },
  { name: 'audio', files: /^src\/(?!doors\/)/, skip: ['dsp::math', 'simulations', 'render'] },
];

/** A quick build matters more than fast tests; two builds never meet, so they can share what they have compiled. */
const ENVIRONMENT = {
  CARGO_TARGET_DIR: join(root, 'target', 'mutants', 'build'),
  CARGO_PROFILE_TEST_DEBUG: '0',
  CARGO_PROFILE_TEST_INCREMENTAL: 'true',
  CARGO_PROFILE_TEST_OPT_LEVEL: '2',
};

/** What becomes of a mutant, as cargo-mutants calls it. A test that hangs has noticed, too. */
const CAUGHT = ['CaughtMutant', 'Timeout'];
const MISSED = 'MissedMutant';

/** @typedef {{ file: string, name: string, summary: string }} Outcome */

/**
 * What follows `--` on the command line of cargo-mutants: the test binary, and its tests for a group.
 * @param {{ only?: string[], skip?: string[] }} group
 * @param {boolean} nextest whether nextest runs them
 */
function testArguments({ only, skip = [] }, nextest) {
  const native = ['--test', 'native'];
  const names = only ?? skip;
  if (nextest) {
    // The first failure is enough: it ends the tests that still run, too.
    const filter = `${only ? '' : 'not '}test(/^(${names.join('|')})::/)`;
    return [...native, '--max-fail=1:immediate', '-E', filter];
  }
  return [...native, '--', ...names.flatMap((name) => (only ? `${name}::` : ['--skip', `${name}::`]))];
}

/**
 * Runs a group's mutants.
 * @param {(typeof GROUPS)[number]} group
 * @param {string[]} files
 * @param {string[]} more arguments
 * @returns {Promise<Outcome[]>}
 */
async function runGroup(group, files, more) {
  const output = join(root, 'target', 'mutants', group.name);
  mkdirSync(output, { recursive: true });
  const nextest = which('cargo-nextest') !== undefined;
  const args = [
    '--dir',
    root,
    '--output',
    output,
    '--timeout',
    String(TIMEOUT_SECONDS),
    '--no-times',
    '--colors',
    'never',
  ];
  const tool = ['--test-tool', nextest ? 'nextest' : 'cargo'];
  const chosen = files.flatMap((file) => ['--file', file]);
  const tests = ['--', ...testArguments(group, nextest)];
  // Its exit code tells of missed mutants, which the table does too.
  await run('cargo', ['mutants', ...args, ...tool, ...chosen, ...more, ...tests], { env: ENVIRONMENT, show: true });
  const { outcomes } = JSON.parse(readFileSync(join(output, 'mutants.out', 'outcomes.json'), 'utf8'));
  const [baseline, ...mutants] = outcomes;
  if (baseline && baseline.summary !== 'Success') {
    throw new Failure('The tests fail as they are: mend that first, `cargo test --test native` says where.');
  }
  return mutants.map((/** @type {any} */ { scenario, summary }) => ({ ...scenario.Mutant, summary }));
}

await main(async () => {
  const usage = 'choose with `npm run mutants -- --file src/dsp/smooth.rs` or `--shard 1/8`';
  const { file, shard } = /** @type {{ file: string, shard: string }} */ (readOptions({ file: '', shard: '' }, usage));
  if (!which('cargo-mutants')) {
    throw new Failure('cargo-mutants is not there: install it with `cargo install cargo-mutants --locked`.');
  }
  /** @type {string[]} */
  const all = filesBelow('src');
  const files = all.filter((path) => path.endsWith('.rs') && (file === '' || file.split(',').includes(path)));
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const group of GROUPS) {
    const own = files.filter((path) => GROUPS.find((each) => each.files.test(path)) === group);
    if (own.length > 0) outcomes.push(...(await runGroup(group, own, shard === '' ? [] : ['--shard', shard])));
  }
  if (outcomes.length === 0) throw new Failure(`There is nothing to change there: ${usage}.`);

  const score = (/** @type {string} */ name, /** @type {Outcome[]} */ some) => {
    const caught = some.filter(({ summary }) => CAUGHT.includes(summary)).length;
    const missed = some.filter(({ summary }) => summary === MISSED).length;
    return [name, caught + missed, caught, missed];
  };
  const names = [...new Set(outcomes.map((outcome) => outcome.file))].sort();
  const rows = names.map((name) =>
    score(
      name,
      outcomes.filter((outcome) => outcome.file === name),
    ),
  );
  console.log(`${table(['file', 'mutants', 'caught', 'missed'], [...rows, score('all', outcomes)])}\n`);
  for (const { name, summary } of outcomes) if (summary === MISSED) console.log(`missed: ${name}`);
});
