/**
 * The wasm in plain Node, for tests, benches and comparisons. It has two doors, as src/doors/ has them: the glue that
 * wasm-bindgen made, which the main thread of a page uses, and the bare exports, which the audio thread does.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

/**
 * @typedef {import('../../worklet/module.js').Parameter} ParameterRow a row of the parameter table
 *
 * @typedef {import('../../worklet/control-block.js').ControlLayout} Layout the control block's layout
 *
 * @typedef {typeof import('../../pkg/audio_dsp_wasm.js')} GlueModule
 * @typedef {Omit<GlueModule, 'parameter_table' | 'control_layout'> & Tables} Glue
 * @typedef {{ parameter_table: () => ParameterRow[], control_layout: () => Layout }} Tables
 *
 * @typedef {import('../../pkg/audio_dsp_wasm.js').InitOutput} Wasm the bare exports
 *
 * @typedef {object} Doors
 * @property {Glue} glue
 * @property {Wasm} wasm
 * @property {WebAssembly.Module} module
 * @property {() => number} bytes the size of the linear memory
 *
 * @typedef {{ glue: string, wasm: string }} Paths
 */

const GLUE = join(root, 'pkg', 'audio_dsp_wasm.js');

/** The two builds that ship. */
export const SHIPPED = {
  SIMD: { glue: GLUE, wasm: join(root, 'pkg', 'audio_dsp_wasm_bg.wasm') },
  baseline: { glue: GLUE, wasm: join(root, 'pkg', 'audio_dsp_wasm_baseline.wasm') },
};

/** How many were made: a module is evaluated again only under another URL. */
let instances = 0;

/**
 * A fresh copy of the glue with an instance of its own.
 * @param {Paths} paths as of `SHIPPED` or `buildVariant`
 * @returns {Promise<Doors>}
 */
export async function openDoors(paths) {
  const glue = await import(`${pathToFileURL(paths.glue)}?instance=${instances++}`);
  const module = new WebAssembly.Module(readFileSync(paths.wasm));
  const wasm = glue.initSync({ module });
  return { glue, wasm, module, bytes: () => wasm.memory.buffer.byteLength };
}
