/**
 * render(): a sound through the engine without an AudioContext, in workers, far faster than real time,
 * with the same samples as the worklet's, bit for bit. Main thread only.
 *
 *     const out = await render(buffer, { state: { version: 1, params: { gain: 0.8 } }, tail: 2 });
 *
 * What comes out is of the kind that went in:
 *
 * - an AudioBuffer is copied once, in parts, while a worker renders the part before
 * - channels are copied once, or with `transfer` not at all; what comes out is transferred
 * - a stream is read no faster than the output is, so memory stays flat
 *
 * Several calls at once use all processors. Cross-origin isolation is not needed.
 */

import { orAborted, throwIfAborted } from './abort.js';
import { deferred } from './deferred.js';
import { ownWorkerUrl } from './locate.js';
import { loadModule } from './module.js';
import { checkInput, checkRenderOptions, LONGEST_TAIL_SECONDS } from './render-options.js';
import {
  bufferParts,
  chunksOf,
  gatherBuffer,
  gatherChannels,
  renderParts,
  streamParts,
  wholePart,
} from './render-parts.js';
import { withWorker } from './render-pool.js';
import { scoreOf } from './score.js';

/**
 * @typedef {import('./render-options.js').PlanarSound} PlanarSound
 * @typedef {import('./render-options.js').RenderedSound} RenderedSound
 * @typedef {import('./render-options.js').RenderedStream} RenderedStream
 * @typedef {import('./render-options.js').RenderOptions} RenderOptions
 * @typedef {import('./render-options.js').RenderProgress} RenderProgress
 * @typedef {import('./render-options.js').SoundStream} SoundStream
 * @typedef {import('./render-parts.js').Part} Part
 * @typedef {import('./render-pool.js').RenderWorker} RenderWorker
 */

const PROGRESS_MILLISECONDS = 50;

/**
 * Renders a sound, and its tail, without an AudioContext.
 * @overload
 * @param {AudioBuffer} input
 * @param {RenderOptions} [options]
 * @returns {Promise<AudioBuffer>}
 * @throws {EngineError}
 * @example
 * const wet = await render(buffer, { state: engine.state(), tail: 2 });
 */
/**
 * Renders channels, and their tail, without an AudioContext.
 * @overload
 * @param {PlanarSound} input
 * @param {RenderOptions} [options]
 * @returns {Promise<RenderedSound>}
 * @throws {EngineError}
 * @example
 * const { channels } = await render({ channels: [samples], sampleRate: 48000 });
 */
/**
 * Renders a stream, and its tail, no faster than it is read.
 * @overload
 * @param {SoundStream} input
 * @param {RenderOptions} [options]
 * @returns {Promise<RenderedStream>}
 * @throws {EngineError}
 * @example
 * const { stream } = await render({ stream: chunks, sampleRate: 48000, channels: 2 });
 */
/**
 * @param {AudioBuffer | PlanarSound | SoundStream} input
 * @param {RenderOptions} [options]
 * @returns {Promise<AudioBuffer | RenderedSound | RenderedStream>}
 * @throws {EngineError} bad-input, bad-state, bad-take, bad-order, unknown-parameter, bad-value, unknown-option,
 *   bad-option, out-of-memory, render-failed, and those of the wasm (wasm-…) and of the worker script (worker-…)
 */
export async function render(input, options = {}) {
  const settings = checkRenderOptions(options);
  const checked = checkInput(input);
  const call = new Call(checked, settings);
  try {
    await call.prepare();
    if (checked.kind === 'stream') return await call.stream(checked.stream);
    if (checked.kind === 'planar') return await call.planar(checked.planar);
    return await call.buffer(checked.buffer);
  } catch (error) {
    call.end();
    throw error;
  }
}

/** One call of render(). */
class Call {
  #settings;
  #sampleRate;
  #inputChannels;
  /** @type {1 | 2} */
  #channels;
  /** Frames of silence behind the input, and the most frames of an automatic tail: one of them is 0. */
  #tailFrames;
  #longestTail;
  /** Aborted by the caller's signal, or by a reader who wants no more. */
  #abort = new AbortController();
  #source = /** @type {import('./render-pool.js').WorkerSource | null} */ (null);
  #score = /** @type {import('./score.js').Score} */ ({ inbound: new Int32Array(0), steps: [] });

  /**
   * @param {import('./render-options.js').Input} input
   * @param {import('./render-options.js').CheckedRenderOptions} settings
   */
  constructor({ sampleRate, channels }, settings) {
    const { tail, signal } = settings;
    this.#settings = settings;
    this.#sampleRate = sampleRate;
    this.#inputChannels = channels;
    this.#channels = settings.channels ?? channels;
    this.#tailFrames = tail === 'auto' ? 0 : Math.round(tail * sampleRate);
    this.#longestTail = tail === 'auto' ? LONGEST_TAIL_SECONDS * sampleRate : 0;
    signal?.addEventListener('abort', this.#follow);
    if (signal?.aborted) this.#follow();
  }

  #follow = () => this.#abort.abort(this.#settings.signal?.reason);

  /** Loads what is needed. */
  async prepare() {
    const { wasmUrl, workerUrl = ownWorkerUrl(), state, log } = this.#settings;
    throwIfAborted(this.#abort.signal);
    const loaded = await orAborted(loadModule(wasmUrl), this.#abort.signal);
    this.#score = scoreOf({ state, log, sampleRate: this.#sampleRate }, loaded);
    this.#source = { workerUrl, module: loaded.module, wasmUrl: loaded.url };
  }

  /** Listens to the caller's signal no more. */
  end() {
    this.#settings.signal?.removeEventListener('abort', this.#follow);
  }

  /**
   * @param {AudioBuffer} input
   * @returns {Promise<AudioBuffer>}
   */
  async buffer(input) {
    const total = input.length + this.#tailFrames;
    const frames = this.#longestTail > 0 ? null : total;
    /** @type {Part[]} */
    const spare = [];
    const shape = { channels: this.#channels, sampleRate: this.#sampleRate, frames, spare };
    const parts = bufferParts(input, { channels: this.#channels, tailFrames: this.#tailFrames, spare });
    return this.#renderAll(parts, total, (rendered) => gatherBuffer(rendered, shape));
  }

  /**
   * @param {PlanarSound['channels']} input
   * @returns {Promise<RenderedSound>}
   */
  async planar(input) {
    const total = input[0].length + this.#tailFrames;
    const { transfer } = this.#settings;
    const parts = wholePart(input, { channels: this.#channels, tailFrames: this.#tailFrames, transfer });
    const channels = await this.#renderAll(parts, total, gatherChannels);
    return { channels, sampleRate: this.#sampleRate };
  }

  /**
   * @param {SoundStream['stream']} input
   * @returns {Promise<RenderedStream>}
   */
  stream(input) {
    const [channels, sampleRate] = [this.#channels, this.#sampleRate];
    const { signal } = this.#abort;
    const chunks = chunksOf(input, signal);
    const parts = streamParts(chunks, { channels, inputChannels: this.#inputChannels, tailFrames: this.#tailFrames });
    return new Promise((resolve, reject) => {
      const job = this.#run(parts, null, (rendered) => {
        const { stream, ended } = this.#readable(rendered);
        resolve({ stream, channels, sampleRate });
        return ended;
      });
      // Once the stream is given away its reader is told, not the caller.
      job.catch(reject).finally(() => this.end());
    });
  }

  /**
   * The rendered parts as a stream that asks for the next when its reader does; and when that has come to its end.
   * @param {AsyncGenerator<Part>} rendered
   * @returns {{ stream: RenderedStream['stream'], ended: Promise<void> }}
   */
  #readable(rendered) {
    const { signal } = this.#abort;
    const end = deferred();
    /** @type {UnderlyingDefaultSource<Part>} */
    const source = {
      start: (controller) =>
        signal.addEventListener('abort', () => {
          end.reject(signal.reason);
          // A source that never answers keeps nobody waiting.
          rendered.return(undefined).catch(() => {});
          if (this.#settings.signal?.aborted) controller.error(signal.reason);
        }),
      pull: async (controller) => {
        try {
          const { done, value } = await rendered.next();
          if (signal.aborted) return;
          if (!done) return controller.enqueue(value);
          end.resolve(undefined);
          controller.close();
        } catch (error) {
          end.reject(error);
          controller.error(error);
        }
      },
      cancel: (reason) => this.#abort.abort(reason),
    };
    return { stream: new ReadableStream(source, { highWaterMark: 0 }), ended: end.promise };
  }

  /**
   * Renders all parts, and puts them together.
   * @template T
   * @param {Iterable<Part>} parts
   * @param {number} total frames that are known of
   * @param {(rendered: AsyncGenerator<Part>, worker: RenderWorker) => Promise<T>} gather
   */
  async #renderAll(parts, total, gather) {
    const result = await this.#run(parts, total, gather);
    this.end();
    return result;
  }

  /**
   * Renders parts in a worker.
   * @template T
   * @param {Iterable<Part> | AsyncIterable<Part>} parts
   * @param {number | null} total frames that are known of
   * @param {(rendered: AsyncGenerator<Part>, worker: RenderWorker) => Promise<T>} use
   * @returns {Promise<T>}
   */
  #run(parts, total, use) {
    if (this.#source === null) throw new Error('not prepared');
    const { signal } = this.#abort;
    const progress = new Progress(this.#settings.onProgress, total);
    const options = { channels: this.#channels, longestTail: this.#longestTail, signal };
    return withWorker(this.#source, { isStream: total === null, signal }, async (worker) => {
      worker.onprogress = (frames) => progress.tell(frames);
      await worker.begin({ sampleRate: this.#sampleRate, channels: this.#channels, ...this.#score });
      const result = await use(progress.follow(renderParts(worker, parts, options)), worker);
      throwIfAborted(signal);
      return result;
    });
  }
}

/** Tells how far a render is, not too often. */
class Progress {
  #onProgress;
  #total;
  #toldAt = performance.now();

  /**
   * @param {(progress: RenderProgress) => void} onProgress
   * @param {number | null} total
   */
  constructor(onProgress, total) {
    this.#onProgress = onProgress;
    this.#total = total;
  }

  /**
   * Passes parts on, and tells how many frames they were.
   * @param {AsyncIterable<Part>} parts
   * @returns {AsyncGenerator<Part>}
   */
  async *follow(parts) {
    let frames = 0;
    for await (const part of parts) {
      yield part;
      frames += part[0].length;
      this.tell(frames);
    }
    this.#tell(this.#total ?? frames);
  }

  /** @param {number} frames */
  tell(frames) {
    const now = performance.now();
    if (now - this.#toldAt < PROGRESS_MILLISECONDS) return;
    this.#toldAt = now;
    this.#tell(frames);
  }

  /** @param {number} frames */
  #tell(frames) {
    const total = this.#total;
    this.#onProgress({ frames: Math.min(frames, total ?? frames), total });
  }
}
