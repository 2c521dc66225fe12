/**
 * The workers of render(): as many as the machine has processors, started when they are needed and ended when they have
 * had nothing to do for some seconds. Main thread only.
 */

import { throwIfAborted } from './abort.js';
import { blockedUriOf } from './data-url.js';
import { EngineError, reasonOf } from './errors.js';

/** How long a worker may take to start. A busy machine takes seconds. */
const START_MILLISECONDS = 20_000;

/** A worker without work is kept for so long. */
const IDLE_MILLISECONDS = 5000;

/**
 * @typedef {import('./render-worker.js').Answer} Answer
 * @typedef {import('./render-worker.js').Failed} Failed
 * @typedef {import('./render-worker.js').Message} Message
 * @typedef {import('./render-worker.js').Rendered} Rendered
 * @typedef {import('./render-worker.js').Request} Request
 * @typedef {import('./render-engine.js').RenderEngineOptions} RenderEngineOptions
 *
 * @typedef {object} WorkerSource
 * @property {string} workerUrl
 * @property {WebAssembly.Module} module
 * @property {string} wasmUrl where the module came from
 */

/** A worker, and the requests that it has not answered yet. */
export class RenderWorker {
  #worker;
  #url;
  /** @type {{ resolve: (answer: Answer['answer']) => void, reject: (reason: unknown) => void }[]} */
  #asked = [];
  /** Why it can do nothing any more. */
  #end = /** @type {{ reason: unknown } | null} */ (null);
  #started = false;
  /**
   * Told how many frames of a long part are done.
   * @type {(frames: number) => void}
   */
  onprogress = () => {};

  /**
   * @param {string} url
   * @throws {EngineError} worker-unsupported, worker-missing
   */
  constructor(url) {
    if (typeof Worker !== 'function') throw new EngineError('worker-unsupported');
    try {
      this.#worker = new Worker(url);
    } catch (error) {
      throw new EngineError('worker-missing', { url, reason: reasonOf(error) }, error);
    }
    this.#url = url;
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onmessageerror = () => this.#fail('its answer cannot be read');
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || 'it cannot be loaded');
    };
  }

  /** Whether it has ended. */
  get hasEnded() {
    return this.#end !== null;
  }

  /** Whether it has been asked for nothing that it has not answered. */
  get isFree() {
    return this.#asked.length === 0;
  }

  /**
   * Gives it the module.
   * @param {WorkerSource} source
   * @param {AbortSignal} signal
   * @throws {EngineError} worker-missing, worker-blocked, worker-failed
   */
  async start({ module, wasmUrl }, signal) {
    const late = setTimeout(() => this.#fail('it does not answer'), START_MILLISECONDS);
    try {
      await explaining(this.#url, signal, () => this.#giveModule(module, wasmUrl));
      this.#started = true;
    } catch (error) {
      this.end(error);
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {string} url
   */
  async #giveModule(module, url) {
    try {
      await this.#ask({ module });
    } catch (error) {
      // Some browsers post no modules: the worker compiles its own.
      const cannotPost = error instanceof Refused ? error.isUnreadable : error instanceof DOMException;
      if (!cannotPost) throw error;
      await this.#ask({ url });
    }
  }

  /**
   * Makes an engine, in the place of the one before.
   * @param {RenderEngineOptions} options
   * @throws {EngineError} out-of-memory, render-failed
   */
  async begin(options) {
    await this.#request({ begin: options });
  }

  /**
   * Renders a part in place; the caller's arrays are transferred there and back.
   * @param {Float32Array<ArrayBuffer>[]} part
   * @param {boolean} isTail
   * @returns {Promise<Rendered>}
   * @throws {EngineError} out-of-memory, render-failed
   */
  async render(part, isTail) {
    return /** @type {Rendered} */ (await this.#request({ part, isTail }, part));
  }

  /**
   * Joins parts to one, which has so many frames.
   * @param {Float32Array[][]} parts
   * @param {number} frames
   * @returns {Promise<Float32Array<ArrayBuffer>[]>}
   * @throws {EngineError} out-of-memory, render-failed
   */
  async join(parts, frames) {
    return /** @type {Float32Array<ArrayBuffer>[]} */ (await this.#request({ join: parts, frames }, parts.flat()));
  }

  /** Ends the engine, and gives its memory back. */
  async release() {
    await this.#request({ end: true });
  }

  /**
   * Ends the worker at once, whatever it does; what it was asked for fails with the reason.
   * @param {unknown} reason
   */
  end(reason) {
    if (this.#end) return;
    this.#end = { reason };
    this.#worker.terminate();
    for (const { reject } of this.#asked.splice(0)) reject(reason);
  }

  /**
   * @param {Request} request
   * @param {Float32Array[]} [transferred]
   */
  async #request(request, transferred) {
    try {
      return await this.#ask(request, transferred);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const failure = new EngineError(error.isOutOfMemory ? 'out-of-memory' : 'render-failed', {
        reason: error.message,
      });
      // What an instance holds that has failed nobody knows.
      this.end(failure);
      throw failure;
    }
  }

  /**
   * @param {Request} request
   * @param {Float32Array[]} [transferred]
   * @returns {Promise<Answer['answer']>}
   * @throws {Refused}
   */
  #ask(request, transferred = []) {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end.reason;
      this.#worker.postMessage(request, [...new Set(transferred.map(({ buffer }) => buffer))]);
      this.#asked.push({ resolve, reject });
    });
  }

  /** @param {Message} message */
  #receive(message) {
    if ('progress' in message) {
      try {
        this.onprogress(message.progress);
      } catch (error) {
        this.end(error);
      }
      return;
    }
    const asked = this.#asked.shift();
    if ('failed' in message) asked?.reject(new Refused(message));
    else asked?.resolve(message.answer);
  }

  /** @param {string} reason */
  #fail(reason) {
    const code = this.#started ? 'render-failed' : 'worker-failed';
    this.end(new EngineError(code, { url: this.#url, reason }));
  }
}

/** A worker could not do what it was asked for. */
class Refused extends Error {
  /** @param {Failed} failed */
  constructor({ failed, isOutOfMemory, isUnreadable = false }) {
    super(failed);
    this.isOutOfMemory = isOutOfMemory;
    this.isUnreadable = isUnreadable;
  }
}

/**
 * Where a worker does not start: why not, as far as the page can know.
 * @param {string} url
 * @param {AbortSignal} signal an abort needs no explanation
 * @param {() => Promise<void>} start
 */
async function explaining(url, signal, start) {
  /** @type {string | null} */
  let directive = null;
  /** @param {SecurityPolicyViolationEvent} event */
  const listen = ({ blockedURI, effectiveDirective }) => {
    if (blockedURI === blockedUriOf(url)) directive = effectiveDirective;
  };
  globalThis.document?.addEventListener('securitypolicyviolation', listen);
  try {
    await start();
  } catch (error) {
    throwIfAborted(signal);
    // The violation is reported by a task of its own, perhaps after the error.
    await new Promise((resolve) => setTimeout(resolve));
    if (directive) throw new EngineError('worker-blocked', { url, directive }, error);
    const reason = await whyMissing(url);
    if (reason) throw new EngineError('worker-missing', { url, reason }, error);
    if (error instanceof EngineError) throw error;
    throw new EngineError('worker-failed', { url, reason: reasonOf(error) }, error);
  } finally {
    globalThis.document?.removeEventListener('securitypolicyviolation', listen);
  }
}

/**
 * Why there is no script at a URL; null where there is one. A worker's error event does not tell.
 * @param {string} url
 */
async function whyMissing(url) {
  try {
    const response = await fetch(url);
    if (!response.ok) return `HTTP ${response.status}`;
    const type = response.headers.get('content-type') ?? 'no type';
    return /javascript/.test(type) ? null : `served as ${type} instead of text/javascript`;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Workers without work, each with the timer that ends it.
 * @type {Map<RenderWorker, { key: string, timer: ReturnType<typeof setTimeout> }>}
 */
const idle = new Map();
/** Workers that render a whole sound. */
let busy = 0;
/**
 * The calls that wait for one of those to end.
 * @type {Set<() => void>}
 */
const waiting = new Set();

/** The processors of this machine, as far as the browser tells. */
const processors = () => globalThis.navigator?.hardwareConcurrency || 2;

/**
 * Runs a job with a worker of its own. Where all processors are busy it waits for its turn. A stream does not wait, nor
 * keeps others waiting: it may stand still for as long as its reader does.
 * @template T
 * @param {WorkerSource} source
 * @param {{ isStream: boolean, signal: AbortSignal }} options an abort ends a worker in the middle of its work
 * @param {(worker: RenderWorker) => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function withWorker(source, { isStream, signal }, job) {
  if (!isStream) await turn(signal);
  try {
    throwIfAborted(signal);
    const key = `${source.workerUrl} ${source.wasmUrl}`;
    const kept = takeIdle(key);
    const worker = kept ?? new RenderWorker(source.workerUrl);
    const abort = () => worker.isFree || worker.end(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      if (!kept) await worker.start(source, signal);
      const result = await job(worker);
      await worker.release();
      return result;
    } finally {
      signal.removeEventListener('abort', abort);
      if (!worker.hasEnded) keep(worker, key);
    }
  } finally {
    if (!isStream) nextTurn();
  }
}

/** @param {AbortSignal} signal */
async function turn(signal) {
  if (busy < processors()) {
    busy++;
    return;
  }
  // Whose turn has come takes over the place of the call that ended.
  await new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const begin = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.delete(begin);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.add(begin);
  });
}

function nextTurn() {
  const [begin] = waiting;
  if (begin === undefined) {
    busy--;
    return;
  }
  waiting.delete(begin);
  begin();
}

/** @param {string} key */
function takeIdle(key) {
  for (const [worker, { key: itsKey, timer }] of idle) {
    if (itsKey !== key) continue;
    clearTimeout(timer);
    idle.delete(worker);
    if (!worker.hasEnded) return worker;
  }
  return null;
}

/**
 * @param {RenderWorker} worker
 * @param {string} key
 */
function keep(worker, key) {
  worker.onprogress = () => {};
  const timer = setTimeout(() => {
    idle.delete(worker);
    worker.end(new Error('nothing to do'));
  }, IDLE_MILLISECONDS);
  idle.set(worker, { key, timer });
}
