/**
 * Guards one sound against acoustic feedback: listens to what comes in, and turns down what goes out. Main thread.
 *
 * It works in a worklet, not in an AnalyserNode that this thread asks: that one sees nothing while the page is busy,
 * and seldom while its tab is in the background, and howling doubles every few hundredths of a second.
 */

const PROCESSOR_URL = new URL('processor.js', import.meta.url).href;

export class Guard {
  #input;
  #node;

  /**
   * Loads what a guard needs into a context, before there is a howl.
   * @param {BaseAudioContext} context
   */
  static load(context) {
    return context.audioWorklet.addModule(PROCESSOR_URL);
  }

  /**
   * @param {AudioNode} input what comes in
   * @param {AudioParam} gain of what goes out; its own value is 1
   * @param {(frequency: number) => void} onHowl it was turned down; in Hz, or 0 where no tone stood out
   */
  constructor(input, gain, onHowl) {
    this.#input = input;
    this.#node = new AudioWorkletNode(input.context, 'howl-guard', {
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    this.#node.port.onmessage = ({ data }) => onHowl(data);
    input.connect(this.#node).connect(gain);
  }

  /** Turns the sound up again. */
  open() {
    this.#node.port.postMessage('open');
  }

  /** Guards no more; what is turned down comes up again. */
  end() {
    this.#node.port.onmessage = null;
    this.#node.port.postMessage('end');
    this.#input.disconnect(this.#node);
  }
}
