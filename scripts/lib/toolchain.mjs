/**
 * The tools that the build needs, found or fetched: Rust and its WebAssembly target, wasm-bindgen at the very version
 * of Cargo.lock, and the npm packages of package-lock.json. Each `need…` resolves when its tool is there, or throws a
 * Failure with the way out. Node's own modules only.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskFailure, Failure, root, run, soundsOffline, step, which } from './project.mjs';

export const WASM_TARGET = 'wasm32-unknown-unknown';

const EXE = process.platform === 'win32' ? '.exe' : '';

/** @param {string} path relative to the project's root */
const read = (path) => readFileSync(join(root, path), 'utf8');

/**
 * The version that a file of this project asks for.
 * @param {string} path
 * @param {RegExp} pattern whose first group it is
 */
function versionIn(path, pattern) {
  const version = read(path).match(pattern)?.[1];
  if (version === undefined) throw new Failure(`${path} is damaged: restore it, as with \`git checkout ${path}\`.`);
  return version;
}

/** Rust that is there, runs, and is new enough for Cargo.toml's rust-version. */
export async function needRust() {
  const again = 'then open a new terminal and run this command again';
  for (const tool of ['cargo', 'rustc']) {
    const { code, output, missing } = await run(tool, ['--version'], { quiet: true });
    if (missing) {
      throw new Failure(`Rust is not there (no ${tool} on PATH): install it from https://rustup.rs, ${again}.`);
    }
    if (code !== 0) {
      const said = output.trim().split('\n')[0];
      throw new Failure(`${tool} does not run (${said}): repair it with \`rustup default stable\`, ${again}.`);
    }
    if (tool === 'rustc') checkVersion(output);
  }
}

/** @param {string} output of `rustc --version` */
function checkVersion(output) {
  const needed = versionIn('Cargo.toml', /^rust-version = "([\d.]+)"/m);
  const found = output.match(/^rustc (\d+\.\d+(?:\.\d+)?)/)?.[1] ?? 'of an unknown version';
  const [major, minor] = found.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new Failure(`Rust ${found} is too old, ${needed} or later is needed: run \`rustup update stable\`.`);
}

/** The standard library for WebAssembly. */
export async function needWasmTarget() {
  const { output } = await run('rustc', ['--print', 'target-libdir', '--target', WASM_TARGET], { quiet: true });
  if (existsSync(output.trim())) return;
  await step(`Adding Rust's ${WASM_TARGET} target`, async () => {
    const { code, output: said, missing } = await run('rustup', ['target', 'add', WASM_TARGET]);
    if (missing) {
      throw new Failure(
        `This Rust has no ${WASM_TARGET} target and there is no rustup to add it: ` +
          'install Rust from https://rustup.rs, or that target from where this Rust came from.',
      );
    }
    if (code !== 0) throw downloadFailure(`Rust's ${WASM_TARGET} target`, said, `rustup target add ${WASM_TARGET}`);
  });
}

/**
 * wasm-bindgen and wasm-bindgen-test-runner at the version of Cargo.lock: those on PATH, else this project's own below
 * target/tools, which are built there the first time.
 * @returns {Promise<{ bindgen: string, testRunner: string }>} paths
 */
export async function needWasmBindgen() {
  const version = versionIn('Cargo.lock', /name = "wasm-bindgen"\r?\nversion = "(.+)"/);
  const own = join(root, 'target', 'tools', `wasm-bindgen-${version}`);
  const onPath = which('wasm-bindgen');
  for (const folder of [onPath && dirname(onPath), join(own, 'bin')]) {
    const tools = folder ? wasmBindgenIn(folder) : undefined;
    if (tools && (await versionOf(tools.bindgen)) === version && existsSync(tools.testRunner)) return tools;
  }
  const title = `Building wasm-bindgen ${version} into target/tools (once; one to three minutes)`;
  await step(title, () => install(version, own));
  return wasmBindgenIn(join(own, 'bin'));
}

/** @param {string} folder */
const wasmBindgenIn = (folder) => ({
  bindgen: join(folder, `wasm-bindgen${EXE}`),
  testRunner: join(folder, `wasm-bindgen-test-runner${EXE}`),
});

/** @param {string} bindgen wasm-bindgen's path */
const versionOf = async (bindgen) => (await run(bindgen, ['--version'], { quiet: true })).output.trim().split(' ')[1];

/**
 * @param {string} version
 * @param {string} folder
 */
async function install(version, folder) {
  // Unoptimised: built in half the time, and our module is too small for wasm-bindgen's own speed to matter.
  // Not --locked: its lock file may name crates that a registry mirror no longer has.
  const scratch = join(root, 'target', 'tools', 'build');
  const { code, output } = await run(
    'cargo',
    [
      'install',
      'wasm-bindgen-cli',
      '--version',
      version,
      '--root',
      folder,
      '--target-dir',
      scratch,
      '--debug',
      '--bin',
      'wasm-bindgen',
      '--bin',
      'wasm-bindgen-test-runner',
    ],
    { env: { CARGO_PROFILE_DEV_DEBUG: 'false', CARGO_PROFILE_DEV_INCREMENTAL: 'false' } },
  );
  if (code !== 0) {
    throw downloadFailure(`wasm-bindgen ${version}`, output, `cargo install wasm-bindgen-cli --version ${version}`);
  }
  rmSync(scratch, { recursive: true, force: true });
}

/** The npm packages at the versions of package-lock.json. */
export async function needPackages() {
  if (packagesAreThere()) return;
  await step('Installing npm packages', async () => {
    const { code, output } = await npm('ci', '--no-audit', '--no-fund');
    if (code !== 0) throw downloadFailure('The npm packages', output, 'npm ci');
  });
}

function packagesAreThere() {
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(join(root, installed))) return false;
  const wanted = Object.entries(JSON.parse(read('package-lock.json')).packages);
  const found = JSON.parse(read(installed)).packages;
  return wanted.every(([path, { version, optional }]) => !path || optional || found[path]?.version === version);
}

/**
 * Runs npm in the project's root.
 * @param {...string} args
 */
export const npm = (...args) => npmIn(root, ...args);

/**
 * Runs npm in a folder.
 * @param {string} cwd
 * @param {...string} args
 */
export function npmIn(cwd, ...args) {
  // Set where npm itself runs this script; it spares Windows the shell that npm.cmd needs.
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return run(process.execPath, [cli, ...args], { cwd });
  return run('npm', args, { cwd, shell: process.platform === 'win32' });
}

/**
 * The Failure for a tool that could not be fetched; what the fetching command said goes to the terminal before it.
 * @param {string} what the tool
 * @param {string} output what the command said
 * @param {string} command
 */
export function downloadFailure(what, output, command) {
  if (soundsOffline(output)) {
    return new Failure(
      `${what} could not be downloaded (${offlineReason(output)}): ` +
        'connect to the network (behind a proxy, set HTTPS_PROXY), then run this command again.',
    );
  }
  console.error(output);
  return (
    diskFailure(output) ??
    new Failure(`${what} could not be installed: mend what \`${command}\` says above, then run this command again.`)
  );
}

/**
 * The line that says most about why the network was not reached.
 * @param {string} output
 */
function offlineReason(output) {
  const [line] = output
    .split('\n')
    .filter(soundsOffline)
    .sort((a, b) => b.length - a.length);
  return line
    .replace(/^npm (error|ERR!)( network)?/, '')
    .trim()
    .replace(/[.:]$/, '')
    .slice(0, 160);
}
