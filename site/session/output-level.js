/**
 * How loud the page's output is, behind the engine: a gain that makes the bypassed sound as loud as the processed one
 * was, so that ears compare the sound and not the level; and, behind that, the visitor's volume. Main thread.
 */

import { approach } from '../shared/fade.js';
import { clamp, fromDecibels } from '../shared/numbers.js';

/** @typedef {Pick<import('./session.js').Sound, 'engine' | 'matched' | 'output'>} Sound */

const POLL_MILLISECONDS = 100;
/** The levels compared are means over about this time. */
const MEMORY_SECONDS = 3;
/** What is quieter says nothing about the loudness of the rest: −60 dB. */
const QUIETEST_RMS = 1e-3;
const MOST_MATCH = fromDecibels(24);
/** Time constant with which the output moves to another level. */
const GLIDE_SECONDS = 0.02;
/**
 * How long the output takes to go down for a microphone, and to come up again: to 2 %, and to 98 %. Much shorter than
 * this, the fall would be over before a busy audio thread hears of it.
 */
const FALL_SECONDS = 0.06;
const RISE_SECONDS = 0.3;

/** Follows the engine's input and output level while it is not bypassed. */
class LoudnessMatch {
  #inputPower = 0;
  #outputPower = 0;
  #inputPeak = 0;

  /** @param {import('../../worklet/engine.js').Meters} meters */
  follow({ inputRms, outputRms, inputPeak }) {
    const [input, output] = [powerOf(inputRms), powerOf(outputRms)];
    if (input < QUIETEST_RMS ** 2) return;
    const weight = this.#inputPower === 0 ? 1 : POLL_MILLISECONDS / 1000 / MEMORY_SECONDS;
    this.#inputPower += weight * (input - this.#inputPower);
    this.#outputPower += weight * (output - this.#outputPower);
    this.#inputPeak = Math.max(this.#inputPeak * (1 - weight), ...inputPeak);
  }

  /** The factor for the bypassed sound: never one that drives its peaks past full scale; 1 before a sound. */
  get gain() {
    if (this.#inputPower === 0) return 1;
    const wanted = clamp(Math.sqrt(this.#outputPower / this.#inputPower), 1 / MOST_MATCH, MOST_MATCH);
    return wanted > 1 ? Math.max(1, Math.min(wanted, 1 / this.#inputPeak)) : wanted;
  }
}

/** @param {number[]} rms one a channel */
const powerOf = (rms) => rms.reduce((sum, level) => sum + level ** 2, 0) / rms.length;

export class OutputLevel {
  #match = new LoudnessMatch();
  /** @type {Sound | null} */
  #sound = null;
  #timer = 0;
  #volume;
  #bypassed = false;
  #silenced = false;
  #onMatch;

  /**
   * @param {number} volume a factor
   * @param {() => void} onMatch the match is another
   */
  constructor(volume, onMatch) {
    this.#volume = volume;
    this.#onMatch = onMatch;
  }

  /** The factor that the bypassed sound gets. */
  get match() {
    return this.#match.gain;
  }

  /**
   * Works on another sound from here on.
   * @param {Sound} sound
   */
  follow(sound) {
    this.stop();
    this.#sound = sound;
    const { engine, matched, output } = sound;
    matched.gain.value = this.#matchedLevel;
    output.gain.value = this.#level;
    this.#timer = setInterval(() => {
      if (this.#bypassed || output.context.state !== 'running') return;
      this.#match.follow(engine.meters());
      this.#onMatch();
    }, POLL_MILLISECONDS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#sound = null;
  }

  set volume(/** @type {number} */ volume) {
    this.#volume = volume;
    this.#glide();
  }

  set bypassed(/** @type {boolean} */ bypassed) {
    this.#bypassed = bypassed;
    this.#glide();
  }

  /** While another sound of the page plays alone. */
  set silenced(/** @type {boolean} */ silenced) {
    this.#silenced = silenced;
    this.#glide();
  }

  /**
   * Goes down and comes up slowly, so that there is time to turn down what howls.
   * @returns {number} the seconds until it is down
   */
  rise() {
    if (this.#sound) {
      const { gain, context } = this.#sound.output;
      approach(gain, context, 0, FALL_SECONDS / 4);
      gain.setTargetAtTime(this.#level, context.currentTime + FALL_SECONDS, RISE_SECONDS / 4);
    }
    return FALL_SECONDS;
  }

  get #matchedLevel() {
    return this.#bypassed ? this.match : 1;
  }

  get #level() {
    return this.#silenced ? 0 : this.#volume;
  }

  #glide() {
    if (!this.#sound) return;
    const { matched, output } = this.#sound;
    approach(matched.gain, matched.context, this.#matchedLevel, GLIDE_SECONDS);
    approach(output.gain, output.context, this.#level, GLIDE_SECONDS);
  }
}
