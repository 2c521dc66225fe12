/**
 * A take with its moves: what went into the engine, sample by sample, and every change with the frame at which it was
 * heard (`engine.record()`). So it can be played and rendered again, with other settings too. Main thread.
 *
 * What went in is captured, whatever it came from: a microphone has no other copy, and a file that is paused, sought or
 * replaced while it is recorded could not be told by its name and a position. It takes 8 bytes a frame, 23 MB a minute
 * at 48 kHz, on disk where the browser can; as a file half of that where both channels are the same.
 */

import { CHANNELS } from '../recording/recorder.js';
import { HEADER_BYTES, planarFloats } from '../recording/wav.js';

/**
 * @typedef {import('../../worklet/take.js').TakeLog} TakeLog
 * @typedef {import('../recording/recorder.js').Take} Recorded
 */

export const BYTES_PER_FRAME = CHANNELS * Float32Array.BYTES_PER_ELEMENT;
/** Read at a time: under a millisecond's work. */
const CHUNK_FRAMES = 32768;

export class Take {
  /**
   * @param {object} parts
   * @param {string} parts.name
   * @param {TakeLog} parts.log
   * @param {Blob} parts.input what went in: interleaved float32, of two channels
   * @param {() => Promise<void>} [parts.discard] gives back what it takes on disk
   */
  constructor({ name, log, input, discard = async () => {} }) {
    this.name = name;
    this.log = log;
    this.input = input;
    this.discard = discard;
    /** Whether the looper played meanwhile: what it plays does not go through the engine. */
    this.wasLooped = false;
  }

  get frames() {
    return this.input.size / BYTES_PER_FRAME;
  }

  get sampleRate() {
    return this.log.sampleRate;
  }

  get seconds() {
    return this.frames / this.sampleRate;
  }

  /** How often something was changed. */
  get moves() {
    return this.log.changes.filter(({ mode }) => mode === undefined).length;
  }

  /** Whether it was heard by one and the same engine from start to end: only then is it rendered again bit for bit. */
  get isExact() {
    return this.log.changes.every(({ mode }) => mode === undefined);
  }

  /** What went in, in chunks of two channels. */
  async *chunks() {
    for (let at = 0; at < this.input.size; at += CHUNK_FRAMES * BYTES_PER_FRAME) {
      yield planarFloats(await this.input.slice(at, at + CHUNK_FRAMES * BYTES_PER_FRAME).arrayBuffer(), CHANNELS);
    }
  }
}

/**
 * A take of the changes, and of what went in meanwhile as it was recorded, in float; null where nothing was heard. The
 * recording has begun before the log, and ends with the take; the log can go on for longer.
 * @param {string} name
 * @param {TakeLog} log
 * @param {Recorded} recorded
 */
export function takeOf(name, log, { file, first, discard }) {
  if (first === null) return null;
  // Frames are counted modulo 2³² by the engine.
  const skipped = (log.start - first) | 0;
  const from = HEADER_BYTES + Math.max(0, skipped) * BYTES_PER_FRAME;
  const frames = Math.floor((file.size - from) / BYTES_PER_FRAME);
  if (skipped < 0 || frames <= 0) return null;
  const input = file.slice(from, from + frames * BYTES_PER_FRAME);
  const changes = log.changes.filter(({ frame }) => frame < frames);
  return new Take({ name, log: { ...log, frames, changes }, input, discard });
}
