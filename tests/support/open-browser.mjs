/** Blank pages in any of the browsers, for tests that run inside the page. */
import { launch, launchWebKit, openPage, serveProject } from '../../scripts/lib/harness.mjs';

const BLANK = '/scripts/lib/blank.html';

/**
 * A browser for a test file's pages.
 * @param {'chromium' | 'firefox' | 'webkit'} name
 * @param {Parameters<typeof launch>[1]} [options]
 * @returns {Promise<{ inPage: Function, close: () => Promise<void> }>}
 */
export async function openBrowser(name, options) {
  if (name === 'webkit') {
    const browser = await launchWebKit();
    return { inPage: (body, settings) => inWebKitPage(browser, body, settings), close: () => browser.close() };
  }
  const browser = await launch(name, options);
  return { inPage: (body, settings) => inPage(browser, body, settings), close: () => browser.close() };
}

/**
 * Runs a function in a fresh blank page of a fresh server, and gives its JSON result.
 * @param {import('puppeteer-core').Browser} browser
 * @param {Function} body in the page; its argument is `args`
 * @param {object} [settings]
 * @param {any} [settings.args]
 * @param {object} [settings.server] serveProject's options
 * @param {(url: string) => string} [settings.at] another address of the server's root
 * @param {Function} [settings.first] runs in the page before any script of its own
 * @param {(page: object, result: Promise) => Promise} [settings.beside] drives the page meanwhile
 */
async function inPage(browser, body, { args, server = {}, at = (url) => url, first, beside } = {}) {
  const served = await serveProject(server);
  const page = await openPage(browser, 'about:blank');
  try {
    if (first) await page.evaluateOnNewDocument(first);
    await page.goto(at(served.url) + BLANK);
    const result = page.evaluate(body, args);
    return beside ? await beside(page, result) : await result;
  } finally {
    await page.close();
    await served.close();
  }
}

async function inWebKitPage(browser, body, { args, server = {} } = {}) {
  const served = await serveProject(server);
  try {
    await browser.goto(served.url + BLANK);
    return await browser.evaluate(body, args ?? null);
  } finally {
    await served.close();
  }
}
