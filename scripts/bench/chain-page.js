/** The page's part of chain.bench.mjs: makes candidates, checks what they render, and times them. Page. */
import { loadModule } from '../../worklet/module.js';
import { DEFAULT_QUANTUM, instantiate } from '../../worklet/renderer.js';
import { chain, errorInDecibels } from '../lib/reference.mjs';
import { javascriptKernel, naiveKernel, rawKernel } from './kernels.js';

const WASM = { simd: '/pkg/audio_dsp_wasm_bg.wasm', baseline: '/pkg/audio_dsp_wasm_baseline.wasm' };
const NAIVE = '/target/bench/naive.wasm';

/**
 * @typedef {import('./kernels.js').Kernel} Kernel
 * @typedef {import('./kernels.js').ChainParams} ChainParams
 * @typedef {[params: ChainParams & Record<string, number>, channels: number, sampleRate: number]} Setting
 *
 * @typedef {object} Work
 * @property {string} candidate a name of `KERNELS`
 * @property {Setting[0]} params
 * @property {number} channels
 * @property {number} sampleRate in Hz
 * @property {string} input URL of planar float32
 */

/**
 * @param {string} url
 * @param {Setting} setting
 */
async function wasmKernel(url, ...setting) {
  const { module, glue } = await loadModule(url);
  return rawKernel(instantiate(module).exports, glue, ...setting);
}

/** @type {Record<string, (...setting: Setting) => Kernel | Promise<Kernel>>} */
const KERNELS = {
  'wasm SIMD': (...setting) => wasmKernel(WASM.simd, ...setting),
  'wasm baseline': (...setting) => wasmKernel(WASM.baseline, ...setting),
  'JavaScript': javascriptKernel,
  'naive wasm': async (...setting) => {
    const { instance } = await WebAssembly.instantiate(await (await fetch(NAIVE)).arrayBuffer());
    const { exports } = /** @type {{ exports: unknown }} */ (instance);
    return naiveKernel(/** @type {import('./kernels.js').NaiveWasm} */ (exports), ...setting);
  },
};

/** @typedef {{ planes: Float32Array[], quanta: Float32Array[][] }} Sound channels, and those cut into quanta */

/** @type {Map<string, Sound>} */
const sounds = new Map();

/**
 * @param {string} url of planar float32
 * @param {number} channels
 */
async function soundOf(url, channels) {
  const key = `${channels} ${url}`;
  const known = sounds.get(key);
  if (known !== undefined) return known;
  const samples = new Float32Array(await (await fetch(url)).arrayBuffer());
  const frames = samples.length / channels;
  const planes = Array.from({ length: channels }, (_, c) => samples.subarray(c * frames, (c + 1) * frames));
  const sound = { planes, quanta: quantaOf(planes) };
  sounds.set(key, sound);
  return sound;
}

/** @param {Float32Array[]} planes */
const quantaOf = (planes) =>
  Array.from({ length: planes[0].length / DEFAULT_QUANTUM }, (_, q) =>
    planes.map((plane) => plane.subarray(q * DEFAULT_QUANTUM, (q + 1) * DEFAULT_QUANTUM)),
  );

/**
 * A candidate's output: its error against the formulas in decibels, and a hash of its bits.
 * @param {Work} work
 */
export async function check({ candidate, params, channels, sampleRate, input }) {
  const { planes, quanta } = await soundOf(input, channels);
  const process = await KERNELS[candidate](params, channels, sampleRate);
  const output = new Float32Array(planes[0].length * channels);
  const outputs = planes.map((plane, c) => output.subarray(c * plane.length, (c + 1) * plane.length));
  const outputQuanta = quantaOf(outputs);
  for (const [q, quantum] of quanta.entries()) process(quantum, outputQuanta[q]);
  const error = Math.max(
    ...outputs.map((samples, c) => errorInDecibels(samples, chain(planes[c], sampleRate, params))),
  );
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', output));
  return { error, hash: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/**
 * The time of one run in a fresh instance, in nanoseconds per sample and channel.
 * @param {Work} work
 */
export async function time({ candidate, params, channels, sampleRate, input }) {
  const { quanta } = await soundOf(input, channels);
  const process = await KERNELS[candidate](params, channels, sampleRate);
  const output = quanta[0].map(() => new Float32Array(DEFAULT_QUANTUM));
  const start = performance.now();
  for (let q = 0; q < quanta.length; q++) process(quanta[q], output);
  return (1e6 * (performance.now() - start)) / (quanta.length * DEFAULT_QUANTUM * channels);
}
