/**
 * Undo and redo of every change of the sound's settings. Changes of one gesture are one step. The steps outlast a
 * reload. No DOM.
 */

import { isRecord, readStored, store } from '../shared/storage.js';

/**
 * @typedef {import('../session/session.js').Values} Values
 * @typedef {{ before: Values, after: Values }} Step
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

  /** @param {import('../session/session.js').Change} change */
  add({ before, after, gesture }) {
    const last = this.#done.at(-1);
    if (gesture && gesture === this.#gesture && last) {
      last.before = { ...before, ...last.before };
      last.after = { ...last.after, ...after };
    } else {
      this.#done.push({ before, after });
      if (this.#done.length > MOST_STEPS) this.#done.shift();
    }
    this.#gesture = gesture;
    this.#undone = [];
  }

  /** @returns {Values} what to set, nothing where there is nothing to undo */
  undo() {
    const step = this.#done.pop();
    this.#gesture = undefined;
    if (!step) return {};
    this.#undone.push(step);
    return step.before;
  }

  /** @returns {Values} */
  redo() {
    const step = this.#undone.pop();
    this.#gesture = undefined;
    if (!step) return {};
    this.#done.push(step);
    return step.after;
  }

  /** Keeps the steps for the page's next load in this tab. */
  keep() {
    store(KEY, { done: this.#done, undone: this.#undone }, 'sessionStorage');
  }
}

/**
 * @param {unknown} value
 * @returns {value is Step[]}
 */
function isStepList(value) {
  const isValues = (/** @type {unknown} */ values) =>
    isRecord(values) && Object.values(values).every((each) => typeof each === 'number' && Number.isFinite(each));
  return Array.isArray(value) && value.every((step) => isRecord(step) && isValues(step.before) && isValues(step.after));
}
