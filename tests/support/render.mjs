/** Rendering in plain Node, by the very class that the worklet runs. */
import { controlBlock } from '../../scripts/lib/control.mjs';
import { EngineInstance } from '../../worklet/engine-instance.js';
import { Renderer } from '../../worklet/renderer.js';

/**
 * @param {Pick<import('../../scripts/lib/doors.mjs').Doors, 'glue' | 'module'>} doors
 * @param {Float32Array[]} input a channel each
 * @param {number} sampleRate in Hz
 * @param {import('../../scripts/lib/control.mjs').Params} params values by id; the others are at their defaults
 * @returns {Float32Array[]}
 */
export function renderInNode({ glue, module }, input, sampleRate, params) {
  const { words } = controlBlock(glue, params);
  const renderer = new Renderer(new EngineInstance(module), {
    sampleRate,
    channels: input.length,
    words,
    clock: () => 0,
  });
  const output = input.map((samples) => new Float32Array(samples.length));
  renderer.render(input, output);
  return output;
}
