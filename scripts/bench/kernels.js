/**
 * Kernels: the chain without a graph, as `process(inputs, outputs)` over arrays of 128-frame Float32Arrays, one per
 * channel. The copies in and out of the wasm's memory are part of it, for a worklet has to make them. Page and Node.
 */
import { EngineInstance } from '../../worklet/engine-instance.js';
import { DEFAULT_QUANTUM, Renderer } from '../../worklet/renderer.js';
import { controlBlock, fillParameters } from '../lib/control.mjs';

/**
 * @typedef {import('../lib/doors.mjs').Glue} Glue
 * @typedef {import('../lib/control.mjs').Params} Params
 * @typedef {(inputs: Float32Array[], outputs: Float32Array[]) => void} Kernel
 *
 * @typedef {object} ChainParams what the formulas of the chain need
 * @property {number} gain
 * @property {number} distortion
 * @property {number} lpf_cutoff in Hz
 * @property {number} hpf_cutoff in Hz
 * @property {number} delay_time in seconds
 * @property {number} delay_feedback
 * @property {number} delay_mix
 */

/**
 * The wasm alone: copy in, engine_process (with its meters), copy out; all views made beforehand.
 * @param {import('../../worklet/engine-instance.js').AudioThreadDoor} wasm a bare instance's exports
 * @param {Glue} glue the main thread's door, for the parameter table
 * @param {Params} params values by id; the others are at their defaults
 * @param {number} channels 1 or 2
 * @param {number} sampleRate in Hz
 * @returns {Kernel}
 */
export function rawKernel(wasm, glue, params, channels, sampleRate) {
  const { memory, engine_control, engine_sound, engine_process } = wasm;
  const engine = wasm.engine_new(sampleRate, channels);
  fillParameters(new Int32Array(memory.buffer, engine_control(engine), wasm.control_words()), glue, params);
  const sound = Array.from(
    { length: channels },
    (_, channel) => new Float32Array(memory.buffer, engine_sound(engine, channel), DEFAULT_QUANTUM),
  );
  return (inputs, outputs) => {
    for (let channel = 0; channel < channels; channel++) sound[channel].set(inputs[channel]);
    engine_process(engine, DEFAULT_QUANTUM, 1);
    for (let channel = 0; channel < channels; channel++) outputs[channel].set(sound[channel]);
  };
}

/**
 * As the worklet runs it: with a control block to follow, and the meters brought back to it each quantum.
 * @param {WebAssembly.Module} module
 * @param {Glue} glue
 * @param {Params} params
 * @param {number} channels
 * @param {number} sampleRate
 * @returns {Kernel}
 */
export function rendererKernel(module, glue, params, channels, sampleRate) {
  const { words } = controlBlock(glue, params, { shared: true });
  const renderer = new Renderer(new EngineInstance(module), { sampleRate, channels, words, clock: () => 0 });
  return (inputs, outputs) => renderer.render(inputs, outputs);
}

/**
 * The exports of scripts/bench/naive.rs; an engine and what it reads and writes are addresses.
 * @typedef {object} NaiveWasm
 * @property {WebAssembly.Memory} memory
 * @property {(sampleRate: number, ...params: number[]) => number} naive_new
 * @property {(engine: number) => number} naive_input
 * @property {(engine: number) => number} naive_output
 * @property {(engine: number) => void} naive_process
 */

/**
 * The naive form of scripts/bench/naive.rs, one instance for all channels.
 * @param {NaiveWasm} wasm
 * @param {ChainParams} params
 * @param {number} channels
 * @param {number} sampleRate
 * @returns {Kernel}
 */
export function naiveKernel(wasm, params, channels, sampleRate) {
  const { memory, naive_new, naive_input, naive_output, naive_process } = wasm;
  const p = params;
  const engines = Array.from({ length: channels }, () =>
    naive_new(
      sampleRate,
      p.gain,
      p.distortion,
      p.lpf_cutoff,
      p.hpf_cutoff,
      p.delay_time,
      p.delay_feedback,
      p.delay_mix,
    ),
  );
  /** @param {(engine: number) => number} address */
  const views = (address) => engines.map((engine) => new Float32Array(memory.buffer, address(engine), DEFAULT_QUANTUM));
  const [ins, outs] = [views(naive_input), views(naive_output)];
  return (inputs, outputs) => {
    for (let channel = 0; channel < channels; channel++) {
      ins[channel].set(inputs[channel]);
      naive_process(engines[channel]);
      outputs[channel].set(outs[channel]);
    }
  };
}

/**
 * Plain JavaScript written well: float64, block stages, a rational tanh, all state in locals while it runs.
 * @param {ChainParams} params
 * @param {number} channels
 * @param {number} sampleRate
 * @returns {Kernel}
 */
export function javascriptKernel(params, channels, sampleRate) {
  const chains = Array.from({ length: channels }, () => new JavaScriptChain(params, sampleRate));
  return (inputs, outputs) => {
    for (let channel = 0; channel < channels; channel++) chains[channel].process(inputs[channel], outputs[channel]);
  };
}

class JavaScriptChain {
  #before;
  #after;
  #lowPass;
  #highPass;
  /** The filters' states, two each. */
  #states = new Float64Array(4);
  #scratch = new Float64Array(DEFAULT_QUANTUM);
  #line;
  #at = 0;
  #feedback;
  #mix;

  /**
   * @param {ChainParams} p
   * @param {number} sampleRate
   */
  constructor(p, sampleRate) {
    const drive = 1 + 10 * p.distortion;
    this.#before = p.gain * drive;
    this.#after = 1 / Math.tanh(drive);
    this.#lowPass = biquad('low-pass', p.lpf_cutoff, sampleRate);
    this.#highPass = biquad('high-pass', p.hpf_cutoff, sampleRate);
    this.#line = new Float32Array(Math.max(1, Math.round(p.delay_time * sampleRate)));
    this.#feedback = p.delay_feedback;
    this.#mix = p.delay_mix;
  }

  /**
   * @param {Float32Array} input
   * @param {Float32Array} output
   */
  process(input, output) {
    const x = this.#scratch;
    distort(input, x, this.#before, this.#after);
    filter(x, this.#states, this.#lowPass, this.#highPass);
    this.#at = delay(x, output, this.#line, this.#at, this.#feedback, this.#mix);
  }
}

/**
 * Coefficients after the Audio EQ Cookbook (R. Bristow-Johnson), Q = 1/√2: b0, b1, a1, a2 (b2 is b0).
 * @param {'low-pass' | 'high-pass'} kind
 * @param {number} cutoff in Hz
 * @param {number} sampleRate in Hz
 * @returns {[number, number, number, number]}
 */
function biquad(kind, cutoff, sampleRate) {
  const w = (2 * Math.PI * cutoff) / sampleRate;
  const alpha = Math.sin(w) / (2 * Math.SQRT1_2);
  const a0 = 1 + alpha;
  const sign = kind === 'low-pass' ? -1 : 1;
  const edge = (1 + sign * Math.cos(w)) / a0;
  return [edge / 2, -sign * edge, (-2 * Math.cos(w)) / a0, (1 - alpha) / a0];
}

/**
 * tanh by Lambert's continued fraction, nine levels deep and held at ±1: within 7e-6 (−103 dB) of it everywhere.
 * @param {Float32Array} input
 * @param {Float64Array} output
 * @param {number} before what the input is multiplied by
 * @param {number} after what the tanh is multiplied by
 */
function distort(input, output, before, after) {
  for (let n = 0; n < output.length; n++) {
    const v = input[n] * before;
    const s = v * v;
    const p = v * (34459425 + s * (4729725 + s * (135135 + s * (990 + s))));
    const q = 34459425 + s * (16216200 + s * (945945 + s * (13860 + s * 45)));
    output[n] = Math.max(-1, Math.min(1, p / q)) * after;
  }
}

/**
 * Both filters in one pass (each sample of the second waits for the first's alone), transposed direct form II.
 * @param {Float64Array} x in place
 * @param {Float64Array} states
 * @param {ReturnType<typeof biquad>} lowPass
 * @param {ReturnType<typeof biquad>} highPass
 */
function filter(x, states, [b0, b1, a1, a2], [d0, d1, c1, c2]) {
  let [l1, l2, h1, h2] = states;
  for (let n = 0; n < x.length; n++) {
    const v = x[n];
    const low = b0 * v + l1;
    l1 = b1 * v - a1 * low + l2;
    l2 = b0 * v - a2 * low;
    const high = d0 * low + h1;
    h1 = d1 * low - c1 * high + h2;
    h2 = d0 * low - c2 * high;
    x[n] = high;
  }
  states[0] = l1;
  states[1] = l2;
  states[2] = h1;
  states[3] = h2;
}

/**
 * Without a test for the line's end in the loop: spans up to it. Returns where the next sample goes.
 * @param {Float64Array} x
 * @param {Float32Array} output
 * @param {Float32Array} line
 * @param {number} at where this one goes
 * @param {number} feedback
 * @param {number} mix
 */
function delay(x, output, line, at, feedback, mix) {
  const dry = 1 - mix;
  for (let n = 0; n < x.length; ) {
    const end = Math.min(x.length, n + line.length - at);
    for (; n < end; n++, at++) {
      const delayed = line[at];
      line[at] = x[n] + delayed * feedback;
      output[n] = x[n] * dry + delayed * mix;
    }
    if (at === line.length) at = 0;
  }
  return at;
}
