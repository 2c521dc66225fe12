/**
 * What a long-lived page does to the wasm's memory, in plain Node: processors, simulations and engines of mixed sizes
 * come and go. tests/node/lifetimes.test.mjs holds what ships to its promise; scripts/allocators.mjs compares
 * allocators.
 */

import { encodeEvents } from '../../worklet/events.js';

/**
 * @typedef {import('./doors.mjs').Doors} Doors
 * @typedef {{ rate: number, points: number, frames: number }} Size in Hz; of a wave; of a buffer
 */

const SAMPLE_RATES = [3000, 8000, 11025, 22050, 44100, 48000, 88200, 96000, 192000, 384000, 768000];
const CHANNELS = 2;
const LARGEST = { rate: 768000, points: 100_000, frames: 200_000 };

/**
 * Lets so many lifetimes pass.
 * @param {Doors} doors
 * @param {number} count
 * @param {object} [options]
 * @param {boolean} [options.overlapping] one of each kind is alive at any time, instead of one alone
 * @param {(passed: number) => void} [options.look] called after each
 */
export function passLifetimes(doors, count, { overlapping = false, look = () => {} } = {}) {
  const random = generator();
  const nothing = () => {};
  const ends = KINDS.map(() => nothing);
  for (let passed = 0; passed < count; passed++) {
    const kind = passed % KINDS.length;
    ends[kind]();
    // The largest come first: what grows later was not for want of room.
    const end = KINDS[kind](doors, passed < KINDS.length ? LARGEST : mixed(random));
    ends[kind] = overlapping ? end : nothing;
    if (!overlapping) end();
    look(passed + 1);
  }
  for (const end of ends) end();
}

/**
 * Sizes over decades, as small ones are the more frequent.
 * @param {() => number} random from 0 to 1
 * @returns {Size}
 */
function mixed(random) {
  /**
   * @param {number} largest
   * @param {number} least
   */
  const upTo = (largest, least) => Math.floor(least * (largest / least) ** random());
  return {
    rate: SAMPLE_RATES[Math.floor(random() * SAMPLE_RATES.length)],
    points: upTo(LARGEST.points, 3),
    frames: upTo(LARGEST.frames, 1),
  };
}

/**
 * Each begins a life that does some work, and returns what ends it.
 * @type {((doors: Doors, size: Size) => () => void)[]}
 */
const KINDS = [
  ({ glue }, { rate, frames }) => {
    const processor = new glue.AudioProcessor(rate);
    for (const length of [frames, frames >> 1, 0]) {
      processor.process(new Float32Array(length).fill(0.5), 1, 8000, 80, 0.01, 0.5, 0.3, 0.2);
    }
    return () => processor.free();
  },
  ({ glue }, { points }) => {
    const wave = new glue.WaveSimulation(points, 0.5);
    wave.add_impulse(points >> 1, 1);
    wave.step();
    wave.get_data();
    return () => wave.free();
  },
  (doors, { rate, points }) => beginEngine(doors, rate, points),
];

/**
 * Begins the life of an engine that is automated and whose order changes; gives what ends it, with events that still
 * wait.
 * @param {Doors} doors
 * @param {number} rate in Hz
 * @param {number} points of a curve
 */
export function beginEngine({ glue, wasm }, rate, points) {
  const engine = wasm.engine_new(rate, CHANNELS);
  const { order, sequence, announced } = glue.control_layout();
  const id = 'delay_mix';
  const [start, end] = [200, 300];
  const values = new Float32Array(points).fill(0.5);
  const events = encodeEvents(
    [
      { id, law: 'linear', frame: 0, start: 0, from: 0, end: 100, to: 1 },
      { id, law: 'curve', frame: start, start, duration: end - start, values },
      { id, law: 'curve', frame: 1e6, start: 1e6, duration: 100, values },
    ],
    () => glue.parameter_table().findIndex((row) => row.id === id),
  );
  const mailbox = wasm.engine_mailbox(engine, events.length);
  new Float64Array(wasm.memory.buffer, mailbox, events.length).set(events);
  wasm.engine_take_events(engine, 0);
  const words = new Int32Array(wasm.memory.buffer, wasm.engine_control(engine), order + 2);
  words.set([1, 0], order);
  words[announced] = words[sequence] + 1;
  words[sequence] = words[announced];
  const frames = wasm.engine_frames();
  for (let at = 0; at < 2 * end; at += frames) wasm.engine_process(engine, frames, 0);
  return () => wasm.engine_free(engine);
}

/** Numbers from 0 to 1, the same ones each time (the minimal standard generator of Park and Miller). */
function generator() {
  let state = 20240607;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
