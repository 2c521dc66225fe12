/** Two settings to compare, A and B, each with its name: one is heard, the other waits, over a reload too. No DOM. */

import { isRecord, readStored, store } from '../shared/storage.js';

/** @typedef {import('./codec.js').Named} Named */

const KEY = 'audio-dsp-wasm.compare';

export class Compare {
  /** Which one is heard. @type {'A' | 'B'} */
  heard = 'A';
  /** The other one; null as long as it is the same. @type {Named | null} */
  #other = null;

  /**
   * @param {import('./codec.js').Codec} codec
   * @param {(state: import('./codec.js').State) => string} nameOf the name of settings that were kept without
   */
  constructor(codec, nameOf) {
    const kept = readStored(KEY);
    if (!isRecord(kept) || !isRecord(kept.other)) return;
    try {
      const state = codec.read(kept.other);
      this.#other = { name: typeof kept.name === 'string' ? kept.name : nameOf(state), state };
      if (kept.heard === 'B') this.heard = 'B';
    } catch {
      // Of another version: both are the same again.
    }
  }

  /**
   * Turns to the other one.
   * @param {Named} now what is heard, which waits from here on
   * @returns {Named} what is to be heard
   */
  turn(now) {
    const next = this.#other ?? now;
    this.#other = now;
    this.heard = this.heard === 'A' ? 'B' : 'A';
    store(KEY, { heard: this.heard, other: now.state, name: now.name });
    return next;
  }
}
