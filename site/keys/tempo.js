/**
 * The tempo: tapped or stepped, kept for the next visit. Whoever plays in time listens for 'change'. Main thread.
 */

import { clamp, fixed } from '../shared/numbers.js';
import { readStored, store } from '../shared/storage.js';

/**
 * @typedef {{
 *   addEventListener(type: 'change', listener: (event: CustomEvent<{ gesture: object }>) => void): void,
 * } & EventTarget} TempoEventTarget
 */

const KEY = 'audio-dsp-wasm.tempo';
const RANGE = { slowest: 30, fastest: 300 };
const AT_FIRST = 120;
/** A longer pause begins a new series of taps. */
const PAUSE_MILLISECONDS = 2200;
/** An interval that is so much off the others begins a new series: the tempo has changed. */
const MOST_OFF = 0.3;
/** The tempo is that of so many taps, the last ones. */
const MOST_TAPS = 9;

export class Tempo extends /** @type {new () => TempoEventTarget} */ (EventTarget) {
  #bpm = AT_FIRST;
  /** When the taps of this series came, in milliseconds. @type {number[]} */
  #taps = [];
  /** One series of taps is one step for undo. */
  #gesture = {};

  constructor() {
    super();
    const kept = readStored(KEY);
    if (typeof kept === 'number' && kept >= RANGE.slowest && kept <= RANGE.fastest) this.#bpm = kept;
  }

  /** In beats a minute, 30 to 300, to a tenth. */
  get bpm() {
    return this.#bpm;
  }

  set bpm(bpm) {
    this.#set(bpm, {});
  }

  /** How it is shown. */
  get text() {
    return fixed(this.#bpm, Number.isInteger(this.#bpm) ? 0 : 1);
  }

  /**
   * One tap on the beat. From the second on the tempo is that of the series: its length by its number of beats, which
   * the unsteadiness of single taps moves least.
   * @param {number} milliseconds when, by any clock that goes on
   */
  tap(milliseconds) {
    const taps = this.#taps;
    const since = milliseconds - (taps.at(-1) ?? -Infinity);
    const usual = taps.length > 1 ? (taps[taps.length - 1] - taps[0]) / (taps.length - 1) : since;
    if (!(since < PAUSE_MILLISECONDS) || Math.abs(since - usual) > MOST_OFF * usual) {
      // The last tap is the first of the new tempo, if it was not long ago.
      this.#taps = since < PAUSE_MILLISECONDS ? taps.slice(-1) : [];
      this.#gesture = {};
    }
    this.#taps = [...this.#taps, milliseconds].slice(-MOST_TAPS);
    if (this.#taps.length < 2) return;
    const [first, last] = [this.#taps[0], milliseconds];
    this.#set((60_000 * (this.#taps.length - 1)) / (last - first), this.#gesture);
  }

  /**
   * @param {number} bpm
   * @param {object} gesture
   */
  #set(bpm, gesture) {
    if (!Number.isFinite(bpm)) return;
    const next = Math.round(10 * clamp(bpm, RANGE.slowest, RANGE.fastest)) / 10;
    if (next === this.#bpm) return;
    this.#bpm = next;
    store(KEY, next);
    this.dispatchEvent(new CustomEvent('change', { detail: { gesture } }));
  }
}
