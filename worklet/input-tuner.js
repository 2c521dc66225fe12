/**
 * Listens to an engine's input for its pitch. Main thread only: an AnalyserNode keeps the last samples, in every mode
 * alike and at no cost for the processor; Rust finds the pitch when it is asked (src/listening/pitch.rs).
 */

/** The longest that an AnalyserNode can be, in frames. */
const LONGEST_ANALYSER = 32768;

/**
 * @typedef {object} Pitch
 * @property {number} frequency in Hz
 * @property {number} confidence how periodic the sound is: 1 for a steady tone, near 0 for noise
 */

export class InputTuner {
  #input;
  #tuner;
  #analyser;
  #samples;

  /**
   * @param {AudioNode} input
   * @param {import('./module.js').LoadedModule['glue']} glue
   */
  constructor(input, glue) {
    const { context } = input;
    /** The rate that it was made for, in Hz. */
    this.sampleRate = context.sampleRate;
    this.#input = input;
    this.#tuner = new glue.Tuner(context.sampleRate);
    const fftSize = Math.min(2 ** Math.ceil(Math.log2(this.#tuner.frames)), LONGEST_ANALYSER);
    this.#analyser = new AnalyserNode(context, { fftSize });
    this.#samples = new Float32Array(fftSize);
    input.connect(this.#analyser);
  }

  /**
   * The pitch of what was heard last.
   * @returns {Pitch | null}
   */
  pitch() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const [frequency, confidence] = this.#tuner.pitch(this.#samples);
    return frequency === undefined ? null : { frequency, confidence };
  }

  /** Stops listening. */
  close() {
    this.#input.disconnect(this.#analyser);
    this.#tuner.free();
  }
}
