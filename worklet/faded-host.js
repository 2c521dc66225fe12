/**
 * A host in the graph. A FadedHost has an input, a fader and an output, and crossfades from one to the next; a
 * FixedHost is the host's node alone. Main thread only.
 */

import { EngineError } from './errors.js';

/**
 * @typedef {import('./worklet-host.js').WorkletHost | import('./script-processor-host.js').ScriptProcessorHost} Host
 * @typedef {import('./options.js').HostOptions} HostOptions
 * @typedef {{ start(context: BaseAudioContext, options: HostOptions): Promise<Host> }} HostKind
 */

/**
 * Length of a crossfade. Both hosts play the same sound, so it is linear: their gains add up to 1 and the level stays
 * (an equal-power fade would raise it by 3 dB in the middle).
 */
const FADE_SECONDS = 0.02;

/** A new host listens at least so long before it is heard: a 20 Hz high-pass forgets by 60 dB in 78 ms. */
const LISTENING_SECONDS = 0.08;

/** How often the context's clock is looked at. */
const POLL_MILLISECONDS = 5;

/** A host that is never replaced: nothing is around its node, which is the engine's input and output. */
export class FixedHost {
  /**
   * Starts a host.
   * @param {BaseAudioContext} context
   * @param {HostKind} kind
   * @param {Omit<HostOptions, 'connect'>} options
   * @throws {EngineError} as the host
   */
  static async start(context, kind, options) {
    return new FixedHost(await kind.start(context, { ...options, connect() {} }));
  }

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /** Stops the host. */
  end() {
    return this.host.stop();
  }
}

/** A host that another can take over from. */
export class FadedHost {
  #context;
  #frame;
  /** @type {Promise<void> | null} */
  #ending = null;

  /**
   * Starts a host in the graph.
   * @param {BaseAudioContext} context
   * @param {HostKind} kind
   * @param {Omit<HostOptions, 'connect'>} options
   * @param {Place} place
   * @throws {EngineError} as the host
   */
  static async start(context, kind, options, place) {
    const frame = new Frame(context, place);
    try {
      const host = await kind.start(context, { ...options, connect: (node) => frame.connect(node) });
      return new FadedHost(context, frame, host);
    } catch (error) {
      frame.disconnect();
      throw error;
    }
  }

  /**
   * @param {BaseAudioContext} context
   * @param {Frame} frame the nodes around the host's
   * @param {Host} host
   */
  constructor(context, frame, host) {
    this.#context = context;
    this.#frame = frame;
    this.host = host;
  }

  /**
   * Takes over from another host: listens muted until its filters and its delay have heard enough, then fades in as
   * the other fades out. Where the context does not run nothing is heard, and it happens at once. It stops waiting
   * when this host is ended.
   * @param {FadedHost} old
   * @param {{ timeout: number, warmUp: number }} options seconds to wait for a first quantum; seconds of sound that
   *   the host's memory holds
   * @throws {EngineError} processor-silent, script-processor-silent
   */
  async takeOverFrom(old, { timeout, warmUp }) {
    await this.#firstQuantum(timeout);
    const end = this.#context.currentTime + LISTENING_SECONDS + warmUp + this.host.bufferSeconds + FADE_SECONDS;
    if (this.#isRunning && !old.host.failure) {
      old.#frame.fade(1, 0, end);
      this.#frame.fade(0, 1, end);
      await this.#until(() => this.#context.currentTime > end);
    }
    if (this.#context.currentTime <= end) {
      old.#frame.jump(0);
      this.#frame.jump(1);
    }
  }

  /**
   * Stops the host and takes it out of the graph. It stays connected until it has ended: not every browser calls a
   * node that is not.
   */
  end() {
    this.#ending ??= this.host.stop().then(() => this.#frame.disconnect());
    return this.#ending;
  }

  get #isRunning() {
    return this.#context.state === 'running';
  }

  /**
   * Waits until the host has rendered, unless the context does not run.
   * @param {number} seconds
   */
  async #firstQuantum(seconds) {
    const code = this.host.mode === 'worklet' ? 'processor-silent' : 'script-processor-silent';
    const deadline = performance.now() + 1000 * seconds;
    await this.#until(() => {
      if (this.host.failure) throw this.host.failure;
      if (performance.now() > deadline) throw new EngineError(code, { seconds });
      return this.host.block.meters(0).quanta > 0;
    });
  }

  /**
   * Waits until it is so, or the context does not run, or this host is ended.
   * @param {() => boolean} isSo
   */
  async #until(isSo) {
    while (this.#isRunning && !this.#ending && !isSo()) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
  }
}

/**
 * Where a host belongs, and its fader's level at first.
 * @typedef {{ input: AudioNode, output: AudioNode, level: 0 | 1 }} Place
 */

/** The nodes around a host's node. */
class Frame {
  #input;
  /** @type {AudioNode | null} */
  #node = null;
  #fader;
  #silence;

  /**
   * @param {BaseAudioContext} context
   * @param {Place} place
   */
  constructor(context, { input, output, level }) {
    this.#input = input;
    this.#fader = new GainNode(context, { gain: level });
    this.#fader.connect(output);
    // Nodes that lead nowhere are not called in every browser; this silent branch leads to the destination.
    this.#silence = new GainNode(context, { gain: 0 });
    this.#silence.connect(context.destination);
  }

  /**
   * Puts the host's node into the graph.
   * @param {AudioNode} node
   */
  connect(node) {
    this.#node = node;
    this.#input.connect(node);
    node.connect(this.#fader);
    node.connect(this.#silence);
  }

  /** Takes all nodes out of the graph. */
  disconnect() {
    if (this.#node) {
      this.#input.disconnect(this.#node);
      this.#node.disconnect();
    }
    this.#fader.disconnect();
    this.#silence.disconnect();
  }

  /**
   * Fades from level to level.
   * @param {number} from
   * @param {number} to
   * @param {number} end in the context's seconds
   */
  fade(from, to, end) {
    this.#fader.gain.setValueAtTime(from, end - FADE_SECONDS);
    this.#fader.gain.linearRampToValueAtTime(to, end);
  }

  /**
   * Is at a level at once.
   * @param {number} level
   */
  jump(level) {
    this.#fader.gain.cancelScheduledValues(0);
    this.#fader.gain.value = level;
  }
}
