/**
 * Renders a signal by the script processor's path as fast as it will go: the fallback's own renderer and its way of
 * cutting a big buffer, without the ScriptProcessorNode's real time. What comes out can be compared, sample by
 * sample, with an OfflineAudioContext's render through the worklet. Main thread.
 */

import { ControlBlock } from '../../worklet/control-block.js';
import { EngineInstance } from '../../worklet/engine-instance.js';
import { loadModule } from '../../worklet/module.js';
import { Parameters } from '../../worklet/parameters.js';
import { Renderer } from '../../worklet/renderer.js';
import { checkOrder } from '../../worklet/state.js';

/**
 * @param {Float32Array[]} input one or two channels
 * @param {object} options
 * @param {number} options.sampleRate in Hz
 * @param {Record<string, number>} [options.params] values by id
 * @param {readonly string[]} [options.order] the effects' ids
 * @param {number} [options.bufferSize] frames of one callback
 * @returns {Promise<Float32Array[]>} as many channels and frames as the input has
 * @throws {import('../../worklet/errors.js').EngineError} wasm-…, unknown-parameter, bad-value
 */
export async function renderThroughScriptProcessor(input, { sampleRate, params, order, bufferSize = 1024 }) {
  const { module, layout, parameters, effects } = await loadModule();
  const block = new ControlBlock(layout, false);
  const settings = new Parameters(parameters, effects, params);
  if (order) settings.setOrder(checkOrder(order, effects));
  block.storeAll(settings);
  const { words } = block;
  const channels = input.length;
  const renderer = new Renderer(new EngineInstance(module), { sampleRate, channels, words, clock: () => 0 });

  const output = input.map((channel) => new Float32Array(channel.length));
  for (let start = 0; start < input[0].length; start += bufferSize) {
    /** @param {Float32Array} channel */
    const buffer = (channel) => channel.subarray(start, start + bufferSize);
    renderer.render(input.map(buffer), output.map(buffer));
  }
  return output;
}
