/**
 * This engine as a benchmark of audio engines sees it: an adapter whose members are, each where a bench needs it,
 *
 *     name
 *     setup(context, params)              before the graph is made
 *     connect(context, source, params)    puts the engine behind the source, and returns the output node
 *     kernel(params, channels, rate)      resolves to process(inputs, outputs), over arrays of quanta
 *     montecarlo()                        resolves to (points) => estimate of π
 *     latencyNode(context)                resolves to a node that passes audio through
 *
 * `engines` has two of them, both through the public API. 'ours' is `fixed`, as a graph that never switches has it, and
 * as the kernel its wasm alone, with the copies that a worklet has to make. 'ours-switchable' can change its mode, and
 * its kernel is the worklet's own Renderer.
 *
 * params: `{ gain, drive, lowpass, highpass, delay, feedback, mix }`, where drive is what tanh is driven by. Page.
 */
import { createEngine, loadModule } from '../../worklet/engine.js';
import { instantiate } from '../../worklet/renderer.js';
import { rawKernel, rendererKernel } from './kernels.js';

/**
 * @typedef {Record<'gain' | 'drive' | 'lowpass' | 'highpass' | 'delay' | 'feedback' | 'mix', number>} BenchParams
 */

/**
 * The benchmark's parameters as this engine's; drive = 1 + 10·distortion.
 * @param {BenchParams} p
 */
const ourParams = (p) => ({
  gain: p.gain,
  distortion: (p.drive - 1) / 10,
  lpf_cutoff: p.lowpass,
  hpf_cutoff: p.highpass,
  delay_time: p.delay,
  delay_feedback: p.feedback,
  delay_mix: p.mix,
});

/**
 * One or two, as the context plays.
 * @param {BaseAudioContext} context
 */
const channelsOf = ({ destination }) => (destination.channelCount === 1 ? 1 : 2);

/**
 * An engine behind the source; returns its output.
 * @param {BaseAudioContext} context
 * @param {AudioNode} source
 * @param {ReturnType<typeof ourParams>} params
 * @param {boolean} fixed
 */
async function connectEngine(context, source, params, fixed) {
  const engine = await createEngine(context, { mode: 'worklet', channels: channelsOf(context), params, fixed });
  source.connect(engine.input);
  return engine.output;
}

/**
 * @typedef {(context: BaseAudioContext, source: AudioNode, params: BenchParams) => Promise<AudioNode>} Connect
 * @typedef {(params: BenchParams, channels: number, sampleRate: number) => Promise<import('./kernels.js').Kernel>}
 *   MakeKernel
 */

const ours = {
  name: 'ours',
  setup: () => loadModule(),
  /** @type {Connect} */
  connect: (context, source, params) => connectEngine(context, source, ourParams(params), true),
  /** @type {MakeKernel} */
  async kernel(params, channels, sampleRate) {
    const { module, glue } = await loadModule();
    return rawKernel(instantiate(module).exports, glue, ourParams(params), channels, sampleRate);
  },
  async montecarlo() {
    const { glue } = await loadModule();
    return glue.monte_carlo_pi;
  },
  /**
   * Bypassed, it passes audio through as it is.
   * @param {BaseAudioContext} context
   */
  async latencyNode(context) {
    const channels = channelsOf(context);
    return (await createEngine(context, { mode: 'worklet', channels, params: { bypass: true }, fixed: true })).input;
  },
};

const oursSwitchable = {
  name: 'ours-switchable',
  setup: () => loadModule(),
  /** @type {Connect} */
  connect: (context, source, params) => connectEngine(context, source, ourParams(params), false),
  /** @type {MakeKernel} */
  async kernel(params, channels, sampleRate) {
    const { module, glue } = await loadModule();
    return rendererKernel(module, glue, ourParams(params), channels, sampleRate);
  },
};

export const engines = [ours, oursSwitchable];
export const { name, setup, connect, kernel, montecarlo, latencyNode } = ours;
