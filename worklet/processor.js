/**
 * The AudioWorkletProcessor of the engine: carries each quantum between Web Audio and the wasm engine. Audio thread.
 * The strings have theirs in string/processor.js; both are registered here.
 *
 * It is bundled with what it imports into one self-contained file, pkg/processor.js, which is what addModule
 * loads. With the main thread it exchanges
 *
 * - in: `{ inbound }`, the words of the control block that the main thread writes, where memory is not
 *   shared; `{ events, stamp }`, what is scheduled (events.js), and the number of the last change before it; `{ ask }`,
 *   to be told when all before it has arrived; and `{}`, "look at the flags", so that a processor that is not being
 *   called can end too
 * - out: `{ ready: version }` or `{ failed: reason, isOutOfMemory }` once, from the constructor;
 *   `{ meters }` where memory is not shared, at most 30 times a second, and with the last quantum of an offline render,
 *   and once more at the end;
 *   `{ arrived }`, to each `{ ask }`;
 *   `{ died: reason }` or `{ ended: true }` once, at the end
 *
 * With shared memory nothing is posted between ready and the end but what is scheduled.
 */

import { ABI_VERSION, EngineInstance, OutOfMemory, reasonOf } from './engine-instance.js';
import { Renderer } from './renderer.js';
import { StringProcessor } from './string/processor.js';

const METERS_PER_SECOND = 30;

/** Calls from one look at the context's clock to the next. A look takes 0.1 µs, where the whole chain takes 0.6. */
const CALLS_PER_LOOK = 8;

class EngineProcessor extends AudioWorkletProcessor {
  /** @type {Renderer | null} */
  #renderer = null;
  #words;
  /** Message with the meters' words, where they travel by message; the same object each time. */
  #report = { meters: new Int32Array(0) };
  #reports;
  #reportEvery = Math.ceil(sampleRate / METERS_PER_SECOND);
  #framesSinceReport = 0;
  /** The frame at which an offline context ends. */
  #lastFrame;
  /** The context's frame that the next call begins with, if none is missed. */
  #nextFrame = 0;
  #calls = 0;

  /** @param {{ processorOptions: import('./renderer.js').ProcessorOptions }} options */
  constructor({ processorOptions: { module, url, words, channels, shared, frames } }) {
    super();
    this.#words = words;
    this.#reports = !shared;
    this.#lastFrame = frames;
    this.port.onmessage = ({ data }) => this.#receive(data);
    try {
      const clock = () => currentFrame;
      this.#renderer = new Renderer(EngineInstance.shared(module, url), { sampleRate, channels, words, clock });
      if (this.#reports) this.#report.meters = words.slice(this.#renderer.metersWord);
      this.port.postMessage({ ready: ABI_VERSION });
    } catch (error) {
      this.port.postMessage({ failed: reasonOf(error), isOutOfMemory: error instanceof OutOfMemory });
    }
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process(inputs, outputs) {
    const renderer = this.#renderer;
    if (renderer === null) return false;
    if (renderer.isToStop(inputs[0].length > 0)) return this.#end({ ended: true });
    try {
      const output = outputs[0];
      const frames = output[0].length;
      this.#countMissed(renderer, frames);
      renderer.render(inputs[0], output);
      if (this.#reports) this.#reportMeters(renderer, frames);
      return true;
    } catch (error) {
      return this.#end({ died: reasonOf(error) });
    }
  }

  /** @param {{ inbound?: Int32Array, events?: Float64Array, stamp?: number, ask?: true }} message */
  #receive({ inbound, events, stamp = 0, ask }) {
    if (inbound) this.#words.set(inbound);
    if (this.#renderer?.isToStop(true)) this.#end({ ended: true });
    if (events) this.#schedule(events, stamp);
    if (ask) this.port.postMessage({ arrived: true });
  }

  /**
   * @param {Float64Array} events
   * @param {number} stamp
   */
  #schedule(events, stamp) {
    try {
      this.#renderer?.schedule(events, stamp);
    } catch (error) {
      this.#end({ died: reasonOf(error) });
    }
  }

  /**
   * Counts what the context's clock passed without a call; all of it, though it looks only now and then. Not from the
   * first call to the second: there Chromium moves a young context to the worklet's thread.
   * @param {Renderer} renderer
   * @param {number} frames
   */
  #countMissed(renderer, frames) {
    const call = this.#calls++;
    if (call % CALLS_PER_LOOK === 1) {
      const frame = currentFrame;
      if (call > 1) renderer.missed += (frame - this.#nextFrame) / frames;
      this.#nextFrame = frame;
    }
    this.#nextFrame += frames;
  }

  /**
   * @param {Renderer} renderer
   * @param {number} frames
   */
  #reportMeters(renderer, frames) {
    this.#framesSinceReport += frames;
    const isLast = currentFrame + frames >= this.#lastFrame;
    if (this.#framesSinceReport < this.#reportEvery && !isLast) return;
    this.#framesSinceReport = 0;
    this.#postMeters(renderer);
  }

  /** @param {Renderer} renderer */
  #postMeters({ metersWord }) {
    const { meters } = this.#report;
    for (let i = 0; i < meters.length; i++) meters[i] = this.#words[metersWord + i];
    this.port.postMessage(this.#report);
  }

  /**
   * Gives the engine's memory back; nothing is rendered any more.
   * @param {{ ended: true } | { died: string }} message
   */
  #end(message) {
    if (this.#renderer !== null) {
      if (this.#reports) this.#postMeters(this.#renderer);
      this.#renderer.close();
      this.#renderer = null;
    }
    this.port.postMessage(message);
    this.port.onmessage = null;
    return false;
  }
}

registerProcessor(`audio-dsp-wasm/${ABI_VERSION}/string`, StringProcessor);
registerProcessor(`audio-dsp-wasm/${ABI_VERSION}`, EngineProcessor);
