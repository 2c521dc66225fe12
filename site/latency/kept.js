/**
 * The latency that was measured last, kept for the next visit: what is recorded over something is placed by it. Main
 * thread.
 */

import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {object} Latency
 * @property {number} seconds out of the page and in again
 * @property {string} microphone what it was measured with
 * @property {number} measuredAt in ms since 1970
 */

const KEY = 'audio-dsp-wasm.latency';
const LONGEST_SECONDS = 2;

/** Makes `change` events. */
class MeasuredLatency extends EventTarget {
  /** @returns {Latency | null} null where it was never measured */
  get value() {
    const stored = readStored(KEY);
    if (!isRecord(stored)) return null;
    const { seconds, microphone, measuredAt } = stored;
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= LONGEST_SECONDS)) return null;
    if (typeof microphone !== 'string' || typeof measuredAt !== 'number') return null;
    return { seconds, microphone, measuredAt };
  }

  set value(latency) {
    store(KEY, latency);
    this.dispatchEvent(new Event('change'));
  }
}

export const measuredLatency = new MeasuredLatency();
