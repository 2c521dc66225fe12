/**
 * The engine in an AudioWorklet: loads the script, makes the node, shakes hands with the processor, and
 * ends it. Main thread; what runs on the audio thread is processor.js.
 */

import { ControlBlock } from './control-block.js';
import { deferred } from './deferred.js';
import { has } from './detect.js';
import { EngineError, reasonOf } from './errors.js';
import { MessageTransport } from './message-transport.js';
import { ABI_VERSION } from './renderer.js';

/** How long an ending processor may take before it is let go all the same, in ms. */
const END_TIME = 1000;

/** How long the question why a script was blocked may take, in ms. */
const PRELOAD_TIME = 1000;

/** @type {WeakMap<BaseAudioContext, Map<string, Promise<void>>>} scripts added, by context and URL */
const scripts = new WeakMap();

export class WorkletHost {
  mode = 'worklet';
  /** The worklet adds no buffer of its own: an input sample is answered in its own quantum. */
  bufferSeconds = 0;
  /** Set when the processor failed while it played. */
  failure = null;
  #messages = null;
  #ended = deferred();
  #onfailure;

  /**
   * Starts a processor and waits until it is ready to render.
   * @param {BaseAudioContext} context
   * @param {object} options
   * @param {import('./module.js').LoadedModule} options.loaded
   * @param {import('./parameters.js').Parameters} options.parameters in force from the first sample
   * @param {number} options.channels
   * @param {'auto' | 'shared' | 'message'} options.transport
   * @param {string} options.processorUrl
   * @param {number} options.timeout for the handshake, in seconds
   * @param {(node: AudioNode) => void} options.connect puts the node into the graph, before it is first called
   * @param {(error: EngineError) => void} options.onfailure called when the processor fails while it plays
   * @throws {EngineError} worklet-…, processor-…, shared-memory-unsupported
   */
  static async start(context, options) {
    if (!has('audioWorklet') || !context.audioWorklet) throw new EngineError('worklet-unsupported');
    if (options.transport === 'shared' && !has('sharedMemory')) throw new EngineError('shared-memory-unsupported');
    await addScript(context, options.processorUrl);
    const host = new WorkletHost(context, options);
    await host.#handshake(options.timeout);
    return host;
  }

  constructor(context, { loaded, parameters, channels, transport, processorUrl, connect, onfailure }) {
    const shared = transport !== 'message' && has('sharedMemory');
    this.transport = shared ? 'shared' : 'message';
    this.#onfailure = onfailure;
    this.block = new ControlBlock(loaded.layout, shared);
    this.block.storeAll(parameters);
    this.node = makeNode(context, processorUrl, channels, {
      module: loaded.module,
      words: this.block.words,
      channels,
      metersWord: this.block.metersWord,
      missedWord: this.block.missedWord,
      stopFlag: loaded.layout.flagStop,
      shared,
    });
    connect(this.node);
    if (!shared) this.#messages = new MessageTransport(this.node.port, this.block);
  }

  /** A parameter has a new value. */
  store(index, value) {
    this.block.store(index, value);
    this.#messages?.changed();
  }

  /** Any of the parameters may have new values. */
  storeAll(parameters) {
    this.block.storeAll(parameters);
    this.#messages?.changed();
  }

  /** Tells the processor to end, and waits until it has. */
  async stop() {
    this.#messages?.close();
    this.block.requestStop();
    this.node.port.postMessage(this.transport === 'shared' ? {} : { inbound: this.block.inbound() });
    const tooLate = setTimeout(this.#ended.resolve, END_TIME);
    await this.#ended.promise;
    clearTimeout(tooLate);
    this.node.port.onmessage = null;
    this.node.onprocessorerror = null;
    this.node.port.close();
  }

  async #handshake(seconds) {
    const { promise, resolve, reject } = deferred();
    const tooLate = setTimeout(() => reject(new EngineError('processor-silent', { seconds })), 1000 * seconds);
    this.node.onprocessorerror = (event) => {
      reject(new EngineError('processor-failed', { reason: event.message || 'its constructor threw' }));
    };
    this.node.port.onmessage = ({ data }) => {
      if (data.ready === ABI_VERSION) resolve();
      else reject(new EngineError('processor-failed', { reason: data.failed ?? 'it is of another version' }));
    };
    try {
      await promise;
    } catch (error) {
      this.#ended.resolve();
      this.stop();
      throw error;
    } finally {
      clearTimeout(tooLate);
    }
    this.node.onprocessorerror = (event) => this.#fail(event.message || 'the processor threw');
    this.node.port.onmessage = ({ data }) => this.#receive(data);
  }

  #receive({ meters, ended, died }) {
    if (meters) this.block.takeMeters(meters);
    else if (ended) this.#ended.resolve();
    else if (died) this.#fail(died);
  }

  #fail(reason) {
    this.#ended.resolve();
    if (this.failure) return;
    this.failure = new EngineError('processor-died', { reason });
    this.#onfailure(this.failure);
  }
}

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

/** Adds the script to the context once; a failure is not remembered. */
function addScript(context, url) {
  if (!scripts.has(context)) scripts.set(context, new Map());
  const added = scripts.get(context);
  if (!added.has(url)) {
    const adding = tryAddScript(context, url);
    added.set(url, adding);
    adding.catch(() => added.delete(url));
  }
  return added.get(url);
}

async function tryAddScript(context, url) {
  try {
    await context.audioWorklet.addModule(url);
  } catch (error) {
    const directive = await blockingDirective(url);
    if (directive) throw new EngineError('worklet-script-blocked', { url, directive }, error);
    throw new EngineError('worklet-script-missing', { url, reason: await whyMissing(url, error) }, error);
  }
}

/**
 * The directive of the page's policy that blocks a script, or null. Chromium reports no violation of addModule, but
 * does for a preload, which runs nothing.
 */
async function blockingDirective(url) {
  let directive = null;
  const listen = (event) => {
    if (event.blockedURI === url) directive = event.effectiveDirective.replace(/-elem$/, '');
  };
  document.addEventListener('securitypolicyviolation', listen);
  const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href: url });
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    setTimeout(resolve, PRELOAD_TIME);
    document.head.append(link);
  });
  // The violation is reported by a task of its own, after the error.
  await new Promise((resolve) => setTimeout(resolve));
  link.remove();
  document.removeEventListener('securitypolicyviolation', listen);
  return directive;
}

/** addModule rejects with "aborted" whatever the cause; asking for the file tells more. */
async function whyMissing(url, error) {
  try {
    const response = await fetch(url);
    if (!response.ok) return `HTTP ${response.status}`;
    const type = response.headers.get('content-type') ?? 'no type';
    return /javascript/.test(type) ? reasonOf(error) : `served as ${type} instead of text/javascript`;
  } catch (cause) {
    return reasonOf(cause);
  }
}
