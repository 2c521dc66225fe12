/** From a frequency to the name of a note, and from many readings to a steady one. No DOM. */

/** Of the A above middle C, in equal temperament. */
const CONCERT_HERTZ = 440;
/** MIDI's number for it. */
const CONCERT_NOTE = 69;
/** From C up, within an octave. */
export const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const NOTES_PER_OCTAVE = NAMES.length;
/** What is less periodic is no note. */
const LEAST_CONFIDENCE = 0.8;
/** The middle one of so many readings is shown: a wrong one between right ones is not. */
const READINGS = 5;

/**
 * @typedef {object} Note
 * @property {string} name
 * @property {number} octave
 * @property {number} cents above it, −50 … 50
 */

/**
 * The name of a note, with its octave.
 * @param {number} number of MIDI
 */
export const nameOf = (number) => `${nameInOctave(number)}${octaveOf(number)}`;

/** @param {number} number of MIDI */
const nameInOctave = (number) => NAMES[((number % NOTES_PER_OCTAVE) + NOTES_PER_OCTAVE) % NOTES_PER_OCTAVE];

/** @param {number} number of MIDI */
const octaveOf = (number) => Math.floor(number / NOTES_PER_OCTAVE) - 1;

/**
 * The note that is nearest to a frequency.
 * @param {number} hertz
 * @returns {Note}
 */
export function noteOf(hertz) {
  const place = CONCERT_NOTE + NOTES_PER_OCTAVE * Math.log2(hertz / CONCERT_HERTZ);
  const number = Math.round(place);
  return {
    name: nameInOctave(number),
    octave: octaveOf(number),
    cents: 100 * (place - number),
  };
}

/** The pitch of the last readings. */
export class SteadyPitch {
  /** @type {import('../../worklet/engine.js').Pitch[]} */
  #readings = [];

  /**
   * @param {import('../../worklet/engine.js').Pitch | null} reading
   * @returns {import('../../worklet/engine.js').Pitch | null} null while there is no note, or none for long enough
   */
  follow(reading) {
    if (!reading || reading.confidence < LEAST_CONFIDENCE) {
      this.#readings = [];
      return null;
    }
    this.#readings = [...this.#readings, reading].slice(-READINGS);
    if (this.#readings.length <= READINGS / 2) return null;
    const sorted = [...this.#readings].sort((a, b) => a.frequency - b.frequency);
    return sorted[Math.floor(sorted.length / 2)];
  }
}
