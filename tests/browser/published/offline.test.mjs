/**
 * dist/ on the plainest of hosts: below a sub path, without one header, and then without a network. What its service
 * worker promises: isolation after one reload at most, the whole page off line, never an old build. Chromium.
 */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildAll } from '../../../scripts/build.mjs';
import { makeDist } from '../../../scripts/dist/dist.mjs';
import { serveStatic } from '../../../scripts/examples/static-server.mjs';
import { alterations, launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { root } from '../../../scripts/lib/project.mjs';
import { deferred } from '../../../worklet/deferred.js';
import { closeSite, errorsOf, playBuiltIn, showView, textOf, untilReady, untilText } from '../../support/site.mjs';

const SUB_PATH = '/some/sub/path/';
const DIST = join(root, 'dist');

describe('dist/ on a host without headers, in Chromium', { skip: skipUnless('chromium') }, () => {
  let browser, folder, second;
  const open = [];

  before(async () => {
    await buildAll();
    mkdirSync(join(root, 'target'), { recursive: true });
    folder = mkdtempSync(join(root, 'target', 'hosted-'));
    second = await secondBuild();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    for (const server of open) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Another build of the page: one that says so. */
  async function secondBuild() {
    const from = join(folder, 'sources');
    for (const part of ['site', 'worklet', 'pkg']) cpSync(join(root, part), join(from, part), { recursive: true });
    appendFileSync(join(from, 'site', 'main.js'), '\nglobalThis.isSecondBuild = true;\n');
    const to = join(folder, 'second');
    return { to, ...(await makeDist({ from, to })) };
  }

  /** A host of the first build. */
  async function host(options) {
    const served = mkdtempSync(join(folder, 'served-'));
    cpSync(DIST, served, { recursive: true });
    const server = await serveStatic(served, SUB_PATH, options);
    open.push(server);
    return {
      ...server,
      deploySecond() {
        rmSync(served, { recursive: true });
        cpSync(second.to, served, { recursive: true });
      },
    };
  }

  /** A visit in a fresh profile, or in that of another page; `page.loads` counts how often a page was loaded. */
  async function visit(url, context) {
    const page = Object.assign(await openPage(context ?? (await browser.createBrowserContext()), 'about:blank'), {
      loads: 0,
    });
    page.on('load', () => {
      page.loads += 1;
    });
    await page.goto(url);
    return page;
  }

  const untilIsolated = async (page) => {
    // Loaded to its end: what is asked of a page in the middle of its reload may be asked of the one before.
    await page.waitForFunction(() => globalThis.crossOriginIsolated && document.readyState === 'complete');
    await untilReady(page);
  };
  const untilControlled = (page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const untilOnlyBuild = (page, version) =>
    page.waitForFunction(
      async (wanted) => {
        const names = await caches.keys();
        return names.length === 1 && names[0].endsWith(wanted);
      },
      {},
      version,
    );
  const isSecond = (page) => page.evaluate(() => globalThis.isSecondBuild === true);
  const transportOf = (page) => page.evaluate(() => globalThis.page.session.engine.transport);
  const untilHeard = (page) =>
    page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak.some((peak) => peak > 0.01));

  it('plays with the network cut after the first visit: isolated, by shared memory, after one reload', async () => {
    const server = await host();
    const page = await visit(server.url);
    await untilIsolated(page);
    assert.equal(page.loads, 2);
    await server.close();
    await page.reload();
    await untilReady(page);
    await playBuiltIn(page);
    await untilHeard(page);
    assert.equal(await transportOf(page), 'shared');
    assert.equal(page.loads, 3);
    assert.deepEqual(errorsOf(page), []);
    await closeSite(page);
  });

  it('has every part of the page off line, whatever the query, and also while the host is out of order', async () => {
    let refusal;
    const server = await host({ hold: async () => refusal });
    const page = await visit(server.url);
    await untilIsolated(page);
    refusal = { status: 503 };
    await page.goto(`${server.url}index.html?transport=message#/pi`);
    await untilReady(page);
    await server.close();
    await page.reload();
    await untilReady(page);
    const files = readdirSync(join(DIST, 'assets')).filter((name) => !/\.(br|gz)$/.test(name));
    const lost = await page.evaluate(async (names) => {
      const answers = await Promise.all(names.map((name) => fetch(`assets/${name}`).catch(() => ({ ok: false }))));
      return names.filter((_, index) => !answers[index].ok);
    }, files);
    assert.deepEqual(lost, []);
    await showView(page, 'studio');
    await playBuiltIn(page);
    assert.equal(await transportOf(page), 'message');
    await closeSite(page);
  });

  it('lets a redirection of the host lead on', async () => {
    const moved = { status: 301, headers: { Location: SUB_PATH } };
    const server = await host({ hold: async (file) => (file === 'old-address' ? moved : undefined) });
    const page = await visit(server.url);
    await untilIsolated(page);
    await page.goto(`${server.url}old-address`);
    await untilReady(page);
    assert.equal(page.url(), server.url);
    assert.ok(await page.evaluate(() => crossOriginIsolated));
    await closeSite(page);
  });

  it('shows a new build at the next visit, and then off line; nothing is left of the old one', async () => {
    const server = await host();
    const page = await visit(server.url);
    await untilIsolated(page);
    assert.equal(await isSecond(page), false);
    server.deploySecond();
    await page.reload();
    await untilReady(page);
    assert.equal(await isSecond(page), true);
    await untilOnlyBuild(page, second.version);
    await server.close();
    await page.reload();
    await untilReady(page);
    assert.equal(await isSecond(page), true);
    assert.equal(await page.$('.newer'), null);
    assert.deepEqual(errorsOf(page), []);
    await closeSite(page);
  });

  it('lets an open page go on with its own build, and tells it that there is a newer one', async () => {
    const server = await host();
    const old = await visit(server.url);
    await untilIsolated(old);
    const script = await old.$eval('script[type=module]', ({ src }) => src);
    server.deploySecond();
    const page = await visit(server.url, old.browserContext());
    await untilReady(page);
    assert.equal(await isSecond(page), true);
    await old.bringToFront();
    await old.waitForSelector('.newer');
    assert.match(await textOf(old, '.newer'), /new version/);
    assert.equal(await page.$('.newer'), null);
    assert.equal((await fetch(script)).status, 404);
    assert.equal(await old.evaluate(async (url) => (await fetch(url)).status, script), 200);
    await old.click('.newer button');
    await old.waitForFunction(() => globalThis.isSecondBuild);
    await untilOnlyBuild(old, second.version);
    assert.deepEqual(errorsOf(old), []);
    await closeSite(page);
  });

  it('reloads once and not again where that does not isolate it, and plays by messages', async () => {
    const server = await host({ headers: { 'Cross-Origin-Opener-Policy': 'unsafe-none' } });
    const page = await visit(server.url);
    await page.waitForFunction(
      () => sessionStorage.getItem('audio-dsp-wasm.reloaded') && navigator.serviceWorker.controller,
    );
    await untilReady(page);
    assert.equal(page.loads, 2);
    // What would make it begin anew: its service worker is gone, and another takes over.
    await page.evaluate(async () => {
      for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
    });
    await page.reload();
    await untilReady(page);
    await untilControlled(page);
    await playBuiltIn(page);
    assert.equal(await transportOf(page), 'message');
    assert.equal(page.loads, 3);
    await closeSite(page);
  });

  it('does not reload under the hands of a visitor who was faster', async () => {
    const { promise, resolve: release } = deferred();
    // Only the service worker asks for it here: the page takes the other one.
    const server = await host({ hold: (file) => (file.includes('baseline') ? promise : undefined) });
    const page = await visit(server.url);
    await untilReady(page);
    await playBuiltIn(page);
    release();
    await untilControlled(page);
    await untilHeard(page);
    assert.equal(await transportOf(page), 'message');
    assert.equal(page.loads, 1);
    await page.reload();
    await untilIsolated(page);
    await closeSite(page);
  });

  it('works without its service worker: by messages, and loaded by nine requests at most', async () => {
    const server = await host({ hold: async (file) => (file === 'service-worker.js' ? { status: 404 } : undefined) });
    const page = await visit('about:blank');
    const asked = new Set();
    page.on('request', (request) => asked.add(request.url()));
    await page.goto(server.url);
    await untilReady(page);
    assert.ok(asked.size <= 9, `${asked.size}: ${[...asked]}`);
    await playBuiltIn(page);
    await untilHeard(page);
    assert.equal(await transportOf(page), 'message');
    await closeSite(page);
  });

  it('says in a browser that cannot read its scripts that this one is too old', async () => {
    const server = await serveProject({
      alter: { '/main.js': alterations.body('a ¿ b') },
    });
    open.push(server);
    const page = await visit(server.url);
    await untilText(page, '#notices', 'too old');
    await closeSite(page);
  });

  it('has no service worker under npm start', async () => {
    const development = await serveProject();
    open.push(development);
    const page = await visit(development.url);
    await untilReady(page);
    const registered = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    assert.equal(registered, 0);
    await closeSite(page);
  });
});
