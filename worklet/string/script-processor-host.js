/**
 * The strings where there is no AudioWorklet: the same wasm, in the main thread's instance for sound, behind a
 * ScriptProcessorNode. What is done at a time is heard at that time; what is done now, two buffers later. Main thread.
 */

import { CallbackClock } from '../callback-clock.js';
import { has, waitsForScriptProcessor } from '../detect.js';
import { EngineInstance, OutOfMemory } from '../engine-instance.js';
import { EngineError, reasonOf } from '../errors.js';
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
    if (!has('scriptProcessor') || !context.createScriptProcessor) {
      throw new EngineError('script-processor-unsupported');
    }
    if (context instanceof OfflineAudioContext && !(await waitsForScriptProcessor())) {
      throw new EngineError('script-processor-offline');
    }
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
    try {
      const instance = EngineInstance.shared(loaded.module, loaded.url);
      this.#renderer = new StringRenderer(instance, { sampleRate, view: this.view, clock });
    } catch (error) {
      const code = error instanceof OutOfMemory ? 'out-of-memory' : 'processor-failed';
      throw new EngineError(code, { reason: reasonOf(error) }, error);
    }
    this.node = context.createScriptProcessor(size, 0, 1);
    this.node.onaudioprocess = (event) => this.#process(event);
  }

  /** @param {import('./events.js').StringEvent} event */
  send(event) {
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
    if (!renderer || this.failure) return;
    if (this.#isForgotten && renderer.isAtRest) {
      this.stop();
      return;
    }
    this.#clock.called(this.#context.currentTime, playbackTime);
    const output = outputBuffer.getChannelData(0);
    // Some browsers hand out a buffer that was played before.
    output.fill(0);
    try {
      renderer.render(output);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    this.failure = new EngineError('processor-died', { reason: reasonOf(error) }, error);
    this.#onfailure(this.failure);
  }
}
