/** The wasm's memory, in plain Node: it grows to what is needed and no further, whatever comes and goes. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { build, buildVariant } from '../scripts/build.mjs';
import { openDoors, passLifetimes, SHIPPED } from '../scripts/lib/lifetimes.mjs';
import { Renderer } from '../worklet/renderer.js';
import { chain, errorInDecibels } from './browser/support/reference.mjs';

const QUANTUM = 128;
const SAMPLE_RATE = 48000;
const PARAMS = { gain: 0.9, lpf_cutoff: 8000, hpf_cutoff: 80, delay_time: 0.01 };

const sound = (frames) => Float32Array.from({ length: frames }, (_, n) =>
  0.5 * Math.sin(0.03 * n) + 0.3 * Math.sin(1.7 * n) * Math.cos(0.0007 * n * n));

/** A control block in memory, with these parameters, for a renderer; and where its count of missed quanta is. */
function controlBlock(glue, params) {
  const layout = glue.control_layout();
  const words = new Int32Array(layout.words);
  const floats = new Float32Array(words.buffer);
  const set = (id, value) => {
    floats[layout.parameters + glue.parameter_table().find((row) => row.id === id).index] = value;
    words[layout.sequence] += 1;
  };
  for (const row of glue.parameter_table()) set(row.id, params[row.id] ?? row.default);
  return { words, missedWord: layout.meters.find(({ name }) => name === 'missed').word, set };
}

/** One channel rendered as a worklet does. */
function render({ glue, module }, input, params) {
  const { words, missedWord } = controlBlock(glue, params);
  const options = { sampleRate: SAMPLE_RATE, channels: 1, capacity: QUANTUM, words, missedWord };
  const renderer = new Renderer(module, options);
  const output = new Float32Array(input.length);
  for (let start = 0; start < input.length; start += QUANTUM) {
    renderer.render([input], [output], start, Math.min(QUANTUM, input.length - start));
  }
  return output;
}

before(build);

for (const [name, paths] of Object.entries(SHIPPED)) {
  describe(`the ${name} build`, () => {
    test('has its memory after 3,000 lifetimes where it was after the first 50', async () => {
      const doors = await openDoors(paths);
      const [least, sizes] = [doors.bytes(), []];
      passLifetimes(doors, 3000, () => sizes.push(doors.bytes()));
      assert.ok(sizes[49] > least, 'the lifetimes need memory');
      assert.equal(sizes.at(-1), sizes[49]);
      assert.equal(doors.bytes(), sizes[49]);
    });

    test('renders 100,000 quanta, parameters and switches moving, in the memory that it began with', async () => {
      const { glue, wasm, bytes } = await openDoors(paths);
      const engine = wasm.engine_new(SAMPLE_RATE, 2, QUANTUM);
      const size = bytes();
      const layout = glue.control_layout();
      const table = glue.parameter_table();
      const words = new Int32Array(wasm.memory.buffer, wasm.engine_control(engine), layout.words);
      const values = new Float32Array(words.buffer, words.byteOffset + 4 * layout.parameters, table.length);
      const input = new Float32Array(wasm.memory.buffer, wasm.engine_input(engine, 0), QUANTUM);
      input.set(sound(QUANTUM));
      for (let quantum = 0; quantum < 100_000; quantum++) {
        if (quantum % 50 === 0) {
          const { index, min, max } = table[(quantum / 50) % table.length];
          values[index] = values[index] === max ? min : max;
          words[layout.sequence] += 1;
        }
        wasm.engine_process(engine, QUANTUM, quantum % 3);
      }
      assert.equal(words[layout.meters.find((meter) => meter.name === 'quanta').word], 100_000);
      assert.equal(bytes(), size);
      wasm.engine_free(engine);
    });
  });
}

describe('built with wee_alloc', () => {
  let paths;
  let doors;
  before(async () => {
    paths = await buildVariant(['wee_alloc']);
    doors = await openDoors(paths);
  });

  test('renders the formulas within 100 dB, and the very bits of the build that ships', async () => {
    const input = sound(SAMPLE_RATE);
    const output = render(doors, input, PARAMS);
    assert.ok(errorInDecibels(output, chain(input, SAMPLE_RATE, PARAMS)) < -100);
    assert.deepEqual(output, render(await openDoors(SHIPPED.SIMD), input, PARAMS));
  });

  test('has a main thread door that works and refuses what is out of range', () => {
    const { AudioProcessor, WaveSimulation, monte_carlo_pi } = doors.glue;
    const buffer = sound(1000);
    const { gain, lpf_cutoff, hpf_cutoff, delay_time } = PARAMS;
    const processor = new AudioProcessor(SAMPLE_RATE);
    processor.process(buffer, gain, lpf_cutoff, hpf_cutoff, delay_time, 0.5, 0.3, 0.2);
    assert.ok(errorInDecibels(buffer, chain(sound(1000), SAMPLE_RATE, PARAMS)) < -100);
    assert.ok(Math.abs(monte_carlo_pi(1_000_000) - Math.PI) < 0.01);
    const wave = new WaveSimulation(9, 1);
    wave.add_impulse(4, 1);
    wave.step();
    assert.deepEqual([...wave.get_data()], [0, 0, 0, 1, 0, 1, 0, 0, 0]);
    assert.throws(() => new AudioProcessor(2999), RangeError);
    assert.throws(() => new WaveSimulation(9, 1.5), RangeError);
    assert.equal(doors.wasm.engine_new(2999, 1, QUANTUM), 0);
  });

  test('grows with every lifetime, as src/lib.rs says (should this fail, it need not say so any more)', async () => {
    const fresh = await openDoors(paths);
    const sizes = [];
    passLifetimes(fresh, 300, () => sizes.push(fresh.bytes()));
    assert.ok(sizes.at(-1) > sizes[49], `${sizes[49]} bytes after 50, ${sizes.at(-1)} after 300`);
  });
});
