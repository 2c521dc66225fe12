/**
 * The AudioWorkletProcessor of the strings, in the same script as the engine's. Audio thread. With the main thread it
 * exchanges
 *
 * - in: `{ events }`, what is done to the strings (events.js); `{ ask }`, to be told when all before it has arrived;
 *   `{ stop }`, to end; `{ forgotten }`, to end once nothing sounds and nothing waits
 * - out: `{ ready: version }` or `{ failed: reason, isOutOfMemory }` once, from the constructor; `{ picture }` where
 *   memory is not shared, at most 30 times a second; `{ arrived }`, to each `{ ask }`; `{ died: reason }` or
 *   `{ ended: true }` once, at the end
 */

import { ABI_VERSION, EngineInstance, OutOfMemory, reasonOf } from '../engine-instance.js';
import { StringRenderer } from './renderer.js';
import { StringView } from './view.js';

const PICTURES_PER_SECOND = 30;

export class StringProcessor extends AudioWorkletProcessor {
  /** @type {StringRenderer | null} */
  #renderer = null;
  #view;
  /** The picture in a message, where it is to be posted; the same object each time. */
  #message;
  #isDue = false;
  #framesSincePost = sampleRate;
  #isForgotten = false;

  /** @param {{ processorOptions: import('./renderer.js').StringProcessorOptions }} options */
  constructor({ processorOptions: { module, url, words, shared } }) {
    super();
    this.#view = new StringView(words);
    this.#message = shared ? null : { picture: new Float32Array(this.#view.points) };
    this.port.onmessage = ({ data }) => this.#receive(data);
    try {
      const clock = () => currentFrame;
      this.#renderer = new StringRenderer(EngineInstance.shared(module, url), { sampleRate, view: this.#view, clock });
      this.port.postMessage({ ready: ABI_VERSION });
    } catch (error) {
      this.port.postMessage({ failed: reasonOf(error), isOutOfMemory: error instanceof OutOfMemory });
    }
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const renderer = this.#renderer;
    if (renderer === null) return false;
    if (this.#isForgotten && renderer.isAtRest) return this.#end({ ended: true });
    try {
      const [output] = outputs[0];
      const isNewView = renderer.render(output);
      if (this.#message !== null) this.#post(isNewView, output.length);
      return true;
    } catch (error) {
      return this.#end({ died: reasonOf(error) });
    }
  }

  /** @param {{ events?: Float64Array, ask?: true, stop?: true, forgotten?: true }} message */
  #receive({ events, ask, stop, forgotten }) {
    if (stop) this.#end({ ended: true });
    if (forgotten) this.#isForgotten = true;
    // A processor that leads nowhere is not called in every browser.
    if (forgotten && this.#renderer?.isAtRest) this.#end({ ended: true });
    try {
      if (events) this.#renderer?.schedule(events);
    } catch (error) {
      this.#end({ died: reasonOf(error) });
    }
    if (ask) this.port.postMessage({ arrived: true });
  }

  /**
   * Posts the picture where it has changed and the last one is long enough ago; that of a string at rest, too.
   * @param {boolean} isNewView
   * @param {number} frames
   */
  #post(isNewView, frames) {
    this.#isDue ||= isNewView;
    this.#framesSincePost += frames;
    if (this.#message === null || !this.#isDue || this.#framesSincePost * PICTURES_PER_SECOND < sampleRate) return;
    this.#isDue = false;
    this.#framesSincePost = 0;
    this.#view.read(this.#message.picture);
    this.port.postMessage(this.#message);
  }

  /**
   * Gives the memory back; nothing is rendered any more.
   * @param {{ ended: true } | { died: string }} message
   */
  #end(message) {
    this.#renderer?.close();
    this.#renderer = null;
    this.port.postMessage(message);
    this.port.onmessage = null;
    return false;
  }
}
