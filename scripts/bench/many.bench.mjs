/**
 * Many engines in one context, which share one wasm instance: what each costs, a quantum, and how many run in real
 * time; beside a worklet that only copies. Stereo, offline, in turn. Node; the page runs the functions at the end.
 */
import { fixed, median, ratio, table } from './table.mjs';

export const title = 'Many engines, side by side';

const COUNTS = [1, 16, 64, 256, 1000];
const SECONDS = 2;
const SAMPLE_RATE = 48000;
const QUANTUM_MICROSECONDS = (1e6 * 128) / SAMPLE_RATE;

/** @type {import('../bench.mjs').Bench['run']} */
export async function run({ rounds, print, launch, openPage, serveProject }) {
  const server = await serveProject();
  const browser = await launch('chromium');
  const byCount = () => Object.fromEntries(COUNTS.map((count) => [count, /** @type {number[]} */ ([])]));
  // Microseconds for each engine and quantum; and milliseconds to make one.
  const times = { ours: byCount(), copy: byCount() };
  const making = byCount();
  try {
    const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
    for (let round = -1; round < rounds; round++) {
      for (const count of COUNTS) {
        for (const name of /** @type {const} */ (['ours', 'copy'])) {
          const { milliseconds, setup } = await page.evaluate(render, name, count, SECONDS, SAMPLE_RATE);
          // The first round warms up.
          if (round < 0) continue;
          times[name][count].push((1000 * milliseconds) / (count * SECONDS * (SAMPLE_RATE / 128)));
          if (name === 'ours') making[count].push(setup / count);
        }
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
  const rows = COUNTS.map((count) => {
    const [ours, copy] = [times.ours[count], times.copy[count]];
    return [
      String(count),
      fixed(median(ours)),
      fixed(median(copy)),
      fixed(ratio(ours, copy)),
      fixed(QUANTUM_MICROSECONDS / median(ours), 0),
      fixed(median(making[count])),
    ];
  });
  const head = [
    'engines',
    'µs an engine and quantum',
    'a copying worklet',
    'ours / copy',
    'run in real time',
    'ms to make',
  ];
  print(table(head, rows));
}

// What follows runs in the page.

/**
 * Renders one source through so many engines, or copying worklets.
 * @param {string} name
 * @param {number} count
 * @param {number} seconds
 * @param {number} sampleRate in Hz
 * @returns {Promise<{ milliseconds: number, setup: number }>}
 */
async function render(name, count, seconds, sampleRate) {
  const { createEngine } = await import('../../worklet/engine.js');
  const context = new OfflineAudioContext(2, seconds * sampleRate, sampleRate);
  const source = new OscillatorNode(context);
  source.start();
  const sum = new GainNode(context, { gain: 1 / count });
  sum.connect(context.destination);
  await context.audioWorklet.addModule(new URL('/scripts/bench/worklets/copy.js', document.baseURI));
  const params = { gain: 0.9, lpf_cutoff: 8000, hpf_cutoff: 80, delay_time: 0.35 };
  const make = async () => {
    if (name === 'copy') return new AudioWorkletNode(context, 'copy', { outputChannelCount: [2] });
    return (await createEngine(context, { mode: 'worklet', fixed: true, params })).input;
  };
  const start = performance.now();
  const nodes = await Promise.all(Array.from({ length: count }, make));
  const setup = performance.now() - start;
  for (const node of nodes) source.connect(node).connect(sum);
  const begin = performance.now();
  await context.startRendering();
  return { milliseconds: performance.now() - begin, setup };
}
