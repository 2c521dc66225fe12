/**
 * The comparison: the same number of points counted in JavaScript and in WebAssembly, in turn and repeated. Every
 * contestant counts in workers of its own. Main thread.
 */

import { MonteCarloPool, processors } from './pool.js';

/**
 * Who competes, the one first that the others are compared with: a method, in one worker or in one for each processor.
 * @type {readonly { id: string, label: string, method: import('./methods.js').MethodName, workers: () => number }[]}
 */
const contestants = [
  { id: 'math-random', label: 'JavaScript, Math.random()', method: 'math-random', workers: () => 1 },
  { id: 'xoshiro', label: 'JavaScript, xoshiro128+', method: 'xoshiro', workers: () => 1 },
  { id: 'wasm', label: 'WebAssembly, one thread', method: 'wasm', workers: () => 1 },
  { id: 'pool', label: 'WebAssembly, all cores', method: 'wasm', workers: processors },
];

/**
 * Times every contestant in each round, in an order that moves on by one each time. The time is the
 * whole run's as this thread sees it, messages included, for all alike.
 * @param {object} options
 * @param {WebAssembly.Module} options.module
 * @param {number} options.substream points in a sub-stream
 * @param {number} options.points to count, each time
 * @param {number} options.rounds
 * @param {(done: number, of: number) => void} [options.onProgress]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Result[]>} in the order of `contestants`
 *
 * @typedef {object} Result
 * @property {string} id
 * @property {string} label
 * @property {number} workers how many
 * @property {number} first milliseconds of the first run, when nothing is compiled for speed yet
 * @property {number[]} times milliseconds, one for each round
 * @property {number} median of those
 * @property {{ median: number, least: number, most: number }} ratio how many times as fast as the first
 *   contestant, round by round
 */
export async function compare({ module, substream, points, rounds, onProgress = () => {}, signal }) {
  const racers = contestants.map(({ id, label, method, workers }) => {
    const pool = new MonteCarloPool(module, substream, workers());
    return { id, label, method, pool, first: 0, times: /** @type {number[]} */ ([]) };
  });
  const seed = Math.floor(Math.random() * 2 ** 32);
  const of = racers.length * (rounds + 1);
  let done = 0;
  /** @param {(typeof racers)[number]} racer */
  const time = async ({ method, pool }) => {
    const start = performance.now();
    await pool.run({ seed: seed + done, total: points, method, signal });
    const elapsed = performance.now() - start;
    done += 1;
    onProgress(done, of);
    return elapsed;
  };
  try {
    for (const racer of racers) {
      await racer.pool.start();
      racer.first = await time(racer);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < racers.length; turn += 1) {
        const racer = racers[(round + turn) % racers.length];
        racer.times.push(await time(racer));
      }
    }
  } finally {
    for (const { pool } of racers) pool.close();
  }
  const [{ times: yardstick }] = racers;
  return racers.map(({ id, label, pool, first, times }) => {
    const ratios = times.map((milliseconds, round) => yardstick[round] / milliseconds);
    const ratio = { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
    return { id, label, workers: pool.size, first, times, median: median(times), ratio };
  });
}

/**
 * The median of numbers.
 * @param {number[]} values
 */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
