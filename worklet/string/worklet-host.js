/**
 * The strings in an AudioWorklet: what is said to their processor, and what comes back. Main thread; what runs on the
 * audio thread is processor.js.
 */

import { has } from '../detect.js';
import { ABI_VERSION } from '../engine-instance.js';
import { ProcessorLink } from '../processor-link.js';
import { encodeStringEvents } from './events.js';
import { StringView } from './view.js';

export class StringWorkletHost {
  /** @readonly */
  mode = 'worklet';
  /** What is to be sent at the end of this task. @type {import('./events.js').StringEvent[]} */
  #pending = [];
  #link;

  /**
   * Starts a processor and waits until it is ready to render.
   * @param {BaseAudioContext} context
   * @param {import('./options.js').StringHostOptions} options
   * @throws {import('../errors.js').EngineError} worklet-…, processor-…, shared-memory-unsupported
   */
  static async start(context, options) {
    const processorUrl = await ProcessorLink.load(context, options);
    const host = new StringWorkletHost(context, { ...options, processorUrl });
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
   * @param {import('./options.js').StringHostOptions & { processorUrl: string }} options
   */
  constructor(context, { loaded, table, transport, processorUrl, onfailure }) {
    const shared = transport !== 'message' && has('sharedMemory');
    /** @type {'shared' | 'message'} @readonly */
    this.transport = shared ? 'shared' : 'message';
    this.view = StringView.of(table.viewPoints, shared);
    const { module, url } = loaded;
    const processor = {
      processorUrl,
      name: `audio-dsp-wasm/${ABI_VERSION}/string`,
      options: nodeOptions({ module, url, words: this.view.words, shared }),
    };
    this.#link = new ProcessorLink(context, processor, {
      flush: () => this.#flush(),
      receive: ({ picture }) => this.view.write(picture),
      onfailure,
    });
  }

  get node() {
    return this.#link.node;
  }

  /**
   * Sends what is done to the strings: all of one task in one message, at its end.
   * @param {import('./events.js').StringEvent} event
   */
  send(event) {
    if (this.#pending.length === 0) queueMicrotask(() => this.#flush());
    this.#pending.push(event);
    this.#link.said();
  }

  /** What lets the processor end by itself, once nothing sounds. It holds neither this host nor its node. */
  get forget() {
    const { port } = this.node;
    return () => port.postMessage({ forgotten: true });
  }

  /** Tells the processor to end, and waits until it has. */
  async stop() {
    this.node.port.postMessage({ stop: true });
    await this.#link.close();
  }

  #flush() {
    if (this.#pending.length === 0) return;
    const events = encodeStringEvents(this.#pending);
    this.#pending = [];
    this.node.port.postMessage({ events }, [events.buffer]);
  }
}

/**
 * @param {import('./renderer.js').StringProcessorOptions} processorOptions
 * @returns {AudioWorkletNodeOptions}
 */
const nodeOptions = (processorOptions) => ({
  numberOfInputs: 0,
  numberOfOutputs: 1,
  outputChannelCount: [1],
  processorOptions,
});
