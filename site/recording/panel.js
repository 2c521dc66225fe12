/**
 * The record key: what is heard, into a WAV file, with the time and the size in sight; where it is wished for,
 * with the moves (takes/). A take that is not saved yet is not lost by leaving the page: the browser asks first. Main
 * thread.
 */

import { button, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { TakesMenu } from '../takes/menu.js';
import { takeOf } from '../takes/take.js';
import { chosenFormat } from './format.js';
import { Recording } from './recorder.js';

/**
 * @typedef {import('./recorder.js').Take} Take
 * @typedef {{ input: Recording, log: import('../../worklet/take.js').Take }} Moves what goes in, and what is changed
 */

/** This panel's name where it holds the context running. */
const HOLDER = 'recording';
const REFRESH_MILLISECONDS = 250;
/** How often, and how many times, the audio thread is asked whether it has heard of all that was changed. */
const HEARD_MILLISECONDS = 20;
const HEARD_TRIES = 100;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, page) {
  const key = new RecordKey(host, page);
  page.commands.add({ id: 'record', label: 'Record, and stop the recording', key: 'r', run: () => key.press() });
}

class RecordKey {
  #session;
  #ui;
  #takes;
  /** @type {Recording | null} */
  #recording = null;
  /** @type {Moves | null} */
  #moves = null;
  /** Not saved yet. @type {Take | null} */
  #take = null;
  #timer = 0;
  /** When it began, in the context's time. */
  #since = 0;

  /**
   * @param {HTMLElement} host
   * @param {import('../main.js').PageParts} page
   */
  constructor(host, page) {
    const { session } = page;
    this.#session = session;
    this.#takes = new TakesMenu(page);
    this.#ui = build(host, this.#takes.node);
    const { key, save, discard } = this.#ui;
    key.addEventListener('click', () => this.press());
    save.addEventListener('click', () => this.#save());
    discard.addEventListener('click', () => this.#discard());
    session.addEventListener('closed', () => this.#stop());
    addEventListener('beforeunload', (event) => {
      if (this.#recording || this.#take || this.#takes.isUnsaved) event.preventDefault();
    });
    this.#show();
  }

  /** Starts a recording, or ends it. */
  press() {
    if (this.#ui.key.disabled) return;
    if (this.#recording) this.#stop();
    else this.#start();
  }

  async #start() {
    const { key, error } = this.#ui;
    showMessage(error, '');
    const hadFocus = document.activeElement === key;
    /** @type {Recording | null} */
    let input = null;
    key.disabled = true;
    try {
      const { engine, mix } = await this.#session.prepare();
      this.#session.hold(HOLDER);
      const onFull = (/** @type {string} */ sentence) => {
        showMessage(error, sentence);
        this.#stop();
      };
      // What goes in is recorded from before the first move until after the last.
      input = await this.#startInput(onFull);
      this.#since = engine.context.currentTime;
      this.#recording = await Recording.start(mix.output, chosenFormat(), onFull);
      if (input) {
        this.#moves = { input, log: engine.record() };
        // The moves are kept from when the audio thread has heard of it: not before that it is said to record.
        await untilHeard(engine);
      }
      this.#take = null;
      this.#timer = setInterval(() => this.#show(), REFRESH_MILLISECONDS);
    } catch (failure) {
      await (await input?.stop())?.discard();
      this.#session.release(HOLDER);
      showMessage(error, `The recording did not start: ${messageOf(failure)}`);
    }
    key.disabled = false;
    if (hadFocus) key.focus();
    this.#show();
  }

  /**
   * Records what goes in, where the moves are wanted and can be had.
   * @param {(sentence: string) => void} onFull
   */
  async #startInput(onFull) {
    const { engine, input } = this.#session;
    if (!this.#takes.wantsMoves || !engine || !input) return null;
    if (engine.mode !== 'worklet') {
      this.#takes.complain(
        'Moves are kept where the engine runs on the audio thread: this is a take of the sound alone.',
      );
      return null;
    }
    return Recording.start(input, 'float', onFull);
  }

  async #stop() {
    const recording = this.#recording;
    if (!recording) return;
    const moves = this.#moves;
    this.#recording = this.#moves = null;
    clearInterval(this.#timer);
    this.#ui.key.disabled = true;
    try {
      this.#take = await recording.stop();
      if (moves) {
        const recorded = await moves.input.stop();
        await untilHeard(this.#session.engine);
        const take = takeOf(`Take ${moment()}`, moves.log.stop(), recorded);
        if (take) {
          take.wasLooped = this.#session.mix?.addedSince(this.#since) ?? false;
          this.#takes.recorded(take);
        }
      }
    } catch (failure) {
      showMessage(this.#ui.error, `The take could not be kept: ${messageOf(failure)}`);
    }
    this.#session.release(HOLDER);
    this.#ui.key.disabled = false;
    this.#show();
  }

  #save() {
    if (!this.#take) return;
    download(this.#take.file, `Take ${moment()}.wav`);
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
    const bytes = recording ? recording.bytes + (this.#moves?.input.bytes ?? 0) : (this.#take?.file.size ?? 0);
    setText(time, `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`);
    setText(size, `${(bytes / 1e6).toFixed(1)} MB`);
  }
}

/**
 * Waits until the audio thread has told of every change that was made: by message that takes some time.
 * @param {import('../../worklet/engine.js').Engine | null} engine
 */
async function untilHeard(engine) {
  for (let tries = 0; engine && tries < HEARD_TRIES; tries++) {
    if (engine.meters().appliedSequence === engine.sequence) return;
    await new Promise((resolve) => setTimeout(resolve, HEARD_MILLISECONDS));
  }
}

/** Now, as a part of a file's name. */
const moment = () => new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');

/**
 * @param {HTMLElement} host
 * @param {HTMLElement} menu
 */
function build(host, menu) {
  const key = button('●', {
    'className': 'round record',
    'id': 'record',
    'aria-label': 'Record',
    'aria-pressed': 'false',
  });
  const time = element('time');
  const size = element('span', { className: 'size' });
  const save = button('Save', { 'className': 'primary', 'id': 'record-save', 'aria-label': 'Save WAV' });
  const discard = button('✕', {
    'className': 'icon-button',
    'id': 'record-discard',
    'aria-label': 'Discard the recording',
    'title': 'Discard the recording',
  });
  const length = element('span', { className: 'take-length' }, time, size);
  const progress = element('div', { className: 'take' }, length, save, discard);
  const error = errorMessage({ id: 'record-error' });
  host.append(key, menu, progress, error);
  return { key, progress, time, size, save, discard, error };
}
