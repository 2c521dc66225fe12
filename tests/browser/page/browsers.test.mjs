/**
 * The page in Firefox and WebKitGTK: it plays, it says how it runs, and its proof holds there too. What these
 * browsers offer differs, and so does the run mode that the page must find: WebKitGTK is isolated, but has no
 * SharedArrayBuffer.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { launch, launchWebKit, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';

let server;

before(async () => {
  server = await serveProject({ port: 0 });
});

after(() => server.close());

/**
 * In the page: plays the built-in loop, pauses, goes on, renders the proof, and reports; if that never comes, in the
 * page's words.
 */
async function visit() {
  const text = (selector) => document.querySelector(selector)?.textContent;
  const until = async (isSo) => {
    for (let tries = 0; !isSo(); tries++) {
      if (tries === 3000)
        throw new Error(`Waited for ${isSo}: ${['#notices', '#effects', '#running', '#proof'].map(text)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await until(() => globalThis.page);
  document.querySelector('#start-built-in').click();
  await until(() => globalThis.page.session.engine?.meters().outputPeak[0] > 0.01);
  const place = () => globalThis.page.session.source.player.position();
  await until(() => place() > 0.3);
  document.querySelector('#play').click();
  const pausedAt = place();
  await until(() => globalThis.page.session.engine.meters().inputPeak[0] < 1e-4);
  if (place() !== pausedAt) throw new Error(`Paused at ${pausedAt} s, it is at ${place()} s.`);
  document.querySelector('#play').click();
  await until(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.01);
  await until(() => document.querySelector('#prove'));
  document.querySelector('#prove').click();
  await until(() => document.querySelector('.verdict').dataset.renders);
  const { renders, difference } = document.querySelector('.verdict').dataset;
  return {
    state: text('#source-state'),
    runMode: text('.run-mode'),
    notice: text('.notice') ?? null,
    renders,
    difference,
  };
}

const onFirefox = { skip: skipUnless('firefox') };
const onWebKit = { skip: skipUnless('webkit') };

it('plays in Firefox through shared memory, and three run modes give the same bits', onFirefox, async () => {
  const browser = await launch('firefox');
  try {
    const page = await openPage(browser, server.url);
    const { state, ...rest } = await page.evaluate(visit);
    assert.match(state, /^Playing: Built-in loop/);
    assert.deepEqual(rest, { runMode: 'AudioWorklet, shared memory', notice: null, renders: '3', difference: '0' });
    assert.deepEqual(page.errors, []);
  } finally {
    await browser.close();
  }
});

it('plays in WebKitGTK by messages, and the two run modes it has give the same bits', onWebKit, async () => {
  const browser = await launchWebKit();
  try {
    await browser.goto(server.url);
    const { state, ...rest } = await browser.evaluate(visit);
    assert.match(state, /^Playing: Built-in loop/);
    assert.deepEqual(rest, { runMode: 'AudioWorklet, messages', notice: null, renders: '2', difference: '0' });
  } finally {
    await browser.close();
  }
});
