/**
 * One file on its way through the rack, off line: decoded at its own sample rate, rendered, kept as a WAV. Main thread;
 * decoding and rendering have threads of their own.
 */

import { messageOf } from '../shared/dom.js';
import { decode } from '../sources/file.js';
import { sampleRateOf } from './sample-rate.js';
import { chunksOf, renderToWav } from './to-wav.js';

/**
 * @typedef {'waiting' | 'decoding' | 'rendering' | 'done' | 'failed' | 'cancelled'} Stage
 * @typedef {import('./to-wav.js').Rendered} Rendered
 */

export class Job {
  /** @type {Stage} */
  stage = 'waiting';
  /** How far it is, 0 … 1. */
  share = 0;
  /** What went wrong. */
  sentence = '';
  /** @type {Rendered | null} */
  result = null;
  #abort = new AbortController();
  #onChange;

  /**
   * @param {File} file
   * @param {() => void} onChange
   */
  constructor(file, onChange) {
    this.file = file;
    this.#onChange = onChange;
  }

  /** What the result is called. */
  get outputName() {
    return `${this.file.name.replace(/\.[^.]*$/, '')} (rendered).wav`;
  }

  /** Whether nothing comes of it any more but what there is. */
  get isOver() {
    return this.stage === 'done' || this.stage === 'failed' || this.stage === 'cancelled';
  }

  /**
   * Never rejects: what goes wrong is in `sentence`.
   * @param {{ state: import('../../worklet/engine.js').EngineState, format: import('../recording/wav.js').Format }} how
   */
  async run({ state, format }) {
    const { signal } = this.#abort;
    try {
      signal.throwIfAborted();
      this.#become('decoding');
      const buffer = await decoded(this.file, signal);
      signal.throwIfAborted();
      this.#become('rendering');
      const { length: frames, sampleRate } = buffer;
      const channels = buffer.numberOfChannels === 1 ? 1 : 2;
      const onProgress = (/** @type {number} */ share) => {
        this.share = share;
        this.#onChange();
      };
      const sound = { chunks: chunksOf(buffer), frames, sampleRate, channels: /** @type {1 | 2} */ (channels) };
      this.result = await renderToWav(sound, { state, format, signal, onProgress });
      this.#become('done');
    } catch (error) {
      if (signal.aborted) return this.#become('cancelled');
      this.sentence = messageOf(error);
      this.#become('failed');
    }
  }

  cancel() {
    this.#abort.abort();
    if (this.stage === 'waiting') this.#become('cancelled');
  }

  /** Lets the result go. */
  async discard() {
    await this.result?.discard();
    this.result = null;
  }

  /** @param {Stage} stage */
  #become(stage) {
    this.stage = stage;
    this.#onChange();
  }
}

/**
 * A file's sound at its own rate, of one or two channels: more are mixed to stereo, as browsers do it for speakers.
 * @param {File} file
 * @param {AbortSignal} signal
 */
async function decoded(file, signal) {
  const sampleRate = await sampleRateOf(file);
  const buffer = await decode(new OfflineAudioContext({ length: 1, sampleRate }), file, { signal });
  if (buffer.numberOfChannels <= 2) return buffer;
  const mix = new OfflineAudioContext({ numberOfChannels: 2, length: buffer.length, sampleRate });
  const source = new AudioBufferSourceNode(mix, { buffer });
  source.connect(mix.destination);
  source.start();
  return mix.startRendering();
}
