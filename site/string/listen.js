/** "Listen" on the wave panel: what is plucked there is heard, by the string as the source. Main thread. */

import { button, messageOf } from '../shared/dom.js';
import { clamp } from '../shared/numbers.js';
import { stringSource } from './source.js';

export class Listen {
  #session;
  #isOn = false;

  /**
   * @param {import('../session/session.js').Session} session
   * @param {(sentence: string) => void} say says what failed, or nothing
   */
  constructor(session, say) {
    this.#session = session;
    this.button = button('Listen', {
      id: 'wave-listen',
      'aria-pressed': 'false',
      title: 'Hear what is plucked here: the same wave, at the sample rate',
    });
    this.button.addEventListener('click', async () => {
      say('');
      try {
        if (this.#isOn) this.#stop();
        else await this.#start();
      } catch (failure) {
        say(messageOf(failure));
      }
    });
    session.addEventListener('source', () => this.#show());
  }

  /**
   * Plucks the string that is heard, where one is.
   * @param {number} position as a share of the length
   * @param {number} height
   * @param {number} width as a share of the length
   */
  pluck(position, height, width) {
    if (!this.#isOn) return;
    this.#session.source?.string?.pluck(clamp(position, 0, 1), clamp(height, -1, 1), clamp(width, 0.02, 0.5));
  }

  async #start() {
    if (!this.#session.source?.string) await this.#session.play(stringSource.open);
    this.#isOn = true;
    this.#show();
  }

  #stop() {
    this.#isOn = false;
    if (this.#session.source?.string) this.#session.stop();
    this.#show();
  }

  /** Another source, or none, makes an end of it. */
  #show() {
    const { source } = this.#session;
    if (source && !source.string) this.#isOn = false;
    this.button.setAttribute('aria-pressed', String(this.#isOn && source?.string !== undefined));
  }
}
