/**
 * Test signals as a source: a tone, a sweep, pink noise and impulses, at a level that is safe at first. What is set
 * while one sounds is heard at once. Main thread.
 */

import { approach } from '../shared/fade.js';
import { clamp, fromDecibels, significant } from '../shared/numbers.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { LoopPlayer } from './loop-player.js';
import { impulse, pinkNoise, SWEEP_HERTZ, sweep, sweepEnd } from './signals.js';

/**
 * @typedef {import('./sources.js').Opener} Opener
 * @typedef {import('./sources.js').Source} Source
 *
 * @typedef {(typeof SIGNALS)[number]} Signal
 * @typedef {Record<keyof typeof RANGES, number>} Amounts
 * @typedef {{ signal: Signal } & Amounts} TestSettings
 */

const KEY = 'audio-dsp-wasm.test-signal';
export const SIGNALS = /** @type {const} */ (['tone', 'sweep', 'noise', 'impulse']);

/**
 * What can be set: the frequency of the tone in Hz, the length of the sweep in seconds, and the level of all in dBFS: a
 * sine of full scale has 0, and the noise has the power of the sine of its level (as AES17 counts it).
 */
export const RANGES = {
  frequency: { min: 20, max: 20000, initial: 440 },
  seconds: { min: 1, max: 30, initial: 10 },
  level: { min: -60, max: 0, initial: -18 },
};

/** Time constant with which a change is heard. */
const GLIDE_SECONDS = 0.01;

/** @returns {TestSettings} as they were left, within their ranges */
export function readTestSettings() {
  const value = readStored(KEY);
  const stored = isRecord(value) ? value : {};
  const amounts = Object.entries(RANGES).map(([name, { min, max, initial }]) => {
    const kept = stored[name];
    return [name, typeof kept === 'number' && Number.isFinite(kept) ? clamp(kept, min, max) : initial];
  });
  const signal = SIGNALS.find((each) => each === stored.signal) ?? SIGNALS[0];
  return { signal, .../** @type {Amounts} */ (Object.fromEntries(amounts)) };
}

/** The chooser's side of the signal: what is set, and what sounds of it. */
export class TestSignal {
  #settings = readTestSettings();
  /** What sounds. @type {{ source: Source, level: GainNode, oscillator?: OscillatorNode } | null} */
  #sounding = null;

  get settings() {
    return this.#settings;
  }

  /**
   * Sets something, for now and for the next visit.
   * @param {Partial<TestSettings>} changes
   * @returns {boolean} whether it is heard only when the signal is opened anew
   */
  set(changes) {
    this.#settings = { ...this.#settings, ...changes };
    store(KEY, this.#settings);
    if (!this.#sounding) return false;
    const { level, oscillator } = this.#sounding;
    if (changes.level !== undefined) {
      approach(level.gain, level.context, fromDecibels(changes.level), GLIDE_SECONDS);
    }
    if (changes.frequency !== undefined && oscillator) {
      approach(oscillator.frequency, level.context, this.#heard(level.context), GLIDE_SECONDS);
    }
    return changes.signal !== undefined || changes.seconds !== undefined;
  }

  /** @type {Opener} */
  open = async (context) => {
    const { signal } = this.#settings;
    const level = new GainNode(context, { gain: fromDecibels(this.#settings.level) });
    const { node, stop, ...parts } = signal === 'tone' ? this.#tone(context) : this.#repeated(context, signal);
    node.connect(level);
    /** @type {Source} */
    const source = {
      kind: 'test-signal',
      name: this.#name(context),
      node: level,
      // What is the same all the time has no places to go to.
      ...(signal === 'sweep' && 'player' in parts && { player: parts.player }),
      release: () => {
        stop();
        if (this.#sounding?.source === source) this.#sounding = null;
      },
    };
    this.#sounding = { source, level, ...('oscillator' in parts && { oscillator: parts.oscillator }) };
    return source;
  };

  /** @param {BaseAudioContext} context */
  #tone(context) {
    const oscillator = new OscillatorNode(context, { frequency: this.#heard(context) });
    oscillator.start();
    return { node: oscillator, oscillator, stop: () => oscillator.stop() };
  }

  /**
   * @param {AudioContext} context
   * @param {Exclude<Signal, 'tone'>} signal
   */
  #repeated(context, signal) {
    const { sampleRate } = context;
    const make = { sweep: () => sweep(sampleRate, this.#settings.seconds), noise: pinkNoise, impulse };
    const samples = make[signal](sampleRate);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate });
    buffer.copyToChannel(samples, 0);
    const player = new LoopPlayer(context, buffer);
    return { node: player.node, player, stop: () => player.pause() };
  }

  /**
   * The tone's frequency: below the highest one that there is at low sample rates.
   * @param {BaseAudioContext} context
   */
  #heard({ sampleRate }) {
    return Math.min(this.#settings.frequency, sweepEnd(sampleRate));
  }

  /** @param {BaseAudioContext} context */
  #name(context) {
    const { signal } = this.#settings;
    if (signal === 'noise') return 'Pink noise';
    if (signal === 'impulse') return 'An impulse a second';
    if (signal === 'tone') return 'Test tone';
    return `Sweep, ${SWEEP_HERTZ[0]} Hz to ${significant(sweepEnd(context.sampleRate) / 1000)} kHz`;
  }
}
