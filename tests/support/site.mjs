/**
 * What the page's tests share: opening the page in a fresh profile, and recording what goes into and comes out of
 * its engine.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openPage } from '../../scripts/lib/harness.mjs';

/**
 * The page in a browser context of its own, so with empty storage, ready to be used.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 */
export async function openSite(browser, url) {
  const context = await browser.createBrowserContext();
  const page = await openPage(context, url);
  await untilReady(page);
  return page;
}

/** Waits until all of the page's panels are there. */
export const untilReady = (page) => page.waitForSelector('body:has(.card):not(:has([aria-busy]))');

/**
 * What went wrong in the page. The page ends the load of a dropped file once it knows its duration; that is no error.
 * @param {{ errors: string[] }} page
 */
export const errorsOf = ({ errors }) => errors.filter((error) => !/^blob:.*: net::ERR_ABORTED$/.test(error));

/** Ends the page and its storage. */
export const closeSite = (page) => page.browserContext().close();

/**
 * Tests that have a page of their own each, which must end without an error in the console.
 * @param {() => Promise<object>} open gives a page, as openSite() does
 * @returns {(promise: string, body: (page: object) => Promise<void>) => void}
 */
export const testsOn = (open) => (promise, body) =>
  it(promise, async () => {
    const page = await open();
    try {
      await body(page);
      assert.deepEqual(errorsOf(page), []);
    } finally {
      await closeSite(page);
    }
  });

/** Turns to one of the page's views, as its tab does: studio, lab, pi or wave. */
export async function showView(page, view) {
  await page.click(`.tabs a[href="#/${view}"]`);
  await page.waitForSelector(`[data-view=${view}]:not([hidden], [aria-busy])`);
}

/** The text of an element. */
export const textOf = (page, selector) => page.$eval(selector, (node) => node.textContent);

/** Waits until an element's text has a part. */
export const untilText = (page, selector, part) =>
  page.waitForFunction(
    (where, wanted) => document.querySelector(where)?.textContent.includes(wanted),
    {},
    selector,
    part,
  );

/** A parameter's value in the page. */
export const parameterOf = (page, id) => page.evaluate((name) => globalThis.page.session.get(name), id);

/** Focuses a parameter's slider and presses keys. */
export async function pressOn(page, id, ...keys) {
  await page.focus(`input[type=range][data-id=${id}]`);
  for (const key of keys) await page.keyboard.press(key);
}

/** Types a value into a parameter's readout. */
export async function typeInto(page, label, value) {
  await page.click(`[aria-label="${label}, value"]`);
  await page.keyboard.type(value);
  await page.keyboard.press('Enter');
}

/** Plays the built-in loop, and waits until the engine renders. */
export async function playBuiltIn(page) {
  await page.click('#start-built-in');
  await page.waitForFunction(() => globalThis.page.session.engine?.meters().quanta > 0);
}

/** Waits until the audio thread has applied every parameter that was set. */
export const untilApplied = (page) =>
  page.waitForFunction(() => {
    const { engine } = globalThis.page.session;
    return engine.meters().appliedSequence === engine.sequence;
  });

/**
 * Drops a file on the page.
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 * @param {Buffer | number} bytes the file's content, or so many zeros
 */
export const dropFile = (page, name, bytes) =>
  page.evaluate(
    (fileName, content) => {
      const decode = (encoded) => Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      // Zeros by the same piece over and over, which takes memory once.
      const piece = new Blob([new Uint8Array(typeof content === 'number' ? Math.min(content, 2 ** 24) : 0)]);
      const zeros = () => [...Array(Math.floor(content / 2 ** 24)).fill(piece), piece.slice(0, content % 2 ** 24)];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(typeof content === 'number' ? zeros() : [decode(content)], fileName));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    name,
    typeof bytes === 'number' ? bytes : bytes.toString('base64'),
  );

/** The longest recording. */
const RECORDING_SECONDS = 30;

/** Records the engine's input and output from here on; before the first source, so from the engine's first sample. */
export async function startRecording(page) {
  await page.evaluate(async (seconds) => {
    const { context, engine, input } = await globalThis.page.session.prepare();
    await context.audioWorklet.addModule('/tests/support/recorder.js');
    const recorder = new AudioWorkletNode(context, 'recorder', {
      numberOfInputs: 2,
      numberOfOutputs: 0,
      channelCount: 2,
      channelCountMode: 'explicit',
      processorOptions: { seconds, channels: 2 },
    });
    input.connect(recorder, 0, 0);
    engine.output.connect(recorder, 0, 1);
    globalThis.recorder = recorder;
  }, RECORDING_SECONDS);
}

/**
 * What was recorded: `{ sampleRate, input, output }`, each an array of two channels; before a source the input is
 * silence.
 */
export async function takeRecording(page) {
  const { sampleRate, encoded } = await page.evaluate(async () => {
    const { inputs } = await new Promise((resolve) => {
      globalThis.recorder.port.onmessage = ({ data }) => resolve(data);
      globalThis.recorder.port.postMessage('take');
    });
    const encode = (samples) => {
      const bytes = new Uint8Array(samples.buffer);
      let text = '';
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return btoa(text);
    };
    const { sampleRate } = globalThis.page.session.context;
    return { sampleRate, encoded: inputs.map((channels) => channels.map(encode)) };
  });
  const decode = (text) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return new Float32Array(bytes.buffer);
  };
  const [input, output] = encoded.map((channels) => channels.map(decode));
  return { sampleRate, input, output };
}

/** Presses Share, and takes the link that it copies. */
export async function sharedLink(page) {
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => {
      globalThis.copied = text;
    };
  });
  await page.click('#share');
  await untilText(page, '.said', 'copied');
  return page.evaluate(() => globalThis.copied);
}
