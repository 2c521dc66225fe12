/**
 * Gains that move without a click, whatever they were doing before. None of it asks a gain for its value of the moment,
 * which not every browser tells. Main thread.
 */

/**
 * Approaches a value from wherever it is; what was planned is dropped.
 * @param {AudioParam} param
 * @param {BaseAudioContext} context
 * @param {number} value
 * @param {number} timeConstant in seconds
 */
export function approach(param, { currentTime }, value, timeConstant) {
  param.cancelScheduledValues(currentTime);
  param.setTargetAtTime(value, currentTime, timeConstant);
}

/** A gain that is open or shut. It moves in straight lines, each of which begins when the one before has ended. */
export class Fader {
  /** What it is, or will be when the lines have ended. */
  #value;
  #ends = 0;

  /**
   * @param {BaseAudioContext} context
   * @param {0 | 1} [value]
   */
  constructor(context, value = 0) {
    this.node = new GainNode(context, { gain: value });
    this.#value = value;
  }

  /**
   * @param {0 | 1} value
   * @param {number} seconds how long it takes
   * @param {number} [wait] for so many seconds first
   * @returns {number} the context's time at which it is there
   */
  move(value, seconds, wait = 0) {
    const { gain, context } = this.node;
    const start = Math.max(context.currentTime, this.#ends) + wait;
    gain.setValueAtTime(this.#value, start);
    gain.linearRampToValueAtTime(value, start + seconds);
    this.#value = value;
    this.#ends = start + seconds;
    return this.#ends;
  }
}
