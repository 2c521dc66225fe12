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

/** Of so many callbacks in a row none was in time: the browser has dropped buffers, and all come later from now on. */
const RUN = 8;

/** Clock readings within so many frames are the same. */
const TOLERANCE = 64;

/** Weight of the newest value in a running mean. */
const NEWEST = 1 / 16;

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
    return this.#length + this.#ahead;
  }

  /**
   * The node was called.
   * @param {number} now the context's currentTime, in seconds
   * @param {number} playbackTime the event's
   * @returns {boolean} whether it came too late
   */
  called(now, playbackTime) {
    const ahead = playbackTime - now;
    this.#ahead += NEWEST * (ahead - this.#ahead);
    const queued = Math.abs(ahead - this.#length) > this.#tolerance;
    this.#queued += NEWEST * (queued - this.#queued);
    const afterTurn = this.#isAfterTurn(now);
    return this.#queued > 0.5 ? ahead < 0 : afterTurn;
  }

  /** Whether the two buffers had been exchanged already. */
  #isAfterTurn(now) {
    const origin = now - this.#calls++ * this.#length;
    this.#earliest = Math.min(this.#earliest, origin);
    if (origin - this.#earliest <= this.#length + this.#tolerance) {
      this.#run.length = 0;
      return false;
    }
    this.#run.push(origin);
    if (this.#run.length === RUN) {
      this.#earliest = Math.min(...this.#run);
      this.#run.length = 0;
    }
    return true;
  }
}
