/**
 * Records a node of the graph into a WAV file, sample by sample. Main thread; the samples come from capture.js on the
 * audio thread, or from a ScriptProcessorNode where there is no AudioWorklet.
 */

import { openTakeFile } from './take-file.js';
import { bytesPerSample, MOST_DATA_BYTES, wavHeader, wavSamples } from './wav.js';

/**
 * @typedef {import('./wav.js').Format} Format
 * @typedef {import('./capture.js').Chunk} Chunk
 *
 * @typedef {object} Take
 * @property {Blob} file
 * @property {number} seconds
 * @property {number | null} first the context's frame with which it begins; null where that is not known
 * @property {() => Promise<void>} discard
 */

export const CHANNELS = /** @type {const} */ (2);
const SCRIPT_FRAMES = 4096;
const CAPTURE_URL = new URL('capture.js', import.meta.url).href;

/**
 * Hands chunks on until it is ended; `end` resolves when the last one has come.
 * @typedef {{ end: () => Promise<void> }} Tap
 *
 * @typedef {(channels: Float32Array[], first: number | null) => void} OnChunk
 */

export class Recording {
  #file;
  #format;
  #sampleRate;
  /** @type {Tap | null} */
  #tap = null;
  /** @type {number | null} */
  #first = null;
  #frames = 0;
  #writing = Promise.resolve();
  #onFull;

  /**
   * Records from here on.
   * @param {AudioNode} node
   * @param {Format} format
   * @param {(sentence: string) => void} onFull it cannot go on; what was recorded is kept
   */
  static async start(node, format, onFull) {
    const recording = new Recording(await openTakeFile(), node.context.sampleRate, format, onFull);
    await recording.#begin(node);
    return recording;
  }

  /**
   * Use Recording.start().
   * @param {import('./take-file.js').TakeFile} file
   * @param {number} sampleRate
   * @param {Format} format
   * @param {(sentence: string) => void} onFull
   */
  constructor(file, sampleRate, format, onFull) {
    this.#file = file;
    this.#format = format;
    this.#sampleRate = sampleRate;
    this.#onFull = onFull;
    this.#write(this.#header(0));
  }

  get seconds() {
    return this.#frames / this.#sampleRate;
  }

  get bytes() {
    return this.#frames * CHANNELS * bytesPerSample(this.#format);
  }

  /** @returns {Promise<Take>} */
  async stop() {
    await this.#tap?.end();
    await this.#writing;
    const file = await this.#file.finish(this.#header(this.bytes));
    return { file, seconds: this.seconds, first: this.#first, discard: () => this.#file.discard() };
  }

  /** @param {AudioNode} node */
  async #begin(node) {
    try {
      /** @type {OnChunk} */
      const onChunk = (channels, first) => this.#take(channels, first);
      this.#tap = await (node.context.audioWorklet ? tapByWorklet : tapByScript)(node, onChunk);
    } catch (error) {
      await this.#file.discard();
      throw error;
    }
  }

  /** @type {OnChunk} */
  #take(channels, first) {
    const bytes = wavSamples(this.#format, channels);
    if (this.bytes + bytes.length > MOST_DATA_BYTES) {
      this.#onFull('The take reached 4 GB, the most that a WAV file holds. It is kept; record on in another one.');
      return;
    }
    if (this.#frames === 0) this.#first = first;
    this.#frames += channels[0].length;
    this.#write(bytes);
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  #write(bytes) {
    this.#writing = this.#writing
      .then(() => this.#file.write(bytes))
      .catch(() =>
        this.#onFull('There is no more room on the disk for the take. What was recorded until now is kept.'),
      );
  }

  /** @param {number} dataBytes */
  #header(dataBytes) {
    return wavHeader(this.#format, { channels: CHANNELS, sampleRate: this.#sampleRate, dataBytes });
  }
}

/**
 * @param {AudioNode} node
 * @param {OnChunk} onChunk
 * @returns {Promise<Tap>}
 */
async function tapByWorklet(node, onChunk) {
  const { context } = node;
  await context.audioWorklet.addModule(CAPTURE_URL);
  const capture = new AudioWorkletNode(context, 'capture', {
    numberOfOutputs: 0,
    channelCount: CHANNELS,
    channelCountMode: 'explicit',
  });
  /** @type {() => void} */
  let ended = () => {};
  capture.port.onmessage = ({ data }) => {
    if (data === 'ended') return ended();
    /** @type {Chunk} */
    const { first, frames, channels } = data;
    onChunk(
      channels.map((samples) => samples.subarray(0, frames)),
      first,
    );
    capture.port.postMessage(
      channels,
      channels.map(({ buffer }) => buffer),
    );
  };
  node.connect(capture);
  // So that silence has samples too: a node that rests gives none, and the take would lose its time.
  const silence = new ConstantSourceNode(context, { offset: 0 });
  silence.connect(capture);
  silence.start();
  return {
    end: () =>
      new Promise((resolve) => {
        ended = () => {
          node.disconnect(capture);
          silence.stop();
          resolve();
        };
        // A context that was closed answers no more; what came until then is all there is.
        if (context.state === 'closed') ended();
        else capture.port.postMessage('end');
      }),
  };
}

/**
 * @param {AudioNode} node
 * @param {OnChunk} onChunk
 * @returns {Promise<Tap>}
 */
async function tapByScript(node, onChunk) {
  const { context } = node;
  const script = context.createScriptProcessor(SCRIPT_FRAMES, CHANNELS, 1);
  script.onaudioprocess = ({ inputBuffer }) => {
    onChunk(
      Array.from({ length: CHANNELS }, (_, channel) => inputBuffer.getChannelData(channel)),
      null,
    );
  };
  node.connect(script).connect(context.destination);
  return {
    async end() {
      script.onaudioprocess = null;
      node.disconnect(script);
      script.disconnect();
    },
  };
}
