/**
 * Measures the way of the sound out of the page and in again. Main thread; a worklet plays and records, a worker finds
 * the one in the other.
 */

import { fromDecibels } from '../shared/numbers.js';
import { maximumLengthSequence, SEQUENCE_FRAMES } from './sequence.js';

/**
 * @typedef {import('./correlate.js').Found} Found
 *
 * @typedef {object} Result
 * @property {number} seconds the median of the runs
 * @property {number} spread between the shortest and the longest, in seconds
 * @property {number} runs
 * @property {number} level at which the sequence was played, in dBFS
 */

const PROBE_URL = new URL('probe.js', import.meta.url);
const WORKER_URL = new URL('worker.js', import.meta.url);

/** It begins softly, and is played louder only where it is not heard: no ear is surprised. */
const LEVELS_DECIBELS = [-40, -30, -20];
const RUNS = 5;
/** The longest way that is looked for: wireless headphones take half of it. */
const LONGEST_SECONDS = 0.5;
const FADE_SECONDS = 0.01;
/** Quieter is a microphone that is muted, or none. */
const SILENT_PEAK = 1e-5;
/** Runs that differ by more have not found the same way. */
const MOST_SPREAD_SECONDS = 0.01;

/** Why it could not be measured: a sentence that says what to do. */
export class LatencyError extends Error {
  name = 'LatencyError';
}

/**
 * @param {AudioNode} microphone
 * @param {AudioNode} loudspeakers where the sequence is played
 * @param {{ onProgress?: (share: number) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<Result>}
 * @throws {LatencyError} where it is not heard
 */
export async function measure(microphone, loudspeakers, { onProgress = () => {}, signal } = {}) {
  const { context } = microphone;
  await context.audioWorklet.addModule(PROBE_URL.href);
  const probe = new AudioWorkletNode(context, 'latency-probe', {
    outputChannelCount: [1],
    channelCount: 1,
    channelCountMode: 'explicit',
  });
  const worker = new Worker(WORKER_URL, { type: 'module' });
  microphone.connect(probe).connect(loudspeakers);
  try {
    const sequence = maximumLengthSequence();
    /** @param {number} level */
    const run = async (level) => {
      const recording = await answerOf(probe.port, jobAt(level, sequence, context.sampleRate), signal);
      return answerOf(worker, { recording, sequence }, signal);
    };
    const { found: first, level } = await firstHeard(run);
    const delays = [first.delay];
    while (delays.length < RUNS) {
      onProgress(delays.length / RUNS);
      const { delay } = await run(level);
      if (delay < 0) throw new LatencyError('The sound was heard, then lost. Keep the room quiet, then try again.');
      delays.push(delay);
    }
    onProgress(1);
    return resultOf(delays, level, context.sampleRate);
  } finally {
    probe.port.postMessage(null);
    microphone.disconnect(probe);
    probe.disconnect();
    worker.terminate();
  }
}

/**
 * The first run in which the sequence is heard, each louder than the one before.
 * @param {(level: number) => Promise<Found>} run
 */
async function firstHeard(run) {
  let loudest = 0;
  for (const level of LEVELS_DECIBELS) {
    const found = await run(level);
    if (found.delay >= 0) return { found, level };
    loudest = Math.max(loudest, found.peak);
  }
  throw new LatencyError(
    loudest < SILENT_PEAK
      ? 'The microphone gives silence. See that it is not muted and is the right one, then try again.'
      : 'The microphone does not hear the loudspeakers. Turn them up, take headphones off or hold them to the ' +
          'microphone, then try again.',
  );
}

/**
 * What the probe is to play and to fill.
 * @param {number} level in dBFS
 * @param {Float32Array} sequence
 * @param {number} sampleRate
 * @returns {import('./probe.js').Job}
 */
function jobAt(level, sequence, sampleRate) {
  const gain = fromDecibels(level);
  const fade = FADE_SECONDS * sampleRate;
  const signal = sequence.map(
    (sample, at) => gain * sample * Math.min(1, (at + 1) / fade, (SEQUENCE_FRAMES - at) / fade),
  );
  return { signal, recording: new Float32Array(SEQUENCE_FRAMES + Math.round(LONGEST_SECONDS * sampleRate)) };
}

/**
 * @param {number[]} delays in samples
 * @param {number} level
 * @param {number} sampleRate
 * @returns {Result}
 */
function resultOf(delays, level, sampleRate) {
  const sorted = [...delays].sort((one, other) => one - other);
  const spread = (sorted[sorted.length - 1] - sorted[0]) / sampleRate;
  if (spread > MOST_SPREAD_SECONDS) {
    throw new LatencyError(
      'Each run found another way, as while the computer is busy. Close what else makes it work, then try again.',
    );
  }
  return { seconds: sorted[sorted.length >> 1] / sampleRate, spread, runs: delays.length, level };
}

/**
 * Sends a message, and resolves to the one that comes back.
 * @param {MessagePort | Worker} other
 * @param {unknown} message
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} of what the other one sends
 */
function answerOf(other, message, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    other.onmessage = ({ data }) => resolve(data);
    if (other instanceof Worker)
      other.onerror = ({ message }) => reject(new Error(message || 'A worker did not load.'));
    other.postMessage(message);
  });
}
