/**
 * What an AnalyserNode heard last at one place of the graph: what the displays draw. Main thread.
 */

const FFT_SIZE = 4096;
/**
 * What the analyser's Blackman window and its halves of positive and negative frequencies take from a sine, by the Web
 * Audio specification: with this added, a sine of full scale is at 0 dBFS.
 */
const SINE_DECIBELS = -20 * Math.log10(0.42 / 2);

/** The least peak that counts as sound. */
export const SILENCE = 1e-6;

/** @typedef {{ input: Trace, output: Trace }} Traces what the engine hears, and what is heard */

export class Trace {
  /** @type {AnalyserNode | null} */
  #analyser = null;
  #smoothing;
  wave = new Float32Array(FFT_SIZE);
  /** The wave's peak, once somebody asked for it. @type {number | null} */
  #peak = 0;
  /** The level of each frequency bin, in dBFS: of a sine there. */
  levels = new Float32Array(FFT_SIZE / 2).fill(-Infinity);
  sampleRate = 48000;

  /** @param {number} smoothing how much of the spectrum before stays, each time that it is read: 0 … 1 */
  constructor(smoothing = 0.7) {
    this.#smoothing = smoothing;
  }

  /** @param {AudioNode} node */
  follow(node) {
    this.sampleRate = node.context.sampleRate;
    this.#analyser = new AnalyserNode(node.context, { fftSize: FFT_SIZE, smoothingTimeConstant: this.#smoothing });
    node.connect(this.#analyser);
  }

  /** Nothing more, so that two traces are read at next to the same moment: a quantum between them shifts one. */
  readWave() {
    this.#analyser?.getFloatTimeDomainData(this.wave);
    this.#peak = null;
  }

  /** The peak of the wave that was read last. */
  get peak() {
    this.#peak ??= this.wave.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    return this.#peak;
  }

  readLevels() {
    this.#analyser?.getFloatFrequencyData(this.levels);
    for (let i = 0; i < this.levels.length; i++) this.levels[i] += SINE_DECIBELS;
  }

  /** Where bins of this trace stand: in bins, for a frequency in Hz. */
  get binsPerHertz() {
    return FFT_SIZE / this.sampleRate;
  }
}
