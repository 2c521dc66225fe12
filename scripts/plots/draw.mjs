/**
 * Measures what the sounds promise and draws it: the reverb's decay and echo density, the gate's curve, the tuner's
 * error. `npm run plots -- FOLDER` writes the pictures as SVG; without a folder, those in docs/plots. Node.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawKernel } from '../bench/kernels.js';
import { build } from '../build.mjs';
import { openDoors, SHIPPED } from '../lib/doors.mjs';
import { switchesOf } from '../lib/effects.mjs';
import { main } from '../lib/project.mjs';
import { chart } from './chart.mjs';
import { curve } from './gate.mjs';
import { decay, density } from './reverb.mjs';
import { error } from './tuner.mjs';

const QUANTUM = 128;
/**
 * Renders channels with these parameters, all effects being off that they do not switch on; the rest of the last
 * quantum is left out.
 * @typedef {(params: Record<string, number>, input: Float32Array[], sampleRate: number) => Float32Array[]} Rendering
 */

await main(async () => {
  const [folder = 'docs/plots'] = process.argv.slice(2);
  await build();
  const { glue, wasm } = await openDoors(SHIPPED.SIMD);
  const allOff = Object.fromEntries(switchesOf(glue.parameter_table()).map((id) => [id, 0]));

  /** @type {Rendering} */
  const render = (params, input, sampleRate) => {
    const process = rawKernel(wasm, glue, { ...allOff, ...params }, input.length, sampleRate);
    const output = input.map((channel) => new Float32Array(channel.length));
    for (let start = 0; start + QUANTUM <= input[0].length; start += QUANTUM) {
      const part = (/** @type {Float32Array} */ channel) => channel.subarray(start, start + QUANTUM);
      process(input.map(part), output.map(part));
    }
    return output;
  };

  const plots = {
    'reverb-decay': decay(render),
    'reverb-density': density(render),
    'gate-curve': curve(render),
    'tuner-error': error(glue),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, plot] of Object.entries(plots)) writeFileSync(join(folder, `${name}.svg`), chart(plot));
  console.log(`${Object.keys(plots).length} pictures in ${folder}`);
});
