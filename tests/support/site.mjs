/**
 * What the page's tests share: opening the page in a fresh profile, and recording what goes into and comes out of
 * its engine.
 */
import { openPage } from '../../scripts/lib/harness.mjs';

/**
 * The page in a browser context of its own, so with empty storage, ready to be used.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 */
export async function openSite(browser, url) {
  const context = await browser.createBrowserContext();
  const page = await openPage(context, url);
  await page.waitForSelector('#parameters .card');
  return page;
}

/** Ends the page and its storage. */
export const closeSite = (page) => page.browserContext().close();

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
      const data = typeof content === 'number' ? new Uint8Array(content) : decode(content);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([data], fileName));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    name,
    typeof bytes === 'number' ? bytes : bytes.toString('base64'),
  );

/** Records the engine's input and output from here on; before the first source, so from the engine's first sample. */
export async function startRecording(page) {
  await page.evaluate(async () => {
    const { session } = globalThis.page;
    await session.prepare();
    await session.context.audioWorklet.addModule('/tests/support/page-recorder.js');
    const recorder = new AudioWorkletNode(session.context, 'page-recorder', { numberOfInputs: 2, numberOfOutputs: 0 });
    session.input.connect(recorder, 0, 0);
    session.engine.output.connect(recorder, 0, 1);
    globalThis.recorder = recorder;
  });
}

/**
 * What was recorded: `{ sampleRate, input, output }`, each an array of two channels; before a source the input is
 * silence.
 */
export async function takeRecording(page) {
  const { sampleRate, encoded } = await page.evaluate(async () => {
    const quanta = await new Promise((resolve) => {
      globalThis.recorder.port.onmessage = ({ data }) => resolve(data);
      globalThis.recorder.port.postMessage('take');
    });
    const frames = 128;
    const join = (input, channel) => {
      const all = new Float32Array(quanta.length * frames);
      quanta.forEach((inputs, index) => {
        const channels = inputs[input];
        if (channels.length > 0) all.set(channels[Math.min(channel, channels.length - 1)], index * frames);
      });
      return all;
    };
    const encode = (samples) => {
      const bytes = new Uint8Array(samples.buffer);
      let text = '';
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return btoa(text);
    };
    const { sampleRate } = globalThis.page.session.context;
    return { sampleRate, encoded: [0, 1].map((input) => [0, 1].map((channel) => encode(join(input, channel)))) };
  });
  const decode = (text) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return new Float32Array(bytes.buffer);
  };
  const [input, output] = encoded.map((channels) => channels.map(decode));
  return { sampleRate, input, output };
}

/**
 * The chain's formulas in float64, written from their definition and from the Audio EQ Cookbook
 * (R. Bristow-Johnson), with every parameter constant. Independent of the project's Rust.
 * @param {Float32Array} input
 * @param {number} sampleRate
 * @param {Record<string, number>} params
 */
export function referenceChain(input, sampleRate, params) {
  const { gain, distortion, lpf_cutoff, hpf_cutoff, delay_time, delay_feedback, delay_mix } = params;
  const drive = 1 + 10 * distortion;
  const lowPass = biquad('low', lpf_cutoff, sampleRate);
  const highPass = biquad('high', hpf_cutoff, sampleRate);
  const line = new Float64Array(Math.max(1, Math.round(delay_time * sampleRate)));
  return Float64Array.from(input, (sample, n) => {
    const driven = Math.tanh(sample * gain * drive) / Math.tanh(drive);
    const dry = highPass(lowPass(driven));
    const delayed = line[n % line.length];
    line[n % line.length] = dry + delayed * delay_feedback;
    return dry * (1 - delay_mix) + delayed * delay_mix;
  });
}

function biquad(kind, cutoff, sampleRate) {
  const w = (2 * Math.PI * cutoff) / sampleRate;
  const alpha = Math.sin(w) / Math.SQRT2;
  const sign = kind === 'low' ? 1 : -1;
  const side = (1 - sign * Math.cos(w)) / 2;
  const [b0, b1, b2] = [side, 2 * sign * side, side];
  const [a0, a1, a2] = [1 + alpha, -2 * Math.cos(w), 1 - alpha];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return (x) => {
    const y = (b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  };
}

/** The error of a signal against its reference, in decibels of the reference's power. */
export function errorInDecibels(signal, reference) {
  let [error, power] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    error += (signal[i] - reference[i]) ** 2;
    power += reference[i] ** 2;
  }
  return 10 * Math.log10(error / power);
}
