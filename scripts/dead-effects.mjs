/**
 * `npm run dead-effects`: would the tests notice an effect that does nothing? In a copy of the tree, each effect in
 * turn is made to do nothing, and the native tests run. At least six of the promises that all effects share must fail,
 * and say which effect it is. The effects are found in src/effects, so a new one is asked too.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { table } from './bench/table.mjs';
import { audibleEffects } from './lib/effects.mjs';
import { Failure, filesBelow, main, root, run, step } from './lib/project.mjs';

const FEWEST_PROMISES = 6;
const COPIED = ['Cargo.toml', 'Cargo.lock', 'src', 'cli', 'tests', 'benches', 'examples'];
const folder = join(root, 'target', 'dead-effects');
const tree = join(folder, 'tree');

/** @typedef {{ id: string, file: string, source: string }} Death an effect, its file, and that file without it */

/**
 * The effects of a file: one that processes blocks itself, or sections of a cascade with a switch each.
 * @param {string} file
 * @param {string[]} ids all effects'
 * @returns {Death[]}
 */
function deathsIn(file, ids) {
  const source = readFileSync(join(root, file), 'utf8');
  const name = basename(file, '.rs');
  const id = ids.find((each) => each === name || each === `${name}_on`);
  if (id !== undefined && /^impl Effect for /m.test(source)) {
    return [{ id, file, source: source.replace(/fn process\(&mut self, block: &mut Block\) \{/, '$& return;') }];
  }
  // The switches of the sections, as parameters and as the variables that the design has them in, in the same order.
  const indices = [...(source.match(/parameters: \[([^\]]*)\]/)?.[1] ?? '').matchAll(/params::(\w+)/g)];
  const variables = [...(source.match(/fn sections(?:<[^>]*>)?\(\[([^\]]*)\]/)?.[1] ?? '').matchAll(/\w+/g)];
  return [...source.matchAll(/Section::\w+\([^()]*\)\.faded\((\w+)\)/g)].map(([section, variable]) => {
    const at = variables.findIndex(([each]) => each === variable);
    return { id: indices[at][1].toLowerCase(), file, source: source.replace(section, 'Section::plain()') };
  });
}

/**
 * Runs the native tests of the copy without the effect.
 * @param {Death} death
 * @returns {Promise<{ named: number, unnamed: number }>} how many tests fail and name the effect, as shared promises
 *   do, and how many others
 */
async function failures({ id, file, source }) {
  const alive = readFileSync(join(tree, file), 'utf8');
  if (source === alive) throw new Failure(`${file} has no place at which ${id} can be made to do nothing.`);
  writeFileSync(join(tree, file), source);
  const env = { CARGO_TARGET_DIR: join(folder, 'build'), CARGO_PROFILE_TEST_DEBUG: '0', RUST_BACKTRACE: '0' };
  const { output } = await run('cargo', ['test', '--test', 'native', '--no-fail-fast'], {
    env,
    cwd: tree,
    quiet: true,
  });
  writeFileSync(join(tree, file), alive);
  writeFileSync(join(folder, `${id}.txt`), output);
  if (!/^test result: /m.test(output))
    throw new Failure(`Without ${id} the tests do not build: see ${folder}/${id}.txt.`);
  const reports = output.split(/^---- (?=\S+ stdout ----$)/m).slice(1);
  const named = reports.filter((report) => new RegExp(`\\b${id} (on|alone)\\b`).test(report)).length;
  return { named, unnamed: reports.length - named };
}

await main(async () => {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  for (const path of COPIED) cpSync(join(root, path), join(tree, path), { recursive: true });

  const ids = audibleEffects().map(({ id }) => id);
  /** @type {string[]} */
  const files = filesBelow('src/effects');
  const deaths = files.flatMap((file) => deathsIn(file, ids));
  const absent = ids.filter((id) => !deaths.some((death) => death.id === id));
  if (absent.length > 0) throw new Failure(`src/effects has no ${absent.join(', ')} that this script can find.`);

  const rows = [];
  for (const death of deaths) {
    const { named, unnamed } = await step(`Without ${death.id}`, () => failures(death));
    rows.push([death.id, named, unnamed]);
  }
  console.log(table(['effect that does nothing', 'shared promises broken', 'other tests that fail'], rows));
  const unnoticed = rows.filter(([, named]) => Number(named) < FEWEST_PROMISES).map(([id]) => id);
  if (unnoticed.length > 0) {
    throw new Failure(`Fewer than ${FEWEST_PROMISES} shared promises notice: ${unnoticed.join(', ')}.`);
  }
});
