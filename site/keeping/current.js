/**
 * The settings in force, with their name: that of the preset that they come from. The name goes wherever they go: to A
 * and B, into each step of the history, into the browser's storage. Whether they are that preset still is told by their
 * values alone. Main thread.
 */

import { readStored, store } from '../shared/storage.js';
import { isSame } from './codec.js';
import { History } from './history.js';

/**
 * @typedef {import('./codec.js').Named} Named
 * @typedef {import('./codec.js').State} State
 */

const KEY = 'audio-dsp-wasm.preset';
const KEEP_DELAY_MILLISECONDS = 300;

export class Current {
  #session;
  #codec;
  #history = new History();
  #onChange;
  #name;
  /** The name before the change that is under way. */
  #before;
  /** The name as it is stored; null as long as nothing was ever changed or chosen. @type {string | null} */
  #kept;
  #isReplaying = false;
  #keepTimer = 0;

  /**
   * @param {import('../session/session.js').Session} session
   * @param {import('./codec.js').Codec} codec
   * @param {(state: State) => string} nameOf the name of settings that came without
   * @param {() => void} onChange settings, their name or the steps are others
   */
  constructor(session, codec, nameOf, onChange) {
    this.#session = session;
    this.#codec = codec;
    this.#onChange = onChange;
    const kept = readStored(KEY);
    this.#kept = typeof kept === 'string' ? kept : null;
    this.#name = this.#before = this.#kept ?? nameOf(codec.take(session));
    session.addEventListener('change', ({ detail: { before, after, gesture } }) => {
      if (this.#isReplaying) return;
      this.#history.add({
        before: { ...before, name: this.#before },
        after: { ...after, name: this.#name },
        gesture,
      });
      this.#changed();
    });
    addEventListener('pagehide', () => this.#history.keep());
  }

  /** The preset that they come from; '' is none. */
  get name() {
    return this.#name;
  }

  set name(name) {
    this.#name = this.#before = name;
    this.#changed();
  }

  /** @returns {Named} */
  get now() {
    return { name: this.#name, state: this.#codec.take(this.#session) };
  }

  /** The settings that the page has at first: the demo's. @returns {Named} */
  get demo() {
    return { name: '', state: this.#codec.read({ version: 1, params: {} }) };
  }

  /** Whether they are the demo's, and nobody ever changed or chose any. */
  get isUntouched() {
    return this.#kept === null && isSame(this.now.state, this.demo.state);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /**
   * Puts settings in force, by one act, which undo takes back.
   * @param {Named} named
   */
  load({ name, state }) {
    this.#name = name;
    this.#session.load(state);
    this.name = name;
  }

  /**
   * @param {'undo' | 'redo'} direction
   * @returns {import('./history.js').NamedPart} what became another, nothing where there is nothing to undo or redo
   */
  step(direction) {
    if (!(direction === 'undo' ? this.canUndo : this.canRedo)) return { params: {} };
    const part = this.#history[direction]();
    const { params, order, name = this.#name } = part;
    this.#isReplaying = true;
    // A step from before a reload can be from before an update, with fewer effects.
    this.#session.load({ params, order: order && this.#codec.orderOf(order) });
    this.#isReplaying = false;
    this.name = name;
    return part;
  }

  #changed() {
    if (this.#name !== this.#kept) store(KEY, this.#name);
    this.#kept = this.#name;
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => this.#history.keep(), KEEP_DELAY_MILLISECONDS);
    this.#onChange();
  }
}
