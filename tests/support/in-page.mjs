/**
 * What the engine's tests use inside the page: signals, renders, recordings, and a spy on the audio thread.
 */
import { createEngine } from '../../worklet/engine.js';

export * from '../../scripts/lib/reference.mjs';
export * from '../../worklet/engine.js';

/** The ways to run, as createEngine's options. */
export const WAYS = {
  'worklet-shared': { mode: 'worklet', transport: 'shared' },
  'worklet-message': { mode: 'worklet', transport: 'message' },
  'script-processor': { mode: 'script-processor' },
};

/** An engine's way to run, by its name in WAYS. */
export const describeWay = ({ mode, transport }) => (mode === 'worklet' ? `${mode}-${transport}` : mode);

/** Seconds as a promise. */
export const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** White noise in ±amplitude, the same for the same seed: the generator of Numerical Recipes, modulo 2³². */
export function noise(seed, frames, amplitude = 0.5) {
  let state = seed;
  return Float32Array.from({ length: frames }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/** An AudioBuffer of these channels. */
export function bufferOf(context, channels) {
  const { sampleRate } = context;
  const buffer = new AudioBuffer({ numberOfChannels: channels.length, length: channels[0].length, sampleRate });
  for (const [index, channel] of channels.entries()) buffer.copyToChannel(channel, index);
  return buffer;
}

/** A context that runs. */
export async function runningContext(options) {
  const context = new AudioContext(options);
  await context.resume();
  return context;
}

/**
 * Renders an input through an engine in an OfflineAudioContext.
 * @returns {Promise<{ output: Float32Array[], engine }>} the engine is closed, its meters stay
 */
export async function renderOffline(options, { sampleRate, input, channels = input.length, frames = input[0].length }) {
  const context = new OfflineAudioContext({ numberOfChannels: channels, length: frames, sampleRate });
  const engine = await createEngine(context, { channels, ...options });
  const source = new AudioBufferSourceNode(context, { buffer: bufferOf(context, input) });
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  await engine.close();
  return { output: channelsOf(rendered), engine };
}

function channelsOf(buffer) {
  return Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
}

/** Starts to record a node's output. `take()` ends it. */
export async function record(node, { seconds, channels = 2 }) {
  const { context } = node;
  await context.audioWorklet.addModule(new URL('recorder.js', import.meta.url));
  const recorder = new AudioWorkletNode(context, 'recorder', {
    channelCount: channels,
    channelCountMode: 'explicit',
    processorOptions: { seconds, channels },
  });
  node.connect(recorder).connect(context.destination);
  return {
    take: () =>
      new Promise((resolve) => {
        recorder.port.onmessage = ({ data: { inputs, ...rest } }) => {
          recorder.disconnect();
          resolve({ channels: inputs[0], ...rest });
        };
        recorder.port.postMessage('take');
      }),
  };
}

/** Puts the spy into a context; it must come before the first engine. */
export async function spyOn(context) {
  await context.audioWorklet.addModule(new URL('spy.js', import.meta.url));
  const node = new AudioWorkletNode(context, 'spy');
  const ask = (message) =>
    new Promise((resolve) => {
      node.port.onmessage = ({ data }) => resolve(data);
      node.port.postMessage(message);
    });
  return { report: () => ask({}), sabotage: (what) => ask({ sabotage: what }) };
}

/** The largest second difference of a signal, as a share of its peak: how a click shows in a sine. */
export function roughness(samples) {
  let [peak, largest] = [0, 0];
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]));
  for (let i = 2; i < samples.length; i++) {
    largest = Math.max(largest, Math.abs(samples[i] - 2 * samples[i - 1] + samples[i - 2]));
  }
  return largest / peak;
}

/** |X(f)| of a signal, by the Fourier transform's definition. */
export function magnitude(samples, frequency, sampleRate) {
  const step = (2 * Math.PI * frequency) / sampleRate;
  let [real, imaginary] = [0, 0];
  for (let n = 0; n < samples.length; n++) {
    real += samples[n] * Math.cos(step * n);
    imaginary += samples[n] * Math.sin(step * n);
  }
  return Math.hypot(real, imaginary);
}

/** How many samples of a signal are not the very same in another. */
export function differences(samples, others) {
  return samples.reduce((count, x, i) => count + !Object.is(x, others[i]), 0);
}

/** The code and sentence of the error that a promise ends with; `{ code: null }` where it does not. */
export async function failureOf(promise) {
  try {
    await promise;
    return { code: null };
  } catch ({ name, code, message }) {
    return { name, code, message };
  }
}

/** Keeps this thread busy, in ms. */
export function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
