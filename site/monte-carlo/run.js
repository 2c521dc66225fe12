/**
 * One run of random points as the page shows it: counted by the pool or in slices on this thread, and followed from
 * its beginning. Main thread.
 */

import { cancelled } from './pool.js';

/**
 * @typedef {import('./pool.js').RunOptions} RunOptions
 * @typedef {import('./pool.js').CountedShare} CountedShare
 * @typedef {import('../../worklet/engine.js').LoadedModule['glue']} Glue
 */

/** How long this thread counts before it lets the page, and the sound of the fallback, go on. */
const SLICE_MILLISECONDS = 5;

/** The first slice; the next ones follow the time that it took. */
const FIRST_SLICE = 2 ** 14;

/** Checkpoints of the convergence plot in each decade, within the first sub-stream. */
const CHECKPOINTS = 24;

/**
 * Counts a run on this thread, in slices, with pauses in which the page answers.
 * @param {Pick<Glue, 'MonteCarloRun'>} glue
 * @param {RunOptions} options as of the pool's run
 */
export async function countInSlices({ MonteCarloRun }, { seed, total, onShare = () => {}, signal }) {
  const run = new MonteCarloRun(seed, total);
  try {
    let slice = FIRST_SLICE;
    while (run.points < total) {
      if (signal?.aborted) throw cancelled();
      const before = { points: run.points, inside: run.inside };
      const start = performance.now();
      run.advance(slice);
      const elapsed = performance.now() - start;
      onShare({ start: before.points, points: run.points - before.points, inside: run.inside - before.inside });
      slice = Math.max(FIRST_SLICE, Math.round(slice * Math.min(4, SLICE_MILLISECONDS / Math.max(elapsed, 0.1))));
      await new Promise((resolve) => setTimeout(resolve));
    }
    return { points: run.points, inside: run.inside };
  } finally {
    run.free();
  }
}

/**
 * The counts at checkpoints within the first sub-stream, evenly spaced on a logarithmic axis.
 * @param {Pick<Glue, 'MonteCarloRun' | 'monte_carlo_substream'>} glue
 * @param {number} seed
 * @param {number} total
 */
export function earlyCounts({ MonteCarloRun, monte_carlo_substream }, seed, total) {
  const end = Math.min(total, monte_carlo_substream());
  const run = new MonteCarloRun(seed, end);
  const counts = [];
  for (let target = 10; run.points < end; target *= 10 ** (1 / CHECKPOINTS)) {
    if (target <= run.points) continue;
    run.advance(Math.ceil(target - run.points));
    counts.push({ points: run.points, inside: run.inside });
  }
  run.free();
  return counts;
}

/** Adds up shares that come in any order: all of them, and those that reach back to the start unbroken. */
export class Tally {
  points = 0;
  inside = 0;
  /** The unbroken beginning of the run. */
  prefix = { points: 0, inside: 0 };
  /** Shares beyond the unbroken beginning, by where they start. @type {Map<number, CountedShare>} */
  #waiting = new Map();

  /** @param {CountedShare} share */
  add(share) {
    this.points += share.points;
    this.inside += share.inside;
    this.#waiting.set(share.start, share);
    for (;;) {
      const next = this.#waiting.get(this.prefix.points);
      if (!next) return;
      this.#waiting.delete(next.start);
      this.prefix = { points: next.start + next.points, inside: this.prefix.inside + next.inside };
    }
  }

  get estimate() {
    return (4 * this.inside) / this.points;
  }

  get standardError() {
    const share = this.inside / this.points;
    return 4 * Math.sqrt((share * (1 - share)) / this.points);
  }
}
