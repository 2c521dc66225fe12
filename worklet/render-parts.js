/**
 * The sound on its way through a worker of render(), in parts: how inputs are cut, how a tail is rendered until it is
 * silent, how an AudioBuffer is put together again. Main thread only.
 */

import { throwIfAborted } from './abort.js';
import { EngineError } from './errors.js';

/** Frames of a part: some 0.2 ms of work in stereo, so that messages cost next to nothing. */
export const PART_FRAMES = 32_768;

/** Parts that a worker has besides the one that is waited for: it works while this thread copies. */
const PARTS_AHEAD = 2;

/** This thread copies for so long at a time. */
const COPYING_MILLISECONDS = 8;

/**
 * @typedef {Float32Array<ArrayBuffer>[]} Part planar, of one length
 * @typedef {import('./render-pool.js').RenderWorker} RenderWorker
 */

/**
 * Silence.
 * @param {number} channels
 * @param {number} frames
 * @returns {Part}
 */
const newPart = (channels, frames) => Array.from({ length: channels }, () => new Float32Array(frames));

/**
 * Copies frames of an input, in as many channels as the part has: as Web Audio mixes, mono is in both channels of
 * stereo, and stereo's mean is mono.
 * @param {Part} part
 * @param {number} at
 * @param {readonly Float32Array[]} input
 * @param {number} start
 * @param {number} count
 */
function fill(part, at, input, start, count) {
  const [left, right = left] = input.map((samples) => samples.subarray(start, start + count));
  if (part.length === 1 && input.length === 2) {
    for (let i = 0; i < count; i++) part[0][at + i] = 0.5 * (left[i] + right[i]);
    return;
  }
  for (const [channel, samples] of part.entries()) samples.set(channel === 0 ? left : right, at);
}

/**
 * The whole input as one part, with the tail's silence behind it.
 * @param {readonly Float32Array[]} input
 * @param {{ channels: number, tailFrames: number, transfer: boolean }} options transfer: the input's own arrays, where
 *   they have the part's shape
 * @returns {Iterable<Part>}
 */
export function wholePart(input, { channels, tailFrames, transfer }) {
  const buffers = new Set(input.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer));
  if (transfer && tailFrames === 0 && buffers.size === channels && input.length === channels) {
    return [/** @type {Part} */ ([...input])];
  }
  const frames = input[0].length;
  const part = newPart(channels, frames + tailFrames);
  fill(part, 0, input, 0, frames);
  return [part];
}

/**
 * An AudioBuffer's sound, cut, with the tail's silence behind it.
 * @param {AudioBuffer} buffer
 * @param {{ channels: number, tailFrames: number, spare: Part[] }} options spare: whole parts to be used again, for
 *   memory that is new costs as much as the copy
 * @returns {Generator<Part>}
 */
export function* bufferParts(buffer, { channels, tailFrames, spare }) {
  const input = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  const total = buffer.length + tailFrames;
  for (let start = 0; start < total; start += PART_FRAMES) {
    const frames = Math.min(PART_FRAMES, total - start);
    const part = (frames === PART_FRAMES && spare.pop()) || newPart(channels, frames);
    const count = Math.max(0, Math.min(frames, buffer.length - start));
    fill(part, 0, input, start, count);
    for (const samples of part) samples.fill(0, count);
    yield part;
  }
}

/**
 * A stream's chunks, of any length, cut anew; with the tail's silence behind them.
 * @param {AsyncIterable<unknown>} chunks
 * @param {{ channels: number, inputChannels: number, tailFrames: number }} options
 * @returns {AsyncGenerator<Part>}
 * @throws {EngineError} bad-input
 */
export async function* streamParts(chunks, { channels, inputChannels, tailFrames }) {
  let part = newPart(channels, PART_FRAMES);
  let filled = 0;
  /** @param {readonly Float32Array[] | null} chunk null: silence */
  function* cut(chunk, /** @type {number} */ frames) {
    for (let start = 0; start < frames; ) {
      const count = Math.min(PART_FRAMES - filled, frames - start);
      if (chunk) fill(part, filled, chunk, start, count);
      start += count;
      filled += count;
      if (filled < PART_FRAMES) return;
      yield part;
      part = newPart(channels, PART_FRAMES);
      filled = 0;
    }
  }
  for await (const chunk of chunks) {
    requireChunk(chunk, inputChannels);
    yield* cut(chunk, chunk[0].length);
  }
  yield* cut(null, tailFrames);
  if (filled > 0) yield shortened(part, filled);
}

/**
 * @param {unknown} chunk
 * @param {number} channels
 * @returns {asserts chunk is Float32Array[]}
 */
function requireChunk(chunk, channels) {
  const fits =
    Array.isArray(chunk) &&
    chunk.length === channels &&
    chunk.every((samples) => samples instanceof Float32Array && samples.length === chunk[0].length);
  if (fits) return;
  const reason = `a chunk of the stream is no array of ${channels} Float32Arrays of one length`;
  throw new EngineError('bad-input', { reason });
}

/**
 * A ReadableStream's or an iterable's chunks. The stream is cancelled where its chunks are not all wanted, or the
 * signal says so.
 * @param {ReadableStream<unknown> | AsyncIterable<unknown>} stream
 * @param {AbortSignal} signal
 * @returns {AsyncIterable<unknown>}
 */
export function chunksOf(stream, signal) {
  // Not by its own iterator, which not every browser's streams have.
  return 'getReader' in stream ? readChunks(stream.getReader(), signal) : stream;
}

/**
 * @param {ReadableStreamDefaultReader<unknown>} reader
 * @param {AbortSignal} signal
 */
async function* readChunks(reader, signal) {
  const cancel = () => reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    await reader.cancel().catch(() => {});
  }
}

/**
 * @param {Part} part
 * @param {number} frames
 */
const shortened = (part, frames) =>
  part[0].length === frames ? part : part.map((samples) => samples.slice(0, frames));

/**
 * Renders the parts of an input, and then its tail. The input is read no further than the output is.
 * @param {RenderWorker} worker with an engine
 * @param {Iterable<Part> | AsyncIterable<Part>} input
 * @param {object} options
 * @param {number} options.channels
 * @param {number} options.longestTail frames of an automatic tail, at most; 0: none
 * @param {AbortSignal} options.signal
 * @returns {AsyncGenerator<Part>}
 */
export async function* renderParts(worker, input, { channels, longestTail, signal }) {
  /** @type {ReturnType<RenderWorker['render']>[]} */
  const asked = [];
  let isAtRest = true;
  const next = async () => {
    const rendered = await /** @type {(typeof asked)[0]} */ (asked.shift());
    isAtRest = rendered.isAtRest;
    return rendered.part;
  };
  for await (const part of input) {
    throwIfAborted(signal);
    const answer = worker.render(part, false);
    answer.catch(() => {}); // told when its turn comes
    asked.push(answer);
    if (asked.length > PARTS_AHEAD) yield await next();
  }
  throwIfAborted(signal);
  while (asked.length > 0) yield await next();
  if (!isAtRest) yield* renderTail(worker, { channels, longestTail, signal });
}

/**
 * Renders silence until nothing rings on; the last sample is one that can be heard.
 * @param {RenderWorker} worker
 * @param {{ channels: number, longestTail: number, signal: AbortSignal }} options
 * @returns {AsyncGenerator<Part>}
 */
async function* renderTail(worker, { channels, longestTail, signal }) {
  /** Parts that are only wanted where sound follows: the last one with sound, and the silent ones behind it. */
  /** @type {Part[]} */
  let held = [];
  let lastHeard = 0;
  for (let left = longestTail; left > 0; left -= PART_FRAMES) {
    throwIfAborted(signal);
    const { part, heard, isAtRest } = await worker.render(newPart(channels, Math.min(PART_FRAMES, left)), true);
    if (heard > 0) {
      yield* held;
      held = [];
      lastHeard = heard;
    }
    held.push(part);
    if (isAtRest) break;
  }
  if (lastHeard > 0) yield shortened(held[0], lastHeard);
}

/**
 * All parts in channels that are as long as they are together.
 * @param {AsyncIterable<Part>} parts
 * @param {RenderWorker} worker joins them, where there are several
 */
export async function gatherChannels(parts, worker) {
  const all = [];
  for await (const part of parts) all.push(part);
  if (all.length === 1) return all[0];
  return worker.join(all, framesOf(all));
}

/** @param {Part[]} parts */
const framesOf = (parts) => parts.reduce((frames, part) => frames + part[0].length, 0);

/**
 * All parts in an AudioBuffer.
 * @param {AsyncIterable<Part>} parts
 * @param {object} options
 * @param {number} options.channels
 * @param {number} options.sampleRate in Hz
 * @param {number | null} options.frames how many there will be, where that is known
 * @param {Part[]} options.spare gets the whole parts that are done with
 */
export async function gatherBuffer(parts, { channels, sampleRate, frames, spare }) {
  /** @param {number} length */
  const newBuffer = (length) => new AudioBuffer({ numberOfChannels: channels, length, sampleRate });
  if (frames !== null) {
    const buffer = newBuffer(frames);
    let start = 0;
    for await (const part of parts) {
      start = append(buffer, start, part);
      if (part[0].length === PART_FRAMES) spare.push(part);
    }
    return buffer;
  }
  const all = [];
  for await (const part of parts) all.push(part);
  const buffer = newBuffer(framesOf(all));
  let start = 0;
  let since = performance.now();
  for (const part of all) {
    start = append(buffer, start, part);
    if (performance.now() - since > COPYING_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return buffer;
}

/**
 * @param {AudioBuffer} buffer
 * @param {number} start
 * @param {Part} part
 */
function append(buffer, start, part) {
  for (const [channel, samples] of part.entries()) buffer.copyToChannel(samples, channel, start);
  return start + part[0].length;
}
