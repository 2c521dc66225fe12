/**
 * What the browser tests stand on: the project's real server on a free port, and Chromium, Firefox and WebKitGTK with a
 * fresh profile each. Every browser closes all that it started: profile, sound server, display. Node.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { MOUNTS, serve } from '../serve.mjs';
import { browserNames, CHROMIUM_FLAGS, executables, missing } from './browsers.mjs';
import { Failure, messageOf } from './project.mjs';

/** How long the drivers' servers may take to come up, and how often it is looked. */
const START_SECONDS = 5;
const START_CHECK_MILLISECONDS = 50;
const START_CHECKS = (1000 * START_SECONDS) / START_CHECK_MILLISECONDS;

/** The browsers that are on this machine with all that their tests need. */
export const browsers = browserNames.filter((browser) => missing(browser).length === 0);

/**
 * For a test's `skip` option: false where the browser is there, else the reason.
 * @param {'chromium' | 'firefox' | 'webkit'} browser
 */
export function skipUnless(browser) {
  return browsers.includes(browser) ? false : `${browser} is not here (missing: ${missing(browser).join(', ')})`;
}

/**
 * The real server on a free port, with /tests/ and /scripts/ beside the site, and the site's modules at /site/ too: so
 * what a script imports by a path that is true on disk is found by a page of /scripts/ as well.
 * @param {Parameters<typeof serve>[0]} [options] as of `serve`: `isolated`, `host`, `alter` …
 */
export const serveProject = (options = {}) =>
  serve({ ...options, mounts: { '/tests/': 'tests', '/scripts/': 'scripts', '/site/': 'site', ...MOUNTS } });

/**
 * What a test can make of the server's answers, for `serveProject({ alter: { '/path': alteration } })`.
 *
 * @typedef {import('../serve.mjs').Answer} Answer
 * @typedef {(answer: Answer) => Answer} Alteration
 */
export const alterations = {
  /** @type {Alteration} */
  missing: (answer) => ({ ...answer, status: 404, body: Buffer.from('There is no such file here.\n') }),
  /** @type {Alteration} */
  truncated: (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) }),
  /** @type {(type: string) => Alteration} */
  type: (type) => (answer) => ({ ...answer, headers: { ...answer.headers, 'Content-Type': type } }),
  /** @type {(text: string) => Alteration} */
  body: (text) => (answer) => ({ ...answer, body: Buffer.from(text) }),
  /** @type {(policy: string) => Alteration} */
  policy: (policy) => (answer) => ({ ...answer, headers: { ...answer.headers, 'Content-Security-Policy': policy } }),
};

/**
 * Starts a headless browser with a fresh profile; its `close()` ends all that was started with it.
 * @param {'chromium' | 'firefox'} [browser]
 * @param {object} [options]
 * @param {string} [options.microphone] Chromium only: path of a WAV file that is the microphone, over and over
 * @param {string[]} [options.args] more command line arguments
 * @returns {Promise<import('puppeteer-core').Browser>}
 */
export async function launch(browser = 'chromium', { microphone, args = [] } = {}) {
  if (browser === 'firefox') return launchFirefox(args);
  const fake =
    microphone === undefined
      ? []
      : [
          '--use-fake-ui-for-media-stream',
          '--use-fake-device-for-media-stream',
          `--use-file-for-fake-audio-capture=${microphone}`,
        ];
  const { chromium } = executables('chromium');
  return puppeteer.launch({ executablePath: chromium, args: [...CHROMIUM_FLAGS, ...fake, ...args] });
}

/** @param {string[]} args */
async function launchFirefox(args) {
  const { firefox, pulseaudio } = executables('firefox');
  const sink = pulseaudio ? await startNullSink(pulseaudio) : undefined;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: firefox,
    args,
    env: { ...process.env, ...sink?.env },
    extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.navigator.permission.disabled': true },
  });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    await sink?.close();
  };
  return browser;
}

/**
 * A sound card of its own for a browser on a machine without one: PulseAudio with a sink that plays to nowhere.
 * @param {string} pulseaudio path
 */
async function startNullSink(pulseaudio) {
  const folder = temporaryFolder();
  const socket = join(folder, 'native');
  const server = startProcess(
    pulseaudio,
    [
      '--daemonize=no',
      '-n',
      '--exit-idle-time=-1',
      '--use-pid-file=no',
      '--disable-shm',
      '--load=module-null-sink',
      `--load=module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    ],
    { HOME: folder, XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, PULSE_RUNTIME_PATH: folder },
  );
  await untilPath(socket);
  return {
    env: { PULSE_SERVER: `unix:${socket}` },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Opens a page, with everything that went wrong in it kept in `page.errors` (exceptions, console errors, failed loads).
 * @param {Pick<import('puppeteer-core').Browser, 'newPage'>} browser or a context of it
 * @param {string} url
 * @returns {Promise<import('puppeteer-core').Page & { errors: string[] }>}
 */
export async function openPage(browser, url) {
  const page = Object.assign(await browser.newPage(), { errors: /** @type {string[]} */ ([]) });
  page.on('pageerror', (error) => page.errors.push(messageOf(error)));
  page.on('console', (message) => message.type() === 'error' && page.errors.push(message.text()));
  page.on('requestfailed', (request) => page.errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.goto(url);
  return page;
}

/**
 * Starts WebKitGTK's MiniBrowser on a display of its own, driven by plain W3C WebDriver.
 *
 * Its `evaluate` runs an (async) function in the page with JSON arguments, and gives its JSON result or throws
 * its error.
 */
export async function launchWebKit() {
  const { MiniBrowser, WebKitWebDriver, Xvfb, pulseaudio } = executables('webkit');
  if (!MiniBrowser || !WebKitWebDriver || !Xvfb || !pulseaudio) throw new Failure(String(skipUnless('webkit')));
  const home = temporaryFolder();
  const sink = await startNullSink(pulseaudio);
  const screen = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const xvfb = startProcess(Xvfb, screen, {}, ['pipe']);
  const written = /** @type {import('node:stream').Readable} */ (xvfb.child.stdio[3]);
  const [display] = await once(createInterface({ input: written }), 'line');
  const port = await freePort();
  const driver = startProcess(WebKitWebDriver, [`--port=${port}`], {
    ...sink.env,
    DISPLAY: `:${display}`,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    GDK_BACKEND: 'x11',
    NO_AT_BRIDGE: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  });
  const base = `http://127.0.0.1:${port}/session`;
  const { sessionId } = await webDriver(
    'POST',
    base,
    {
      capabilities: {
        alwaysMatch: {
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': { binary: MiniBrowser, args: ['--automation', '--autoplay-policy=allow'] },
          timeouts: { script: 120_000, pageLoad: 60_000 },
        },
      },
    },
    START_CHECKS,
  );
  const session = `${base}/${sessionId}`;
  return {
    /** @param {string} url */
    goto: (url) => webDriver('POST', `${session}/url`, { url }),
    /**
     * @param {Function | string} body
     * @param {...unknown} args
     */
    evaluate: (body, ...args) => evaluate(session, body, args),
    close: async () => {
      await webDriver('DELETE', session).catch(() => {});
      await driver.close();
      await xvfb.close();
      await sink.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * @param {string} session its URL
 * @param {Function | string} body
 * @param {unknown[]} args
 */
async function evaluate(session, body, args) {
  const script = `const done = arguments[arguments.length - 1];
    Promise.resolve().then(() => (${body}).apply(null, arguments[0])).then(
      (value) => done({ value }),
      (error) => done({ name: error && error.name, message: error && error.message || String(error) }));`;
  const result = await webDriver('POST', `${session}/execute/async`, { script, args: [args] });
  if (result.message === undefined) return result.value;
  throw Object.assign(new Error(result.message), { name: result.name });
}

/**
 * One WebDriver command, tried again while the driver is not up yet.
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<any>} JSON, of what shape the command says
 */
async function webDriver(method, url, body, tries = 1) {
  try {
    const response = await fetch(url, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
    return value;
  } catch (error) {
    const refused = error instanceof Error && Object(error.cause).code === 'ECONNREFUSED';
    if (tries === 1 || !refused) throw error;
    await delay(START_CHECK_MILLISECONDS);
    return webDriver(method, url, body, tries - 1);
  }
}

const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'));

/**
 * A process that ends with this one at the latest.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env added to this process's
 * @param {'pipe'[]} [moreStdio] beside its standard three, which are ignored
 */
function startProcess(command, args, env, moreStdio = []) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'ignore', ...moreStdio],
    env: { ...process.env, ...env },
  });
  const kill = () => child.kill();
  process.once('exit', kill);
  const ended = once(child, 'exit');
  return {
    child,
    close: async () => {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

/** @param {string} path that a program makes when it is ready */
async function untilPath(path) {
  for (let tries = 0; !existsSync(path); tries += 1) {
    if (tries === START_CHECKS) throw new Error(`${path} did not appear within ${START_SECONDS} s`);
    await delay(START_CHECK_MILLISECONDS);
  }
}

/** A port that no program listens on, on loopback. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
