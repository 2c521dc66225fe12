/**
 * The howl guard's ear and hand. Audio thread: what it gives is added to a GainNode's gain, 0 while all is well, so
 * that the sound is turned down at once, whatever the page's own thread does meanwhile; and where this processor dies,
 * the sound goes on. Nothing is allocated, and one message goes out for each howl.
 */

import { HowlDetector } from './detector.js';

/**
 * What the audio thread's scope has; TypeScript's libraries for pages do not know it.
 * @typedef {object} AudioScope
 * @property {new () => { port: MessagePort }} AudioWorkletProcessor
 * @property {(name: string, processor: unknown) => void} registerProcessor
 * @property {number} sampleRate
 */

/** The gain of a howling sound: −30 dB, which ends feedback that is 29 dB over unity. */
const DUCKED_GAIN = 10 ** (-30 / 20);
const DUCK_SECONDS = 0.01;
const OPEN_SECONDS = 0.3;

const { AudioWorkletProcessor, registerProcessor, sampleRate } = /** @type {AudioScope} */ (
  /** @type {unknown} */ (globalThis)
);

class HowlGuard extends AudioWorkletProcessor {
  #detector = new HowlDetector(sampleRate);
  #gain = 1;
  #ducks = false;
  #ended = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#detector.reset();
      this.#ducks = false;
      this.#ended = data === 'end';
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process([[samples]], [[output]]) {
    if (samples && !this.#ducks && this.#detector.hear(samples)) {
      this.#ducks = true;
      this.port.postMessage(this.#detector.frequency);
    }
    const step = this.#ducks ? -1 / (DUCK_SECONDS * sampleRate) : 1 / (OPEN_SECONDS * sampleRate);
    for (let i = 0; i < output.length; i++) {
      this.#gain = Math.min(1, Math.max(DUCKED_GAIN, this.#gain + step));
      output[i] = this.#gain - 1;
    }
    // Where it ends, the sound comes up as slowly as ever.
    return !this.#ended || this.#gain < 1;
  }
}

registerProcessor('howl-guard', HowlGuard);
