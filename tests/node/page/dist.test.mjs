/** What dist/ holds: names by content, compressed copies, headers, and syntax that browsers of 2021 can read. Node. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { buildAll } from '../../../scripts/build.mjs';
import { OLDEST_BROWSERS } from '../../../scripts/dist/bundle.mjs';
import { filesBelow, root } from '../../../scripts/lib/project.mjs';
import { serve } from '../../../scripts/serve.mjs';

/** In bytes, by Brotli: without the engine, which is the package's and has a limit there, and with it. */
const SCRIPTS_AND_STYLES = 90_000;
const WITH_ENGINE = 113_000;
const RENDER_WORKER = 2_600;

describe('dist/', () => {
  let files, page;
  before(async () => {
    await buildAll();
    files = filesBelow('dist').filter((file) => !/\.(br|gz)$/.test(file));
    page = read('dist/index.html').toString();
  });

  const read = (file) => readFileSync(join(root, file));
  const assets = () => files.filter((file) => file.startsWith('dist/assets/'));

  test(`has scripts and styles of its own of ${SCRIPTS_AND_STYLES} bytes at most, by Brotli`, async (t) => {
    // The package's scripts come as they are. Its test has the limit of the worklet script; this is the other's.
    const [worker] = assets().filter((file) => basename(file).startsWith('render-worker-'));
    assert.ok(statSync(join(root, `${worker}.br`)).size <= RENDER_WORKER);
    const ofPackage = ['pkg/processor.js', 'pkg/render-worker.js'].map(read);
    const bytes = files
      .filter((file) => ['.js', '.css'].includes(extname(file)))
      .filter((file) => !ofPackage.some((script) => script.equals(read(file))))
      .reduce((sum, file) => sum + statSync(join(root, `${file}.br`)).size, 0);
    const engine = await sizeOfEngine();
    t.diagnostic(`${bytes} bytes, ${engine} of them the engine`);
    assert.ok(engine > 15_000 && bytes - engine > 0, 'both are there');
    assert.ok(bytes - engine <= SCRIPTS_AND_STYLES && bytes <= WITH_ENGINE, `${bytes} bytes, ${engine} of the engine`);
  });

  /** The engine's part of the page's script: what the page imports of the package, minified in the same way. */
  async function sizeOfEngine() {
    const { outputFiles } = await esbuild.build({
      entryPoints: [join(root, 'worklet', 'engine.js')],
      bundle: true,
      minify: true,
      format: 'esm',
      target: OLDEST_BROWSERS,
      write: false,
      logLevel: 'error',
    });
    return brotliCompressSync(outputFiles[0].contents).length;
  }

  test('names each file that may be kept for ever by its content', () => {
    assert.ok(assets().length > 0);
    for (const file of assets()) {
      const hash = createHash('sha256').update(read(file)).digest('hex');
      const [, named = 'nothing'] = basename(file).match(/-([\da-f]{12})\.\w+$/) ?? [];
      assert.ok(hash.startsWith(named), file);
    }
  });

  test('has each text and wasm file compressed beside it', () => {
    for (const file of files.filter((name) => /\.(html|css|js|svg|wasm|webmanifest)$/.test(name))) {
      assert.ok(brotliDecompressSync(read(`${file}.br`)).equals(read(file)), file);
      assert.ok(gunzipSync(read(`${file}.gz`)).equals(read(file)), file);
    }
  });

  test('refers to its own files alone, relatively, so that it can be below any path', () => {
    const referred = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, url]) => url);
    assert.ok(referred.length >= 6);
    const { icons, start_url, scope } = JSON.parse(read(assets().find((file) => file.endsWith('.webmanifest'))));
    assert.deepEqual([start_url, scope], ['../', '../']);
    const scripts = assets().filter((file) => file.endsWith('.js'));
    const named = scripts.flatMap((file) =>
      [
        ...read(file)
          .toString()
          .matchAll(/new URL\("([^"]+)",import\.meta\.url\)/g),
      ].map(([, url]) => url),
    );
    assert.ok(named.length >= 5, 'two wasm files, three scripts');
    const below = [...icons.map(({ src }) => src), ...named].map((url) => join('assets', url));
    for (const url of [...referred, ...below]) {
      assert.doesNotMatch(url, /^(\/|\w+:)/);
      assert.ok(existsSync(join(root, 'dist', url)), url);
    }
  });

  test('has a service worker that keeps the page and every file that it loads, and nothing else', () => {
    const worker = read('dist/service-worker.js').toString();
    const [, list] = worker.match(/files:(\[[^\]]*\])/);
    const kept = JSON.parse(list);
    assert.deepEqual(kept, ['./', ...assets().map((file) => file.slice('dist/'.length))]);
    const [, build] = page.match(/<meta name="build" content="([\da-f]{12})">/);
    assert.ok(worker.includes(`"${build}"`));
  });

  test('asks hosts for the headers that npm start sends, by _headers and by nginx.conf', async () => {
    const server = await serve({ mounts: { '/': 'dist' } });
    const { headers } = await fetch(server.url);
    await server.close();
    const file = read('dist/_headers').toString();
    const nginx = read('dist/nginx.conf').toString();
    const wanted = [...headers].filter(([name]) =>
      /^(cross-origin|content-security|x-content|referrer|perm)/.test(name),
    );
    assert.equal(wanted.length, 7);
    for (const [name, value] of wanted) {
      assert.match(file, new RegExp(`^ {2}${name}: ${escaped(value)}$`, 'im'), name);
      assert.match(nginx, new RegExp(`^add_header ${name} "${escaped(value)}" always;$`, 'im'), name);
    }
  });

  test('has the policy in the page too, for hosts that send none', () => {
    const [, policy] = page.match(/<meta http-equiv="Content-Security-Policy" content="([^"]+)">/);
    const [, sent] = read('dist/_headers')
      .toString()
      .match(/Content-Security-Policy: (.*)/);
    // A page cannot say itself who may frame it.
    assert.equal(`${policy}; frame-ancestors 'none'`, sent);
    assert.doesNotMatch(page, /<script>|<style|\son\w+=/);
  });

  test('has scripts and styles that have nothing newer than the oldest browsers', async () => {
    const texts = files.filter((file) => ['.js', '.css'].includes(extname(file)));
    assert.ok(texts.length >= 8);
    for (const file of texts) {
      assert.ok(await isReadableBy(OLDEST_BROWSERS, read(file).toString(), extname(file)), file);
    }
    // The check sees what is newer.
    for (const newer of ['class A { static { } }', 'using a = b', 'a = /b/v']) {
      assert.equal(await isReadableBy(OLDEST_BROWSERS, newer, '.js'), false, newer);
    }
    assert.equal(await isReadableBy(OLDEST_BROWSERS, 'a { & b { color: red } }', '.css'), false);
  });

  test('is not made again when nothing has changed', async () => {
    const times = () => filesBelow('dist').map((file) => [file, statSync(join(root, file)).mtimeMs]);
    const before = times();
    await buildAll();
    assert.deepEqual(times(), before);
    assert.ok(readdirSync(join(root, 'dist')).includes('_headers'));
  });
});

/** A text as a regular expression that matches it. */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Whether the compiler finds nothing in a text that it would have to write in other terms for these browsers.
 * @param {string[]} target
 * @param {string} text
 * @param {string} extension
 */
async function isReadableBy(target, text, extension) {
  const options = { loader: extension.slice(1), logLevel: 'silent' };
  const [asItIs, lowered] = await Promise.allSettled(
    ['esnext', target].map((each) => esbuild.transform(text, { ...options, target: each })),
  );
  return lowered.status === 'fulfilled' && asItIs.value?.code === lowered.value.code;
}
