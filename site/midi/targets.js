/**
 * What MIDI can control: every parameter's knob or switch, and the page's other sliders and buttons that have an id.
 * They are moved as by hand, and a turn is one step for undo. Main thread.
 */

import { domain } from '../shared/curves.js';
import { isPressed, shareOf } from './messages.js';

/**
 * @typedef {import('../session/session.js').Session} Session
 * @typedef {import('./messages.js').Message} Message
 * @typedef {HTMLInputElement | HTMLButtonElement} Target
 */

/** A control that was not moved for so long is moved by another gesture. */
const PAUSE_MILLISECONDS = 700;
const CONTROLS = 'input[type=range][id], input[type=checkbox][id], button[id]';
/** What surrounds a control and stands for it: a knob's ring, a label. */
const AROUND = '.dial, .switch, .volume';
/** What opens or closes something, and this panel itself, controls no sound. */
const NO_CONTROLS = 'dialog, .menu, #welcome, footer';

/**
 * The control at a place of the page.
 * @param {EventTarget | null} place
 * @returns {Target | null}
 */
export function targetAt(place) {
  if (!(place instanceof Element) || place.closest(NO_CONTROLS)) return null;
  const own =
    place.closest(CONTROLS) ??
    place.closest(AROUND)?.querySelector(CONTROLS) ??
    place.closest('.control')?.querySelector('input[type=range]');
  return own instanceof HTMLInputElement || own instanceof HTMLButtonElement ? own : null;
}

/**
 * How a control is called.
 * @param {Target} target
 * @param {Session} session
 */
export function labelOf(target, session) {
  const row = session.parameters.find(({ id }) => id === target.dataset.id);
  const said = row?.label ?? target.getAttribute('aria-label') ?? target.labels?.[0]?.textContent ?? target.textContent;
  return said?.trim() || target.id;
}

/** Moves controls. */
export class Mover {
  #session;
  /** By the control's id. @type {Map<string, { gesture: object, at: number, wasPressed: boolean }>} */
  #moves = new Map();

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }

  /**
   * @param {string} id of the element
   * @param {Message} message
   * @param {number} time in milliseconds
   * @param {number} [share] of the range, where it is finer than the message
   */
  move(id, message, time, share = shareOf(message)) {
    const target = document.getElementById(id);
    if (!(target instanceof HTMLInputElement || target instanceof HTMLButtonElement) || target.disabled) return;
    const last = this.#moves.get(id);
    const gesture = last && time - last.at < PAUSE_MILLISECONDS ? last.gesture : {};
    const pressed = isPressed(message);
    const wasPressed = last?.wasPressed ?? false;
    this.#moves.set(id, { gesture, at: time, wasPressed: pressed });
    if (target.type === 'range') this.#turn(target, share, gesture);
    else if (target.type !== 'checkbox') pressed && !wasPressed && target.click();
    else if (message.type === 'note') pressed && this.#switch(target, !target.checked);
    else this.#switch(target, pressed);
  }

  /**
   * @param {HTMLInputElement} target
   * @param {number} share
   * @param {object} gesture
   */
  #turn(target, share, gesture) {
    const row = this.#session.parameters.find(({ id }) => id === target.dataset.id);
    if (row) {
      const { from, low, high } = domain(row);
      this.#session.set(row.id, from(low + share * (high - low)), gesture);
      return;
    }
    const [min, max] = [Number(target.min), Number(target.max)];
    target.value = String(min + share * (max - min));
    target.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /**
   * @param {HTMLInputElement} target
   * @param {boolean} isOn
   */
  #switch(target, isOn) {
    if (target.checked !== isOn) target.click();
  }
}
