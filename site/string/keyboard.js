/**
 * A small keyboard: pads for mouse and touch, each with the letter key that plays it. Main thread.
 *
 * Letters are a command's or a text field's elsewhere: they play only while `isArmed()`, and not with Ctrl, Alt, Meta
 * or Shift.
 */

import { NAMES, nameOf } from '../listening/note.js';
import { button, element, setText } from '../shared/dom.js';

/** The keys from C to the E of the next octave, as a typist has them under both hands. */
const LETTERS = ['a', 'w', 's', 'e', 'd', 'f', 't', 'g', 'y', 'h', 'u', 'j', 'k', 'o', 'l', 'p', ';'];

/** An octave down, and up. */
const OCTAVE_KEYS = ['z', 'x'];

/** MIDI numbers: what the first pad can be, and the notes that the string has. */
const OCTAVES = { least: 24, first: 48, most: 72 };
const NOTES = { least: 28, most: 88 };

/** @typedef {{ note: (number: number) => void, off: (number: number) => void }} Player */

export class Keyboard {
  #base = OCTAVES.first;
  #player;
  #isArmed;
  #pads;
  /** The note that each pad plays, while it is held. @type {Map<number, number>} */
  #held = new Map();
  #commands;
  #lower;
  #higher;
  #reading = element('output', { 'aria-live': 'polite' });

  /**
   * @param {Player} player
   * @param {import('../keys/commands.js').Commands} commands
   * @param {() => boolean} isArmed
   */
  constructor(player, commands, isArmed) {
    this.#player = player;
    this.#commands = commands;
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
    commands.claim((event) => this.#takes(event));
    addEventListener('keydown', (event) => this.#keyDown(event));
    addEventListener('keyup', ({ key }) => this.#up(LETTERS.indexOf(key.toLowerCase())));
    addEventListener('blur', () => this.#allUp());
    this.#show();
  }

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

  /**
   * Whether a key is played.
   * @param {KeyboardEvent} event
   */
  #takes({ key }) {
    return this.#isArmed() && [...LETTERS, ...OCTAVE_KEYS].includes(key.toLowerCase());
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.shiftKey || !this.#takes(event) || !this.#commands.isFree(event)) return;
    event.preventDefault();
    if (event.repeat) return;
    const letter = event.key.toLowerCase();
    const octave = OCTAVE_KEYS.indexOf(letter);
    if (octave < 0) this.#down(LETTERS.indexOf(letter));
    else this.#move(octave === 0 ? -12 : 12);
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
