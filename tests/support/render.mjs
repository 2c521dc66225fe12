/** Rendering in plain Node, by the very class that the worklet runs. */
import { Renderer } from '../../worklet/renderer.js';

/**
 * @param {{ glue: object, module: WebAssembly.Module }} doors
 * @param {Float32Array[]} input a channel each
 * @param {number} sampleRate in Hz
 * @param {Record<string, number>} params values by id; the others are at their defaults
 * @returns {Float32Array[]}
 */
export function renderInNode({ glue, module }, input, sampleRate, params) {
  const channels = input.length;
  const { words } = controlBlock(glue, params);
  const renderer = new Renderer(module, { sampleRate, channels, words });
  const output = input.map((samples) => new Float32Array(samples.length));
  renderer.render(input, output);
  return output;
}

/** A control block with these parameters, and its layout. */
export function controlBlock(glue, params) {
  const layout = glue.control_layout();
  const words = new Int32Array(layout.words);
  const values = new Float32Array(words.buffer, 4 * layout.parameters);
  for (const { index, id, default: standard } of glue.parameter_table()) values[index] = params[id] ?? standard;
  return { words, layout };
}
