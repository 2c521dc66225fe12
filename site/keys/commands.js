/**
 * What single keys do: one list of commands, which every panel can add to, and one place that hears the keys. Main
 * thread.
 *
 * Which key is whose:
 *
 * - in a text field, a menu's list or a dialog keys are the field's; so are those with Ctrl, Alt or the Meta key
 * - Space presses the button that the keyboard has come to; one that was clicked does not keep it
 * - where something plays by the letter keys (a string), it claims them while it is armed, and they are its own;
 *   with Shift they do then what they do otherwise
 * - who needs the letters for speech input or a screen reader turns single keys off, which is kept
 */

import { readStored, store } from '../shared/storage.js';

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} label what it does, as a sentence without its stop
 * @property {string} key as KeyboardEvent.key has it, in lower case
 * @property {() => void} run
 */

const KEY = 'audio-dsp-wasm.single-keys';

export class Commands {
  /** @type {Command[]} */
  #list = [];
  /** Who claims keys, the last first. @type {((event: KeyboardEvent) => boolean)[]} */
  #claims = [];
  #isOn = readStored(KEY) !== false;

  /** Whether single keys do anything. */
  get isOn() {
    return this.#isOn;
  }

  set isOn(isOn) {
    this.#isOn = isOn;
    store(KEY, isOn);
  }

  /** All commands, in the order in which they were added. */
  get list() {
    return /** @type {readonly Command[]} */ (this.#list);
  }

  /**
   * @param {...Command} commands
   * @throws {RangeError} where a key is taken already
   */
  add(...commands) {
    for (const command of commands) {
      const other = this.#list.find(({ key }) => key === command.key);
      if (other) throw new RangeError(`The key “${command.key}” is taken by ${other.id}.`);
      this.#list.push(command);
    }
  }

  /**
   * Claims keys: those for which `takes` is true are no commands. Its caller hears them by itself.
   * @param {(event: KeyboardEvent) => boolean} takes
   * @returns {() => void} gives them back
   */
  claim(takes) {
    this.#claims.unshift(takes);
    return () => {
      this.#claims = this.#claims.filter((each) => each !== takes);
    };
  }

  /**
   * Whether a key is nobody's: single keys are on, and it is no text field's, no dialog's and without Ctrl, Alt, Meta.
   * @param {KeyboardEvent} event
   */
  isFree({ ctrlKey, altKey, metaKey, isComposing, target }) {
    if (!this.#isOn || ctrlKey || altKey || metaKey || isComposing) return false;
    return !isTyping(target) && !document.querySelector('dialog:modal');
  }

  /** Listens from now on. */
  listen() {
    /** Whether the last word on the focus was the pointer's. */
    let byPointer = false;
    /** The key that is down and was a command. */
    let taken = '';
    addEventListener(
      'pointerdown',
      () => {
        byPointer = true;
      },
      { capture: true },
    );
    addEventListener('keydown', (event) => {
      if (event.key === 'Tab') byPointer = false;
      const command = this.#commandFor(event, byPointer);
      if (!command) return;
      event.preventDefault();
      taken = event.key;
      if (!event.repeat) command.run();
    });
    // A button is pressed when the space bar comes up.
    addEventListener('keyup', (event) => {
      if (event.key === taken) event.preventDefault();
      taken = '';
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} byPointer
   */
  #commandFor(event, byPointer) {
    const { key, target, shiftKey, defaultPrevented } = event;
    if (!this.isFree(event) || defaultPrevented) return undefined;
    if (key === ' ' && isPressedBySpace(target) && !byPointer) return undefined;
    if (!shiftKey && this.#claims.some((takes) => takes(event))) return undefined;
    return this.#list.find((command) => command.key === key.toLowerCase());
  }
}

const NOT_TYPED = ['range', 'checkbox', 'radio', 'button', 'submit', 'reset', 'color', 'file'];

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (target instanceof HTMLInputElement) return !NOT_TYPED.includes(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select'));
}

/** @param {EventTarget | null} target */
const isPressedBySpace = (target) =>
  target instanceof HTMLElement && target.matches('button, summary, input[type=checkbox], input[type=radio]');
