/**
 * The browsers of this machine, by name: what each needs, and where it is. An environment variable names an executable
 * that is in no usual place. Node.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { which } from './project.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit'} BrowserName */

/**
 * The first of these that is there: a variable's value, a full path, or a name on PATH.
 * @param {string} variable of the environment
 * @param {...string} candidates paths or names
 */
function find(variable, ...candidates) {
  if (process.env[variable]) return process.env[variable];
  for (const candidate of candidates) {
    const path = /[\\/]/.test(candidate) ? (existsSync(candidate) ? candidate : undefined) : which(candidate);
    if (path) return path;
  }
  return undefined;
}

/** MiniBrowser has no place on PATH: Debian keeps it beside each version of the library. */
function miniBrowsers() {
  /** @param {string} folder */
  const within = (folder) => readdirSync(folder).filter((name) => name.endsWith('-linux-gnu'));
  const libraries = ['/usr/lib', '/usr/libexec']
    .filter(existsSync)
    .flatMap((folder) => [folder, ...within(folder).map((name) => join(folder, name))]);
  return libraries.flatMap((folder) =>
    ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((version) => join(folder, version, 'MiniBrowser')),
  );
}

/** Without a sound card these browsers run no AudioContext; PulseAudio's null sink stands in for one. */
const soundServer = () => ({ pulseaudio: find('PULSEAUDIO', 'pulseaudio') });

/**
 * What each browser's tests need: executable → its path, or undefined.
 * @type {Record<BrowserName, () => Record<string, string | undefined>>}
 */
const NEEDS = {
  chromium: () => ({
    chromium: find(
      'CHROMIUM',
      'chromium',
      'chromium-browser',
      'google-chrome',
      'chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ),
    chromedriver: find('CHROMEDRIVER', 'chromedriver'),
  }),
  firefox: () => ({
    firefox: find(
      'FIREFOX',
      'firefox-esr',
      'firefox',
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
    ),
    ...(process.platform === 'linux' && soundServer()),
  }),
  webkit: () => ({
    MiniBrowser: find('MINIBROWSER', ...miniBrowsers()),
    WebKitWebDriver: find('WEBKIT_DRIVER', 'WebKitWebDriver'),
    Xvfb: find('XVFB', 'Xvfb'),
    ...soundServer(),
  }),
};

/** Every browser that the tests are for. */
export const browserNames = /** @type {BrowserName[]} */ (Object.keys(NEEDS));

/**
 * The executables of a browser's tests: name → path, undefined where there is none.
 * @param {BrowserName} browser
 */
export const executables = (browser) => NEEDS[browser]();

/**
 * What of a browser's executables is missing: a list of names, empty where all are there.
 * @param {BrowserName} browser
 */
export const missing = (browser) =>
  Object.entries(executables(browser))
    .filter(([, path]) => !path)
    .map(([name]) => name);

/** The flags that every headless Chromium of this project starts with: no network of its own, sound without a click. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
