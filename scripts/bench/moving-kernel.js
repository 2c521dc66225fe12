/**
 * What the engine costs while its parameters move: a bare instance whose parameters are set so often that nothing
 * arrives, and one that is automated with a ramp after the other, timed in turn with one at rest. Page and Node.
 */

import { encodeEvents } from '../../worklet/events.js';

export const SAMPLE_RATE = 48000;
export const QUANTUM = 128;
/** 10.7 ms from target to target; a jump takes 70 ms to arrive. */
export const QUANTA_PER_TARGET = 4;
const QUANTA_PER_ROUND = 1000;
/** By how many frames a ramp begins after the edge of a quantum, which is cut there. */
const FRAMES_FROM_EDGE = { ramp: 0, cut: 40 };

/** Where a parameter moves to by turns, as shares of its slider's way. */
export const ENDS = [0.1, 0.9];

/** The parameters of the effects that are on by default. */
const MOVING = ['gain', 'distortion', 'lpf_cutoff', 'hpf_cutoff', 'delay_time', 'delay_feedback', 'delay_mix'];

/**
 * @typedef {import('../../worklet/engine-instance.js').AudioThreadDoor} Wasm
 * @typedef {Pick<import('../lib/doors.mjs').Glue, 'parameter_table' | 'control_layout'>} Glue
 * @typedef {import('../lib/doors.mjs').ParameterRow} Row
 */

/** How a parameter moves: by targets that are set, or by ramps from quantum to quantum, or from within one. */
export const WAYS = /** @type {const} */ (['set', 'ramp', 'cut']);

/**
 * The name of a case.
 * @param {string} what moves
 * @param {typeof WAYS[number]} way
 */
export const caseOf = (what, way) => `${what} by ${way}`;

/**
 * Nanoseconds per sample and channel, by case: a figure a round.
 * @param {Wasm} wasm a bare instance's exports
 * @param {Glue} glue the main thread's door, for the parameter table
 * @param {number} channels
 * @param {number} rounds
 */
export function timeMoving(wasm, glue, channels, rounds) {
  const players = playersOf(wasm, glue, channels);
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(players).map((name) => [name, []]));
  // The first round is for the compilers.
  for (let round = -1; round < rounds; round++) {
    prepareAll(players);
    for (const [name, player] of Object.entries(players)) {
      const start = performance.now();
      for (let quantum = 0; quantum < QUANTA_PER_ROUND; quantum++) player.play();
      const took = ((performance.now() - start) * 1e6) / (QUANTA_PER_ROUND * QUANTUM * channels);
      if (round >= 0) times[name].push(took);
    }
  }
  for (const player of Object.values(players)) player.free();
  return times;
}

/**
 * Nanoseconds that the slowest of a thousand quanta takes, by case.
 * @param {Wasm} wasm
 * @param {Glue} glue
 * @param {number} channels
 * @param {number} quanta
 */
export function worstMoving(wasm, glue, channels, quanta) {
  const players = playersOf(wasm, glue, channels);
  /** @type {Record<string, Float64Array>} */
  const times = Object.fromEntries(Object.keys(players).map((name) => [name, new Float64Array(quanta)]));
  prepareAll(players);
  for (const player of Object.values(players)) for (let n = 0; n < QUANTA_PER_ROUND; n++) player.play();
  for (let quantum = 0; quantum < quanta; quantum++) {
    if (quantum % QUANTA_PER_ROUND === 0) prepareAll(players);
    for (const [name, player] of Object.entries(players)) {
      const start = performance.now();
      player.play();
      times[name][quantum] = (performance.now() - start) * 1e6;
    }
  }
  for (const player of Object.values(players)) player.free();
  const quantile = (/** @type {Float64Array} */ values) => values.sort()[Math.floor(0.999 * quanta)];
  return Object.fromEntries(Object.entries(times).map(([name, own]) => [name, quantile(own)]));
}

/**
 * An engine for each case: at rest, and each parameter alone and all of them by each way.
 * @param {Wasm} wasm
 * @param {Glue} glue
 * @param {number} channels
 */
function playersOf(wasm, glue, channels) {
  /** @type {[name: string, ids: string[], way: typeof WAYS[number]][]} */
  const cases = [['at rest', [], 'set']];
  for (const way of WAYS) {
    for (const id of MOVING) cases.push([caseOf(id, way), [id], way]);
    cases.push([caseOf('all seven', way), MOVING, way]);
  }
  const engines = cases.map(() => wasm.engine_new(SAMPLE_RATE, channels));
  return Object.fromEntries(
    cases.map(([name, ids, way], nth) => [name, playerOf(wasm, glue, engines[nth], channels, ids, way)]),
  );
}

/** @param {ReturnType<typeof playersOf>} players */
function prepareAll(players) {
  for (const player of Object.values(players)) player.prepare();
  for (const player of Object.values(players)) player.view();
}

/**
 * An engine whose parameters of these ids never come to rest; the others stay at their defaults. `prepare()` is called
 * before each QUANTA_PER_ROUND calls of `play()`, and `view()` when all are prepared.
 * @param {Wasm} wasm
 * @param {Glue} glue
 * @param {number} engine
 * @param {number} channels
 * @param {string[]} ids
 * @param {typeof WAYS[number]} way
 */
function playerOf(wasm, glue, engine, channels, ids, way) {
  const { memory } = wasm;
  const { parameters, setAt } = glue.control_layout();
  const rows = glue.parameter_table().filter(({ id }) => ids.includes(id));
  const [low, high] = ENDS.map((share) => rows.map((row) => [row.index, valueAt(row, share)]));
  const sequence = wasm.control_sequence_word();
  const inputs = Array.from({ length: channels }, (_, channel) => sound(channel));
  const viewAll = () => ({
    words: new Int32Array(memory.buffer, wasm.engine_control(engine), wasm.control_words()),
    values: new Float32Array(memory.buffer, wasm.engine_control(engine) + 4 * parameters, setAt - parameters),
    planes: inputs.map((_, channel) => new Float32Array(memory.buffer, wasm.engine_sound(engine, channel), QUANTUM)),
  });
  let { words, values, planes } = viewAll();
  let quantum = 0;
  const set = () => {
    words[sequence]++;
    for (const [index, value] of quantum % (2 * QUANTA_PER_TARGET) ? high : low) {
      values[index] = value;
      words[setAt + index] = words[sequence];
    }
  };
  return {
    prepare() {
      if (way !== 'set') {
        const events = rampsOf(glue, ids, quantum * QUANTUM + FRAMES_FROM_EDGE[way]);
        const mailbox = wasm.engine_mailbox(engine, events.length);
        new Float64Array(memory.buffer, mailbox, events.length).set(events);
        wasm.engine_take_events(engine, 0);
      }
    },
    /** Memory may have grown, and the views with it are dead. */
    view() {
      ({ words, values, planes } = viewAll());
    },
    play() {
      if (way === 'set' && quantum % QUANTA_PER_TARGET === 0) set();
      quantum++;
      for (let channel = 0; channel < channels; channel++) planes[channel].set(inputs[channel]);
      wasm.engine_process(engine, QUANTUM, 1);
    },
    free: () => wasm.engine_free(engine),
  };
}

/**
 * Ramps to and fro for a round, as long as the way from target to target, as the words of events.
 * @param {Glue} glue
 * @param {string[]} ids
 * @param {number} from a frame
 */
function rampsOf(glue, ids, from) {
  const table = glue.parameter_table();
  const length = QUANTA_PER_TARGET * QUANTUM;
  const turns = Array.from({ length: QUANTA_PER_ROUND / QUANTA_PER_TARGET }, (_, turn) => turn);
  const events = table
    .filter(({ id }) => ids.includes(id))
    .flatMap((row) => {
      const ends = ENDS.map((share) => valueAt(row, share));
      /** @type {'exponential' | 'linear'} */
      const law = row.curve === 'logarithmic' ? 'exponential' : 'linear';
      return turns.map((turn) => {
        const start = from + turn * length;
        return {
          id: row.id,
          law,
          frame: start,
          start,
          from: ends[turn % 2],
          end: start + length,
          to: ends[1 - (turn % 2)],
        };
      });
    });
  return encodeEvents(events, (id) => table.findIndex((row) => row.id === id));
}

/**
 * The value at a share of a slider's way.
 * @param {Row} row
 * @param {number} share
 */
function valueAt({ min, max, curve }, share) {
  return curve === 'logarithmic' ? min * (max / min) ** share : min + share * (max - min);
}

/**
 * A quantum of a sine and noise, quiet enough that echoes do not clip.
 * @param {number} channel
 */
function sound(channel) {
  let noise = 0x9e3779b9 ^ (channel * 0x85ebca6b);
  return Float32Array.from({ length: QUANTUM }, (_, n) => {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    return 0.02 * Math.sin((2 * Math.PI * 3 * n) / QUANTUM) + 0.01 * (noise / 2147483648);
  });
}
