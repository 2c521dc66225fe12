/**
 * Builds a Rust example in a copy of what `cargo publish` would send: the crate's own files and nothing else, the
 * example's folder in it. The copy and cargo's target folders are in target/examples/, and used again. Node.
 */
import { cpSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root, run, step } from '../lib/project.mjs';
import { needRust, needWasmBindgen, needWasmTarget, WASM_TARGET } from '../lib/toolchain.mjs';

const WORK = join(root, 'target', 'examples');
const CRATE = join(WORK, 'crate');

/**
 * @param {string} name of the example's folder
 * @returns {Promise<string>} the folder to serve
 */
export async function buildCrateExample(name) {
  await needRust();
  await needWasmTarget();
  const { bindgen } = await needWasmBindgen();
  const project = join(CRATE, 'examples', name);
  const built = join(WORK, name);
  await copyCrate();
  cpSync(join(root, 'examples', name), project, { recursive: true });
  await step(`Building examples/${name}`, () =>
    must(project, 'cargo', 'build', '--release', '--locked', '--target', WASM_TARGET, '--target-dir', built),
  );
  const wasm = join(built, WASM_TARGET, 'release', `${name.replaceAll('-', '_')}_example.wasm`);
  await must(project, bindgen, '--target', 'web', '--out-dir', join(project, 'pkg'), wasm);
  return project;
}

/** The files that the crate's package holds. */
async function copyCrate() {
  // It need not be committed for this.
  const listed = await must(root, 'cargo', 'package', '--list', '--allow-dirty', '--quiet');
  rmSync(CRATE, { recursive: true, force: true });
  // What cargo makes itself, or warns of, is no file here.
  const isFile = (/** @type {string} */ line) => statSync(join(root, line), { throwIfNoEntry: false })?.isFile();
  for (const file of listed.split(/\r?\n/).filter(isFile)) {
    cpSync(join(root, file), join(CRATE, file), { preserveTimestamps: true });
  }
}

/**
 * @param {string} cwd
 * @param {string} command
 * @param {...string} args
 * @returns {Promise<string>} what it said
 */
async function must(cwd, command, ...args) {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Failure(`${command} ${args.join(' ')} failed in ${cwd}:\n${output}`);
  return output;
}
