/** The page's part of chain.bench.mjs: makes candidates, checks what they render, and times them. Page. */
import { loadModule } from '../../worklet/module.js';
import { instantiate } from '../../worklet/engine-instance.js';
import { DEFAULT_QUANTUM } from '../../worklet/renderer.js';
import { chain, errorInDecibels } from '../lib/reference.mjs';
import { javascriptKernel, naiveKernel, rawKernel } from './kernels.js';

const WASM = { simd: '/pkg/audio_dsp_wasm_bg.wasm', baseline: '/pkg/audio_dsp_wasm_baseline.wasm' };
const NAIVE = '/target/bench/naive.wasm';

async function wasmKernel(url, params, channels, sampleRate) {
  const { module, glue } = await loadModule(url);
  return rawKernel(instantiate(module).exports, glue, params, channels, sampleRate);
}

const KERNELS = {
  'wasm SIMD': (...work) => wasmKernel(WASM.simd, ...work),
  'wasm baseline': (...work) => wasmKernel(WASM.baseline, ...work),
  'JavaScript': javascriptKernel,
  'naive wasm': async (...work) => {
    const { instance } = await WebAssembly.instantiate(await (await fetch(NAIVE)).arrayBuffer());
    return naiveKernel(instance.exports, ...work);
  },
};

/** The inputs, by URL: planar float32, cut into channels and quanta. */
const sounds = new Map();
async function soundOf(url, channels) {
  const key = `${channels} ${url}`;
  if (!sounds.has(key)) {
    const samples = new Float32Array(await (await fetch(url)).arrayBuffer());
    const frames = samples.length / channels;
    const planes = Array.from({ length: channels }, (_, c) => samples.subarray(c * frames, (c + 1) * frames));
    sounds.set(key, { planes, quanta: quantaOf(planes) });
  }
  return sounds.get(key);
}

const quantaOf = (planes) =>
  Array.from({ length: planes[0].length / DEFAULT_QUANTUM }, (_, q) =>
    planes.map((plane) => plane.subarray(q * DEFAULT_QUANTUM, (q + 1) * DEFAULT_QUANTUM)),
  );

/** A candidate's output: its error against the formulas in decibels, and a hash of its bits. */
export async function check({ candidate, params, channels, sampleRate, input }) {
  const { planes, quanta } = await soundOf(input, channels);
  const process = await KERNELS[candidate](params, channels, sampleRate);
  const output = new Float32Array(planes[0].length * channels);
  const outputs = planes.map((plane, c) => output.subarray(c * plane.length, (c + 1) * plane.length));
  const outputQuanta = quantaOf(outputs);
  quanta.forEach((quantum, q) => process(quantum, outputQuanta[q]));
  const error = Math.max(
    ...outputs.map((samples, c) => errorInDecibels(samples, chain(planes[c], sampleRate, params))),
  );
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', output));
  return { error, hash: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** The time of one run in a fresh instance, in nanoseconds per sample and channel. */
export async function time({ candidate, params, channels, sampleRate, input }) {
  const { quanta } = await soundOf(input, channels);
  const process = await KERNELS[candidate](params, channels, sampleRate);
  const output = quanta[0].map(() => new Float32Array(DEFAULT_QUANTUM));
  const start = performance.now();
  for (let q = 0; q < quanta.length; q++) process(quanta[q], output);
  return (1e6 * (performance.now() - start)) / (quanta.length * DEFAULT_QUANTUM * channels);
}
