/**
 * Fetches and compiles the WebAssembly module, once per page: engines share it, and so does whatever else
 * uses `pkg/audio_dsp_wasm.js` on the main thread. Main thread only.
 */

import { bytesOf, isCompressed } from './data-url.js';
import { has } from './detect.js';
import { ABI_VERSION, versionOf } from './engine-instance.js';
import { EngineError, reasonOf } from './errors.js';
import { WASM_BUILDS, wasmUrlOf } from './locate.js';

/** The glue's name in messages; as a URL of its own, bundlers would copy it a second time. */
const GLUE = 'pkg/audio_dsp_wasm.js';

/** An empty module: the header alone. Where this cannot be compiled, nothing can. */
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** @type {Map<string, Promise<LoadedModule>>} by the URL asked for; '' is "the best build" */
const loaded = new Map();

/**
 * @typedef {object} LoadedModule
 * @property {WebAssembly.Module} module
 * @property {string} url where it came from
 * @property {typeof import('../pkg/audio_dsp_wasm.js')} glue the exports of pkg/audio_dsp_wasm.js, initialised
 * @property {Readonly<import('./control-block.js').ControlLayout>} layout the control block's layout
 * @property {readonly Parameter[]} parameters the parameter table (parameter_table() in Rust)
 * @property {readonly string[]} effects the effects' ids in their default order (effect_ids() in Rust)
 *
 * @typedef {object} Parameter a row of the parameter table
 * @property {number} index
 * @property {import('../types/tables.js').ParameterId} id
 * @property {string} label what people read
 * @property {import('../types/tables.js').Unit} unit
 * @property {number} min
 * @property {number} max
 * @property {number} default
 * @property {import('../types/tables.js').Curve} curve how a control moves between the ends of the range
 */

/**
 * The compiled module with the glue around it. A failure is not remembered: the next call tries again.
 * @param {string | URL} [wasmUrl] another file than the package's best build for this browser
 * @returns {Promise<LoadedModule>}
 * @throws {EngineError} wasm-unsupported, simd-unsupported, wasm-blocked, wasm-missing, wasm-invalid or wasm-version
 * @example
 * loadModule(); // before the first click, so that createEngine() need not wait
 */
export function loadModule(wasmUrl = '') {
  const key = wasmUrl && new URL(wasmUrl, document.baseURI).href;
  let loading = loaded.get(key);
  if (!loading) {
    loading = load(key);
    loaded.set(key, loading);
    loading.catch(() => loaded.delete(key));
  }
  return loading;
}

/**
 * The URLs of the builds that this browser can run, best first.
 * @throws {EngineError} simd-unsupported, wasm-missing
 */
function candidates() {
  const builds = WASM_BUILDS.filter((build) => build !== 'simd' || has('simd'));
  if (builds.length === 0) throw new EngineError('simd-unsupported');
  const urls = builds.map(wasmUrlOf);
  if (urls.some(isCompressed) && typeof DecompressionStream !== 'function') throw new EngineError('simd-unsupported');
  return urls;
}

/**
 * @param {string} wasmUrl '': the first of the package's builds that works
 * @returns {Promise<LoadedModule>}
 */
async function load(wasmUrl) {
  await requireWebAssembly();
  const { module, url } = await firstThatWorks(wasmUrl ? [wasmUrl] : candidates(), compile);
  const glue = await loadGlue(module);
  /** @type {Parameter[]} */
  const table = glue.parameter_table();
  const parameters = Object.freeze(table.map((row) => Object.freeze(row)));
  const effects = Object.freeze(glue.effect_ids());
  return Object.freeze({ module, url, glue, parameters, effects, layout: Object.freeze(glue.control_layout()) });
}

async function requireWebAssembly() {
  if (!has('webAssembly')) throw new EngineError('wasm-unsupported');
  try {
    await WebAssembly.compile(EMPTY_MODULE);
  } catch (error) {
    throw new EngineError('wasm-blocked', {}, error);
  }
}

/**
 * The first result; where all fail, the first failure.
 * @template T
 * @param {string[]} urls
 * @param {(url: string) => Promise<T>} attempt
 */
async function firstThatWorks(urls, attempt) {
  let failure;
  for (const url of urls) {
    try {
      return await attempt(url);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * Compiles from the bytes, not from the stream: that would insist on the MIME type, which hosts get wrong.
 * @param {string} url
 */
async function compile(url) {
  const bytes = (await bytesOf(url)) ?? (await fetchBytes(url));
  let module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (error) {
    throw new EngineError('wasm-invalid', { url, reason: reasonOf(error), isPage: isPage(bytes) }, error);
  }
  await requireVersion(module, url);
  return { module, url };
}

/**
 * Whether it is HTML or the like: what a server that answers every address with its page sends.
 * @param {Uint8Array | ArrayBuffer} bytes
 */
const isPage = (bytes) => /^\s*</.test(new TextDecoder().decode(bytes.slice(0, 64)));

/** @param {string} url */
async function fetchBytes(url) {
  let reason, cause;
  try {
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    reason = `HTTP ${response.status}`;
  } catch (error) {
    reason = reasonOf(error);
    cause = error;
  }
  throw new EngineError('wasm-missing', { url, reason }, cause);
}

/**
 * @param {WebAssembly.Module} module
 * @param {string} url
 */
async function requireVersion(module, url) {
  let found;
  try {
    found = await versionOf(module);
  } catch (error) {
    throw new EngineError('wasm-version', { url, found: 'none', expected: ABI_VERSION }, error);
  }
  if (found !== ABI_VERSION) throw new EngineError('wasm-version', { url, found, expected: ABI_VERSION });
}

/** @param {WebAssembly.Module} module */
async function loadGlue(module) {
  let glue;
  try {
    glue = await import('../pkg/audio_dsp_wasm.js');
  } catch (error) {
    throw new EngineError('wasm-missing', { url: GLUE, reason: reasonOf(error) }, error);
  }
  try {
    await glue.default({ module_or_path: module });
  } catch (error) {
    throw new EngineError('wasm-version', { url: GLUE, found: 'another', expected: ABI_VERSION }, error);
  }
  return glue;
}
