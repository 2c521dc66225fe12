/**
 * Chorus, reverb and string beside those of Tone.js and Faust, stereo, offline, in turn. Their packages are none of
 * ours: they are installed for this bench alone, in target/bench/peers. Node; page.js runs in the page.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, step } from '../../lib/project.mjs';
import { downloadFailure, npmIn } from '../../lib/toolchain.mjs';
import { MOUNTS, serve } from '../../serve.mjs';
import { fixed, median, ratio, table } from '../table.mjs';

export const title = 'Chorus, reverb and string beside others';

const SECONDS = 30;
const FOLDER = 'target/bench/peers';
const SOURCES = ['package.json', 'package-lock.json', 'page.js'];
/** Tone.js and Faust make their worklets from blob: URLs, and Faust its compiler from text. */
const POLICY = "default-src 'self'; script-src 'self' blob: 'unsafe-eval'; worker-src 'self' blob:";

/**
 * What page.js exports. It is not checked with the other scripts: what it imports is installed for the bench alone.
 * @typedef {object} Page
 * @property {() => Record<string, string[]>} names
 * @property {(kind: string, name: string, seconds: number) => Promise<{ milliseconds: number, decibels: number }>}
 *   measure
 */

/** @type {import('../../bench.mjs').Bench['run']} */
export async function run({ rounds, print, launch, openPage }) {
  await step('Fetching Tone.js and Faust', prepare);
  const blank = '/scripts/lib/blank.html';
  const server = await serve({
    mounts: { '/scripts/': 'scripts', '/target/bench/': 'target/bench', ...MOUNTS },
    alter: { [blank]: (answer) => ({ ...answer, headers: { ...answer.headers, 'Content-Security-Policy': POLICY } }) },
  });
  const browser = await launch('chromium');
  try {
    const page = await openPage(browser, server.url + blank);
    const script = `/${FOLDER}/bundle.js`;
    const names = await page.evaluate(async (script) => /** @type {Page} */ (await import(script)).names(), script);
    const measure = (/** @type {string} */ kind, /** @type {string} */ name) =>
      page.evaluate(
        async (script, ...what) => /** @type {Page} */ (await import(script)).measure(...what),
        script,
        kind,
        name,
        SECONDS,
      );
    for (const [kind, all] of Object.entries(names)) {
      print(`\n### ${kind}`);
      /** @type {Record<string, number[]>} */
      const times = Object.fromEntries(all.map((name) => [name, []]));
      /** @type {Record<string, number>} */
      const decibels = {};
      // The first round warms up; in each another begins.
      for (let round = -1; round < rounds; round++) {
        for (let turn = 0; turn < all.length; turn++) {
          const name = all[(round + 1 + turn) % all.length];
          const { milliseconds, ...sound } = await measure(kind, name);
          decibels[name] = sound.decibels;
          if (round >= 0) times[name].push(milliseconds);
        }
      }
      const rows = all.map((name) => [
        name,
        fixed((1000 * SECONDS) / median(times[name]), 0),
        // The first one is this engine's.
        fixed(ratio(times[name], times[all[0]])),
        fixed(decibels[name], 1),
      ]);
      print(table(['', '× real time', `time / ${all[0]}`, 'RMS, dBFS'], rows));
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Installs the others' packages, and bundles the page's script with them. */
async function prepare() {
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  for (const name of SOURCES) cpSync(join(root, 'scripts/bench/peers', name), join(folder, name));
  const { code, output } = await npmIn(folder, 'ci', '--no-audit', '--no-fund', '--ignore-scripts');
  if (code !== 0) throw downloadFailure('Tone.js or Faust', output, 'npm ci');
  const esbuild = await import('esbuild');
  await esbuild.build({
    entryPoints: [join(folder, 'page.js')],
    outfile: join(folder, 'bundle.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['fs', 'url', 'path', 'crypto'],
    logLevel: 'error',
  });
}
