/** A worklet that copies its input to its output: the least that any worklet costs. Audio thread. */
class Copy extends AudioWorkletProcessor {
  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process([input], [output]) {
    for (let channel = 0; channel < output.length; channel++) output[channel].set(input[channel] ?? input[0]);
    return true;
  }
}

registerProcessor('copy', Copy);
