/**
 * Hears a ScriptProcessorNode glitch, by the context's own clock. Main thread only.
 *
 * Call k brings buffer k's input, and its output is due one buffer's length later. So calls that are in time
 * come at a steady k·length after the first, give or take; a call later than that by a buffer's length came
 * when its sound was already due. A buffer that the browser drops shifts all later calls by one length: where
 * no call of the last few was in time, that is the new steady state, and the buffers dropped count as late.
 */

/** Calls in a row, none in time, that make a new steady state. */
const RUN = 8;

export class LatenessCounter {
  #length;
  #calls = 0;
  /** Where call 0 would have come if every call were as early as the earliest, in seconds. */
  #origin = Infinity;
  #run = [];

  /** @param {number} bufferSize in frames @param {number} sampleRate in Hz */
  constructor(bufferSize, sampleRate) {
    this.#length = bufferSize / sampleRate;
    /** Buffers that came too late. */
    this.late = 0;
  }

  /**
   * The node was called.
   * @param {number} now the context's currentTime, in seconds
   * @returns {boolean} whether this call came too late
   */
  called(now) {
    const origin = now - this.#calls++ * this.#length;
    const late = origin - this.#origin >= this.#length;
    if (!late) {
      this.#origin = Math.min(this.#origin, origin);
      this.#run.length = 0;
      return false;
    }
    this.late++;
    this.#run.push(origin);
    if (this.#run.length === RUN) {
      this.#origin = Math.min(...this.#run);
      this.#run.length = 0;
    }
    return true;
  }
}
