/**
 * The record key: what the engine gives, into a WAV file, with the time and the size in sight. A take that is not saved
 * yet is not lost by leaving the page: the browser asks first. Main thread.
 */

import { button, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { chosenFormat } from './format.js';
import { Recording } from './recorder.js';

/**
 * @typedef {import('./recorder.js').Take} Take
 */

/** This panel's name where it holds the context running. */
const HOLDER = 'recording';
const REFRESH_MILLISECONDS = 250;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  new RecordKey(host, session);
}

class RecordKey {
  #session;
  #ui;
  /** @type {Recording | null} */
  #recording = null;
  /** Not saved yet. @type {Take | null} */
  #take = null;
  #timer = 0;

  /**
   * @param {HTMLElement} host
   * @param {import('../session/session.js').Session} session
   */
  constructor(host, session) {
    this.#session = session;
    this.#ui = build(host);
    const { key, save, discard } = this.#ui;
    key.addEventListener('click', () => (this.#recording ? this.#stop() : this.#start()));
    save.addEventListener('click', () => this.#save());
    discard.addEventListener('click', () => this.#discard());
    session.addEventListener('closed', () => this.#stop());
    addEventListener('beforeunload', (event) => {
      if (this.#recording || this.#take) event.preventDefault();
    });
    this.#show();
  }

  async #start() {
    const { key, error } = this.#ui;
    showMessage(error, '');
    key.disabled = true;
    try {
      const { engine } = await this.#session.prepare();
      this.#session.hold(HOLDER);
      this.#recording = await Recording.start(engine.output, chosenFormat(), (sentence) => {
        showMessage(error, sentence);
        this.#stop();
      });
      this.#take = null;
      this.#timer = setInterval(() => this.#show(), REFRESH_MILLISECONDS);
    } catch (failure) {
      this.#session.release(HOLDER);
      showMessage(error, `The recording did not start: ${messageOf(failure)}`);
    }
    key.disabled = false;
    key.focus();
    this.#show();
  }

  async #stop() {
    const recording = this.#recording;
    if (!recording) return;
    this.#recording = null;
    clearInterval(this.#timer);
    this.#ui.key.disabled = true;
    try {
      this.#take = await recording.stop();
    } catch (failure) {
      showMessage(this.#ui.error, `The take could not be kept: ${messageOf(failure)}`);
    }
    this.#session.release(HOLDER);
    this.#ui.key.disabled = false;
    this.#show();
  }

  #save() {
    if (!this.#take) return;
    const moment = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
    download(this.#take.file, `Take ${moment}.wav`);
    this.#take = null;
    this.#show();
    this.#ui.key.focus();
  }

  #discard() {
    this.#take?.discard();
    this.#take = null;
    this.#show();
    this.#ui.key.focus();
  }

  #show() {
    const { key, progress, time, size, save, discard } = this.#ui;
    const recording = this.#recording;
    key.setAttribute('aria-pressed', String(recording !== null));
    key.title = recording ? 'Stop the recording' : 'Record the output';
    progress.hidden = !recording && !this.#take;
    save.hidden = discard.hidden = this.#take === null;
    const seconds = recording?.seconds ?? this.#take?.seconds ?? 0;
    const bytes = recording?.bytes ?? this.#take?.file.size ?? 0;
    setText(time, `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`);
    setText(size, `${(bytes / 1e6).toFixed(1)} MB`);
  }
}

/** @param {HTMLElement} host */
function build(host) {
  const key = button('●', {
    'className': 'round record',
    'id': 'record',
    'aria-label': 'Record',
    'aria-pressed': 'false',
  });
  const time = element('time');
  const size = element('span', { className: 'size' });
  const save = button('Save WAV', { className: 'primary', id: 'record-save' });
  const discard = button('Discard', { id: 'record-discard' });
  const progress = element('div', { className: 'take' }, time, size, save, discard);
  const error = errorMessage({ id: 'record-error' });
  host.append(key, progress, error);
  return { key, progress, time, size, save, discard, error };
}
