/**
 * The string as a source of sound, beside the loop and the microphone: how it is opened, and how it sounds, which stays
 * when it is opened again. Main thread.
 */

import { createString } from '../../worklet/engine.js';

/** @typedef {import('../../worklet/engine.js').PluckedString} PluckedString */

class StringSource {
  /** What holds for the next string, too. */
  #sound = { damping: 4, brightness: 0.3 };

  /** How it sounds. */
  get sound() {
    return { ...this.#sound };
  }

  /**
   * An opener; plays nothing by itself.
   * @type {import('../sources/sources.js').Opener}
   */
  open = async (context) => {
    const string = await createString(context, this.#sound);
    return { kind: 'string', name: 'String', node: string.output, string, release: () => string.close() };
  };

  /**
   * Changes how it sounds.
   * @param {Partial<{ damping: number, brightness: number }>} values
   * @param {PluckedString | undefined} string the one that is open
   */
  set(values, string) {
    this.#sound = { ...this.#sound, ...values };
    string?.set(this.#sound);
  }
}

/** The page's string. */
export const stringSource = new StringSource();
