/**
 * Eight strings that ring: the wave equation, which computes every point of a string in every sample, beside Karplus
 * and Strong's algorithm in plain JavaScript, which computes one; and strings at rest. Each in a worklet of an
 * OfflineAudioContext, in turn. (Faust's is measured by peers/sounds.bench.mjs.) Node, and the page for `render`.
 */
import { fixed, median, ratio, table } from '../table.mjs';

export const title = 'String: eight voices of the wave equation, beside Karplus–Strong in JavaScript';

const SECONDS = 10;
const SAMPLE_RATE = 48000;

/** MIDI numbers of eight notes. */
const NOTES = {
  'low': [28, 29, 31, 33, 35, 36, 38, 40],
  'a guitar’s': [40, 45, 50, 55, 59, 64, 67, 71],
  'high': [76, 77, 79, 81, 83, 84, 86, 88],
  'none': [],
};

/** @typedef {import('../../bench.mjs').Means} Means */

/** @param {Means} means */
export async function run({ rounds, print, launch, openPage, serveProject }) {
  const server = await serveProject();
  const browser = await launch('chromium');
  try {
    const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
    const rows = [];
    for (const [name, notes] of Object.entries(NOTES)) {
      /** @type {Record<string, number[]>} */
      const times = { wave: [], karplusStrong: [] };
      for (let round = 0; round <= rounds; round += 1) {
        for (const [kind, own] of Object.entries(times)) {
          const milliseconds = await page.evaluate(render, kind, notes, SECONDS, SAMPLE_RATE);
          // The first warms up.
          if (round > 0) own.push(milliseconds);
        }
      }
      /** @param {number[]} own */
      const share = (own) => `${fixed(median(own) / (10 * SECONDS))} %`;
      rows.push([
        name,
        share(times.wave),
        share(times.karplusStrong),
        fixed(ratio(times.wave, times.karplusStrong), 1),
      ]);
    }
    print(table(['notes', 'wave, of a core', 'Karplus–Strong, of a core', 'wave / Karplus–Strong'], rows));
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * Runs in the page: milliseconds to render so many seconds.
 * @param {string} kind
 * @param {readonly number[]} notes
 * @param {number} seconds
 * @param {number} sampleRate in Hz
 */
async function render(kind, notes, seconds, sampleRate) {
  const { createString } = await import('../../../worklet/engine.js');
  const context = new OfflineAudioContext(1, seconds * sampleRate, sampleRate);
  if (kind === 'wave') {
    const string = await createString(context, { mode: 'worklet', damping: 60, brightness: 1 });
    string.connect(context.destination);
    for (const note of notes) string.note(note);
  } else {
    await context.audioWorklet.addModule(new URL('/scripts/bench/worklets/karplus-strong.js', document.baseURI));
    const periods = notes.map((note) => sampleRate / (440 * 2 ** ((note - 69) / 12)));
    const options = { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { periods } };
    new AudioWorkletNode(context, 'karplus-strong', options).connect(context.destination);
  }
  const start = performance.now();
  await context.startRendering();
  return performance.now() - start;
}
