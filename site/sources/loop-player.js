/**
 * Plays a buffer over and over, or a stretch of it, from any place; pauses and goes on. Every change of place fades
 * from the old one to the new one. Main thread; Web Audio does the playing, so a blocked page does not break it.
 */

import { Fader } from '../shared/fade.js';
import { clamp } from '../shared/numbers.js';
import { SEAM_SECONDS, seamless } from './seam.js';

/** How long one place fades into the next. */
const FADE_SECONDS = 0.01;
/** Shorter stretches are a tone, and no loop. */
export const LEAST_LOOP_SECONDS = 0.05;
/**
 * A stretch without a click is a copy. A longer one is played where it is, and jumps: once in two minutes at the most,
 * while its copy would take hundreds of megabytes.
 */
const MOST_COPIED_SECONDS = 120;

/**
 * @typedef {import('./sources.js').Stretch} Stretch
 *
 * @typedef {object} Sounding
 * @property {AudioBufferSourceNode} source
 * @property {Fader} fader
 * @property {number} offset where it began, in seconds of the buffer
 * @property {number} startTime when, in the context's time
 */

/** @implements {Player} @typedef {import('./sources.js').Player} Player */
export class LoopPlayer {
  /** @type {Sounding | null} */
  #now = null;
  /** Where it goes on, while it is paused. */
  #rest = 0;
  /** @type {Stretch | null} */
  #loop = null;
  /** A copy of that stretch, whose end leads into its start. @type {AudioBuffer | null} */
  #copy = null;

  /**
   * Plays at once.
   * @param {AudioContext} context
   * @param {AudioBuffer} buffer
   */
  constructor(context, buffer) {
    this.buffer = buffer;
    this.node = new GainNode(context);
    // From the first sample on as it is: the session fades a new source in.
    this.#now = this.#start(0, 0);
  }

  position() {
    if (!this.#now) return this.#rest;
    const { offset, startTime } = this.#now;
    return this.#wrapped(offset + this.node.context.currentTime - startTime);
  }

  get loop() {
    return this.#loop;
  }

  /** @param {Stretch | null} stretch null is the whole */
  setLoop(stretch) {
    const place = this.position();
    const { duration } = this.buffer;
    this.#loop = null;
    this.#copy = null;
    if (stretch) {
      const start = clamp(stretch.start, 0, Math.max(0, duration - LEAST_LOOP_SECONDS));
      this.#loop = { start, end: clamp(stretch.end, Math.min(start + LEAST_LOOP_SECONDS, duration), duration) };
      if (this.#loop.end - start <= MOST_COPIED_SECONDS) this.#copy = this.#copied(this.#loop);
    }
    this.seek(place);
  }

  /** @param {number} seconds outside the loop it is the loop's start */
  seek(seconds) {
    const { start, end } = this.#stretch;
    const place = seconds >= start && seconds < end ? seconds : start;
    if (this.#now) this.#now = this.#fadeTo(this.#start(place, FADE_SECONDS));
    else this.#rest = place;
  }

  pause() {
    if (!this.#now) return;
    this.#rest = this.position();
    this.#now = this.#fadeTo(null);
  }

  resume() {
    this.#now ??= this.#start(this.#rest, FADE_SECONDS);
  }

  get #stretch() {
    return this.#loop ?? { start: 0, end: this.buffer.duration };
  }

  /** @param {number} seconds as if it played on without a loop */
  #wrapped(seconds) {
    const { start, end } = this.#stretch;
    return seconds < end ? seconds : start + ((seconds - start) % (end - start));
  }

  /**
   * Fades out what sounds.
   * @template {Sounding | null} Next
   * @param {Next} next
   */
  #fadeTo(next) {
    if (this.#now) {
      const { source, fader } = this.#now;
      source.stop(fader.move(0, FADE_SECONDS));
    }
    return next;
  }

  /**
   * @param {number} offset in seconds
   * @param {number} fadeSeconds
   * @returns {Sounding}
   */
  #start(offset, fadeSeconds) {
    const { context } = this.node;
    const { start, end } = this.#stretch;
    const source = this.#copy
      ? new AudioBufferSourceNode(context, { buffer: this.#copy, loop: true })
      : new AudioBufferSourceNode(context, { buffer: this.buffer, loop: true, loopStart: start, loopEnd: end });
    const fader = new Fader(context, fadeSeconds > 0 ? 0 : 1);
    if (fadeSeconds > 0) fader.move(1, fadeSeconds);
    source.connect(fader.node).connect(this.node);
    source.addEventListener('ended', () => fader.node.disconnect());
    source.start(0, this.#copy ? offset - start : offset);
    return { source, fader, offset, startTime: context.currentTime };
  }

  /** @param {Stretch} stretch */
  #copied({ start, end }) {
    const { sampleRate, numberOfChannels } = this.buffer;
    const first = Math.round(start * sampleRate);
    const length = Math.round(end * sampleRate) - first;
    const copy = new AudioBuffer({ length, numberOfChannels, sampleRate });
    for (let channel = 0; channel < numberOfChannels; channel++) {
      const samples = this.buffer.getChannelData(channel);
      copy.copyToChannel(seamless(samples, first, length, Math.round(SEAM_SECONDS * sampleRate)), channel);
    }
    return copy;
  }
}
