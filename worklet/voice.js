/**
 * A host in the graph. A Voice has a way in, a fader and a way out, and crossfades from one to the next; a FixedVoice
 * is the host's node alone. Main thread only.
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

/** A host that is never replaced: nothing is around its node, which is the way in and the way out. */
export class FixedVoice {
  /** WorkletHost or ScriptProcessorHost. */
  host;

  /**
   * Starts a host.
   * @param {BaseAudioContext} context
   * @param {typeof import('./worklet-host.js').WorkletHost} Host
   * @param {object} options the host's
   * @throws {EngineError} as the host
   */
  static async start(context, Host, options) {
    return new FixedVoice(await Host.start(context, { ...options, connect() {} }));
  }

  constructor(host) {
    this.host = host;
  }

  /** Stops the host. */
  end() {
    return this.host.stop();
  }
}

/** A host that another can take over from. */
export class Voice {
  /** WorkletHost or ScriptProcessorHost. */
  host = null;
  #context;
  #input;
  #node = null;
  #fader;
  #silence;
  #ending = null;

  /**
   * Starts a host in the graph.
   * @param {BaseAudioContext} context
   * @param {typeof import('./worklet-host.js').WorkletHost} Host
   * @param {object} options the host's
   * @param {{ input: AudioNode, output: AudioNode, level: 0 | 1 }} place where it belongs, and its fader
   * @throws {EngineError} as the host
   */
  static async start(context, Host, options, place) {
    const voice = new Voice(context, place);
    try {
      voice.host = await Host.start(context, { ...options, connect: (node) => voice.#connect(node) });
    } catch (error) {
      voice.#disconnect();
      throw error;
    }
    return voice;
  }

  constructor(context, { input, output, level }) {
    this.#context = context;
    this.#input = input;
    this.#fader = new GainNode(context, { gain: level });
    this.#fader.connect(output);
    // Nodes that lead nowhere are not called in every browser; this way leads to the destination, silent.
    this.#silence = new GainNode(context, { gain: 0 });
    this.#silence.connect(context.destination);
  }

  /**
   * Takes over from another voice: listens muted until it has settled, then fades in as the other fades out.
   * Where the context does not run nothing is heard, and it happens at once. It stops waiting when this voice is ended.
   * @param {Voice} old
   * @param {{ timeout: number, warmUp: number }} options seconds to wait for a first quantum; seconds of sound that
   *   the host's memory holds
   * @throws {EngineError} processor-silent, script-processor-silent
   */
  async takeOverFrom(old, { timeout, warmUp }) {
    await this.#firstQuantum(timeout);
    const end = this.#context.currentTime + SETTLING + warmUp + this.host.bufferSeconds + FADE;
    if (this.#running && !old.host.failure) {
      old.#fade(1, 0, end);
      this.#fade(0, 1, end);
      await this.#until(() => this.#context.currentTime > end);
    }
    if (this.#context.currentTime <= end) {
      old.#jump(0);
      this.#jump(1);
    }
  }

  /**
   * Stops the host and takes it out of the graph. It stays connected until it has ended: not every browser calls a
   * node that is not.
   */
  end() {
    this.#ending ??= this.host.stop().then(() => this.#disconnect());
    return this.#ending;
  }

  get #running() {
    return this.#context.state === 'running';
  }

  #connect(node) {
    this.#node = node;
    this.#input.connect(node);
    node.connect(this.#fader);
    node.connect(this.#silence);
  }

  #disconnect() {
    if (this.#node) {
      this.#input.disconnect(this.#node);
      this.#node.disconnect();
    }
    this.#fader.disconnect();
    this.#silence.disconnect();
  }

  #fade(from, to, end) {
    this.#fader.gain.setValueAtTime(from, end - FADE);
    this.#fader.gain.linearRampToValueAtTime(to, end);
  }

  #jump(level) {
    this.#fader.gain.cancelScheduledValues(0);
    this.#fader.gain.value = level;
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

  /** Waits until it is so, or the context does not run, or this voice is ended. */
  async #until(isSo) {
    while (this.#running && !this.#ending && !isSo()) await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
