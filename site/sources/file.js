/**
 * An audio file as a source. It is decoded into memory, as far as it fits, and says so where it does not. Main thread.
 */

import { LoopPlayer } from './loop-player.js';
import { SourceError } from './sources.js';

/**
 * @typedef {import('./sources.js').Opener} Opener
 *
 * @typedef {object} Decoding
 * @property {(phase: string) => void} [onPhase] is told what is under way, for the visitor
 * @property {AbortSignal} [signal] cancels it
 */

/** The largest file that is read into memory: a WAV that decodes to the most that is taken. */
const FILE_LIMIT_BYTES = 2 ** 30;

/** The most that a file may take once it is decoded, as stereo: 46 minutes at 48 kHz. */
const DECODED_LIMIT_BYTES = 2 ** 30;
const DECODED_BYTES_PER_FRAME = 2 * Float32Array.BYTES_PER_ELEMENT;

/** How long the browser may take to tell a file's duration. */
const DURATION_TIMEOUT_MILLISECONDS = 5000;

/** Where a big file is said to be, in shares of a hundred: a live region is not to speak of each. */
const STEP_PERCENT = 20;

/**
 * An opener that plays a file in a loop. It is decoded once; opened again it starts at once.
 * @param {File} file
 * @param {Decoding} [how]
 * @returns {Opener}
 */
export function fileOpener(file, how) {
  /** @type {AudioBuffer | null} */
  let decoded = null;
  return async (context) => {
    decoded ??= await decode(context, file, how);
    const player = new LoopPlayer(context, decoded);
    return { kind: 'file', name: file.name, file, node: player.node, player, release: () => player.pause() };
  };
}

/**
 * A file's sound, at the context's sample rate. Once it is cancelled it rejects at once; browsers cannot stop their
 * decoder, so that its result is dropped then.
 * @param {BaseAudioContext} context
 * @param {File} file
 * @param {Decoding} [how]
 * @throws {SourceError}
 */
export async function decode(context, file, { onPhase = () => {}, signal } = {}) {
  /** @type {Promise<never>} */
  const cancelled = new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
  return Promise.race([decodeWhole(context, file, onPhase, signal), cancelled]);
}

/**
 * @param {BaseAudioContext} context
 * @param {File} file
 * @param {(phase: string) => void} onPhase
 * @param {AbortSignal} [signal]
 */
async function decodeWhole(context, file, onPhase, signal) {
  if (file.size > FILE_LIMIT_BYTES) {
    throw new SourceError(
      `“${file.name}” is too big: ${megabytes(file.size)}, and this page opens up to ` +
        `${megabytes(FILE_LIMIT_BYTES)}. Choose a shorter piece.`,
    );
  }
  if (file.size === 0) throw new SourceError(`“${file.name}” is empty. Choose another file.`);
  // A small file can decode to gigabytes, so its duration comes first.
  const seconds = await durationOf(file);
  const limitSeconds = DECODED_LIMIT_BYTES / (DECODED_BYTES_PER_FRAME * context.sampleRate);
  if (Number.isFinite(seconds) && seconds > limitSeconds) {
    throw new SourceError(
      `“${file.name}” is too long for memory: it lasts ${Math.ceil(seconds / 60)} minutes, and this page decodes up ` +
        `to ${Math.floor(limitSeconds / 60)} minutes. Choose a shorter piece.`,
    );
  }
  const bytes = await read(file, onPhase, signal).catch(() => {
    throw new SourceError(`“${file.name}” cannot be read. Check that it is still there, then choose it again.`);
  });
  signal?.throwIfAborted();
  onPhase(`Decoding ${file.name}…`);
  return context.decodeAudioData(bytes).catch(() => {
    if (Number.isNaN(seconds)) {
      throw new SourceError(`“${file.name}” is not audio that this browser can decode. Try WAV, MP3, FLAC or Ogg.`);
    }
    throw new SourceError(
      `“${file.name}” cannot be decoded: it is damaged, or longer than it says and too long for memory. ` +
        'Choose another file.',
    );
  });
}

/**
 * A file's bytes, read piece by piece, with how far that is.
 * @param {File} file
 * @param {(phase: string) => void} onPhase
 * @param {AbortSignal} [signal]
 */
async function read(file, onPhase, signal) {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  await file.stream().pipeTo(
    new WritableStream({
      write(piece) {
        bytes.set(piece, at);
        at += piece.length;
        const percent = STEP_PERCENT * Math.floor((100 * at) / file.size / STEP_PERCENT);
        onPhase(`Reading ${file.name}, ${megabytes(file.size)}… ${percent} %`);
      },
    }),
    { signal },
  );
  return bytes.buffer;
}

/**
 * How long a file lasts by its container's word, in seconds: infinite where the container does not say, as what a
 * browser recorded, NaN where this browser finds no media in it. Nothing is decoded for it.
 * @param {File} file
 * @returns {Promise<number>}
 */
async function durationOf(file) {
  const url = URL.createObjectURL(file);
  const media = new Audio();
  media.preload = 'metadata';
  try {
    await new Promise((resolve) => {
      media.addEventListener('loadedmetadata', resolve);
      media.addEventListener('error', resolve);
      setTimeout(resolve, DURATION_TIMEOUT_MILLISECONDS);
      media.src = url;
    });
    return media.duration;
  } finally {
    media.removeAttribute('src');
    media.load();
    URL.revokeObjectURL(url);
  }
}

/** @param {number} bytes */
const megabytes = (bytes) => `${Math.ceil(bytes / 2 ** 20)} MB`;
