/**
 * render() beside the fastest way through an OfflineAudioContext (this engine, fixed) and a worklet that only copies:
 * how many times faster than real time one stereo sound is rendered, with default parameters; and as many sounds at
 * once as there are processors. In turn, in one run. Node; the page runs the function at the end.
 */
import { fixed, median, ratio, table } from '../table.mjs';

export const title = 'Offline: render(), a context, and a copy';

const SECONDS = 120;
const SAMPLE_RATE = 48000;

const CANDIDATES = [
  'render(), channels, transferred',
  'render(), channels',
  'render(), an AudioBuffer',
  'OfflineAudioContext, fixed',
  'OfflineAudioContext, copy',
  'render(), one for each processor',
];
const BASE = 'OfflineAudioContext, fixed';

/** @type {import('../../bench.mjs').Bench['run']} */
export async function run({ rounds, print, launch, openPage, serveProject }) {
  const server = await serveProject();
  const browser = await launch('chromium');
  /** @type {Record<string, number[]>} milliseconds for each sound */
  const times = Object.fromEntries(CANDIDATES.map((name) => [name, []]));
  try {
    const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
    // The first round warms up; in each another begins.
    for (let round = -1; round < rounds; round++) {
      for (let turn = 0; turn < CANDIDATES.length; turn++) {
        const name = CANDIDATES[(round + 1 + turn) % CANDIDATES.length];
        const milliseconds = await page.evaluate(time, name, SECONDS, SAMPLE_RATE);
        if (round >= 0) times[name].push(milliseconds);
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
  const rows = CANDIDATES.map((name) => [
    name,
    fixed(median(times[name])),
    fixed((1000 * SECONDS) / median(times[name]), 0),
    fixed(ratio(times[BASE], times[name])),
  ]);
  print(table([`${SECONDS} s, stereo, ${SAMPLE_RATE} Hz`, 'ms', '× real time', `faster than ${BASE}`], rows));
}

// What follows runs in the page.

/**
 * Renders a sound in one of the ways; the milliseconds that it took, or where several were rendered at once, that each
 * of them took of the whole.
 * @param {string} name
 * @param {number} seconds
 * @param {number} sampleRate in Hz
 * @returns {Promise<number>}
 */
async function time(name, seconds, sampleRate) {
  const { createEngine, render } = await import('../../../worklet/engine.js');
  const frames = seconds * sampleRate;
  const newSound = () => ({
    sampleRate,
    channels: [220, 330].map((frequency) =>
      Float32Array.from({ length: frames }, (_, n) => 0.5 * Math.sin((2 * Math.PI * frequency * n) / sampleRate)),
    ),
  });
  const newBuffer = () => {
    const buffer = new AudioBuffer({ numberOfChannels: 2, length: frames, sampleRate });
    for (const [channel, samples] of newSound().channels.entries()) buffer.copyToChannel(samples, channel);
    return buffer;
  };
  /** @param {(context: OfflineAudioContext) => AudioNode | Promise<AudioNode>} makeNode */
  const inContext = async (makeNode) => {
    const context = new OfflineAudioContext(2, frames, sampleRate);
    const source = new AudioBufferSourceNode(context, { buffer: newBuffer() });
    source.connect(await makeNode(context)).connect(context.destination);
    source.start();
    const start = performance.now();
    await context.startRendering();
    return performance.now() - start;
  };
  /** @param {() => Promise<unknown>} action */
  const timed = async (action) => {
    const start = performance.now();
    await action();
    return performance.now() - start;
  };
  // The worker is there, as it is from the second call on.
  const warm = () => render({ channels: [new Float32Array(1), new Float32Array(1)], sampleRate }, { tail: 0 });
  if (name === 'OfflineAudioContext, fixed') {
    return inContext(async (context) => (await createEngine(context, { mode: 'worklet', fixed: true })).input);
  }
  if (name === 'OfflineAudioContext, copy') {
    return inContext(async (context) => {
      await context.audioWorklet.addModule(new URL('/scripts/bench/worklets/copy.js', document.baseURI));
      return new AudioWorkletNode(context, 'copy', { outputChannelCount: [2] });
    });
  }
  await warm();
  if (name === 'render(), an AudioBuffer') {
    const buffer = newBuffer();
    return timed(() => render(buffer, { tail: 0 }));
  }
  if (name === 'render(), one for each processor') {
    const sounds = Array.from({ length: navigator.hardwareConcurrency }, newSound);
    await Promise.all(sounds.map(warm));
    const all = () => Promise.all(sounds.map((sound) => render(sound, { tail: 0, transfer: true })));
    return (await timed(all)) / sounds.length;
  }
  const sound = newSound();
  return timed(() => render(sound, { tail: 0, transfer: name.endsWith('transferred') }));
}
