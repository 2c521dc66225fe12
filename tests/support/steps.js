/**
 * Steps of the gain at random times, and whether each is heard at its frame: for pages. The source is a constant 1, so
 * that what is heard is the gain itself.
 */
import { randomNumbers } from './automation.js';

/** The gain alone. */
export const GAIN_ALONE = { distortion_on: false, lpf_on: false, hpf_on: false, delay_on: false };

/**
 * Random steps, in no order.
 * @returns {{ time: number, value: number }[]} seconds, and a float32 that is not 0
 */
export function randomSteps(seed, { count, from = 0, seconds }) {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => ({
    time: from + seconds * random(),
    value: Math.fround(0.1 + 3.9 * random()),
  }));
}

/** Schedules steps. */
export function schedule(param, steps) {
  for (const { time, value } of steps) param.setValueAtTime(value, time);
}

/**
 * How many frames of a sound do not have the gain that the steps give them: each acts from frame round(T·sampleRate)
 * on, of those at one frame the last.
 * @param {ArrayLike<number>} sound
 * @param {{ time: number, value: number }[]} steps
 * @param {{ sampleRate: number, first?: number, level?: number }} options the sound's first frame, and the gain before
 */
export function framesOff(sound, steps, { sampleRate, first = 0, level = 1 }) {
  const changes = new Map();
  for (const { time, value } of [...steps].sort((a, b) => a.time - b.time)) {
    changes.set(Math.round(time * sampleRate), value);
  }
  let gain = level;
  for (const [frame, value] of changes) if (frame <= first) gain = value;
  let off = 0;
  for (let n = 0; n < sound.length; n++) {
    gain = changes.get(first + n) ?? gain;
    if (sound[n] !== gain) off++;
  }
  return off;
}

/**
 * Renders a constant through an engine whose gain has these steps.
 * @returns {Promise<{ sound: Float32Array, meters: object }>}
 */
export async function renderSteps(createEngine, options, steps, { sampleRate, frames }) {
  const context = new OfflineAudioContext(1, frames, sampleRate);
  const engine = await createEngine(context, { channels: 1, params: GAIN_ALONE, ...options });
  const source = new ConstantSourceNode(context);
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  schedule(engine.param('gain'), steps);
  const sound = (await context.startRendering()).getChannelData(0);
  await engine.close();
  return { sound, meters: engine.meters() };
}
