/**
 * Which knob or key of a MIDI device moves which control of the page, kept for the next visit. A knob has one control,
 * and a control one knob. Main thread.
 */

import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {object} Mapping
 * @property {string} source as sourceOf() names it
 * @property {string} target the element's id
 * @property {string} label what the control is called
 * @property {boolean} isFine whether the fine part of a 14-bit pair counts
 */

const KEY = 'audio-dsp-wasm.midi';

export class Mappings {
  /** @type {Map<string, Mapping>} */
  #bySource = new Map();

  constructor() {
    const kept = readStored(KEY);
    for (const each of Array.isArray(kept) ? kept : []) if (isMapping(each)) this.#bySource.set(each.source, each);
  }

  get all() {
    return [...this.#bySource.values()];
  }

  /** @param {string} source */
  get(source) {
    return this.#bySource.get(source);
  }

  /** @param {Mapping} mapping */
  add(mapping) {
    for (const { source, target } of this.all) if (target === mapping.target) this.#bySource.delete(source);
    this.#bySource.set(mapping.source, mapping);
    store(KEY, this.all);
  }

  /** @param {string} source */
  remove(source) {
    this.#bySource.delete(source);
    store(KEY, this.all);
  }
}

/**
 * @param {unknown} value
 * @returns {value is Mapping}
 */
function isMapping(value) {
  if (!isRecord(value)) return false;
  const { source, target, label, isFine } = value;
  const isText = [source, target, label].every((each) => typeof each === 'string');
  return isText && typeof isFine === 'boolean' && /^(cc|note):\d+:\d+$|^bend:\d+$/.test(String(source));
}
