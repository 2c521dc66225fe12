/**
 * A pool of workers that count one run of random points together. Main thread.
 *
 * A run is the beginning of the sequence that its seed names; its sub-streams are handed out in shares, so the count
 * is the same however many workers there are, whichever is faster, and though one dies: a worker that dies, or is
 * silent for too long, is replaced and its shares are counted again.
 */

import { deferred } from '../../worklet/deferred.js';

/**
 * @typedef {import('./methods.js').MethodName} MethodName
 * @typedef {import('./worker.js').Answer} Answer
 * @typedef {import('./worker.js').Order} Order
 * @typedef {{ points: number, inside: number }} Count
 * @typedef {{ start: number, points: number, inside: number }} CountedShare
 *
 * @typedef {object} RunOptions
 * @property {number} seed a whole number, 0 … 2⁵³
 * @property {number} total points, 1 … 2⁵³
 * @property {MethodName} [method]
 * @property {(share: CountedShare) => void} [onShare] what was counted, in the order in which it comes in
 * @property {AbortSignal} [signal] cancels the run
 *
 * @typedef {{ id: number, start: number, points: number }} Share points of a run from `start` on
 *
 * @typedef {object} Run the one under way
 * @property {number} seed
 * @property {number} total
 * @property {MethodName} method
 * @property {(share: CountedShare) => void} onShare
 * @property {ReturnType<typeof deferred<Count>>} end
 * @property {number} next where the next share starts
 * @property {Share[]} returned those that a lost worker left behind
 * @property {number} points counted so far
 * @property {number} inside
 * @property {number} perMillisecond points that a worker counts
 *
 * @typedef {object} Member a place in the pool, with the worker that has it now
 * @property {Worker} worker
 * @property {ReturnType<typeof deferred<void>>} ready
 * @property {boolean} isReady
 * @property {Map<number, Share>} shares that it holds
 * @property {number} silentMilliseconds how long an answer has been due, by the time that this thread could hear one
 * @property {number} usualMilliseconds what a share took it
 * @property {number} deaths of the workers that had this place before, one after the other without an answer
 */

/** What a share should take: long enough that messages cost nothing, short enough to cancel at once. */
const SHARE_MILLISECONDS = 40;

/** Shares that a worker holds at a time: the one it counts, and the next. */
const QUEUED = 2;

/** A worker that answers nothing for so long, and for so many times its usual share, is given up. */
const SILENCE_MILLISECONDS = 3000;
const SILENCE_SHARES = 50;

/** A worker that does not start for so long is given up. A busy machine takes seconds for many of them. */
const START_MILLISECONDS = 10_000;

const WATCH_MILLISECONDS = 250;

/**
 * The most that one look at the workers adds to their silence. A look that comes later was held up by this thread, and
 * answers wait behind it: that they are late is not the workers' doing.
 */
const MOST_WATCHED_MILLISECONDS = 2 * WATCH_MILLISECONDS;

/** So many workers in a row that die in one place without an answer, and the run is given up. */
const MOST_DEATHS = 4;

/** The processors of this machine, as far as the browser tells. */
export const processors = () => navigator.hardwareConcurrency || 2;

/** The run was cancelled. Its `name` is that of an aborted fetch. */
export const cancelled = () => new DOMException('The run was cancelled.', 'AbortError');

export class MonteCarloPool {
  #module;
  #substream;
  /** @type {Set<Member>} */
  #members = new Set();
  /** @type {Run | null} */
  #run = null;
  #lastId = 0;
  /** When the workers were looked at last, in milliseconds. */
  #watchedAt = 0;

  /**
   * @param {WebAssembly.Module} module compiled from this package's wasm
   * @param {number} substream points in a sub-stream: `monte_carlo_substream()`
   * @param {number} [size] how many workers; they start with the first run
   */
  constructor(module, substream, size = processors()) {
    this.#module = module;
    this.#substream = substream;
    this.size = size;
  }

  /** The workers that run now. */
  get workers() {
    return [...this.#members].map(({ worker }) => worker);
  }

  /**
   * Starts the workers that do not run yet.
   * @returns {Promise<void>} when all can count
   * @throws {Error} where one does not start
   */
  async start() {
    this.#startMissing();
    await Promise.all([...this.#members].map(({ ready }) => ready.promise));
  }

  /**
   * Counts a run; one at a time. Workers that do not run yet are started, and join in as they get ready.
   * @param {RunOptions} options
   * @returns {Promise<Count>}
   * @throws {DOMException} AbortError where cancelled
   * @throws {Error} where a run is under way, or worker after worker fails
   */
  async run({ seed, total, method = 'wasm', onShare = () => {}, signal }) {
    if (this.#run) throw new Error('The pool is busy with another run. Wait for it, or cancel it.');
    if (signal?.aborted) throw cancelled();
    /** @type {ReturnType<typeof deferred<Count>>} */
    const end = deferred();
    const perMillisecond = this.#substream / SHARE_MILLISECONDS;
    this.#run = { seed, total, method, onShare, end, next: 0, returned: [], points: 0, inside: 0, perMillisecond };
    const abort = () => end.reject(cancelled());
    signal?.addEventListener('abort', abort);
    this.#watchedAt = performance.now();
    const watch = setInterval(() => this.#replaceTheSilent(), WATCH_MILLISECONDS);
    for (const member of this.#members) member.deaths = 0;
    this.#startMissing();
    this.#handToAll(this.#run);
    try {
      return await end.promise;
    } finally {
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      this.#run = null;
      for (const member of this.#members) member.shares.clear();
    }
  }

  /** Ends the workers. A run under way is cancelled; the next run starts new ones. */
  close() {
    this.#run?.end.reject(cancelled());
    for (const member of this.#members) this.#end(member, 'the pool was closed');
  }

  #startMissing() {
    while (this.#members.size < this.size) this.#startOne(0);
  }

  /** @param {number} deaths in the place that the worker gets */
  #startOne(deaths) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    /** @type {Member} */
    const member = {
      worker,
      ready: deferred(),
      isReady: false,
      shares: new Map(),
      silentMilliseconds: 0,
      usualMilliseconds: 0,
      deaths,
    };
    member.ready.promise.catch(() => {}); // told to whom it concerns: start() and the run
    worker.addEventListener('message', (/** @type {MessageEvent<'ready' | Answer>} */ { data }) => {
      member.silentMilliseconds = 0;
      if (data === 'ready') this.#isReady(member);
      else this.#answered(member, data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#replace(member, event.message || 'its script did not load');
    });
    worker.addEventListener('messageerror', () => this.#replace(member, 'it could not read the module'));
    worker.postMessage(this.#module);
    this.#members.add(member);
  }

  /** @param {Member} member */
  #isReady(member) {
    member.isReady = true;
    member.ready.resolve();
    if (this.#run) this.#hand(this.#run, member, QUEUED);
  }

  /**
   * @param {Member} member
   * @param {string} reason
   */
  #end(member, reason) {
    member.worker.terminate();
    member.ready.reject(new Error(`A worker ended: ${reason}.`));
    this.#members.delete(member);
  }

  /**
   * One share for each worker, then another for each: a short run is spread over all.
   * @param {Run} run
   */
  #handToAll(run) {
    for (let queued = 1; queued <= QUEUED; queued += 1) {
      for (const member of this.#members) this.#hand(run, member, queued);
    }
  }

  /**
   * Gives a worker its next shares, until it holds `queued`.
   * @param {Run} run
   * @param {Member} member
   * @param {number} queued
   */
  #hand(run, member, queued) {
    while (member.isReady && member.shares.size < queued) {
      const share = run.returned.pop() ?? this.#nextShare(run);
      if (!share) return;
      if (member.shares.size === 0) member.silentMilliseconds = 0;
      member.shares.set(share.id, share);
      const { id, start, points } = share;
      /** @type {Order} */
      const order = { id, method: run.method, seed: run.seed, firstSubstream: start / this.#substream, points };
      member.worker.postMessage(order);
    }
  }

  /**
   * A new share. They grow with the run, so that its beginning is seen in detail, and shrink towards its end, so that
   * all workers end together.
   * @param {Run} run
   * @returns {Share | null}
   */
  #nextShare(run) {
    const left = run.total - run.next;
    if (left <= 0) return null;
    const most = Math.min(run.next / 4, left / (2 * QUEUED * this.size), run.perMillisecond * SHARE_MILLISECONDS);
    const substreams = Math.max(1, Math.floor(most / this.#substream));
    const points = Math.min(left, substreams * this.#substream);
    this.#lastId += 1;
    const share = { id: this.#lastId, start: run.next, points };
    run.next += points;
    return share;
  }

  /**
   * @param {Member} member
   * @param {Answer} answer
   */
  #answered(member, { id, inside, milliseconds }) {
    const run = this.#run;
    const share = member.shares.get(id);
    if (!run || !share) return; // of a run that was cancelled
    member.shares.delete(id);
    member.usualMilliseconds = milliseconds;
    member.deaths = 0;
    if (milliseconds > 0) run.perMillisecond = share.points / milliseconds;
    run.points += share.points;
    run.inside += inside;
    this.#hand(run, member, QUEUED);
    run.onShare({ start: share.start, points: share.points, inside });
    if (run.points === run.total) run.end.resolve({ points: run.points, inside: run.inside });
  }

  /** A worker that was terminated says nothing of it; that it is silent is all there is to see. */
  #replaceTheSilent() {
    const now = performance.now();
    const passed = Math.min(now - this.#watchedAt, MOST_WATCHED_MILLISECONDS);
    this.#watchedAt = now;
    for (const member of this.#members) {
      const { isReady, shares, usualMilliseconds } = member;
      if (isReady && shares.size === 0) continue;
      member.silentMilliseconds += passed;
      const usual = Math.max(SILENCE_MILLISECONDS, SILENCE_SHARES * usualMilliseconds);
      const patience = isReady ? usual : START_MILLISECONDS;
      if (member.silentMilliseconds > patience) this.#replace(member, 'it does not answer');
    }
  }

  /**
   * @param {Member} member
   * @param {string} reason
   */
  #replace(member, reason) {
    if (!this.#members.has(member)) return;
    this.#end(member, reason);
    const run = this.#run;
    if (!run) return;
    run.returned.push(...member.shares.values());
    const deaths = member.deaths + 1;
    if (deaths >= MOST_DEATHS) {
      const message = `The workers keep failing (${reason}). Reload the page, or count on this thread.`;
      run.end.reject(new Error(message));
    } else {
      this.#startOne(deaths);
      this.#handToAll(run);
    }
  }
}
