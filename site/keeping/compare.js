/** Two states to compare, A and B: one is heard, the other waits. Both outlast a reload. No DOM. */

import { isRecord, readStored, store } from '../shared/storage.js';

/** @typedef {import('./codec.js').State} State */

const KEY = 'audio-dsp-wasm.compare';

export class Compare {
  /** Which one is heard. @type {'A' | 'B'} */
  heard = 'A';
  /** The other one; null as long as it is the same. @type {State | null} */
  #other = null;

  /** @param {import('./codec.js').Codec} codec */
  constructor(codec) {
    const kept = readStored(KEY);
    if (!isRecord(kept) || !isRecord(kept.other)) return;
    try {
      this.#other = codec.read(kept.other);
      if (kept.heard === 'B') this.heard = 'B';
    } catch {
      // Of another version: both are the same again.
    }
  }

  /**
   * Turns to the other one.
   * @param {State} now what is heard, which waits from here on
   * @returns {State} what is to be heard
   */
  turn(now) {
    const next = this.#other ?? now;
    this.#other = now;
    this.heard = this.heard === 'A' ? 'B' : 'A';
    store(KEY, { heard: this.heard, other: now });
    return next;
  }
}
