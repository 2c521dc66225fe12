/**
 * Watches what the browser and the system do to a context: autoplay refused, suspended, interrupted (iOS, a
 * phone call), closed, page hidden and back, devices plugged and unplugged. Main thread only.
 */

import { EngineError, reasonOf } from './errors.js';

/** How long the browser may take to resume. One that wants a gesture first never answers. */
const RESUME_MILLISECONDS = 2000;

/**
 * @typedef {object} StateChange
 * @property {AudioContextState} state the context's
 * @property {'context' | 'visible' | 'hidden' | 'devices' | 'output-device' | 'context-error' | 'sample-rate'} reason
 */

export class Lifecycle {
  #context;
  #sampleRate;
  #listening = new AbortController();

  /**
   * @param {BaseAudioContext} context
   * @param {object} handlers
   * @param {(detail: StateChange) => void} handlers.onchange
   * @param {() => void} handlers.onsamplerate the context runs at another sample rate
   * @param {() => void} handlers.onclosed the context was closed, or the signal aborted
   * @param {AbortSignal} [signal]
   */
  constructor(context, { onchange, onsamplerate, onclosed }, signal) {
    this.#context = context;
    this.#sampleRate = context.sampleRate;
    /** @param {StateChange['reason']} reason */
    const happened = (reason) => {
      onchange({ state: context.state, reason });
      if (context.state === 'closed') onclosed();
      if (context.sampleRate !== this.#sampleRate) {
        this.#sampleRate = context.sampleRate;
        onchange({ state: context.state, reason: 'sample-rate' });
        onsamplerate();
      }
    };
    this.#listen(context, 'statechange', () => happened('context'));
    this.#listen(context, 'sinkchange', () => happened('output-device'));
    this.#listen(context, 'error', () => happened('context-error'));
    this.#listen(document, 'visibilitychange', () => happened(document.visibilityState));
    this.#listen(signal, 'abort', onclosed);
    this.#listen(navigator.mediaDevices, 'devicechange', () => happened('devices'));
  }

  /** Resumes the context, or says why not. */
  async resume() {
    const context = /** @type {AudioContext | OfflineAudioContext} */ (this.#context);
    if (context.state === 'closed') throw new EngineError('context-closed');
    if (this.#isRunning) return;
    if (context instanceof OfflineAudioContext) return this.#resumeOffline(context);
    const tooLate = new Promise((resolve) => setTimeout(resolve, RESUME_MILLISECONDS));
    let reason = 'it waits for a click';
    try {
      await Promise.race([context.resume(), tooLate]);
    } catch (error) {
      reason = reasonOf(error);
    }
    if (!this.#isRunning) throw new EngineError('resume-refused', { reason });
  }

  /** @param {OfflineAudioContext} context */
  async #resumeOffline(context) {
    try {
      await context.resume();
    } catch (error) {
      throw new EngineError('resume-offline', { reason: reasonOf(error) }, error);
    }
  }

  /** Stops watching. */
  close() {
    this.#listening.abort();
  }

  get #isRunning() {
    return this.#context.state === 'running';
  }

  /**
   * Listens until close().
   * @param {EventTarget | undefined} target mediaDevices is missing outside secure contexts
   * @param {string} type
   * @param {() => void} listener
   */
  #listen(target, type, listener) {
    target?.addEventListener(type, listener, { signal: this.#listening.signal });
  }
}
