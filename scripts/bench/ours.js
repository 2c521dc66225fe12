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
 * `engines` has two of them. 'ours' is the public API, and as the kernel its wasm alone, with the copies that a
 * worklet has to make. 'ours-worklet' shows where the rest goes: the bare AudioWorkletNode without the nodes around it
 * by which an engine changes its mode, and as the kernel the worklet's own Renderer.
 *
 * params: `{ gain, drive, lowpass, highpass, delay, feedback, mix }`, where drive is what tanh is driven by. Page.
 */
import { createEngine, loadModule } from '../../worklet/engine.js';
import { PROCESSOR_URL } from '../../worklet/module.js';
import { Parameters } from '../../worklet/parameters.js';
import { instantiate } from '../../worklet/renderer.js';
import { WorkletHost } from '../../worklet/worklet-host.js';
import { rawKernel, rendererKernel } from './kernels.js';

const HANDSHAKE_SECONDS = 10;

/** The benchmark's parameters as this engine's; drive = 1 + 10·distortion. */
const ourParams = (p) => ({
  gain: p.gain,
  distortion: (p.drive - 1) / 10,
  lpf_cutoff: p.lowpass,
  hpf_cutoff: p.highpass,
  delay_time: p.delay,
  delay_feedback: p.feedback,
  delay_mix: p.mix,
});

const channelsOf = (context) => context.destination.channelCount;

/** The worklet node alone, behind the source. */
async function startHost(context, source, params) {
  const loaded = await loadModule();
  const { node } = await WorkletHost.start(context, {
    loaded,
    parameters: new Parameters(loaded.parameters, params),
    channels: channelsOf(context),
    transport: 'auto',
    processorUrl: PROCESSOR_URL,
    timeout: HANDSHAKE_SECONDS,
    connect: (made) => source.connect(made),
    onfailure: (error) => { throw error; },
  });
  return node;
}

const ours = {
  name: 'ours',
  setup: () => loadModule(),
  async connect(context, source, params) {
    const options = { mode: 'worklet', channels: channelsOf(context), params: ourParams(params) };
    const engine = await createEngine(context, options);
    source.connect(engine.input);
    return engine.output;
  },
  async kernel(params, channels, sampleRate) {
    const { module, glue } = await loadModule();
    return rawKernel(instantiate(module).exports, glue, ourParams(params), channels, sampleRate);
  },
  async montecarlo() {
    const { glue } = await loadModule();
    return glue.monte_carlo_pi;
  },
  /** One node in and out, so the bare one; bypassed, it passes audio through as it is. */
  async latencyNode(context) {
    return startHost(context, new GainNode(context), { bypass: 1 });
  },
};

const oursWorklet = {
  name: 'ours-worklet',
  setup: () => loadModule(),
  connect: (context, source, params) => startHost(context, source, ourParams(params)),
  async kernel(params, channels, sampleRate) {
    const { module, glue } = await loadModule();
    return rendererKernel(module, glue, ourParams(params), channels, sampleRate);
  },
};

export const engines = [ours, oursWorklet];
export const { name, setup, connect, kernel, montecarlo, latencyNode } = ours;
