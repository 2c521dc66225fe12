/**
 * The examples that have a page, each tried as a stranger would: copied into an empty folder, its packages installed
 * from its lock file and the packed tarball beside them (or, in Rust, the packed crate), built, served, and played in
 * headless Chromium until its level meter moves. Node.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openPage } from '../lib/harness.mjs';
import { Failure, root, run } from '../lib/project.mjs';
import { buildCrateExample } from './crate.mjs';
import { serveStatic } from './static-server.mjs';

const SUB_PATH = '/some/sub/path/';

/** How long a development server may take to come up, and a page to sound. */
const START_MILLISECONDS = 60_000;

/**
 * @typedef {object} Example
 * @property {string} [folder] below its own that is served when it is built
 * @property {string} [packageFolder] where the package is put by hand; otherwise npm installs it
 * @property {boolean} [rust] it is a Rust program
 * @property {string[]} [serve] the arguments for npm with which it serves itself, instead of a static host
 *
 * @typedef {{ scratch: string, tarball: string, browser: import('puppeteer-core').Browser }} Place
 */

/** @type {Record<string, Example & { from: string }>} */
export const EXAMPLES = {
  'plain': { from: 'plain', packageFolder: 'audio-dsp-wasm' },
  'vite, built': { from: 'vite', folder: 'dist' },
  'vite, in development': { from: 'vite', serve: ['run', 'start', '--', '--host', '127.0.0.1'] },
  'esbuild': { from: 'esbuild' },
  'rollup': { from: 'rollup' },
  'webpack': { from: 'webpack' },
  'parcel': { from: 'parcel', folder: 'dist' },
  'typescript': { from: 'typescript' },
  'web-sys': { from: 'web-sys', rust: true },
  'leptos': { from: 'leptos', rust: true },
};

/**
 * Tries an example; throws where it does not sound.
 * @param {string} name
 * @param {Place} place
 * @returns {Promise<{ says: string, level: number }>} what its page shows
 */
export async function tryExample(name, { scratch, tarball, browser }) {
  const { from, folder = '.', packageFolder, rust, serve } = EXAMPLES[name];
  if (rust) return playFrom(browser, await buildCrateExample(from));
  const project = join(scratch, name.replace(/\W+/g, '-'));
  cpSync(join(root, 'examples', from), project, { recursive: true });
  if (packageFolder) await unpack(tarball, project, packageFolder);
  else await install(tarball, project);
  const { scripts = {} } = existsSync(join(project, 'package.json'))
    ? JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    : {};
  if (scripts.build && !serve) await npm(project, 'run', 'build');
  if (!serve) return playFrom(browser, join(project, folder));
  return playAt(browser, await startServer(project, serve));
}

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} folder that a static host serves
 */
const playFrom = async (browser, folder) => playAt(browser, await serveStatic(folder, SUB_PATH));

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {{ url: string, close: () => Promise<unknown> }} server
 */
async function playAt(browser, server) {
  try {
    return await play(browser, server.url);
  } finally {
    await server.close();
  }
}

/**
 * @param {string} tarball
 * @param {string} project
 */
async function install(tarball, project) {
  await npm(project, 'install', '--no-audit', '--no-fund');
  await npm(project, 'install', '--no-save', '--no-package-lock', '--offline', '--no-audit', '--no-fund', tarball);
}

/**
 * The package's folder, as one takes it from its tarball.
 * @param {string} tarball
 * @param {string} project
 * @param {string} folder
 */
async function unpack(tarball, project, folder) {
  const unpacked = join(project, '..', 'unpacked');
  await npm(project, 'install', '--prefix', unpacked, '--offline', '--no-audit', '--no-fund', tarball);
  cpSync(join(unpacked, 'node_modules', 'audio-dsp-wasm'), join(project, folder), { recursive: true });
}

/**
 * @param {string} cwd
 * @param {...string} args
 */
async function npm(cwd, ...args) {
  const { code, output } = await run('npm', args, { cwd, quiet: true, shell: process.platform === 'win32' });
  if (code !== 0) throw new Failure(`npm ${args.join(' ')} failed in ${cwd}:\n${output}`);
}

/**
 * A server that an example starts by itself, by the URL that it prints.
 * @param {string} cwd
 * @param {string[]} args of npm
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
async function startServer(cwd, args) {
  // A group of its own, so that all that npm starts is ended.
  const child = spawn('npm', args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const close = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  const late = setTimeout(() => child.stdout.destroy(), START_MILLISECONDS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colours begin with an escape
      const url = line.replace(/\x1b\[\d+m/g, '').match(/http:\/\/127\.0\.0\.1:\d+\/\S*/)?.[0];
      if (url) return { url, close };
    }
  } finally {
    clearTimeout(late);
    child.stdout.resume();
  }
  await close();
  throw new Failure(`npm ${args.join(' ')} in ${cwd} did not come up.`);
}

/**
 * Presses the button, and waits until the meter shows a level or the page says what is wrong.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 */
async function play(browser, url) {
  const page = await openPage(browser, url);
  try {
    await page.click('button');
    const shown = await page.waitForFunction(
      () => {
        const [level, says] = [document.querySelector('meter')?.value ?? 0, document.querySelector('output')?.value];
        return (level > 0 || (says && !says.startsWith('worklet'))) && { level, says };
      },
      { timeout: START_MILLISECONDS },
    );
    const { level, says = '' } = /** @type {{ level: number, says?: string }} */ (await shown.jsonValue());
    if (!(level > 0) || !says.startsWith('worklet') || page.errors.length > 0) {
      throw new Failure(`The page does not sound: “${says}” ${page.errors.join('; ')}`);
    }
    return { says, level };
  } finally {
    await page.close();
  }
}
