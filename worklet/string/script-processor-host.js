/**
 * The strings where there is no AudioWorklet: the same wasm, in the main thread's instance for sound, behind a
 * ScriptProcessorNode. What is done at a time is heard at that time; what is done now, two buffers later. Main thread.
 */

import { CallbackClock } from '../callback-clock.js';
import { EngineInstance } from '../engine-instance.js';
import { EngineError, reasonOf } from '../errors.js';
import { built, requireScriptProcessor, silence } from '../script-processor.js';
import { encodeStringEvents } from './events.js';
import { StringRenderer } from './renderer.js';
import { StringView } from './view.js';

/** An automatic buffer, in frames: what a busy page can keep up with. */
const AUTOMATIC_SIZE = 1024;

export class StringScriptProcessorHost {
  /** @readonly */
  mode = 'script-processor';
  /** @readonly */
  transport = 'direct';
  /** Set when the strings failed while they played. @type {EngineError | null} */
  failure = null;
  #context;
  #clock;
  /** @type {StringRenderer | null} */
  #renderer;
  #isForgotten = false;
  #onfailure;

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').StringHostOptions} options
   * @throws {EngineError} script-processor-unsupported, script-processor-offline, processor-failed, out-of-memory
   */
  static async start(context, options) {
    await requireScriptProcessor(context);
    return new StringScriptProcessorHost(context, options);
  }

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').StringHostOptions} options
   */
  constructor(context, { loaded, table, bufferSize, onfailure }) {
    this.#context = context;
    this.#onfailure = onfailure;
    this.view = StringView.of(table.viewPoints, false);
    const { sampleRate } = context;
    const size = bufferSize === 'auto' ? AUTOMATIC_SIZE : bufferSize;
    this.#clock = new CallbackClock(size, sampleRate);
    // The frame at which what is rendered now comes out.
    const clock = () => this.#clock.inputFrame + Math.round(this.#clock.latency * sampleRate);
    /** @type {StringRenderer | null} */
    this.#renderer = built(() => {
      const instance = EngineInstance.shared(loaded.module, loaded.url);
      return new StringRenderer(instance, { sampleRate, view: this.view, clock });
    });
    this.node = context.createScriptProcessor(size, 0, 1);
    this.node.onaudioprocess = (event) => this.#process(event);
  }

  /** @param {import('./events.js').StringEvent} event */
  send(event) {
    // The memory of what has failed is not to be trusted.
    if (this.failure) return;
    try {
      this.#renderer?.schedule(encodeStringEvents([event]));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What lets it end by itself, as StringWorkletHost's. */
  get forget() {
    return () => {
      this.#isForgotten = true;
    };
  }

  /** Ends it, and gives its memory back. */
  async stop() {
    this.node.onaudioprocess = null;
    this.#renderer?.close();
    this.#renderer = null;
  }

  /** @param {AudioProcessingEvent} event */
  #process({ outputBuffer, playbackTime }) {
    const renderer = this.#renderer;
    silence(outputBuffer);
    if (!renderer || this.failure) return;
    if (this.#isForgotten && renderer.isAtRest) {
      this.stop();
      return;
    }
    this.#clock.called(this.#context.currentTime, playbackTime);
    try {
      renderer.render(outputBuffer.getChannelData(0));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.failure) return;
    this.failure = new EngineError('processor-died', { reason: reasonOf(error) }, error);
    this.#onfailure(this.failure);
  }
}
