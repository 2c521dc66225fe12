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
 * After so many late callbacks in a row, all equally late, the browser has dropped buffers: their times are the
 * schedule from then on. (After the page was merely busy, callbacks come in a burst, each less late than the one
 * before.)
 */
const CALLS_TO_RESCHEDULE = 8;

/** Clock readings that differ by at most so many frames count as equal. */
const TOLERANCE_FRAMES = 64;

/**
 * Frames from the clock's reading at the earliest call to the end of the call's buffer, in Chromium; and from the end
 * of the buffer to playbackTime, in Firefox. Measured, for buffers of 256 and 1024 frames.
 */
const EARLY_FRAMES = 128;
const QUEUE_FRAMES = 768;

/** How many calls a running mean covers; before there are as many, it is the plain mean. */
const CALLS_IN_MEAN = 16;

export class CallbackClock {
  #length;
  #bufferSize;
  #sampleRate;
  #tolerance;
  #calls = 0;
  /** When call 0 came, by the schedule of the earliest call. */
  #earliest = Infinity;
  #playbackTime = 0;
  /**
   * When call 0 came, by the schedule of each late call since the last that was in time.
   * @type {number[]}
   */
  #lateRun = [];
  /** Running mean of `playbackTime − now`. */
  #ahead;
  /** Running share of calls, 0 … 1, whose playbackTime is not simply one length from now. */
  #queued = 0;

  /**
   * @param {number} bufferSize in frames
   * @param {number} sampleRate in Hz
   */
  constructor(bufferSize, sampleRate) {
    this.#length = bufferSize / sampleRate;
    this.#bufferSize = bufferSize;
    this.#sampleRate = sampleRate;
    this.#ahead = this.#length;
    this.#tolerance = TOLERANCE_FRAMES / sampleRate;
  }

  /** From the node's input to its output, in seconds. */
  get latency() {
    return this.#length + (this.#isQueued ? this.#ahead : this.#length);
  }

  get #isQueued() {
    return this.#queued > 0.5;
  }

  /**
   * The context's frame with which the input of the last call began. Offline it is right; live it can be some quanta
   * too late where the main thread is busy.
   */
  get inputFrame() {
    const played = Math.round(this.#playbackTime * this.#sampleRate) - QUEUE_FRAMES;
    const called = Math.round((this.#earliest + (this.#calls - 1) * this.#length) * this.#sampleRate) + EARLY_FRAMES;
    return Math.max(0, (this.#isQueued ? played : called) - this.#bufferSize);
  }

  /**
   * The node was called.
   * @param {number} now the context's currentTime, in seconds
   * @param {number} playbackTime the event's
   * @returns {boolean} whether it came too late
   */
  called(now, playbackTime) {
    const afterTurn = this.#isAfterTurn(now);
    this.#playbackTime = playbackTime;
    const ahead = playbackTime - now;
    const queued = Math.abs(ahead - this.#length) > this.#tolerance;
    const newest = 1 / Math.min(this.#calls, CALLS_IN_MEAN);
    this.#ahead += newest * (ahead - this.#ahead);
    this.#queued += newest * (Number(queued) - this.#queued);
    return this.#isQueued ? ahead < 0 : afterTurn;
  }

  /**
   * Whether the two buffers had been exchanged already.
   * @param {number} now
   */
  #isAfterTurn(now) {
    const mostLate = this.#length + this.#tolerance;
    const origin = now - this.#calls++ * this.#length;
    this.#earliest = Math.min(this.#earliest, origin);
    if (origin - this.#earliest <= mostLate) {
      this.#lateRun.length = 0;
      return false;
    }
    this.#lateRun.push(origin);
    if (this.#lateRun.length > CALLS_TO_RESCHEDULE) this.#lateRun.shift();
    const earliest = Math.min(...this.#lateRun);
    if (this.#lateRun.length === CALLS_TO_RESCHEDULE && Math.max(...this.#lateRun) - earliest <= mostLate)
      this.#earliest = earliest;
    return true;
  }
}
