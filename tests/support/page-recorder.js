/**
 * An AudioWorkletProcessor for the page's tests: keeps what its two inputs hear, sample by sample, and posts it
 * when it is asked to. Audio thread.
 */
class Recorder extends AudioWorkletProcessor {
  #quanta = [];

  constructor() {
    super();
    this.port.onmessage = () => this.port.postMessage(this.#quanta);
  }

  process(inputs) {
    this.#quanta.push(inputs.map((channels) => channels.map((channel) => channel.slice())));
    return true;
  }
}

registerProcessor('page-recorder', Recorder);
