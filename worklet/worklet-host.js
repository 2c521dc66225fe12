/**
 * The engine in an AudioWorklet: what is said to its processor, and what comes back. Main thread; what runs on the
 * audio thread is processor.js.
 */

import { ControlBlock } from './control-block.js';
import { has } from './detect.js';
import { ABI_VERSION } from './engine-instance.js';
import { EventTransport } from './event-transport.js';
import { MessageTransport } from './message-transport.js';
import { ProcessorLink } from './processor-link.js';

export class WorkletHost {
  /** @readonly */
  mode = 'worklet';
  /** The worklet has no script processor's buffer. @type {0} @readonly */
  bufferSize = 0;
  /** The worklet adds no buffer of its own: an input sample is answered in its own quantum. */
  bufferSeconds = 0;
  /** @type {MessageTransport | null} */
  #messages = null;
  #link;
  #events;
  #parameters;

  /**
   * Starts a processor and waits until it is ready to render.
   * @param {BaseAudioContext} context
   * @param {import('./options.js').HostOptions} options
   * @throws {import('./errors.js').EngineError} worklet-…, processor-…, shared-memory-unsupported
   */
  static async start(context, options) {
    const processorUrl = await ProcessorLink.load(context, options);
    const host = new WorkletHost(context, { ...options, processorUrl });
    try {
      await host.#link.open(options.timeout);
    } catch (error) {
      host.stop();
      throw error;
    }
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
    this.#parameters = parameters;
    this.block = new ControlBlock(loaded.layout, shared);
    this.block.storeAll(parameters);
    const { words } = this.block;
    const { module, url } = loaded;
    const isOffline = context instanceof OfflineAudioContext;
    const frames = isOffline ? context.length : Infinity;
    const processorOptions = { module, url, words, shared, channels, frames };
    const processor = { processorUrl, name: `audio-dsp-wasm/${ABI_VERSION}`, options: nodeOptions(processorOptions) };
    this.#link = new ProcessorLink(context, processor, {
      flush: () => this.#events.flush(),
      receive: ({ meters }) => this.block.takeMeters(meters),
      onfailure,
    });
    connect(this.node);
    if (!shared) this.#messages = new MessageTransport(this.node.port, this.block, isOffline);
    this.#events = new EventTransport(this.node.port, (id) => parameters.row(id).index);
  }

  get node() {
    return this.#link.node;
  }

  /** Set when the processor failed while it played. */
  get failure() {
    return this.#link.failure;
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
    this.#link.said();
    // What was set before them may not come after them.
    this.#messages?.flush();
    return this.#events.send(events, this.#parameters.sequence);
  }

  /** The block has changed. */
  #say() {
    if (!this.#messages) return;
    this.#link.said();
    this.#messages.changed();
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
    this.block.requestStop();
    this.node.port.postMessage(this.transport === 'shared' ? {} : { inbound: this.block.inbound() });
    await this.#link.close();
  }
}

/**
 * @param {import('./renderer.js').ProcessorOptions} processorOptions
 * @returns {AudioWorkletNodeOptions}
 */
const nodeOptions = (processorOptions) => ({
  numberOfInputs: 1,
  numberOfOutputs: 1,
  outputChannelCount: [processorOptions.channels],
  channelCount: processorOptions.channels,
  channelCountMode: 'explicit',
  channelInterpretation: 'speakers',
  processorOptions,
});
