/**
 * The examples that have a page, each tried as a stranger would: copied into an empty folder, its packages installed
 * from its lock file and the packed tarball beside them (or, in Rust, the packed crate), built, served, and played in
 * headless Chromium until its level meter moves. Node.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openPage } from '../lib/harness.mjs';
import { Failure, root } from '../lib/project.mjs';
import { npmIn } from '../lib/toolchain.mjs';
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
 * @property {boolean} [isBuiltFirst] before it serves itself, too
 *
 * @typedef {{ scratch: string, tarball: string, browser: import('puppeteer-core').Browser }} Place
 */

const viteServer = ['start', '--', '--host', '127.0.0.1'];

/** @type {Record<string, Example & { from: string }>} */
export const EXAMPLES = {
  'plain': { from: 'plain', packageFolder: 'audio-dsp-wasm' },
  'vite, built': { from: 'vite', folder: 'dist' },
  'vite, in development': { from: 'vite', serve: viteServer },
  'vite 7, in development': { from: 'vite-7', serve: viteServer },
  'vite 5, in development': { from: 'vite-5', serve: viteServer },
  'react, built': { from: 'react', folder: 'dist' },
  'react, in development': { from: 'react', serve: viteServer },
  'nextjs': { from: 'nextjs', serve: ['start', '--', '-H', '127.0.0.1', '-p', '0'], isBuiltFirst: true },
  'esbuild': { from: 'esbuild' },
  'rollup': { from: 'rollup' },
  'webpack, built': { from: 'webpack' },
  'webpack, in development': { from: 'webpack', serve: ['start', '--', '--host', '127.0.0.1', '--port', 'auto'] },
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
  const { from, folder = '.', packageFolder, rust, serve, isBuiltFirst = !serve } = EXAMPLES[name];
  if (rust) return playFrom(browser, await buildCrateExample(from));
  const project = join(scratch, name.replace(/\W+/g, '-'));
  cpSync(join(root, 'examples', from), project, { recursive: true });
  if (packageFolder) await unpack(tarball, project, packageFolder);
  else await install(tarball, project);
  const { scripts = {} } = existsSync(join(project, 'package.json'))
    ? JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    : {};
  if (scripts.build && isBuiltFirst) await npm(project, 'run', 'build');
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
  const { code, output } = await npmIn(cwd, ...args);
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
  const child = spawn('npm', args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const close = async () => {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  let said = '';
  /** @type {Promise<string>} */
  const url = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colours begin with an escape
        const found = said.replace(/\x1b\[\d+m/g, '').match(/(http:\/\/127\.0\.0\.1:\d+\/?)\s/);
        if (found) resolve(found[1]);
      });
    }
  });
  const late = delay(START_MILLISECONDS, undefined, { ref: false });
  const first = await Promise.race([url, ended, late]);
  if (typeof first === 'string') return { url: first, close };
  await close();
  throw new Failure(`npm ${args.join(' ')} in ${cwd} did not come up:\n${said}`);
}

/**
 * Presses the button, and waits until the meter shows a level or the page says what is wrong.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 */
async function play(browser, url) {
  const page = await openPage(browser, url);
  try {
    // What a framework draws is there later than the page, and what a server drew answers later than it is there.
    await page.waitForSelector('button:enabled', { timeout: START_MILLISECONDS });
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
