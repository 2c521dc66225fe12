/**
 * dist/ in Firefox and WebKitGTK, on a host below a sub path that sends no header: after one reload the service worker
 * has isolated it, it plays, and it does so again when the host is gone.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildAll } from '../../../scripts/build.mjs';
import { serveStatic } from '../../../scripts/examples/static-server.mjs';
import { launch, launchWebKit, openPage, skipUnless } from '../../../scripts/lib/harness.mjs';
import { root } from '../../../scripts/lib/project.mjs';

const DIST = join(root, 'dist');
const TRIES = 600;

before(() => buildAll());

/** In the page: whether it is isolated and ready, by its service worker. */
function isIsolated() {
  return (
    globalThis.crossOriginIsolated &&
    navigator.serviceWorker.controller !== null &&
    document.readyState === 'complete' &&
    globalThis.page !== undefined
  );
}

/** In the page: plays the built-in loop until it is heard, and says how. */
async function play() {
  document.querySelector('#start-built-in').click();
  const meters = () => globalThis.page.session.engine?.meters();
  for (let tries = 0; !(meters()?.outputPeak[0] > 0.01); tries++) {
    if (tries === 3000) throw new Error(document.querySelector('#notices').textContent);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return globalThis.page.session.engine.transport;
}

/** What is asked of a page in the middle of its reload fails, and is asked again. */
async function untilIsolated(evaluate) {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await evaluate(isIsolated).catch(() => false)) return;
    await delay(50);
  }
  assert.fail('it never was isolated');
}

/** The first visit, and another one without the host. */
async function visitTwice({ goto, evaluate }) {
  const server = await serveStatic(DIST, '/some/sub/path/');
  try {
    await goto(server.url);
    await untilIsolated(evaluate);
    const first = await evaluate(play);
    await server.close();
    await goto(server.url);
    await untilIsolated(evaluate);
    return [first, await evaluate(play)];
  } finally {
    await server.close();
  }
}

it('plays in Firefox through shared memory, off line too', { skip: skipUnless('firefox') }, async () => {
  const browser = await launch('firefox');
  try {
    const page = await openPage(browser, 'about:blank');
    const transports = await visitTwice({ goto: (url) => page.goto(url), evaluate: (body) => page.evaluate(body) });
    assert.deepEqual(transports, ['shared', 'shared']);
  } finally {
    await browser.close();
  }
});

it('plays in WebKitGTK by messages, off line too', { skip: skipUnless('webkit') }, async () => {
  const browser = await launchWebKit();
  try {
    assert.deepEqual(await visitTwice(browser), ['message', 'message']);
  } finally {
    await browser.close();
  }
});
