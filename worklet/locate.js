/**
 * The package's own files by their URLs, and what to say where a bundle cannot tell them. Main thread only.
 */

import { EngineError } from './errors.js';
import { processorFile, WASM_BUILDS, wasmFile, workerFile } from './package-files.js';

export { WASM_BUILDS };

/**
 * @param {import('./package-files.js').WasmBuild} build
 * @throws {EngineError} wasm-missing
 */
export const wasmUrlOf = (build) => locate('wasm-missing', 'audio_dsp_wasm_bg.wasm', () => wasmFile(build));

/** @throws {EngineError} worklet-script-missing */
export const ownProcessorUrl = () => locate('worklet-script-missing', 'processor.js', processorFile);

/** @throws {EngineError} worker-missing */
export const ownWorkerUrl = () => locate('worker-missing', 'render-worker.js', workerFile);

/**
 * @param {'wasm-missing' | 'worklet-script-missing' | 'worker-missing'} code
 * @param {string} file
 * @param {() => string} find
 */
function locate(code, file, find) {
  try {
    return find();
  } catch (error) {
    throw new EngineError(code, { url: file, reason: 'this bundle does not know its own address' }, error);
  }
}
