/**
 * A small keyboard: pads for mouse and touch, each with the letter key that plays it. Main thread.
 *
 * Letters are a command's or a text field's elsewhere: they play only while `isArmed()`, and not with Ctrl, Alt, Meta
 * or Shift.
 */

import { button, element, setText } from '../shared/dom.js';

/** The keys from C to the E of the next octave, as a typist has them under both hands. */
const LETTERS = ['a', 'w', 's', 'e', 'd', 'f', 't', 'g', 'y', 'h', 'u', 'j', 'k', 'o', 'l', 'p', ';'];
const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

/** MIDI numbers: what the first pad can be, and the notes that the string has. */
const OCTAVES = { least: 24, first: 48, most: 72 };
const NOTES = { least: 28, most: 88 };

/** @typedef {{ note: (number: number) => void, off: (number: number) => void }} Player */

/** @param {number} note */
const nameOf = (note) => `${NAMES[note % 12]}${Math.floor(note / 12) - 1}`;

export class Keyboard {
  #base = OCTAVES.first;
  #player;
  #isArmed;
  #pads;
  /** The note that each pad plays, while it is held. @type {Map<number, number>} */
  #held = new Map();

  /**
   * @param {Player} player
   * @param {() => boolean} isArmed
   */
  constructor(player, isArmed) {
    this.#player = player;
    this.#isArmed = isArmed;
    this.#pads = LETTERS.map((_, nth) => this.#pad(nth));
    this.pads = element('div', { className: 'pads', role: 'group', 'aria-label': 'Keyboard' }, ...this.#pads);
    const lower = button('−', { id: 'string-lower', 'aria-label': 'Octave down', title: 'Octave down (key Z)' });
    const higher = button('+', { id: 'string-higher', 'aria-label': 'Octave up', title: 'Octave up (key X)' });
    this.#lower = lower;
    this.#higher = higher;
    lower.addEventListener('click', () => this.#move(-12));
    higher.addEventListener('click', () => this.#move(12));
    this.octave = element(
      'div',
      { className: 'octave', role: 'group', 'aria-label': 'Octave' },
      lower,
      this.#reading,
      higher,
    );
    // Before the page's commands, which leave a key alone that has been taken.
    addEventListener('keydown', (event) => this.#keyDown(event), { capture: true });
    addEventListener('keyup', ({ key }) => this.#up(LETTERS.indexOf(key.toLowerCase())));
    addEventListener('blur', () => this.#allUp());
    this.#show();
  }

  #lower;
  #higher;
  #reading = element('output', { 'aria-live': 'polite' });

  /** @param {number} nth */
  #pad(nth) {
    const isBlack = NAMES[nth % 12].length > 1;
    const pad = button('', { className: isBlack ? 'pad black' : 'pad' });
    pad.style.setProperty('--place', String(placeOf(nth)));
    pad.append(element('kbd', {}, LETTERS[nth].toUpperCase()));
    pad.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      // A finger keeps to the pad that it came down on, unless it is told to let go: then it can slide over the keys.
      pad.releasePointerCapture?.(event.pointerId);
      this.#down(nth);
    });
    pad.addEventListener('pointerenter', ({ buttons }) => {
      if (buttons & 1) this.#down(nth);
    });
    for (const end of ['pointerup', 'pointerleave', 'pointercancel']) pad.addEventListener(end, () => this.#up(nth));
    // By the keyboard, or by what presses buttons for people: a click without a pointer.
    pad.addEventListener('click', ({ detail }) => {
      if (detail !== 0) return;
      this.#down(nth);
      this.#up(nth);
    });
    return pad;
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const { key, target, ctrlKey, altKey, metaKey, shiftKey, isComposing, repeat } = event;
    if (!this.#isArmed() || ctrlKey || altKey || metaKey || shiftKey || isComposing || isTyping(target)) return;
    if (document.querySelector('dialog:modal')) return;
    const letter = key.toLowerCase();
    const nth = LETTERS.indexOf(letter);
    if (nth < 0 && letter !== 'z' && letter !== 'x') return;
    event.preventDefault();
    if (repeat) return;
    if (nth >= 0) this.#down(nth);
    else this.#move(letter === 'z' ? -12 : 12);
  }

  /** @param {number} nth */
  #down(nth) {
    const note = this.#base + nth;
    if (this.#held.has(nth) || note < NOTES.least || note > NOTES.most) return;
    this.#held.set(nth, note);
    this.#pads[nth].toggleAttribute('data-held', true);
    this.#player.note(note);
  }

  /** @param {number} nth −1 is none */
  #up(nth) {
    const note = this.#held.get(nth);
    if (note === undefined) return;
    this.#held.delete(nth);
    this.#pads[nth].toggleAttribute('data-held', false);
    this.#player.off(note);
  }

  #allUp() {
    for (const nth of [...this.#held.keys()]) this.#up(nth);
  }

  /** @param {number} semitones */
  #move(semitones) {
    this.#allUp();
    this.#base = Math.min(OCTAVES.most, Math.max(OCTAVES.least, this.#base + semitones));
    this.#show();
  }

  #show() {
    for (const [nth, pad] of this.#pads.entries()) {
      const note = this.#base + nth;
      pad.disabled = note < NOTES.least || note > NOTES.most;
      pad.setAttribute('aria-label', `${nameOf(note)}, key ${LETTERS[nth].toUpperCase()}`);
      pad.title = nameOf(note);
    }
    setText(this.#reading, `${nameOf(this.#base)} – ${nameOf(this.#base + LETTERS.length - 1)}`);
    this.#lower.disabled = this.#base === OCTAVES.least;
    this.#higher.disabled = this.#base === OCTAVES.most;
  }
}

/**
 * Where a pad begins, in halves of a white one.
 * @param {number} nth
 */
function placeOf(nth) {
  const whites = LETTERS.slice(0, nth).filter((_, each) => NAMES[each % 12].length === 1).length;
  return NAMES[nth % 12].length > 1 ? 2 * whites - 1 : 2 * whites;
}

const NOT_TYPED = ['range', 'checkbox', 'radio', 'button'];

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (target instanceof HTMLInputElement) return !NOT_TYPED.includes(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select'));
}
