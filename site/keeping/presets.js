/**
 * The presets: those that come with the page, each for a purpose, and the visitor's own, which are kept in the browser.
 * A preset says what differs from the engine's defaults; a switch that it does not name is off. No DOM.
 */

import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {import('../session/session.js').Values} Values
 * @typedef {import('./codec.js').Named} Named
 * @typedef {import('./codec.js').Codec} Codec
 *
 * @typedef {{ name: string, params: Values }} Preset
 */

const KEY = 'audio-dsp-wasm.presets';
/** A factor from a level in dB. */
const dB = (/** @type {number} */ level) => 10 ** (level / 20);

/** What no preset leaves on by accident. */
const ALL_OFF = {
  distortion_on: 0,
  lpf_on: 0,
  hpf_on: 0,
  peak_on: 0,
  compressor_on: 0,
  tremolo_on: 0,
  delay_on: 0,
  limiter_on: 1,
};

/** @type {readonly Preset[]} */
export const BUILT_IN = [
  { name: 'Clean', params: {} },
  {
    name: 'Voice: podcast',
    params: {
      hpf_on: 1,
      hpf_cutoff: 80,
      peak_on: 1,
      peak_frequency: 3200,
      peak_gain: 3,
      peak_q: 0.8,
      compressor_on: 1,
      compressor_threshold: -28,
      compressor_ratio: 4,
      compressor_attack: 0.005,
      compressor_release: 0.12,
      compressor_makeup: 7,
    },
  },
  {
    name: 'Voice: singer',
    params: {
      hpf_on: 1,
      hpf_cutoff: 100,
      peak_on: 1,
      peak_frequency: 4500,
      peak_gain: 2.5,
      peak_q: 0.7,
      compressor_on: 1,
      compressor_threshold: -24,
      compressor_ratio: 3,
      compressor_attack: 0.008,
      compressor_release: 0.2,
      compressor_makeup: 4,
      delay_on: 1,
      delay_time: 0.31,
      delay_feedback: 0.22,
      delay_mix: 0.15,
    },
  },
  {
    name: 'Voice: hall',
    params: {
      hpf_on: 1,
      hpf_cutoff: 120,
      compressor_on: 1,
      compressor_threshold: -24,
      compressor_ratio: 3,
      compressor_makeup: 4,
      reverb_on: 1,
      reverb_decay: 2.4,
      reverb_damping: 0.6,
      reverb_predelay: 0.03,
      reverb_mix: 0.22,
    },
  },
  {
    name: 'Guitar: chorus and room',
    params: {
      gain: dB(3.5),
      chorus_on: 1,
      chorus_rate: 0.6,
      chorus_depth: 0.003,
      chorus_mix: 0.45,
      reverb_on: 1,
      reverb_decay: 0.9,
      reverb_damping: 0.5,
      reverb_predelay: 0.01,
      reverb_mix: 0.2,
    },
  },
  {
    name: 'Voice: telephone',
    params: {
      gain: dB(-4),
      distortion_on: 1,
      distortion: 0.15,
      hpf_on: 1,
      hpf_cutoff: 400,
      lpf_on: 1,
      lpf_cutoff: 3200,
      peak_on: 1,
      peak_frequency: 1600,
      peak_gain: 4,
      peak_q: 1.2,
    },
  },
  {
    name: 'Voice: megaphone',
    params: {
      gain: dB(-4),
      distortion_on: 1,
      distortion: 0.5,
      hpf_on: 1,
      hpf_cutoff: 500,
      lpf_on: 1,
      lpf_cutoff: 4500,
      peak_on: 1,
      peak_frequency: 1200,
      peak_gain: 5,
      peak_q: 2,
      compressor_on: 1,
      compressor_threshold: -26,
      compressor_ratio: 8,
      compressor_attack: 0.002,
      compressor_release: 0.08,
      delay_on: 1,
      delay_time: 0.07,
      delay_feedback: 0.15,
      delay_mix: 0.2,
      compressor_makeup: 4,
    },
  },
  {
    name: 'Guitar: crunch',
    params: {
      gain: dB(-4),
      distortion_on: 1,
      distortion: 0.45,
      hpf_on: 1,
      hpf_cutoff: 90,
      lpf_on: 1,
      lpf_cutoff: 5500,
      peak_on: 1,
      peak_frequency: 800,
      peak_gain: 3,
      peak_q: 0.9,
      compressor_on: 1,
      compressor_threshold: -26,
      compressor_ratio: 6,
      compressor_attack: 0.01,
      compressor_release: 0.12,
    },
  },
  {
    name: 'Guitar: fuzz lead',
    params: {
      distortion_on: 1,
      distortion: 1,
      hpf_on: 1,
      hpf_cutoff: 120,
      lpf_on: 1,
      lpf_cutoff: 4200,
      peak_on: 1,
      peak_frequency: 1100,
      peak_gain: 4,
      peak_q: 1,
      compressor_on: 1,
      compressor_threshold: -30,
      compressor_ratio: 10,
      compressor_attack: 0.004,
      compressor_release: 0.15,
      delay_on: 1,
      delay_time: 0.42,
      delay_feedback: 0.35,
      delay_mix: 0.22,
      gain: dB(-6),
      compressor_makeup: 7,
    },
  },
  {
    name: 'Guitar: slapback',
    params: {
      distortion_on: 1,
      distortion: 0.08,
      hpf_on: 1,
      hpf_cutoff: 80,
      lpf_on: 1,
      lpf_cutoff: 7000,
      delay_on: 1,
      delay_time: 0.11,
      delay_feedback: 0.12,
      delay_mix: 0.36,
      compressor_on: 1,
      compressor_threshold: -20,
      compressor_ratio: 3,
      compressor_attack: 0.015,
      compressor_release: 0.1,
    },
  },
  {
    name: 'Guitar: surf tremolo',
    params: {
      gain: dB(3),
      lpf_on: 1,
      lpf_cutoff: 8000,
      peak_on: 1,
      peak_frequency: 2600,
      peak_gain: 3,
      peak_q: 0.7,
      tremolo_on: 1,
      tremolo_rate: 6.2,
      tremolo_depth: 0.7,
      delay_on: 1,
      delay_time: 0.13,
      delay_feedback: 0.3,
      delay_mix: 0.25,
    },
  },
  {
    name: 'Lo-fi: tape',
    params: {
      gain: dB(-3),
      distortion_on: 1,
      distortion: 0.14,
      hpf_on: 1,
      hpf_cutoff: 60,
      lpf_on: 1,
      lpf_cutoff: 5200,
      peak_on: 1,
      peak_frequency: 180,
      peak_gain: 3,
      peak_q: 0.8,
      tremolo_on: 1,
      tremolo_rate: 0.6,
      tremolo_depth: 0.1,
      compressor_on: 1,
      compressor_threshold: -24,
      compressor_ratio: 2.5,
      compressor_attack: 0.02,
      compressor_release: 0.3,
    },
  },
  {
    name: 'Lo-fi: pocket radio',
    params: {
      gain: dB(-4),
      distortion_on: 1,
      distortion: 0.3,
      hpf_on: 1,
      hpf_cutoff: 320,
      lpf_on: 1,
      lpf_cutoff: 4000,
      peak_on: 1,
      peak_frequency: 2200,
      peak_gain: 4,
      peak_q: 1.5,
      compressor_on: 1,
      compressor_threshold: -30,
      compressor_ratio: 6,
      compressor_attack: 0.003,
      compressor_release: 0.25,
      compressor_makeup: 7,
    },
  },
  {
    name: 'Space: dub echo',
    params: {
      hpf_on: 1,
      hpf_cutoff: 140,
      lpf_on: 1,
      lpf_cutoff: 3800,
      distortion_on: 1,
      distortion: 0.1,
      delay_on: 1,
      delay_time: 0.489,
      delay_feedback: 0.72,
      delay_mix: 0.45,
      gain: dB(-2),
    },
  },
  {
    name: 'Space: dotted eighths',
    params: {
      hpf_on: 1,
      hpf_cutoff: 60,
      compressor_on: 1,
      compressor_threshold: -20,
      compressor_ratio: 2,
      compressor_attack: 0.01,
      compressor_release: 0.2,
      compressor_makeup: 2,
      delay_on: 1,
      delay_time: 0.489,
      delay_feedback: 0.4,
      delay_mix: 0.32,
    },
  },
  {
    name: 'Space: under water',
    params: {
      gain: dB(6),
      lpf_on: 1,
      lpf_cutoff: 480,
      peak_on: 1,
      peak_frequency: 260,
      peak_gain: 4,
      peak_q: 1.5,
      tremolo_on: 1,
      tremolo_rate: 0.9,
      tremolo_depth: 0.45,
      delay_on: 1,
      delay_time: 0.23,
      delay_feedback: 0.5,
      delay_mix: 0.4,
    },
  },
  {
    name: 'Drums: squash',
    params: {
      gain: dB(3),
      distortion_on: 1,
      distortion: 0.1,
      hpf_on: 1,
      hpf_cutoff: 35,
      compressor_on: 1,
      compressor_threshold: -34,
      compressor_ratio: 10,
      compressor_attack: 0.012,
      compressor_release: 0.09,
      compressor_makeup: 7,
    },
  },
  {
    name: 'Master: glue',
    params: {
      hpf_on: 1,
      hpf_cutoff: 30,
      peak_on: 1,
      peak_frequency: 9000,
      peak_gain: 2,
      peak_q: 0.5,
      compressor_on: 1,
      compressor_threshold: -20,
      compressor_ratio: 2,
      compressor_attack: 0.03,
      compressor_release: 0.25,
      compressor_makeup: 2,
    },
  },
];

/**
 * A preset of the page as a whole state.
 * @param {Codec} codec
 * @param {Preset} preset
 */
export const stateOf = (codec, { params }) => codec.read({ version: 1, params: { ...ALL_OFF, ...params } });

/** The visitor's own presets. */
export class OwnPresets {
  #codec;

  /** @param {Codec} codec */
  constructor(codec) {
    this.#codec = codec;
  }

  /** Those that are kept, by name; what cannot be read is left out. */
  get all() {
    const kept = readStored(KEY);
    /** @type {Named[]} */
    const presets = [];
    for (const each of Array.isArray(kept) ? kept : []) {
      if (!isRecord(each) || typeof each.name !== 'string') continue;
      try {
        presets.push({ name: each.name, state: this.#codec.read(each.state) });
      } catch {
        // Of another version: it stays stored, and is not offered.
      }
    }
    return presets.sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Keeps a preset, in place of one of the same name.
   * @param {Named} preset
   * @returns {(() => void) | null} takes it back; null where nothing can be kept
   */
  save(preset) {
    return this.#put(preset.name, [preset]);
  }

  /**
   * @param {string} name
   * @returns {(() => void) | null} takes it back
   */
  remove(name) {
    return this.#put(name, []);
  }

  /**
   * Puts presets in the place of those of a name.
   * @param {string} name
   * @param {readonly unknown[]} presets
   * @returns {(() => void) | null} puts those back that were there
   */
  #put(name, presets) {
    const kept = readStored(KEY);
    const all = Array.isArray(kept) ? kept : [];
    const isCalledSo = (/** @type {unknown} */ each) => isRecord(each) && each.name === name;
    if (!store(KEY, [...all.filter((each) => !isCalledSo(each)), ...presets])) return null;
    return () => this.#put(name, all.filter(isCalledSo));
  }
}
