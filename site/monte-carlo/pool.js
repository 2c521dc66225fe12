// A pool of workers that count one run of random points together. Main thread.
//
// A run is the beginning of the sequence that its seed names; its sub-streams are handed out in shares,
// so the count is the same however many workers there are, whichever is faster, and though one dies: a
// worker that dies, or is silent for too long, is replaced and its shares are counted again.

/** What a share should take: long enough that messages cost nothing, short enough to cancel at once. */
const SHARE_MS = 40;

/** Shares that a worker holds at a time: the one it counts, and the next. */
const QUEUED = 2;

/** A worker that answers nothing for so long, and for so many times its usual share, is given up. */
const SILENCE_MS = 3000;
const SILENCE_SHARES = 50;
const WATCH_MS = 250;

/** So many workers in a row that die without one answer, and the run is given up. */
const MOST_FAILURES = 4;

/** The processors of this machine, as far as the browser tells. */
export const processors = () => navigator.hardwareConcurrency || 2;

/** The run was cancelled. Its `name` is that of an aborted fetch. */
const cancelled = () => new DOMException('The run was cancelled.', 'AbortError');

export class MonteCarloPool {
  #module;
  #substream;
  #workers = new Set();
  #run = null;
  #failures = 0;

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
    return [...this.#workers].map(({ worker }) => worker);
  }

  /**
   * Starts the workers that do not run yet.
   * @returns {Promise<void>} when all can count
   * @throws {Error} where one does not start
   */
  async start() {
    while (this.#workers.size < this.size) this.#startOne();
    await Promise.all([...this.#workers].map(({ ready }) => ready.promise));
  }

  /**
   * Counts a run; one at a time. Workers that do not run yet are started, and join in as they get ready.
   * @param {object} run
   * @param {number} run.seed a whole number, 0 … 2⁵³
   * @param {number} run.total points, 1 … 2⁵³
   * @param {string} [run.method] of monte-carlo-methods.js
   * @param {(share: { start: number, points: number, inside: number }) => void} [run.onShare] what was
   *   counted, in the order in which it comes in
   * @param {AbortSignal} [run.signal] cancels the run
   * @returns {Promise<{ points: number, inside: number }>}
   * @throws {DOMException} AbortError where cancelled
   * @throws {Error} where a run is under way, or worker after worker fails
   */
  async run({ seed, total, method = 'wasm', onShare = () => {}, signal }) {
    if (this.#run) throw new Error('The pool is busy with another run. Wait for it, or cancel it.');
    if (signal?.aborted) throw cancelled();
    const end = withResolvers();
    this.#run = {
      seed,
      total,
      method,
      onShare,
      end,
      next: 0,
      returned: [],
      points: 0,
      inside: 0,
      perMs: this.#substream / SHARE_MS,
    };
    const abort = () => end.reject(cancelled());
    signal?.addEventListener('abort', abort);
    const watch = setInterval(() => this.#replaceTheSilent(), WATCH_MS);
    this.#failures = 0;
    this.#fill();
    try {
      return await end.promise;
    } finally {
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      this.#run = null;
      for (const member of this.#workers) member.shares.clear();
    }
  }

  /** Ends the workers. A run under way is cancelled; the next run starts new ones. */
  close() {
    this.#run?.end.reject(cancelled());
    for (const member of this.#workers) this.#end(member, 'the pool was closed');
  }

  #fill() {
    while (this.#workers.size < this.size) this.#startOne();
    // One share each, then another each: a short run is spread over all.
    for (let queued = 1; queued <= QUEUED; queued += 1) {
      for (const member of this.#workers) this.#hand(member, queued);
    }
  }

  #startOne() {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    const ready = withResolvers();
    const member = { worker, ready, isReady: false, shares: new Map(), heard: performance.now(), usualMs: 0 };
    ready.promise.catch(() => {}); // told to whom it concerns: start() and the run
    worker.addEventListener('message', ({ data }) => {
      if (data === 'ready') this.#isReady(member);
      else this.#answered(member, data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#replace(member, event.message || 'its script did not load');
    });
    worker.addEventListener('messageerror', () => this.#replace(member, 'it could not read the module'));
    worker.postMessage(this.#module);
    this.#workers.add(member);
  }

  #isReady(member) {
    member.isReady = true;
    member.ready.resolve();
    if (this.#run) this.#hand(member, QUEUED);
  }

  #end(member, reason) {
    member.worker.terminate();
    member.ready.reject(new Error(`A worker ended: ${reason}.`));
    this.#workers.delete(member);
  }

  /** Gives a worker its next shares, until it holds `queued`. */
  #hand(member, queued) {
    while (member.isReady && member.shares.size < queued) {
      const share = this.#nextShare();
      if (!share) return;
      if (member.shares.size === 0) member.heard = performance.now();
      member.shares.set(share.id, share);
      const { seed, method } = this.#run;
      const { id, points } = share;
      member.worker.postMessage({ id, method, seed, firstSubstream: share.start / this.#substream, points });
    }
  }

  /**
   * The next share: one that a lost worker left behind, or a new one. They grow with the run, so that its
   * beginning is seen in detail, and shrink towards its end, so that all workers end together.
   */
  #nextShare() {
    const run = this.#run;
    if (run.returned.length > 0) return run.returned.pop();
    const left = run.total - run.next;
    if (left <= 0) return null;
    const most = Math.min(run.next / 4, left / (2 * QUEUED * this.size), run.perMs * SHARE_MS);
    const substreams = Math.max(1, Math.floor(most / this.#substream));
    const points = Math.min(left, substreams * this.#substream);
    const share = { id: nextId(), start: run.next, points };
    run.next += points;
    return share;
  }

  #answered(member, { id, inside, milliseconds }) {
    const share = member.shares.get(id);
    if (!share) return; // of a run that was cancelled
    member.shares.delete(id);
    member.heard = performance.now();
    member.usualMs = milliseconds;
    this.#failures = 0;
    const run = this.#run;
    if (milliseconds > 0) run.perMs = share.points / milliseconds;
    run.points += share.points;
    run.inside += inside;
    this.#hand(member, QUEUED);
    run.onShare({ start: share.start, points: share.points, inside });
    if (run.points === run.total) run.end.resolve({ points: run.points, inside: run.inside });
  }

  /** A worker that was terminated says nothing of it; that it is silent is all there is to see. */
  #replaceTheSilent() {
    const now = performance.now();
    for (const member of this.#workers) {
      const patience = Math.max(SILENCE_MS, SILENCE_SHARES * member.usualMs);
      const expected = !member.isReady || member.shares.size > 0;
      if (expected && now - member.heard > patience) this.#replace(member, 'it does not answer');
    }
  }

  #replace(member, reason) {
    if (!this.#workers.has(member)) return;
    this.#end(member, reason);
    if (!this.#run) return;
    this.#run.returned.push(...member.shares.values());
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) {
      const message = `The workers keep failing (${reason}). Reload the page, or count on this thread.`;
      this.#run.end.reject(new Error(message));
    } else {
      this.#fill();
    }
  }
}

let lastId = 0;
function nextId() {
  lastId += 1;
  return lastId;
}

/** Promise.withResolvers, which not every browser has yet. */
function withResolvers() {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
}
