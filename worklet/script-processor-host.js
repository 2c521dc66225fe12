/**
 * The fallback for browsers and pages without AudioWorklet: the same wasm, in an instance on the main thread, behind a
 * ScriptProcessorNode. Its big buffer is cut into quanta, so the samples are the same.
 *
 * The node exchanges buffers with the audio thread in turn, so sound comes out two buffers later; and where
 * the main thread is busy for longer than a buffer lasts, it comes out broken. That is counted.
 */

import { CallbackClock } from './callback-clock.js';
import { ControlBlock } from './control-block.js';
import { EngineInstance } from './engine-instance.js';
import { EngineError, reasonOf } from './errors.js';
import { encodeEvents } from './events.js';
import { BUFFER_SIZES } from './options.js';
import { DEFAULT_QUANTUM, Renderer } from './renderer.js';
import { built, requireScriptProcessor, silence } from './script-processor.js';

/** @typedef {import('./options.js').BufferSize} BufferSize */

/**
 * What an automatic buffer size begins with, in frames.
 * @type {BufferSize}
 */
const FIRST_SIZE = 512;

/** So many late buffers within so many seconds make an automatic buffer grow. */
const LATE_TO_GROW = 3;
const SECONDS_TO_GROW = 5;

export class ScriptProcessorHost {
  /** @readonly */
  mode = 'script-processor';
  /** @readonly */
  transport = 'direct';
  /** Set when the engine failed while it played. @type {EngineError | null} */
  failure = null;
  #context;
  /** @type {Renderer | null} */
  #renderer;
  /** @type {Float32Array[]} */
  #input = [];
  /** @type {Float32Array[]} */
  #output = [];
  #clock;
  /**
   * When late buffers came, while the size is automatic; in the context's seconds.
   * @type {{ ongrow: (bufferSize: BufferSize) => void, late: number[] } | null}
   */
  #growth;
  #onfailure;
  #parameters;
  /** How many batches of events the engine has taken in. */
  #batches = 0;

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').HostOptions} options
   * @throws {EngineError} script-processor-unsupported, script-processor-offline, processor-failed
   */
  static async start(context, options) {
    await requireScriptProcessor(context);
    return new ScriptProcessorHost(context, options);
  }

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').HostOptions} options
   */
  constructor(context, { loaded, parameters, channels, bufferSize, firstSize, connect, onfailure, ongrow }) {
    this.#context = context;
    this.#onfailure = onfailure;
    this.#parameters = parameters;
    /** In frames. */
    this.bufferSize = bufferSize === 'auto' ? (firstSize ?? FIRST_SIZE) : bufferSize;
    this.#clock = new CallbackClock(this.bufferSize, context.sampleRate);
    this.#growth = bufferSize === 'auto' ? { ongrow, late: [] } : null;
    this.block = new ControlBlock(loaded.layout, false);
    this.block.storeAll(parameters);
    const { sampleRate } = context;
    const { words } = this.block;
    const clock = () => this.#clock.inputFrame;
    /** @type {Renderer | null} */
    this.#renderer = built(() => {
      const instance = EngineInstance.shared(loaded.module, loaded.url);
      return new Renderer(instance, { sampleRate, channels, words, clock });
    });
    this.node = context.createScriptProcessor(this.bufferSize, channels, channels);
    this.node.channelCountMode = 'explicit';
    this.node.channelInterpretation = 'speakers';
    this.node.onaudioprocess = (event) => this.#process(event);
    connect(this.node);
  }

  /** From the node's input to its output, in seconds. */
  get bufferSeconds() {
    return this.#clock.latency;
  }

  /**
   * A parameter was set.
   * @param {number} index
   */
  store(index) {
    this.block.store(this.#parameters, index);
  }

  /** Anything may have been set. */
  storeAll() {
    this.block.storeAll(this.#parameters);
  }

  /**
   * Schedules events; gives the number of the batch that they are.
   * @param {readonly import('./events.js').ParameterEvent[]} events
   */
  send(events) {
    try {
      const words = encodeEvents(events, (id) => this.#parameters.row(id).index);
      this.#renderer?.schedule(words, this.#parameters.sequence);
    } catch (error) {
      this.#fail(error);
    }
    return ++this.#batches;
  }

  /** What lets it end by itself when it can, as WorkletHost's. */
  get forget() {
    const { block } = this;
    return () => block.forget();
  }

  /** Ends it, and gives its memory back. */
  async stop() {
    this.block.requestStop();
    this.node.onaudioprocess = null;
    this.#renderer?.close();
    this.#renderer = null;
  }

  /** @param {AudioProcessingEvent} event */
  #process({ inputBuffer, outputBuffer, playbackTime }) {
    const renderer = this.#renderer;
    if (!renderer || this.failure) return silence(outputBuffer);
    // A ScriptProcessorNode cannot tell silence from nothing connected.
    if (renderer.isToStop(false)) {
      this.stop();
      return silence(outputBuffer);
    }
    if (this.#clock.called(this.#context.currentTime, playbackTime)) this.#wasLate(renderer);
    for (let channel = 0; channel < inputBuffer.numberOfChannels; channel++) {
      this.#input[channel] = inputBuffer.getChannelData(channel);
      this.#output[channel] = outputBuffer.getChannelData(channel);
    }
    try {
      renderer.render(this.#input, this.#output);
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

  /** @param {Renderer} renderer */
  #wasLate(renderer) {
    renderer.missed += this.bufferSize / DEFAULT_QUANTUM;
    if (!this.#growth) return;
    const now = this.#context.currentTime;
    const { late, ongrow } = this.#growth;
    late.push(now);
    while (now - late[0] > SECONDS_TO_GROW) late.shift();
    const next = BUFFER_SIZES[BUFFER_SIZES.indexOf(this.bufferSize) + 1];
    if (late.length < LATE_TO_GROW || !next) return;
    this.#growth = null;
    ongrow(next);
  }
}
