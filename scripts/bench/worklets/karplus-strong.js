/**
 * The string's neighbour in the bench: Karplus and Strong's algorithm as a careful programmer writes it in a worklet,
 * in plain JavaScript; a voice for each period in processorOptions, plucked at the start. Audio thread.
 */

class Voice {
  /** @param {number} period in samples */
  constructor(period) {
    const whole = Math.floor(period - 0.5);
    this.line = Float32Array.from({ length: whole + 1 }, () => Math.random() - 0.5);
    this.fraction = period - 0.5 - whole;
    this.at = 0;
    this.last = 0;
    this.beforeLast = 0;
  }

  /** @param {Float32Array} output gets its sound added */
  add(output) {
    const { line, fraction } = this;
    const { length } = line;
    let { at, last, beforeLast } = this;
    for (let i = 0; i < output.length; i++) {
      const here = line[at];
      // The average of two neighbours, at a fraction of a sample.
      const next = 0.4995 * (here + last + fraction * (beforeLast - here));
      line[at] = next;
      output[i] += next;
      beforeLast = last;
      last = here;
      at = at + 1 === length ? 0 : at + 1;
    }
    Object.assign(this, { at, last, beforeLast });
  }
}

registerProcessor(
  'karplus-strong',
  class extends AudioWorkletProcessor {
    /** @param {{ processorOptions: { periods: number[] } }} options */
    constructor({ processorOptions: { periods } }) {
      super();
      this.voices = periods.map((period) => new Voice(period));
    }

    /**
     * @param {Float32Array[][]} _inputs
     * @param {Float32Array[][]} outputs
     */
    process(_inputs, outputs) {
      for (const voice of this.voices) voice.add(outputs[0][0]);
      return true;
    }
  },
);
