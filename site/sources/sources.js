/**
 * Where sound comes from: the microphone, an audio file, the built-in loop. An opener rejects with a SourceError,
 * whose sentence says what to do. Main thread.
 */

import { builtInLoop } from './built-in.js';

/**
 * @typedef {object} Source what can sound
 * @property {'microphone' | 'file' | 'built-in' | 'string'} kind
 * @property {string} name
 * @property {AudioNode} node
 * @property {Player} [player] of what is played from memory
 * @property {import('../../worklet/engine.js').PluckedString} [string] that is played
 * @property {MediaStreamTrack} [track] of the microphone
 * @property {() => void} release ends it
 *
 * @typedef {object} Player of a buffer, over and over
 * @property {AudioBuffer} buffer
 * @property {() => number} position in seconds
 * @property {(seconds: number) => void} seek
 *
 * @typedef {(context: AudioContext, onLost: (sentence: string) => void) => Promise<Source>} Opener
 */

/** The largest file that is read into memory: a WAV that decodes to the most that is taken. */
const FILE_LIMIT_BYTES = 2 ** 30;

/** The most that a file may take once it is decoded, as stereo: 46 minutes at 48 kHz. */
const DECODED_LIMIT_BYTES = 2 ** 30;
const DECODED_BYTES_PER_FRAME = 2 * Float32Array.BYTES_PER_ELEMENT;

/** How long one stretch fades into the next after a seek. */
const SEEK_FADE_SECONDS = 0.01;

/** How long the browser may take to tell a file's duration. */
const DURATION_TIMEOUT_MILLISECONDS = 5000;

export class SourceError extends Error {
  name = 'SourceError';
}

/**
 * The microphone, as it is: the browser's own processing for calls is off.
 * @type {Opener}
 */
export async function openMicrophone(context, onLost) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new SourceError('The microphone needs a secure page: open this one by https:// or on localhost.');
  }
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
    .catch((error) => {
      throw new SourceError(microphoneSentence(error));
    });
  const [track] = stream.getAudioTracks();
  const release = () => {
    for (const each of stream.getTracks()) each.stop();
  };
  track.addEventListener('ended', () => {
    onLost('The microphone was unplugged, or the system took it back. All settings are kept.');
  });
  try {
    const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    return { kind: 'microphone', name: track.label || 'Microphone', node, track, release };
  } catch {
    release();
    throw new SourceError(
      `The microphone does not run at the loudspeakers’ ${context.sampleRate} Hz, and this browser ` +
        'cannot join them. Set both to one sample rate in the system’s sound settings, then try again.',
    );
  }
}

/** @param {Error} error of getUserMedia() */
function microphoneSentence(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone was refused. Allow it for this page in the browser’s address bar, then try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no microphone. Plug one in, then try again; a file or the built-in loop play without one.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone does not answer. Close other programs that use it, or plug it in anew, then try again.';
    default:
      return `The microphone did not start (${error.message || error.name}). Try again.`;
  }
}

/**
 * An opener that plays a file in a loop. It is decoded once; opened again it starts at once.
 * @param {File} file
 * @returns {Opener}
 */
export function fileOpener(file) {
  /** @type {AudioBuffer | null} */
  let decoded = null;
  return async (context) => {
    decoded ??= await decode(context, file);
    return looping(context, decoded, 'file', file.name);
  };
}

/**
 * @param {AudioContext} context
 * @param {File} file
 */
async function decode(context, file) {
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
  const bytes = await file.arrayBuffer().catch(() => {
    throw new SourceError(`“${file.name}” cannot be read. Check that it is still there, then choose it again.`);
  });
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

/**
 * The built-in loop, which needs no permission.
 * @type {Opener}
 */
export async function openBuiltIn(context) {
  const channels = builtInLoop(context.sampleRate);
  const { length } = channels[0];
  const buffer = new AudioBuffer({ length, numberOfChannels: channels.length, sampleRate: context.sampleRate });
  for (const [channel, data] of channels.entries()) buffer.copyToChannel(data, channel);
  return looping(context, buffer, 'built-in', 'Built-in loop');
}

/**
 * @param {AudioContext} context
 * @param {AudioBuffer} buffer
 * @param {Source['kind']} kind
 * @param {string} name
 * @returns {Source}
 */
function looping(context, buffer, kind, name) {
  const player = new LoopPlayer(context, buffer);
  return { kind, name, node: player.node, player, release: () => player.seek(null) };
}

/** Plays a buffer over and over, from any place. @implements {Player} */
class LoopPlayer {
  /** What is heard now: where it began, in the buffer and in the context's time. */
  #now;

  /**
   * @param {AudioContext} context
   * @param {AudioBuffer} buffer
   */
  constructor(context, buffer) {
    this.buffer = buffer;
    this.node = new GainNode(context);
    this.#now = this.#start(0);
  }

  position() {
    const { offset, startTime } = this.#now;
    return (offset + this.node.context.currentTime - startTime) % this.buffer.duration;
  }

  /** @param {number | null} seconds null ends it */
  seek(seconds) {
    const { source, fader } = this.#now;
    const { currentTime } = this.node.context;
    fader.gain.setTargetAtTime(0, currentTime, SEEK_FADE_SECONDS / 4);
    source.stop(currentTime + 2 * SEEK_FADE_SECONDS);
    if (seconds !== null) this.#now = this.#start(seconds);
  }

  /** @param {number} offset in seconds */
  #start(offset) {
    const { context } = this.node;
    const source = new AudioBufferSourceNode(context, { buffer: this.buffer, loop: true });
    const fader = new GainNode(context);
    source.connect(fader).connect(this.node);
    source.addEventListener('ended', () => fader.disconnect());
    source.start(0, offset);
    return { source, fader, offset, startTime: context.currentTime };
  }
}
