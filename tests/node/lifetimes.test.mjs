/** The wasm's memory, in plain Node: it grows to what is needed and no further, whatever comes and goes. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { build, buildVariant } from '../../scripts/build.mjs';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { beginEngine, passLifetimes } from '../../scripts/lib/lifetimes.mjs';
import { chain, errorInDecibels } from '../../scripts/lib/reference.mjs';
import { encodeEvents } from '../../worklet/events.js';
import { renderInNode } from '../support/render.mjs';

const QUANTUM = 128;
const SAMPLE_RATE = 48000;
const PARAMS = { gain: 0.9, lpf_cutoff: 8000, hpf_cutoff: 80, delay_time: 0.01 };

const sound = (frames) =>
  Float32Array.from(
    { length: frames },
    (_, n) => 0.5 * Math.sin(0.03 * n) + 0.3 * Math.sin(1.7 * n) * Math.cos(0.0007 * n * n),
  );

/** What an engine's control block says of events; read anew each time, for memory can grow. */
function countsOf(glue, wasm, engine) {
  const lateWord = glue.control_layout().meters.find(({ name }) => name === 'late').word;
  const read = (word) => new Uint32Array(wasm.memory.buffer, wasm.engine_control(engine), wasm.control_words())[word];
  return { late: () => read(lateWord), waiting: () => read(wasm.control_waiting_word()) };
}

before(build);

for (const [name, paths] of Object.entries(SHIPPED)) {
  describe(`the ${name} build`, () => {
    test('has its memory after 3,000 lifetimes where it was after the first 50', async () => {
      const doors = await openDoors(paths);
      const [least, sizes] = [doors.bytes(), []];
      passLifetimes(doors, 3000, { look: () => sizes.push(doors.bytes()) });
      assert.ok(sizes[49] > least, 'the lifetimes need memory');
      assert.equal(sizes.at(-1), sizes[49]);
    });

    test('has its memory after 3,000 engines with events and other orders where it was after the first', async () => {
      const doors = await openDoors(paths);
      const sizes = [];
      for (let made = 0; made < 3000; made++) {
        // Up to ten at a time.
        const ends = Array.from({ length: 1 + (made % 10) }, () =>
          beginEngine(doors, SAMPLE_RATE, 100_000 / (1 + made)),
        );
        for (const end of made % 2 ? ends : ends.reverse()) end();
        if (made % 10 === 9) sizes.push(doors.bytes());
      }
      assert.equal(sizes.at(-1), sizes[0]);
    });

    test('takes 100,000 events in, lets them act and has its memory where it was, however often', async () => {
      const { glue, wasm, bytes } = await openDoors(paths);
      const engine = wasm.engine_new(SAMPLE_RATE, 1);
      const { late, waiting } = countsOf(glue, wasm, engine);
      const count = 100_000;
      const sizes = [];
      for (let round = 0; round < 5; round++) {
        const first = round * count;
        const event = (nth) => ({ id: 'gain', law: 'hold', frame: first + ((nth * 7919) % count), to: nth / count });
        const events = encodeEvents(
          Array.from({ length: count }, (_, nth) => event(nth)),
          () => 0,
        );
        const mailbox = wasm.engine_mailbox(engine, events.length);
        new Float64Array(wasm.memory.buffer, mailbox, events.length).set(events);
        assert.equal(wasm.engine_take_events(engine, 0), 1);
        wasm.engine_set_clock(engine, first);
        for (let at = 0; at < count; at += QUANTUM) wasm.engine_process(engine, QUANTUM, 1);
        assert.deepEqual([waiting(), late()], [0, 0]);
        sizes.push(bytes());
      }
      assert.equal(sizes.at(-1), sizes[0]);
      wasm.engine_free(engine);
    });

    test('needs at most half as much again where 3,000 lifetimes overlap, of every kind one at a time', async () => {
      const doors = await openDoors(paths);
      const sizes = [];
      passLifetimes(doors, 3000, { overlapping: true, look: () => sizes.push(doors.bytes()) });
      const largestAtOnce = sizes[2];
      assert.ok(sizes.at(-1) <= 1.5 * largestAtOnce, `${sizes.at(-1)} bytes against ${largestAtOnce}`);
    });

    test('renders 100,000 quanta, parameters and switches moving, in the memory that it began with', async () => {
      const { glue, wasm, bytes } = await openDoors(paths);
      const engine = wasm.engine_new(SAMPLE_RATE, 2);
      const size = bytes();
      const layout = glue.control_layout();
      const table = glue.parameter_table();
      const words = new Int32Array(wasm.memory.buffer, wasm.engine_control(engine), layout.words);
      const values = new Float32Array(words.buffer, words.byteOffset + 4 * layout.parameters, table.length);
      const block = new Float32Array(wasm.memory.buffer, wasm.engine_sound(engine, 0), QUANTUM);
      const input = sound(QUANTUM);
      for (let quantum = 0; quantum < 100_000; quantum++) {
        if (quantum % 50 === 0) {
          const { index, min, max } = table[(quantum / 50) % table.length];
          values[index] = values[index] === max ? min : max;
          words[layout.sequence] += 1;
          words[layout.setAt + index] = words[layout.sequence];
        }
        block.set(input);
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
    const [output] = renderInNode(doors, [input], SAMPLE_RATE, PARAMS);
    assert.ok(errorInDecibels(output, chain(input, SAMPLE_RATE, PARAMS)) < -100);
    const [shipped] = renderInNode(await openDoors(SHIPPED.SIMD), [input], SAMPLE_RATE, PARAMS);
    assert.deepEqual(output, shipped);
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
    assert.equal(doors.wasm.engine_new(2999, 1), 0);
  });

  test('grows with every lifetime, as src/lib.rs says (should this fail, it need not say so any more)', async () => {
    const fresh = await openDoors(paths);
    const sizes = [];
    passLifetimes(fresh, 200, { look: () => sizes.push(fresh.bytes()) });
    assert.ok(sizes.at(-1) > sizes[49], `${sizes[49]} bytes after 50, ${sizes.at(-1)} after 200`);
  });
});
