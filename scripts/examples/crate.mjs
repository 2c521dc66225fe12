/**
 * Builds a Rust example with what `cargo publish` would send: the crate is packed and unpacked, and the example's
 * folder copied into it. All of that, and cargo's target folders, are in target/examples/; those are used again. Node.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root, run, step } from '../lib/project.mjs';
import { needRust, needWasmBindgen, needWasmTarget, WASM_TARGET } from '../lib/toolchain.mjs';

const WORK = join(root, 'target', 'examples');
const CRATE = join(WORK, 'crate');
const PACKED = join(WORK, 'packed');

/** Once for all examples of a run. @type {Promise<void> | undefined} */
let unpacked;

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
  unpacked ??= unpackCrate();
  await unpacked;
  cpSync(join(root, 'examples', name), project, { recursive: true });
  await step(`Building examples/${name}`, () =>
    must(project, 'cargo', 'build', '--release', '--locked', '--target', WASM_TARGET, '--target-dir', built),
  );
  const wasm = join(built, WASM_TARGET, 'release', `${name.replaceAll('-', '_')}_example.wasm`);
  await must(project, bindgen, '--target', 'web', '--out-dir', join(project, 'pkg'), wasm);
  return project;
}

/** What `cargo publish` would send, unpacked. */
async function unpackCrate() {
  rmSync(PACKED, { recursive: true, force: true });
  // Git does not hold pkg/single.js, and the rest need not be committed for this.
  await must(root, 'cargo', 'package', '--no-verify', '--allow-dirty', '--target-dir', PACKED);
  const folder = join(PACKED, 'package');
  const file = readdirSync(folder).find((name) => name.endsWith('.crate'));
  if (file === undefined) throw new Failure(`cargo package left no crate in ${folder}.`);
  rmSync(CRATE, { recursive: true, force: true });
  mkdirSync(CRATE, { recursive: true });
  // As new: cargo packs files with an old date, and would take them for those of its last build.
  await must(folder, 'tar', '-xmzf', file, '--strip-components', '1', '-C', CRATE);
}

/**
 * @param {string} cwd
 * @param {string} command
 * @param {...string} args
 */
async function must(cwd, command, ...args) {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Failure(`${command} ${args.join(' ')} failed in ${cwd}:\n${output}`);
}
