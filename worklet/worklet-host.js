/**
 * The engine in an AudioWorklet: makes the node, shakes hands with the processor, and ends it. Main thread; what runs
 * on the audio thread is processor.js.
 */

import { ControlBlock } from './control-block.js';
import { deferred } from './deferred.js';
import { has } from './detect.js';
import { ABI_VERSION } from './engine-instance.js';
import { EngineError } from './errors.js';
import { EventTransport } from './event-transport.js';
import { messageOf, shakeHands } from './handshake.js';
import { ownProcessorUrl } from './locate.js';
import { MessageTransport } from './message-transport.js';
import { renderAfter } from './offline.js';
import { addScript } from './worklet-script.js';

/** How long an ending processor may take before it is let go all the same. */
const END_MILLISECONDS = 1000;

export class WorkletHost {
  /** @readonly */
  mode = 'worklet';
  /** The worklet has no script processor's buffer. @type {0} @readonly */
  bufferSize = 0;
  /** The worklet adds no buffer of its own: an input sample is answered in its own quantum. */
  bufferSeconds = 0;
  /** Set when the processor failed while it played. @type {EngineError | null} */
  failure = null;
  /** @type {MessageTransport | null} */
  #messages = null;
  #events;
  #parameters;
  /** Ends what an offline render waits for. */
  #release;
  /** Whether something was said to the processor since it last told that all had arrived. */
  #isSaid = false;
  /** @type {ReturnType<typeof deferred<void>> | null} */
  #arriving = null;
  /** Resolved when the processor has ended, or never will. @type {ReturnType<typeof deferred<void>>} */
  #ended = deferred();
  #onfailure;

  /**
   * Starts a processor and waits until it is ready to render.
   * @param {BaseAudioContext} context
   * @param {import('./options.js').HostOptions} options
   * @throws {EngineError} worklet-…, processor-…, shared-memory-unsupported
   */
  static async start(context, options) {
    if (!has('audioWorklet') || !context.audioWorklet) throw new EngineError('worklet-unsupported');
    if (options.transport === 'shared' && !has('sharedMemory')) throw new EngineError('shared-memory-unsupported');
    const processorUrl = options.processorUrl ?? ownProcessorUrl();
    await addScript(context, processorUrl);
    const host = new WorkletHost(context, { ...options, processorUrl });
    await host.#handshake(options.timeout);
    return host;
  }

  /**
   * @param {BaseAudioContext} context
   * @param {import('./options.js').HostOptions & { processorUrl: string }} options
   */
  constructor(context, { loaded, parameters, channels, transport, processorUrl, connect, onfailure }) {
    const shared = transport !== 'message' && has('sharedMemory');
    /** @type {'shared' | 'message'} @readonly */
    this.transport = shared ? 'shared' : 'message';
    this.#onfailure = onfailure;
    this.#parameters = parameters;
    this.block = new ControlBlock(loaded.layout, shared);
    this.block.storeAll(parameters);
    const { words } = this.block;
    const { module, url } = loaded;
    const isOffline = context instanceof OfflineAudioContext;
    const frames = isOffline ? context.length : Infinity;
    this.node = makeNode(context, processorUrl, channels, { module, url, words, shared, channels, frames });
    connect(this.node);
    if (!shared) this.#messages = new MessageTransport(this.node.port, this.block, isOffline);
    this.#events = new EventTransport(this.node.port, (id) => parameters.row(id).index);
    const weak = new WeakRef(this);
    this.#release = renderAfter(context, () => {
      const host = weak.deref();
      return host ? host.#arrival() : null;
    });
  }

  /**
   * A parameter was set.
   * @param {number} index
   */
  store(index) {
    this.block.store(this.#parameters, index);
    this.#say();
  }

  /** Anything may have been set. */
  storeAll() {
    this.block.storeAll(this.#parameters);
    this.#say();
  }

  /**
   * Sends events that were scheduled now; gives the number of the message that brings them.
   * @param {readonly import('./events.js').ParameterEvent[]} events
   */
  send(events) {
    this.#isSaid = true;
    // What was set before them may not come after them.
    this.#messages?.flush();
    return this.#events.send(events, this.#parameters.sequence);
  }

  /** The block has changed. */
  #say() {
    if (!this.#messages) return;
    this.#isSaid = true;
    this.#messages.changed();
  }

  /** When all that was said so far has arrived; null where it has. */
  #arrival() {
    if (!this.#isSaid || this.failure) return null;
    this.#isSaid = false;
    this.#events.flush();
    this.node.port.postMessage({ ask: true });
    this.#arriving ??= deferred();
    return this.#arriving.promise;
  }

  /**
   * What lets the processor end by itself when it can: not before nothing is connected and nothing rings on. It holds
   * neither this host nor its node.
   */
  get forget() {
    const { block } = this;
    const { port } = this.node;
    const isShared = this.transport === 'shared';
    return () => {
      block.forget();
      port.postMessage(isShared ? {} : { inbound: block.inbound() });
    };
  }

  /** Tells the processor to end, and waits until it has. */
  async stop() {
    this.#messages?.close();
    this.#release();
    this.block.requestStop();
    this.node.port.postMessage(this.transport === 'shared' ? {} : { inbound: this.block.inbound() });
    const tooLate = setTimeout(this.#ended.resolve, END_MILLISECONDS);
    await this.#ended.promise;
    clearTimeout(tooLate);
    this.node.port.onmessage = null;
    this.node.onprocessorerror = null;
    this.node.port.close();
  }

  /** @param {number} seconds */
  async #handshake(seconds) {
    try {
      await shakeHands(this.node, seconds);
    } catch (error) {
      this.#ended.resolve();
      this.stop();
      throw error;
    }
    this.node.onprocessorerror = (event) => this.#fail(messageOf(event) || 'the processor threw');
    this.node.port.onmessage = ({ data }) => this.#receive(data);
  }

  /** @param {{ meters?: Int32Array, arrived?: true, ended?: true, died?: string }} message */
  #receive({ meters, arrived, ended, died }) {
    if (meters) this.block.takeMeters(meters);
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
 * @param {1 | 2} channels
 * @param {import('./renderer.js').ProcessorOptions} processorOptions
 */
function makeNode(context, processorUrl, channels, processorOptions) {
  try {
    return new AudioWorkletNode(context, `audio-dsp-wasm/${ABI_VERSION}`, {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [channels],
      channelCount: channels,
      channelCountMode: 'explicit',
      channelInterpretation: 'speakers',
      processorOptions,
    });
  } catch (error) {
    throw new EngineError('worklet-script-failed', { url: processorUrl }, error);
  }
}
