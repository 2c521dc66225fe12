/**
 * The methods of counting random points inside the circle, for the comparison: each does the same work, draws points
 * in the square −1 … 1 and counts those with x² + y² ≤ 1. All are called in the same slices, for a browser compiles a
 * long loop better once it has been left and entered again. Any thread; `wasm` wants the glue initialised.
 */

import { MonteCarloRun } from '../../pkg/audio_dsp_wasm.js';

/** Points that a method counts in one go: a sub-stream of the wasm's sequence. */
const SLICE = 2 ** 20;

/** A 32-bit integer over this is a coordinate. */
const SCALE = 2 ** -31;

/**
 * What anybody would write.
 * @param {number} points
 */
function countByMathRandom(points) {
  let inside = 0;
  for (let point = 0; point < points; point += 1) {
    const x = 2 * Math.random() - 1;
    const y = 2 * Math.random() - 1;
    if (x * x + y * y <= 1) inside += 1;
  }
  return inside;
}

/**
 * As fast as JavaScript gets here: xoshiro128+, the generator of the wasm, with its state in integer
 * locals and written out twice, since a helper that shares the state through a closure is ten times
 * slower; signed integers, and no branch to mispredict. (Generators that want Math.imul, xoshiro128**
 * and PCG-RXS-M-XS 32, take a tenth to a quarter longer.)
 * @param {Int32Array} state
 * @param {number} points
 */
function countByXoshiro(state, points) {
  let [a, b, c, d] = state;
  let inside = 0;
  for (let point = 0; point < points; point += 1) {
    const x = ((a + d) | 0) * SCALE;
    let shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    const y = ((a + d) | 0) * SCALE;
    shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    inside += Number(x * x + y * y <= 1);
  }
  state.set([a, b, c, d]);
  return inside;
}

/**
 * The state to start from: any but all zeros. The odd constants are those of splitmix and PCG.
 * @param {number} seed
 * @param {number} substream
 */
function xoshiroState(seed, substream) {
  return Int32Array.of(seed, seed / 2 ** 32, substream ^ 0x9e3779b9, 0x2c1b3c6d);
}

/**
 * Calls `count(points)` slice by slice and adds up.
 * @param {number} points
 * @param {(points: number) => number} count
 */
function inSlices(points, count) {
  let inside = 0;
  for (let left = points; left > 0; left -= SLICE) inside += count(Math.min(SLICE, left));
  return inside;
}

/** @typedef {'math-random' | 'xoshiro' | 'wasm'} MethodName */

/** @type {Record<MethodName, (seed: number, firstSubstream: number, points: number) => number>} how many are inside */
export const methods = {
  'math-random': (_seed, _firstSubstream, points) => inSlices(points, countByMathRandom),

  'xoshiro': (seed, firstSubstream, points) => {
    const state = xoshiroState(seed, firstSubstream);
    return inSlices(points, (slice) => countByXoshiro(state, slice));
  },

  'wasm': (seed, firstSubstream, points) => {
    const run = new MonteCarloRun(seed, points, firstSubstream);
    inSlices(points, (slice) => run.advance(slice));
    const { inside } = run;
    run.free();
    return inside;
  },
};
