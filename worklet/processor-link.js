/**
 * The main thread's end of a processor: makes its node, waits until it is ready, hears when what was said has arrived
 * and when it has ended or failed. What else is said is its host's. Main thread only.
 */

import { deferred } from './deferred.js';
import { has } from './detect.js';
import { ABI_VERSION } from './engine-instance.js';
import { EngineError } from './errors.js';
import { ownProcessorUrl } from './locate.js';
import { renderAfter } from './offline.js';
import { addScript } from './worklet-script.js';

/** A timer of more than this fires at once. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** How long an ending processor may take before it is let go all the same. */
const END_MILLISECONDS = 1000;

/**
 * What is said between a host and its processor, besides the handshake.
 * @typedef {object} Conversation
 * @property {() => void} flush sends what waits to be sent
 * @property {(message: any) => void} receive takes a message that is none of every processor's
 * @property {(error: EngineError) => void} onfailure the processor failed while it played
 *
 * @typedef {object} Processor
 * @property {string} processorUrl where its script is, for an error's sentence
 * @property {string} name that the script registers it by
 * @property {AudioWorkletNodeOptions} options
 */

export class ProcessorLink {
  /** Set when the processor failed while it played. @type {EngineError | null} */
  failure = null;
  #conversation;
  /** Whether something was said since the processor last told that all had arrived. */
  #isSaid = false;
  /** @type {ReturnType<typeof deferred<void>> | null} */
  #arriving = null;
  /** Resolved when the processor has ended, or never will. @type {ReturnType<typeof deferred<void>>} */
  #ended = deferred();
  /** Ends what an offline render waits for. */
  #release;

  /**
   * Loads the script, once for a context; says where it is.
   * @param {BaseAudioContext} context
   * @param {Pick<import('./options.js').HostOptions, 'transport' | 'processorUrl'>} options
   * @throws {EngineError} worklet-…, shared-memory-unsupported
   */
  static async load(context, { transport, processorUrl = ownProcessorUrl() }) {
    if (!has('audioWorklet') || !context.audioWorklet) throw new EngineError('worklet-unsupported');
    if (transport === 'shared' && !has('sharedMemory')) throw new EngineError('shared-memory-unsupported');
    await addScript(context, processorUrl);
    return processorUrl;
  }

  /**
   * @param {BaseAudioContext} context
   * @param {Processor} processor
   * @param {Conversation} conversation
   * @throws {EngineError} worklet-script-failed
   */
  constructor(context, processor, conversation) {
    this.node = makeNode(context, processor);
    this.#conversation = conversation;
    const weak = new WeakRef(this);
    this.#release = renderAfter(context, () => {
      const link = weak.deref();
      return link ? link.#arrival() : null;
    });
  }

  /**
   * Waits until the processor is ready to render. Where it fails, close() waits for nothing.
   * @param {number} seconds that it may take
   * @throws {EngineError} processor-silent, processor-failed, out-of-memory
   */
  async open(seconds) {
    const { node } = this;
    try {
      await shakeHands(node, seconds);
    } catch (error) {
      this.#ended.resolve();
      throw error;
    }
    node.onprocessorerror = (event) => this.#fail(messageOf(event) || 'the processor threw');
    node.port.onmessage = ({ data }) => this.#receive(data);
  }

  /** Something was said, or will be by flush(): an offline render waits until it has arrived. */
  said() {
    this.#isSaid = true;
  }

  /** Waits until the processor has ended, which it was told to. */
  async close() {
    this.#release();
    const tooLate = setTimeout(this.#ended.resolve, END_MILLISECONDS);
    await this.#ended.promise;
    clearTimeout(tooLate);
    this.node.port.onmessage = null;
    this.node.onprocessorerror = null;
    this.node.port.close();
  }

  /** When all that was said so far has arrived; null where it has. */
  #arrival() {
    if (!this.#isSaid || this.failure) return null;
    this.#isSaid = false;
    this.#conversation.flush();
    this.node.port.postMessage({ ask: true });
    this.#arriving ??= deferred();
    return this.#arriving.promise;
  }

  /** @param {{ arrived?: true, ended?: true, died?: string }} message */
  #receive(message) {
    if (message.arrived) this.#arrived();
    else if (message.ended) this.#end();
    else if (message.died) this.#fail(message.died);
    else this.#conversation.receive(message);
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
    this.#conversation.onfailure(this.failure);
  }
}

/**
 * @param {AudioWorkletNode} node
 * @param {number} seconds
 */
async function shakeHands(node, seconds) {
  /** @type {ReturnType<typeof deferred<void>>} */
  const { promise, resolve, reject } = deferred();
  const tooLate = setTimeout(
    () => reject(new EngineError('processor-silent', { seconds })),
    Math.min(1000 * seconds, LONGEST_TIMER_MILLISECONDS),
  );
  node.onprocessorerror = (event) => {
    reject(new EngineError('processor-failed', { reason: messageOf(event) || 'its constructor threw' }));
  };
  node.port.onmessage = ({ data: { ready, failed = 'it is of another version', isOutOfMemory } }) => {
    if (ready === ABI_VERSION) resolve();
    else reject(new EngineError(isOutOfMemory ? 'out-of-memory' : 'processor-failed', { reason: failed }));
  };
  try {
    await promise;
  } finally {
    clearTimeout(tooLate);
  }
}

/**
 * What a processor error says; empty in browsers that tell nothing.
 * @param {Event} event
 */
const messageOf = (event) => (event instanceof ErrorEvent ? event.message : '');

/**
 * @param {BaseAudioContext} context
 * @param {Processor} processor
 */
function makeNode(context, { processorUrl, name, options }) {
  try {
    return new AudioWorkletNode(context, name, options);
  } catch (error) {
    throw new EngineError('worklet-script-failed', { url: processorUrl }, error);
  }
}
