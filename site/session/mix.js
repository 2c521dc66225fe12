/**
 * All that is heard, in one place: what the engine gives, and what the page plays beside it, as the looper does. Who
 * records, meters or draws what goes out takes it from here; it is before the visitor's volume. Main thread.
 *
 *   input (what comes together) → a second engine, of which the limiter alone works → output
 *
 * That limiter works while something is added, and as long as the visitor's own is on. Else what comes in goes out bit
 * for bit. Where engines cannot run on the audio thread there is none of it, and nothing can be added.
 */

import { createEngine } from '../../worklet/engine.js';

/**
 * @typedef {import('../../worklet/engine.js').Engine} Engine
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 */

export class Mix {
  #engine;
  #limiter;
  #isLimiting = false;
  #isAdded = false;
  /** When something was added last, in the context's time. */
  #addedAt = -Infinity;

  /** @param {Engine} engine the visitor's */
  static async create(engine) {
    return new Mix(engine, engine.fallbackReason ? null : await startLimiter(engine).catch(() => null));
  }

  /**
   * Use Mix.create().
   * @param {Engine} engine
   * @param {Engine | null} limiter
   */
  constructor(engine, limiter) {
    this.#engine = engine;
    this.#limiter = limiter;
    this.input = new GainNode(engine.context);
    this.output = limiter ? limiter.output : this.input;
    if (limiter) this.input.connect(limiter.input);
  }

  /** The engine that limits. */
  get limiter() {
    return this.#limiter;
  }

  /** Whether the visitor's own limiter is on. */
  set limiting(/** @type {boolean} */ isLimiting) {
    this.#isLimiting = isLimiting;
    this.#switch();
  }

  /** Whether something plays beside the engine: said before it does. */
  set added(/** @type {boolean} */ isAdded) {
    if (this.#isAdded) this.#addedAt = this.#engine.context.currentTime;
    this.#isAdded = isAdded;
    this.#switch();
  }

  get added() {
    return this.#isAdded;
  }

  /**
   * Whether something was added at any time since.
   * @param {number} time of the context
   */
  addedSince(time) {
    return this.#isAdded || this.#addedAt >= time;
  }

  /** The levels, clips and loudness of what goes out. */
  meters() {
    return this.#measured.meters();
  }

  /** @param {boolean} on as of the engine */
  measureLoudness(on) {
    this.#measured.measureLoudness(on);
  }

  close() {
    this.#limiter?.close();
  }

  get #measured() {
    return this.#limiter ?? this.#engine;
  }

  #switch() {
    this.#limiter?.set('limiter_on', this.#isAdded && this.#isLimiting);
  }
}

/**
 * An engine that gives what comes in.
 * @param {Engine} engine another one, in the same context
 */
function startLimiter({ context, parameters }) {
  const switches = parameters.flatMap(({ id }) => (id.endsWith('_on') ? [[id, 0]] : []));
  /** @type {Partial<Record<ParameterId, number>>} */
  const params = Object.fromEntries(switches);
  return createEngine(context, { mode: 'worklet', fixed: true, channels: 2, params });
}
