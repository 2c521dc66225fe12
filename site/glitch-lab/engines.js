/**
 * The glitch lab's sound: a tone, and the two engines that play it. Main thread.
 */

import { createEngine } from '../../worklet/engine.js';

export const TONE_HERTZ = 220;
/** The longest stretch that an AnalyserNode keeps: 0.68 s at 48 kHz. */
const KEPT_FRAMES = 32768;
/** The fallback's buffer: long enough for an idle page, as sites that use it choose it. */
const FALLBACK_FRAMES = 2048;
const FADE_SECONDS = 0.01;
/** The tone as it is: every effect that adds something of its own is out of the way. */
const PLAIN = { gain: 0.2, distortion: 0, delay_mix: 0 };

/** The two engines that are compared. */
export const COMPARED = /** @type {const} */ ([
  { mode: 'worklet', label: 'AudioWorklet', thread: 'the audio thread' },
  { mode: 'script-processor', label: 'Script processor', thread: 'this page’s thread' },
]);

/**
 * @typedef {(typeof COMPARED)[number]['mode']} ComparedMode
 *
 * @typedef {object} Player one of the engines, with what it is heard and measured by
 * @property {ComparedMode} mode
 * @property {import('../../worklet/engine.js').Engine} engine
 * @property {AnalyserNode} analyser
 * @property {GainNode} level
 */

export class Lab {
  #tone;
  #players;

  /**
   * Plays the tone through both engines.
   * @param {AudioContext} context
   * @param {string} heard the mode that is let through to the loudspeakers, or '' for none
   * @throws {import('../../worklet/engine.js').EngineError} where one of the two cannot start
   */
  static async start(context, heard) {
    const tone = new OscillatorNode(context, { frequency: TONE_HERTZ });
    /** @type {Player[]} */
    const players = [];
    try {
      for (const { mode } of COMPARED) players.push(await openPlayer(context, tone, mode));
    } catch (error) {
      await closePlayers(players);
      throw error;
    }
    return new Lab(context, tone, players, heard);
  }

  /**
   * Use Lab.start().
   * @param {AudioContext} context
   * @param {OscillatorNode} tone
   * @param {Player[]} players
   * @param {string} heard
   */
  constructor(context, tone, players, heard) {
    this.context = context;
    this.#tone = tone;
    this.#players = players;
    this.hear(heard);
    tone.start();
  }

  /**
   * Lets one engine through to the loudspeakers.
   * @param {string} heard its mode, or '' for none
   */
  hear(heard) {
    for (const { mode, level } of this.#players) {
      level.gain.setTargetAtTime(mode === heard ? 1 : 0, this.context.currentTime, FADE_SECONDS);
    }
  }

  /** How many blocks of sound each engine did not render in time. */
  counts() {
    return this.#players.map(({ engine }) => engine.meters().missed);
  }

  /** What came out of each engine last. */
  outputs() {
    return this.#players.map(({ analyser }) => {
      const samples = new Float32Array(KEPT_FRAMES);
      analyser.getFloatTimeDomainData(samples);
      return samples;
    });
  }

  async stop() {
    this.#tone.stop();
    this.#tone.disconnect();
    await closePlayers(this.#players);
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} tone
 * @param {ComparedMode} mode
 * @returns {Promise<Player>}
 */
async function openPlayer(context, tone, mode) {
  const engine = await createEngine(context, { mode, channels: 1, params: PLAIN, bufferSize: FALLBACK_FRAMES });
  const analyser = new AnalyserNode(context, { fftSize: KEPT_FRAMES });
  const level = new GainNode(context, { gain: 0 });
  tone.connect(engine.input);
  engine.output.connect(analyser).connect(level).connect(context.destination);
  return { mode, engine, analyser, level };
}

/** @param {Player[]} players */
async function closePlayers(players) {
  await Promise.all(
    players.map(({ engine, level }) => {
      level.disconnect();
      return engine.close();
    }),
  );
}
