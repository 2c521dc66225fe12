/**
 * A host in the graph: its way in, its fader and its way out; and the crossfade from one to the next.
 * Main thread only.
 */

import { EngineError } from './errors.js';

/**
 * Length of a crossfade, in seconds. Both voices play the same sound, so it is linear: their gains add up to 1
 * and the level stays (an equal-power fade would raise it by 3 dB in the middle).
 */
const FADE = 0.02;

/** A new host listens at least so long before it is heard: a 20 Hz high-pass forgets by 60 dB in 78 ms. */
const SETTLING = 0.08;

/** How often the context's clock is looked at, in ms. */
const LOOK = 5;

export class Voice {
  #context;
  #input;
  #fader;
  #silence;
  #started;

  /**
   * @param {BaseAudioContext} context
   * @param {object} host WorkletHost or ScriptProcessorHost
   * @param {{ input: AudioNode, output: AudioNode, level: 0 | 1 }} options
   */
  constructor(context, host, { input, output, level }) {
    this.host = host;
    this.#context = context;
    this.#input = input;
    this.#fader = new GainNode(context, { gain: level });
    // Nodes that lead nowhere are not called in every browser; this way leads to the destination, silent.
    this.#silence = new GainNode(context, { gain: 0 });
    input.connect(host.node).connect(this.#fader).connect(output);
    host.node.connect(this.#silence).connect(context.destination);
    this.#started = context.currentTime;
  }

  /** Quanta that the context's clock passed without this host rendering; or what the browser itself counts. */
  underruns() {
    const stats = this.#context.playbackStats;
    if (stats) return { count: stats.underrunEvents, source: 'playback-stats' };
    const { quanta, frames } = this.host.block.meters(0);
    if (quanta === 0) return { count: 0, source: 'quanta' };
    const passed = (this.#context.currentTime - this.#started) * this.#context.sampleRate;
    const missed = Math.floor((passed - frames) / (frames / quanta));
    return { count: Math.max(0, missed), source: 'quanta' };
  }

  /**
   * Takes over from another voice: listens muted until it has settled, then fades in as the other fades out.
   * Where the context does not run nothing is heard, and it happens at once.
   * @param {Voice} old
   * @param {{ timeout: number, warmUp: number }} options seconds to wait for a first quantum; seconds of sound that
   *   the host's memory holds
   * @throws {EngineError} processor-silent, script-processor-silent
   */
  async takeOverFrom(old, { timeout, warmUp }) {
    await this.#firstQuantum(timeout);
    const context = this.#context;
    if (this.#running && !old.host.failure) {
      const at = context.currentTime + SETTLING + warmUp + this.host.bufferSeconds;
      old.#fade(1, 0, at);
      this.#fade(0, 1, at);
      await this.#until(() => context.currentTime > at + FADE);
    }
    old.#fader.gain.cancelScheduledValues(0);
    this.#fader.gain.cancelScheduledValues(0);
    old.#fader.gain.value = 0;
    this.#fader.gain.value = 1;
  }

  /** Stops the host and takes it out of the graph. */
  async end() {
    await this.host.stop();
    this.#input.disconnect(this.host.node);
    this.#fader.disconnect();
    this.#silence.disconnect();
  }

  get #running() {
    return this.#context.state === 'running';
  }

  #fade(from, to, at) {
    this.#fader.gain.setValueAtTime(from, at);
    this.#fader.gain.linearRampToValueAtTime(to, at + FADE);
  }

  /** Waits until the host has rendered, unless the context does not run. */
  async #firstQuantum(seconds) {
    const code = this.host.mode === 'worklet' ? 'processor-silent' : 'script-processor-silent';
    const deadline = performance.now() + 1000 * seconds;
    await this.#until(() => {
      if (this.host.failure) throw this.host.failure;
      if (performance.now() > deadline) throw new EngineError(code, { seconds });
      return this.host.block.meters(0).quanta > 0;
    });
  }

  /** Waits until it is so, or the context does not run. */
  async #until(isSo) {
    while (this.#running && !isSo()) await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
