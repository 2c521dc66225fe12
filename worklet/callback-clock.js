/**
 * The timing of a ScriptProcessorNode's callbacks, by the context's clock: how long sound takes through the
 * node, and which callbacks came too late. Main thread only.
 *
 * Callback k brings buffer k, at the earliest when that buffer has ended, k + 1 lengths after the start. When
 * its output is due depends on the browser:
 *
 * - Firefox keeps a queue, and `playbackTime` is when the output will be played
 * - Chromium and WebKit exchange two buffers in turn: output k is played with input k + 2, so it is due one
 *   length after the earliest call; there `playbackTime` is "now and one length", whenever the call comes
 *
 * Measured in Chromium 156, Firefox 153 ESR and WebKitGTK 2.50; which of the two it is, is told by the numbers.
 */

/**
 * So many callbacks in a row, none in time but steady among themselves: the browser has dropped buffers, and all come
 * later from now on. (After a busy time they catch up: each comes a length earlier than the one before, as it were.)
 */
const RUN = 8;

/** Clock readings within so many frames are the same. */
const TOLERANCE = 64;

/** So many calls back a running mean looks; over the first calls it is the plain mean. */
const MEMORY = 16;

export class CallbackClock {
  #length;
  #tolerance;
  #calls = 0;
  /** When call 0 would have come if every call were as early as the earliest. */
  #earliest = Infinity;
  /** The same of the last calls, where none was in time. */
  #run = [];
  /** Running mean of `playbackTime − now`. */
  #ahead;
  /** Running share of calls, 0 … 1, whose playbackTime is not simply one length from now. */
  #queued = 0;

  /** @param {number} bufferSize in frames @param {number} sampleRate in Hz */
  constructor(bufferSize, sampleRate) {
    this.#length = bufferSize / sampleRate;
    this.#ahead = this.#length;
    this.#tolerance = TOLERANCE / sampleRate;
  }

  /** From the node's input to its output, in seconds. */
  get latency() {
    return this.#length + (this.#isQueued ? this.#ahead : this.#length);
  }

  get #isQueued() {
    return this.#queued > 0.5;
  }

  /**
   * The node was called.
   * @param {number} now the context's currentTime, in seconds
   * @param {number} playbackTime the event's
   * @returns {boolean} whether it came too late
   */
  called(now, playbackTime) {
    const afterTurn = this.#isAfterTurn(now);
    const ahead = playbackTime - now;
    const queued = Math.abs(ahead - this.#length) > this.#tolerance;
    const newest = 1 / Math.min(this.#calls, MEMORY);
    this.#ahead += newest * (ahead - this.#ahead);
    this.#queued += newest * (queued - this.#queued);
    return this.#isQueued ? ahead < 0 : afterTurn;
  }

  /** Whether the two buffers had been exchanged already. */
  #isAfterTurn(now) {
    const mostLate = this.#length + this.#tolerance;
    const origin = now - this.#calls++ * this.#length;
    this.#earliest = Math.min(this.#earliest, origin);
    if (origin - this.#earliest <= mostLate) {
      this.#run.length = 0;
      return false;
    }
    this.#run.push(origin);
    if (this.#run.length > RUN) this.#run.shift();
    const earliest = Math.min(...this.#run);
    if (this.#run.length === RUN && Math.max(...this.#run) - earliest <= mostLate) this.#earliest = earliest;
    return true;
  }
}
