/**
 * The strings in an AudioWorklet: makes the node, shakes hands with the processor, and ends it. Main thread; what runs
 * on the audio thread is processor.js.
 */

import { deferred } from '../deferred.js';
import { has } from '../detect.js';
import { ABI_VERSION } from '../engine-instance.js';
import { EngineError } from '../errors.js';
import { messageOf, shakeHands } from '../handshake.js';
import { ownProcessorUrl } from '../locate.js';
import { renderAfter } from '../offline.js';
import { addScript } from '../worklet-script.js';
import { encodeStringEvents } from './events.js';
import { StringView } from './view.js';

/** How long an ending processor may take before it is let go all the same. */
const END_MILLISECONDS = 1000;

export class StringWorkletHost {
  /** @readonly */
  mode = 'worklet';
  /** @type {EngineError | null} set when the processor failed while it played */
  failure = null;
  /** What is to be sent at the end of this task. @type {import('./events.js').StringEvent[]} */
  #pending = [];
  /** Whether something was sent since the processor last told that all had arrived. */
  #isSaid = false;
  /** @type {ReturnType<typeof deferred<void>> | null} */
  #arriving = null;
  /** Resolved when the processor has ended, or never will. @type {ReturnType<typeof deferred<void>>} */
  #ended = deferred();
  /** Ends what an offline render waits for. */
  #release;
  #onfailure;

  /**
   * Starts a processor and waits until it is ready to render.
   * @param {BaseAudioContext} context
   * @param {import('./options.js').StringHostOptions} options
   * @throws {EngineError} worklet-…, processor-…, shared-memory-unsupported
   */
  static async start(context, options) {
    if (!has('audioWorklet') || !context.audioWorklet) throw new EngineError('worklet-unsupported');
    if (options.transport === 'shared' && !has('sharedMemory')) throw new EngineError('shared-memory-unsupported');
    const processorUrl = options.processorUrl ?? ownProcessorUrl();
    await addScript(context, processorUrl);
    const host = new StringWorkletHost(context, { ...options, processorUrl });
    try {
      await shakeHands(host.node, options.timeout);
    } catch (error) {
      host.#ended.resolve();
      host.stop();
      throw error;
    }
    host.node.onprocessorerror = (event) => host.#fail(messageOf(event) || 'the processor threw');
    host.node.port.onmessage = ({ data }) => host.#receive(data);
    return host;
  }

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').StringHostOptions & { processorUrl: string }} options
   */
  constructor(context, { loaded, table, transport, processorUrl, onfailure }) {
    const shared = transport !== 'message' && has('sharedMemory');
    /** @type {'shared' | 'message'} @readonly */
    this.transport = shared ? 'shared' : 'message';
    this.#onfailure = onfailure;
    this.view = StringView.of(table.viewPoints, shared);
    const { module, url } = loaded;
    this.node = makeNode(context, processorUrl, { module, url, words: this.view.words, shared });
    const weak = new WeakRef(this);
    this.#release = renderAfter(context, () => {
      const host = weak.deref();
      return host ? host.#arrival() : null;
    });
  }

  /**
   * Sends what is done to the strings: all of one task in one message, at its end.
   * @param {import('./events.js').StringEvent} event
   */
  send(event) {
    if (this.#pending.length === 0) queueMicrotask(() => this.#flush());
    this.#pending.push(event);
    this.#isSaid = true;
  }

  /** What lets the processor end by itself, once nothing sounds. It holds neither this host nor its node. */
  get forget() {
    const { port } = this.node;
    return () => port.postMessage({ forgotten: true });
  }

  /** Tells the processor to end, and waits until it has. */
  async stop() {
    this.#release();
    this.node.port.postMessage({ stop: true });
    const tooLate = setTimeout(this.#ended.resolve, END_MILLISECONDS);
    await this.#ended.promise;
    clearTimeout(tooLate);
    this.node.port.onmessage = null;
    this.node.onprocessorerror = null;
    this.node.port.close();
  }

  #flush() {
    if (this.#pending.length === 0) return;
    const events = encodeStringEvents(this.#pending);
    this.#pending = [];
    this.node.port.postMessage({ events }, [events.buffer]);
  }

  /** When all that was sent so far has arrived; null where it has. */
  #arrival() {
    if (!this.#isSaid || this.failure) return null;
    this.#isSaid = false;
    this.#flush();
    this.node.port.postMessage({ ask: true });
    this.#arriving ??= deferred();
    return this.#arriving.promise;
  }

  /** @param {{ picture?: Float32Array, arrived?: true, ended?: true, died?: string }} message */
  #receive({ picture, arrived, ended, died }) {
    if (picture) this.view.write(picture);
    else if (arrived) this.#arrived();
    else if (ended) this.#end();
    else if (died) this.#fail(died);
  }

  #arrived() {
    this.#arriving?.resolve();
    this.#arriving = null;
  }

  #end() {
    this.#arrived();
    this.#ended.resolve();
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#end();
    if (this.failure) return;
    this.failure = new EngineError('processor-died', { reason });
    this.#onfailure(this.failure);
  }
}

/**
 * @param {BaseAudioContext} context
 * @param {string} processorUrl for the error's sentence
 * @param {import('./renderer.js').StringProcessorOptions} processorOptions
 */
function makeNode(context, processorUrl, processorOptions) {
  try {
    return new AudioWorkletNode(context, `audio-dsp-wasm/${ABI_VERSION}/string`, {
      numberOfInputs: 0,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      processorOptions,
    });
  } catch (error) {
    throw new EngineError('worklet-script-failed', { url: processorUrl }, error);
  }
}
