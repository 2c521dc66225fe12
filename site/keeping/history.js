/**
 * Undo and redo of every change of the sound's settings. Changes of one gesture are one step. The steps outlast a
 * reload. No DOM.
 */

import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {import('../session/session.js').Part & { name?: string }} NamedPart with the name that all settings had
 * @typedef {{ before: NamedPart, after: NamedPart }} Step
 */

const KEY = 'audio-dsp-wasm.history';
const MOST_STEPS = 300;

export class History {
  /** @type {Step[]} */
  #done = [];
  /** @type {Step[]} */
  #undone = [];
  /** The gesture of the last step. @type {object | undefined} */
  #gesture;

  constructor() {
    const kept = readStored(KEY, 'sessionStorage');
    if (!isRecord(kept)) return;
    if (isStepList(kept.done)) this.#done = kept.done;
    if (isStepList(kept.undone)) this.#undone = kept.undone;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** @param {Step & { gesture?: object }} change */
  add({ before, after, gesture }) {
    const last = this.#done.at(-1);
    if (gesture && gesture === this.#gesture && last) {
      last.before = merged(before, last.before);
      last.after = merged(last.after, after);
    } else {
      this.#done.push({ before, after });
      if (this.#done.length > MOST_STEPS) this.#done.shift();
    }
    this.#gesture = gesture;
    this.#undone = [];
  }

  /** @returns {NamedPart} what to set, nothing where there is nothing to undo */
  undo() {
    const step = this.#done.pop();
    this.#gesture = undefined;
    if (!step) return { params: {} };
    this.#undone.push(step);
    return step.before;
  }

  /** @returns {NamedPart} */
  redo() {
    const step = this.#undone.pop();
    this.#gesture = undefined;
    if (!step) return { params: {} };
    this.#done.push(step);
    return step.after;
  }

  /** Keeps the steps for the page's next load in this tab. */
  keep() {
    store(KEY, { done: this.#done, undone: this.#undone }, 'sessionStorage');
  }
}

/**
 * @param {NamedPart} first
 * @param {NamedPart} second goes before the first
 * @returns {NamedPart}
 */
const merged = (first, second) => ({ ...first, ...second, params: { ...first.params, ...second.params } });

/**
 * @param {unknown} value
 * @returns {value is Step[]}
 */
function isStepList(value) {
  return Array.isArray(value) && value.every((step) => isRecord(step) && isPart(step.before) && isPart(step.after));
}

/** @param {unknown} value */
function isPart(value) {
  if (!isRecord(value) || !isRecord(value.params)) return false;
  const { order, params, name } = value;
  if (name !== undefined && typeof name !== 'string') return false;
  const isOrder = order === undefined || (Array.isArray(order) && order.every((id) => typeof id === 'string'));
  return isOrder && Object.values(params).every((each) => typeof each === 'number' && Number.isFinite(each));
}
