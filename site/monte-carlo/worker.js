/**
 * A worker of the pool: counts points with a wasm instance of its own. Runs in a dedicated worker.
 *
 * First message: the compiled WebAssembly.Module; answered by 'ready'. Every other one is a share of a run, and is
 * answered in turn.
 */

import { initSync } from '../../pkg/audio_dsp_wasm.js';
import { methods } from './methods.js';

/**
 * @typedef {object} Order
 * @property {number} id of the share
 * @property {import('./methods.js').MethodName} method
 * @property {number} seed
 * @property {number} firstSubstream
 * @property {number} points
 *
 * @typedef {{ id: number, inside: number, milliseconds: number }} Answer
 */

addEventListener(
  'message',
  ({ data: module }) => {
    initSync({ module });
    addEventListener('message', (/** @type {MessageEvent<Order>} */ { data }) => {
      const { id, method, seed, firstSubstream, points } = data;
      const start = performance.now();
      const inside = methods[method](seed, firstSubstream, points);
      /** @type {Answer} */
      const answer = { id, inside, milliseconds: performance.now() - start };
      postMessage(answer);
    });
    postMessage('ready');
  },
  { once: true },
);
