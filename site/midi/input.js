/**
 * The MIDI devices that are plugged in. They are asked for only by connect(), in a click. Main thread.
 */

import { parse } from './messages.js';

/**
 * @typedef {import('./messages.js').Message} Message
 * @typedef {import('./messages.js').Note} Note
 *
 * @typedef {object} MidiEvents
 * @property {CustomEvent<{ message: Message, time: number }>} message of any kind; `time` in milliseconds
 * @property {CustomEvent<Note & { time: number }>} note one that controls nothing: for an instrument
 * @property {Event} devices others are plugged in
 *
 * @typedef {{
 *   addEventListener<Type extends keyof MidiEvents>(type: Type, listener: (event: MidiEvents[Type]) => void): void,
 * } & EventTarget} MidiEventTarget
 */

/** Why there is no MIDI, in a sentence that says what to do. */
export class MidiError extends Error {
  name = 'MidiError';
}

export class MidiInput extends /** @type {new () => MidiEventTarget} */ (EventTarget) {
  /** @type {MIDIAccess | null} */
  #access = null;
  /** Whether a message controls something: then it is no note of an instrument. */
  #controls = (/** @type {Message} */ _) => false;

  get isConnected() {
    return this.#access !== null;
  }

  /** The names of the devices that can be heard. */
  get devices() {
    return [...(this.#access?.inputs.values() ?? [])]
      .filter(({ state }) => state !== 'disconnected')
      .map(({ name }) => name ?? 'A device without a name');
  }

  /**
   * Asks for the devices, and listens to all of them, also to those that are plugged in later.
   * @throws {MidiError}
   */
  async connect() {
    if (this.#access) return;
    if (typeof navigator.requestMIDIAccess !== 'function') throw new MidiError(sentenceOf(null));
    const access = await navigator.requestMIDIAccess({ sysex: false }).catch((error) => {
      throw new MidiError(sentenceOf(error));
    });
    this.#access = access;
    access.addEventListener('statechange', () => this.#listen());
    this.#listen();
  }

  /** Whether the visitor has allowed it already, so that nobody is asked. */
  async isAllowed() {
    try {
      // TypeScript's library does not know this name of a permission.
      const name = /** @type {PermissionName} */ (/** @type {string} */ ('midi'));
      return (await navigator.permissions.query({ name })).state === 'granted';
    } catch {
      return false;
    }
  }

  /**
   * Whether a message controls something, says who controls.
   * @param {(message: Message) => boolean} controls
   */
  set controlledBy(controls) {
    this.#controls = controls;
  }

  #listen() {
    for (const input of this.#access?.inputs.values() ?? []) {
      input.onmidimessage = ({ data, timeStamp }) => data && this.#heard(data, timeStamp);
    }
    this.dispatchEvent(new Event('devices'));
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} time
   */
  #heard(bytes, time) {
    const message = parse(bytes);
    if (!message) return;
    const isControl = this.#controls(message);
    this.dispatchEvent(new CustomEvent('message', { detail: { message, time } }));
    if (message.type === 'note' && !isControl) {
      this.dispatchEvent(new CustomEvent('note', { detail: { ...message, time } }));
    }
  }
}

/** @param {Error | null} error of requestMIDIAccess(); null where there is no such function */
function sentenceOf(error) {
  switch (error?.name) {
    case undefined:
      return globalThis.isSecureContext
        ? 'This browser has no Web MIDI. Chrome, Edge, Opera and Firefox have it, on a computer or on Android.'
        : 'MIDI needs a secure page: open this one by https:// or on localhost.';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'MIDI was refused. Allow it for this page in the browser’s address bar, then connect again.';
    case 'NotSupportedError':
    case 'InvalidStateError':
      return 'The system’s MIDI does not answer. Plug the device in anew, or restart the browser, then connect again.';
    default:
      return `MIDI did not start (${error?.message || error?.name}). Connect again.`;
  }
}
