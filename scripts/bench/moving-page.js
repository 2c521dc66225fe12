/**
 * The page's part of moving.bench.mjs: the engine while its parameters move, and the browser's own nodes while theirs
 * do. Page.
 */

import { instantiate } from '../../worklet/engine-instance.js';
import { loadModule } from '../../worklet/module.js';
import { caseOf, ENDS, QUANTA_PER_TARGET, QUANTUM, SAMPLE_RATE, timeMoving } from './moving-kernel.js';

/** So many of a node in a row, for the graph around them to count little. */
const NODES = 16;
const SECONDS = 4;
/** The time constant of the engine's own smoothing. */
const TIME_CONSTANT_SECONDS = 0.004;

/**
 * @typedef {object} Native a node of the browser's own
 * @property {(context: BaseAudioContext) => [node: AudioNode, param: AudioParam]} make the node, and what moves
 * @property {[number, number]} range of what moves
 * @property {'linearRampToValueAtTime' | 'exponentialRampToValueAtTime'} ramp that the engine's parameter gets, too
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

/** How a node's parameter moves: as the engine's in two of its ways. */
const WAYS = /** @type {const} */ (['set', 'ramp']);

/** @type {Record<string, Native>} */
const NATIVE = {
  gain: {
    make: (context) => {
      const node = new GainNode(context);
      return [node, node.gain];
    },
    range: [0, 4],
    ramp: 'linearRampToValueAtTime',
  },
  lpf_cutoff: {
    make: (context) => biquad(context, 'lowpass'),
    range: [20, 20000],
    ramp: 'exponentialRampToValueAtTime',
  },
  hpf_cutoff: {
    make: (context) => biquad(context, 'highpass'),
    range: [20, 20000],
    ramp: 'exponentialRampToValueAtTime',
  },
  delay_time: {
    make: (context) => {
      const node = new DelayNode(context, { delayTime: 0.5 });
      return [node, node.delayTime];
    },
    range: [0, 1],
    ramp: 'linearRampToValueAtTime',
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
 * Nanoseconds per sample and channel of a node whose parameter moves, by case, and of the same with a constant one.
 * @param {number} channels
 * @param {number} rounds
 */
export async function timeNodes(channels, rounds) {
  /** @type {Record<string, { moving: number[], constant: number[] }>} */
  const times = {};
  for (const [id, node] of Object.entries(NATIVE)) {
    for (const way of WAYS) times[caseOf(id, way)] = { moving: [], constant: [] };
    for (let round = -1; round < rounds; round++) {
      const constant = await timeNode(node, channels, null);
      for (const way of WAYS) {
        const moving = await timeNode(node, channels, way);
        // The first round is for the caches.
        if (round < 0) continue;
        times[caseOf(id, way)].moving.push(moving);
        times[caseOf(id, way)].constant.push(constant);
      }
    }
  }
  return times;
}

/**
 * @param {Native} native
 * @param {number} channels
 * @param {typeof WAYS[number] | null} way null: it does not move
 */
async function timeNode({ make, range: [min, max], ramp }, channels, way) {
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
    if (way === 'set') approach(param, targets);
    if (way === 'ramp') goFromEndToEnd(param, targets, ramp);
    last = last.connect(node);
  }
  last.connect(context.destination);
  source.start();
  const start = performance.now();
  await context.startRendering();
  return ((performance.now() - start) * 1e6) / (NODES * SECONDS * SAMPLE_RATE * channels);
}

/** New targets, or ramps, as often as the engine gets them, in seconds of the context. */
const INTERVAL_SECONDS = (QUANTA_PER_TARGET * QUANTUM) / SAMPLE_RATE;

/**
 * @param {AudioParam} param
 * @param {number[]} targets by turns
 */
function approach(param, targets) {
  for (let turn = 0; turn * INTERVAL_SECONDS < SECONDS; turn++) {
    param.setTargetAtTime(targets[turn % 2], turn * INTERVAL_SECONDS, TIME_CONSTANT_SECONDS);
  }
}

/**
 * @param {AudioParam} param
 * @param {number[]} ends by turns
 * @param {Native['ramp']} method
 */
function goFromEndToEnd(param, ends, method) {
  param.setValueAtTime(ends[0], 0);
  for (let turn = 1; turn * INTERVAL_SECONDS < SECONDS; turn++) param[method](ends[turn % 2], turn * INTERVAL_SECONDS);
}
