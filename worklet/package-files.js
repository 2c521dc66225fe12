/**
 * Where the package's own files are. In pkg/single.js, the variant that is one file, another module stands in the place
 * of this one (scripts/build.mjs): there they are `data:` URLs. Main thread only.
 *
 * Each is a function, so that importing the package asks for nothing: some bundlers' output does not know its own
 * address. They match this exact syntax, a text and import.meta.url, and see by it that the file is the bundle's.
 */

/** The builds of the wasm that come with the package. @typedef {'simd' | 'baseline'} WasmBuild */

/**
 * The builds that are there, best first.
 * @type {readonly WasmBuild[]}
 */
export const WASM_BUILDS = Object.freeze(/** @type {const} */ (['simd', 'baseline']));

/**
 * The WebAssembly file of a build.
 * @param {WasmBuild} build
 * @throws {TypeError} where a bundle does not know its own address; and so the others
 */
export function wasmFile(build) {
  return build === 'simd'
    ? new URL('../pkg/audio_dsp_wasm_bg.wasm', import.meta.url).href
    : new URL('../pkg/audio_dsp_wasm_baseline.wasm', import.meta.url).href;
}

/** The worklet script. */
export const processorFile = () => new URL('../pkg/processor.js', import.meta.url).href;

/** The worker script of render(). */
export const workerFile = () => new URL('../pkg/render-worker.js', import.meta.url).href;
