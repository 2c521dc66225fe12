/** The highest levels of the last moments, which stand a while and then fall. No DOM. */

const HOLD_MILLISECONDS = 1500;
const FALL_DECIBELS_PER_SECOND = 20;

export class PeakHold {
  levels = new Float32Array(0);
  /** When each was reached. */
  #reachedAt = new Float64Array(0);
  #now = 0;

  /**
   * @param {Float32Array} levels in dB
   * @param {number} now in milliseconds
   */
  follow(levels, now) {
    if (levels.length !== this.levels.length) {
      this.levels = new Float32Array(levels.length).fill(-Infinity);
      this.#reachedAt = new Float64Array(levels.length);
    }
    const fall = (FALL_DECIBELS_PER_SECOND * Math.max(0, now - this.#now)) / 1000;
    this.#now = now;
    for (let i = 0; i < levels.length; i++) {
      if (now - this.#reachedAt[i] > HOLD_MILLISECONDS) this.levels[i] -= fall;
      if (levels[i] < this.levels[i]) continue;
      this.levels[i] = levels[i];
      this.#reachedAt[i] = now;
    }
  }

  forget() {
    this.levels.fill(-Infinity);
  }
}
