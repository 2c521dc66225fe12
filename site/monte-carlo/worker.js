// A worker of the pool: counts points with a wasm instance of its own. Runs in a dedicated worker.
//
// First message: the compiled WebAssembly.Module; answered by 'ready'. Every other one is a share of a
// run, and is answered in turn:
//   { id, method, seed, firstSubstream, points }  →  { id, inside, milliseconds }

import { methods } from './methods.js';
import { initSync } from '../../pkg/audio_dsp_wasm.js';

addEventListener(
  'message',
  ({ data: module }) => {
    initSync({ module });
    addEventListener('message', ({ data: { id, method, seed, firstSubstream, points } }) => {
      const start = performance.now();
      const inside = methods[method](seed, firstSubstream, points);
      postMessage({ id, inside, milliseconds: performance.now() - start });
    });
    postMessage('ready');
  },
  { once: true },
);
