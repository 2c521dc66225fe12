/**
 * A tour of the studio in five steps: a card beside what it speaks of, which is framed. It does not lock the page: what
 * it shows can be tried at once. Arrow keys step, Escape ends it. That it was seen is remembered. Main thread.
 */

import { button, element, find, setText } from '../shared/dom.js';
import { clamp } from '../shared/numbers.js';
import { store } from '../shared/storage.js';
import { STEPS } from './steps.js';

/** Between the card and what it speaks of, and the window's edge, in pixels. */
const GAP = 12;

export class Tour {
  #count = element('p', { className: 'tour-count' });
  #title = element('h2', { id: 'tour-title' });
  #text = element('p', { id: 'tour-text' });
  #skip = button('Skip the tour');
  #back = button('Back');
  #next = button('Next', { className: 'primary' });
  #card = element(
    'div',
    {
      'className': 'tour',
      'role': 'dialog',
      'tabIndex': -1,
      'aria-labelledby': 'tour-title',
      'aria-describedby': 'tour-text',
      'hidden': true,
    },
    element('div', { 'aria-live': 'polite' }, this.#count, this.#title, this.#text),
    element('div', { className: 'buttons' }, this.#skip, this.#back, this.#next),
  );
  #step = 0;
  /** @type {HTMLElement | null} */
  #opener = null;

  #key;

  /** @param {string} key in the browser's storage, under which it says that it was seen */
  constructor(key) {
    this.#key = key;
    document.body.append(this.#card);
    this.#skip.addEventListener('click', () => this.#end());
    this.#back.addEventListener('click', () => this.#go(this.#step - 1));
    this.#next.addEventListener('click', () => this.#go(this.#step + 1));
    this.#card.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step !== undefined && this.#step + step >= 0) this.#go(this.#step + step);
      else if (event.key === 'Escape') this.#end();
      else return;
      event.preventDefault();
    });
    const place = () => {
      if (!this.#card.hidden) this.#place();
    };
    addEventListener('resize', place);
    addEventListener('scroll', place, { passive: true });
    addEventListener('hashchange', () => {
      if (!this.#target.checkVisibility()) this.#close();
    });
  }

  /** @param {HTMLElement} opener where the focus goes back to */
  start(opener) {
    this.#opener = opener;
    this.#card.hidden = false;
    this.#go(0);
    this.#next.focus();
  }

  /** @param {number} step beyond the last one it ends */
  #go(step) {
    if (step >= STEPS.length) return this.#end();
    this.#step = step;
    const { title, text } = STEPS[step];
    setText(this.#count, `${step + 1} of ${STEPS.length}`);
    setText(this.#title, title);
    setText(this.#text, text);
    setText(this.#next, step === STEPS.length - 1 ? 'Done' : 'Next');
    this.#back.disabled = step === 0;
    this.#skip.hidden = step === STEPS.length - 1;
    if (this.#back.disabled && document.activeElement === document.body) this.#next.focus();
    this.#frame(this.#target);
    const { top, bottom } = this.#target.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) this.#target.scrollIntoView({ block: 'center' });
    this.#place();
  }

  get #target() {
    return find(document, STEPS[this.#step].target, HTMLElement);
  }

  #end() {
    store(this.#key, true);
    this.#close();
    this.#opener?.focus();
  }

  #close() {
    this.#card.hidden = true;
    this.#frame(null);
  }

  /** @param {Element | null} target */
  #frame(target) {
    for (const node of document.querySelectorAll('.toured')) node.classList.remove('toured');
    target?.classList.add('toured');
  }

  /** Below its target, or above it, or over it: where there is room. */
  #place() {
    const target = this.#target.getBoundingClientRect();
    const { width, height } = this.#card.getBoundingClientRect();
    const below = target.bottom + GAP;
    const above = target.top - GAP - height;
    const hasRoomBelow = below + height <= innerHeight - GAP;
    const top = hasRoomBelow || above < GAP ? below : above;
    const left = target.left + Math.min(target.width, 640) / 2 - width / 2;
    this.#card.style.top = `${clamp(top, GAP, innerHeight - height - GAP)}px`;
    this.#card.style.left = `${clamp(left, GAP, innerWidth - width - GAP)}px`;
  }
}
