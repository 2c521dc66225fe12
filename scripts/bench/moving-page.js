/**
 * The page's part of moving.bench.mjs: the engine while its parameters move, and the browser's own nodes while theirs
 * do. Page.
 */

import { instantiate } from '../../worklet/engine-instance.js';
import { loadModule } from '../../worklet/module.js';
import { ENDS, QUANTA_PER_TARGET, QUANTUM, SAMPLE_RATE, timeMoving } from './moving-kernel.js';

/** So many of a node in a row, for the graph around them to count little. */
const NODES = 16;
const SECONDS = 4;
/** The time constant of the engine's own smoothing. */
const TIME_CONSTANT_SECONDS = 0.004;

/**
 * @typedef {object} Native a node of the browser's own
 * @property {(context: BaseAudioContext) => [node: AudioNode, param: AudioParam]} make the node, and what moves
 * @property {[number, number]} range of what moves
 */

/**
 * @param {BaseAudioContext} context
 * @param {BiquadFilterType} type
 * @returns {[AudioNode, AudioParam]}
 */
const biquad = (context, type) => {
  const node = new BiquadFilterNode(context, { type });
  return [node, node.frequency];
};

/** @type {Record<string, Native>} */
const NATIVE = {
  gain: {
    make: (context) => {
      const node = new GainNode(context);
      return [node, node.gain];
    },
    range: [0, 4],
  },
  lpf_cutoff: { make: (context) => biquad(context, 'lowpass'), range: [20, 20000] },
  hpf_cutoff: { make: (context) => biquad(context, 'highpass'), range: [20, 20000] },
  delay_time: {
    make: (context) => {
      const node = new DelayNode(context, { delayTime: 0.5 });
      return [node, node.delayTime];
    },
    range: [0, 1],
  },
};

/**
 * Nanoseconds per sample and channel in this page, by case: a figure a round.
 * @param {number} channels
 * @param {number} rounds
 */
export async function timeEngine(channels, rounds) {
  const { module, glue } = await loadModule();
  return timeMoving(instantiate(module).exports, glue, channels, rounds);
}

/**
 * Nanoseconds per sample and channel of a node whose parameter moves, and of the same with a constant one.
 * @param {number} channels
 * @param {number} rounds
 */
export async function timeNodes(channels, rounds) {
  /** @type {Record<string, { moving: number[], constant: number[] }>} */
  const times = {};
  for (const [id, node] of Object.entries(NATIVE)) {
    times[id] = { moving: [], constant: [] };
    for (let round = -1; round < rounds; round++) {
      const [moving, constant] = [await timeNode(node, channels, true), await timeNode(node, channels, false)];
      // The first round is for the caches.
      if (round < 0) continue;
      times[id].moving.push(moving);
      times[id].constant.push(constant);
    }
  }
  return times;
}

/**
 * @param {Native} native
 * @param {number} channels
 * @param {boolean} moves
 */
async function timeNode({ make, range: [min, max] }, channels, moves) {
  const context = new OfflineAudioContext(channels, SECONDS * SAMPLE_RATE, SAMPLE_RATE);
  const buffer = new AudioBuffer({ numberOfChannels: channels, length: SAMPLE_RATE, sampleRate: SAMPLE_RATE });
  for (let channel = 0; channel < channels; channel++) {
    buffer.getChannelData(channel).forEach((_, n, samples) => {
      samples[n] = 0.1 * Math.sin((n * (3 + channel)) / 100);
    });
  }
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  /** @type {AudioNode} */
  let last = source;
  for (let count = 0; count < NODES; count++) {
    const [node, param] = make(context);
    const targets = ENDS.map((share) => min + share * (max - min));
    if (moves) schedule(param, targets);
    last = last.connect(node);
  }
  last.connect(context.destination);
  source.start();
  const start = performance.now();
  await context.startRendering();
  return ((performance.now() - start) * 1e6) / (NODES * SECONDS * SAMPLE_RATE * channels);
}

/**
 * New targets as often as the engine gets them.
 * @param {AudioParam} param
 * @param {number[]} targets by turns
 */
function schedule(param, targets) {
  const interval = (QUANTA_PER_TARGET * QUANTUM) / SAMPLE_RATE;
  for (let turn = 0; turn * interval < SECONDS; turn++) {
    param.setTargetAtTime(targets[turn % 2], turn * interval, TIME_CONSTANT_SECONDS);
  }
}
