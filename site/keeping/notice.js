/**
 * What was just done, in one sentence for eyes and screen readers; where it can be taken back, with a button that does
 * so. Main thread.
 */

import { button, element } from '../shared/dom.js';

const SAID_MILLISECONDS = 4000;
/** A sentence with a button stays longer, and as long as the pointer or the focus is on that. */
const OFFERED_MILLISECONDS = 20_000;

export class Notice {
  node = element('div', { className: 'said', role: 'status' });
  #timer = 0;
  /** @type {(() => void) | null} */
  #takeBack = null;
  /** Whether what it can take back is the last that was done. */
  #isLatest = false;

  /**
   * @param {string} sentence
   * @param {() => void} [takeBack]
   */
  say(sentence, takeBack) {
    this.#takeBack = takeBack ?? null;
    this.#isLatest = takeBack !== undefined;
    const undo = button('Undo');
    undo.addEventListener('click', () => this.takeBack());
    this.node.replaceChildren(element('span', {}, sentence), ...(takeBack ? [undo] : []));
    this.#clearIn(takeBack ? OFFERED_MILLISECONDS : SAID_MILLISECONDS);
  }

  /** Whether undo is to take back what it speaks of. */
  get isLatest() {
    return this.#isLatest;
  }

  /** Something else was done: undo is for that one. Its own button still takes back what it speaks of. */
  supersede() {
    this.#isLatest = false;
  }

  takeBack() {
    this.#takeBack?.();
  }

  /** @param {number} milliseconds */
  #clearIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.node.matches(':hover, :focus-within')) return this.#clearIn(milliseconds);
      this.#takeBack = null;
      this.#isLatest = false;
      this.node.replaceChildren();
    }, milliseconds);
  }
}
