/**
 * What an AnalyserNode heard last at one place of the graph: what the oscilloscope and the spectrum draw. Main
 * thread.
 */

const FFT_SIZE = 4096;

/** The least peak that counts as sound. */
export const SILENCE = 1e-6;

/** @typedef {{ input: Trace, output: Trace }} Traces the engine's input and output */

export class Trace {
  /** @type {AnalyserNode | null} */
  #analyser = null;
  wave = new Float32Array(FFT_SIZE);
  /** The level of each frequency bin, in dBFS. */
  levels = new Float32Array(FFT_SIZE / 2).fill(-Infinity);
  sampleRate = 48000;

  /** @param {AudioNode} node */
  follow(node) {
    this.sampleRate = node.context.sampleRate;
    this.#analyser = new AnalyserNode(node.context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0.7 });
    node.connect(this.#analyser);
  }

  read() {
    this.#analyser?.getFloatTimeDomainData(this.wave);
    this.#analyser?.getFloatFrequencyData(this.levels);
  }

  get peak() {
    let peak = 0;
    for (const sample of this.wave) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }
}
