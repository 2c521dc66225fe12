/**
 * What render() takes: the kinds of input, the options, and the checks. Main thread only.
 */

import { EngineError } from './errors.js';
import { absolute, badOption, checkSignal, given } from './options.js';

/** An automatic tail ends after so many seconds, whatever still rings. */
export const LONGEST_TAIL_SECONDS = 300;

/** The sample rates of the Web Audio API, in Hz. */
const SAMPLE_RATES = { lowest: 3000, highest: 768_000 };

const OPTIONS = ['state', 'log', 'tail', 'onProgress', 'signal', 'channels', 'transfer', 'wasmUrl', 'workerUrl'];

/**
 * @typedef {object} RenderProgress
 * @property {number} frames rendered so far
 * @property {number | null} total frames of the input and of a tail of known length; null for a stream
 *
 * @typedef {object} RenderOptions
 * @property {import('./state.js').EngineState} [state] as engine.state() gives it; default: the take's at its start, or
 *   else every parameter at its default
 * @property {import('./take.js').TakeLog} [log] as take.stop() gives it: every change at its frame
 * @property {number | 'auto'} [tail] what is rendered behind the input: seconds, or 'auto' (the default): until
 *   nothing rings on, 300 s at most; it ends with its last sample above −120 dBFS
 * @property {(progress: RenderProgress) => void} [onProgress] called at most 20 times a second, and at the end
 * @property {AbortSignal} [signal] cancels; render() then rejects with its reason
 * @property {1 | 2} [channels] of the engine and of the output; default: as the input has. Mono goes into both channels
 *   of stereo; stereo's mean is mono
 * @property {boolean} [transfer] false (the default): arrays are copied once, and stay the caller's. true: they become
 *   the output's arrays where that can be (no known tail, the same channels), and are empty afterwards
 * @property {string | URL} [wasmUrl] where the WebAssembly file is, if not in the package's pkg folder
 * @property {string | URL} [workerUrl] where the worker script is, if not there
 *
 * @typedef {object} PlanarSound
 * @property {Float32Array[]} channels 1 or 2, of one length
 * @property {number} sampleRate in Hz
 *
 * @typedef {object} RenderedSound
 * @property {Float32Array<ArrayBuffer>[]} channels
 * @property {number} sampleRate in Hz
 *
 * @typedef {object} SoundStream
 * @property {ReadableStream<Float32Array[]> | AsyncIterable<Float32Array[]>} stream planar chunks, of any length each
 * @property {number} sampleRate in Hz
 * @property {1 | 2} channels
 *
 * @typedef {object} RenderedStream
 * @property {ReadableStream<Float32Array<ArrayBuffer>[]>} stream planar chunks of 32,768 frames, or fewer at the end
 * @property {number} sampleRate in Hz
 * @property {1 | 2} channels
 *
 * @typedef {{ kind: 'buffer', buffer: AudioBuffer } | { kind: 'planar', planar: PlanarSound['channels'] } |
 *   { kind: 'stream', stream: SoundStream['stream'] }} Source
 * @typedef {Source & { sampleRate: number, channels: 1 | 2 }} Input
 *
 * @typedef {object} CheckedRenderOptions
 * @property {unknown} state
 * @property {unknown} log
 * @property {number | 'auto'} tail
 * @property {(progress: RenderProgress) => void} onProgress
 * @property {AbortSignal | null} signal
 * @property {1 | 2 | null} channels
 * @property {boolean} transfer
 * @property {string | undefined} wasmUrl
 * @property {string | undefined} workerUrl
 */

/**
 * Which kind of sound it is.
 * @param {unknown} input
 * @returns {Input}
 * @throws {EngineError} bad-input
 */
export function checkInput(input) {
  if (typeof input !== 'object' || input === null) throw badInput(`it was given ${typeof input}`);
  const { sampleRate } = /** @type {{ sampleRate?: unknown }} */ (input);
  const { lowest, highest } = SAMPLE_RATES;
  if (typeof sampleRate !== 'number' || !(sampleRate >= lowest && sampleRate <= highest)) {
    throw badInput(`the sample rate must be ${lowest} to ${highest} Hz`);
  }
  if ('getChannelData' in input) {
    const buffer = /** @type {AudioBuffer} */ (input);
    return { kind: 'buffer', buffer, sampleRate, channels: oneOrTwo(buffer.numberOfChannels) };
  }
  if ('stream' in input) {
    const { stream, channels } = /** @type {SoundStream} */ (input);
    const isStream = typeof stream === 'object' && stream !== null;
    if (!isStream || !('getReader' in stream || Symbol.asyncIterator in stream)) {
      throw badInput('stream must be a ReadableStream or an AsyncIterable');
    }
    if ('locked' in stream && stream.locked) throw badInput('the stream is locked to another reader');
    return { kind: 'stream', stream, sampleRate, channels: oneOrTwo(channels) };
  }
  const { channels: planar } = /** @type {Partial<PlanarSound>} */ (input);
  if (!Array.isArray(planar) || !planar.every((samples) => samples instanceof Float32Array)) {
    throw badInput('channels must be an array of Float32Arrays');
  }
  if (planar.some(({ length }) => length !== planar[0].length)) throw badInput('the channels differ in length');
  return { kind: 'planar', planar, sampleRate, channels: oneOrTwo(planar.length) };
}

/** @param {unknown} channels */
function oneOrTwo(channels) {
  if (channels === 1 || channels === 2) return channels;
  throw badInput(`there must be 1 or 2 channels, not ${channels}`);
}

/** @param {string} reason */
const badInput = (reason) => new EngineError('bad-input', { reason });

/**
 * Checks the options. One that is undefined is one that was left out.
 * @param {RenderOptions} options
 * @returns {CheckedRenderOptions}
 * @throws {EngineError} unknown-option, bad-option
 */
export function checkRenderOptions(options) {
  const {
    state,
    log,
    tail = 'auto',
    onProgress = () => {},
    signal,
    channels,
    transfer = false,
    wasmUrl,
    workerUrl,
  } = given(options, OPTIONS);
  if (tail !== 'auto' && !(typeof tail === 'number' && tail >= 0 && tail < Infinity)) {
    throw badOption('tail', tail, "seconds, or 'auto'");
  }
  if (typeof onProgress !== 'function') throw badOption('onProgress', onProgress, 'a function');
  checkSignal(signal);
  if (channels !== undefined && channels !== 1 && channels !== 2) throw badOption('channels', channels, '1, 2');
  if (typeof transfer !== 'boolean') throw badOption('transfer', transfer, 'false, true');
  return {
    state,
    log,
    tail,
    onProgress,
    signal: signal ?? null,
    channels: channels ?? null,
    transfer,
    wasmUrl: wasmUrl === undefined ? undefined : absolute('wasmUrl', wasmUrl),
    workerUrl: workerUrl === undefined ? undefined : absolute('workerUrl', workerUrl),
  };
}
