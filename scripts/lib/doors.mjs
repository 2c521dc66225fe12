/** The wasm in plain Node, through both of its doors: for tests, benches and comparisons. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

const GLUE = join(root, 'pkg', 'audio_dsp_wasm.js');

/** The two builds that ship: paths as of `buildVariant`. */
export const SHIPPED = {
  SIMD: { glue: GLUE, wasm: join(root, 'pkg', 'audio_dsp_wasm_bg.wasm') },
  baseline: { glue: GLUE, wasm: join(root, 'pkg', 'audio_dsp_wasm_baseline.wasm') },
};

/** How many were made: a module is evaluated again only under another URL. */
let instances = 0;

/**
 * A fresh copy of the glue with an instance of its own.
 * @param {{ glue: string, wasm: string }} paths
 * @returns {Promise<{ glue: object, wasm: WebAssembly.Exports, module: WebAssembly.Module, bytes: () => number }>}
 *   `bytes` is the size of its linear memory
 */
export async function openDoors(paths) {
  const glue = await import(`${pathToFileURL(paths.glue)}?instance=${instances++}`);
  const module = new WebAssembly.Module(readFileSync(paths.wasm));
  const wasm = glue.initSync({ module });
  return { glue, wasm, module, bytes: () => wasm.memory.buffer.byteLength };
}
