/**
 * An engine for sound that is there already: in parts of any length, by the loop that Rust has for it. Its samples are
 * those that the worklet gives for the same sound, bit for bit, for it renders whole quanta of 128 frames too. Worker.
 *
 * The input is followed by silence: a part whose length is no multiple of the quantum ends it. The rest of the quantum,
 * which is rendered with it, is what the next part of the tail begins with.
 */

import { OutOfMemory } from './engine-instance.js';
import { INAUDIBLE_DECIBELS } from './tail.js';

/**
 * The offline door (src/doors/offline.rs), beside the audio thread's.
 * @typedef {import('./engine-instance.js').AudioThreadDoor & {
 *   samples_new: (count: number) => number,
 *   samples_free: (samples: number, count: number) => void,
 *   engine_render: (engine: number, samples: number, channels: number, stride: number, blocks: number,
 *     connected: number) => void,
 * }} OfflineDoor
 *
 * @typedef {object} RenderEngineOptions
 * @property {number} sampleRate in Hz
 * @property {1 | 2} channels
 * @property {Int32Array} inbound the control block's words that the main thread writes, at the start
 * @property {import('./score.js').Step[]} steps what comes later, in the order of the frames
 */

/** Frames in the wasm memory at a time: from 4096 up all are equally fast (measured), and this fits a core's cache. */
const PIECE_FRAMES = 16384;

/** What is below this to the end is no part of an automatic tail. */
const INAUDIBLE = 10 ** (INAUDIBLE_DECIBELS / 20);

export class RenderEngine {
  #instance;
  #door;
  #channels;
  #engine;
  #samples;
  /** Frames of a quantum. */
  #quantum;
  /** Views of the samples, by channel; when the memory grows they die, and their length is 0. @type {Float32Array[]} */
  #views = [];
  #steps;
  /** The step that comes next, and the next frame. */
  #nextStep = 0;
  #frame = 0;
  /** What is rendered and not yet given away: from here to there in the views. */
  #rest = { start: 0, end: 0 };

  /**
   * @param {import('./engine-instance.js').EngineInstance} instance
   * @param {RenderEngineOptions} options
   * @throws {OutOfMemory}
   * @throws {Error} if the options are out of range
   */
  constructor(instance, { sampleRate, channels, inbound, steps }) {
    const door = /** @type {OfflineDoor} */ (instance.door);
    this.#instance = instance;
    this.#door = door;
    this.#channels = channels;
    this.#quantum = door.engine_frames();
    this.#engine = instance.newEngine(sampleRate, channels);
    this.#samples = door.samples_new(channels * PIECE_FRAMES);
    if (this.#samples === 0) {
      instance.release(this.#engine);
      throw new OutOfMemory(`${PIECE_FRAMES} frames do not fit`);
    }
    this.#steps = steps;
    this.#write(inbound);
    this.#makeViews();
  }

  #makeViews() {
    const { buffer } = this.#door.memory;
    this.#views = Array.from({ length: this.#channels }, (_, channel) => {
      const offset = Float32Array.BYTES_PER_ELEMENT * channel * PIECE_FRAMES;
      return new Float32Array(buffer, this.#samples + offset, PIECE_FRAMES);
    });
  }

  /** @param {Int32Array} inbound */
  #write(inbound) {
    const control = this.#door.engine_control(this.#engine);
    new Int32Array(this.#door.memory.buffer, control, inbound.length).set(inbound);
  }

  /** Takes the steps that come before the next quantum. */
  #takeSteps() {
    for (; this.#steps[this.#nextStep]?.frame <= this.#frame; this.#nextStep++) {
      const { inbound, batches } = this.#steps[this.#nextStep];
      for (const { events, stamp } of batches) this.#instance.takeEvents(this.#engine, events, stamp);
      this.#write(inbound);
    }
    if (this.#views[0].length === 0) this.#makeViews();
  }

  /** Quanta until the next step; at least one. */
  #quantaToStep() {
    const next = this.#steps[this.#nextStep]?.frame ?? Infinity;
    return Math.max(1, Math.ceil((next - this.#frame) / this.#quantum));
  }

  /** Whether nothing rings on, and nothing but silence is left to be given away. */
  get isAtRest() {
    const { start, end } = this.#rest;
    const isSilent = framesHeard(this.#views.map((view) => view.subarray(start, end))) === 0;
    return isSilent && this.#door.engine_is_at_rest(this.#engine) === 1;
  }

  /**
   * Renders a part in place.
   * @param {readonly Float32Array[]} part as many channels as the engine has, of one length
   * @param {boolean} isTail there is no input any more: what stands in the part is not read
   * @param {(frames: number) => void} [onPiece] told, now and then, how many frames of the part are done
   */
  render(part, isTail, onPiece = () => {}) {
    const frames = part[0].length;
    let done = this.#giveRest(part, 0);
    while (done < frames) {
      const count = Math.min(PIECE_FRAMES, frames - done);
      const blocks = Math.ceil(count / this.#quantum);
      if (!isTail) this.#take(part, done, count, blocks * this.#quantum);
      this.#renderBlocks(blocks, isTail);
      this.#rest = { start: 0, end: blocks * this.#quantum };
      done = this.#giveRest(part, done);
      onPiece(done);
    }
  }

  /** Gives the memory back. */
  close() {
    this.#door.samples_free(this.#samples, this.#channels * PIECE_FRAMES);
    this.#instance.release(this.#engine);
  }

  /**
   * Copies a piece in, with silence up to the end of its last quantum.
   * @param {readonly Float32Array[]} part
   * @param {number} start
   * @param {number} count
   * @param {number} end in the views
   */
  #take(part, start, count, end) {
    for (const [channel, view] of this.#views.entries()) {
      view.set(part[channel].subarray(start, start + count));
      view.fill(0, count, end);
    }
  }

  /**
   * @param {number} blocks
   * @param {boolean} isTail
   */
  #renderBlocks(blocks, isTail) {
    try {
      for (let done = 0, count = 0; done < blocks; done += count) {
        this.#takeSteps();
        count = Math.min(blocks - done, this.#quantaToStep());
        const samples = this.#samples + Float32Array.BYTES_PER_ELEMENT * done * this.#quantum;
        this.#door.engine_render(this.#engine, samples, this.#channels, PIECE_FRAMES, count, isTail ? 0 : 1);
        this.#frame += count * this.#quantum;
      }
    } catch (error) {
      this.#instance.fail(String(error));
      throw error;
    }
  }

  /**
   * Puts what is rendered into the part, as much as it takes from `start` on.
   * @param {readonly Float32Array[]} part
   * @param {number} start
   * @returns {number} where in the part that ends
   */
  #giveRest(part, start) {
    const rest = this.#rest;
    const count = Math.min(rest.end - rest.start, part[0].length - start);
    for (const [channel, view] of this.#views.entries()) {
      part[channel].set(view.subarray(rest.start, rest.start + count), start);
    }
    rest.start += count;
    return start + count;
  }
}

/**
 * How many frames there are up to the last one that can be heard.
 * @param {readonly Float32Array[]} part
 */
export function framesHeard(part) {
  let heard = 0;
  for (const samples of part) {
    let last = samples.length - 1;
    while (last >= heard && Math.abs(samples[last]) < INAUDIBLE) last--;
    heard = Math.max(heard, last + 1);
  }
  return heard;
}
