/**
 * Plays a sequence, and records what comes in from the very frame at which it begins: what lies between is the way out
 * to the loudspeakers, through the air and in by the microphone. Audio thread. Nothing is allocated but for a message.
 */

/**
 * What the audio thread's scope has; TypeScript's libraries for pages do not know it.
 * @typedef {object} AudioScope
 * @property {new () => { port: MessagePort }} AudioWorkletProcessor
 * @property {(name: string, processor: unknown) => void} registerProcessor
 *
 * @typedef {object} Job
 * @property {Float32Array} signal to be played
 * @property {Float32Array<ArrayBuffer>} recording to be filled
 */

const { AudioWorkletProcessor, registerProcessor } = /** @type {AudioScope} */ (/** @type {unknown} */ (globalThis));

class Probe extends AudioWorkletProcessor {
  /** @type {Job | null} */
  #job = null;
  #frame = 0;
  #ended = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#job = data;
      this.#frame = 0;
      this.#ended = data === null;
    };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process([[heard]], [[played]]) {
    if (this.#ended) return false;
    if (!this.#job) return true;
    const { signal, recording } = this.#job;
    for (let i = 0; i < played.length; i++) {
      const at = this.#frame + i;
      played[i] = at < signal.length ? signal[at] : 0;
      if (at < recording.length) recording[at] = heard ? heard[i] : 0;
    }
    this.#frame += played.length;
    if (this.#frame >= recording.length) {
      this.port.postMessage(recording, [recording.buffer]);
      this.#job = null;
    }
    return true;
  }
}

registerProcessor('latency-probe', Probe);
