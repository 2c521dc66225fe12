/**
 * The menu beside the record key: whether the moves are kept with the sound, the recordings of this visit and what can
 * be done with each, and the way to the dialog that renders files. Main thread.
 */

import { chosenFormat } from '../recording/format.js';
import { CHANNELS } from '../recording/recorder.js';
import { clock, megabytes, Recordings } from '../recording/recordings.js';
import { bytesPerSample } from '../recording/wav.js';
import { button, choice, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { popup } from '../shared/overlays.js';
import { readStored, store } from '../shared/storage.js';
import { TakePanel } from './panel.js';
import { BYTES_PER_FRAME } from './take.js';

/** @typedef {import('./take.js').Take} Take */

const KEY = 'audio-dsp-wasm.record-moves';
/** For what a minute takes, before a context says its own, in Hz. */
const USUAL_SAMPLE_RATE = 48000;

export class TakesMenu {
  #session;
  #ui;
  #panel;
  #recordings;
  #isRecording = false;

  /** @param {import('../main.js').PageParts} page */
  constructor(page) {
    const { session } = page;
    this.#session = session;
    const act = (/** @type {() => Promise<void>} */ work) => this.#act(work);
    this.#panel = new TakePanel(session, {
      act,
      onExported: (take) => {
        const row = this.#recordings.rowOf(take);
        if (row) row.isExported = true;
        this.#recordings.show();
      },
    });
    this.#ui = build(this.#panel.node, () => this.#recordings.isPlaying);
    this.#recordings = new Recordings(session, {
      isRecording: () => this.#isRecording,
      onChange: () => this.#show(),
      say: (sentence) => this.say(sentence),
      act,
      onMoves: (take) => this.#open(take === this.#panel.take ? null : take),
    });
    const { menu, what, list, open, picker, files } = this.#ui;
    list.append(...this.#recordings.nodes);
    what.group.addEventListener('change', () => {
      store(KEY, this.wantsMoves);
      this.#show();
    });
    open.addEventListener('click', () => picker.click());
    picker.addEventListener('change', () => this.#read());
    /** @type {(() => void) | undefined} */
    let openDialog;
    files.addEventListener('click', () =>
      this.#act(async () => {
        openDialog ??= (await import('../render/panel.js')).buildRenderDialog(page);
        menu.open = false;
        openDialog();
      }),
    );
    what.show(readStored(KEY) === true ? 'moves' : 'sound');
    menu.addEventListener('toggle', () => this.#show());
    // While the keyboard is here, undo is of what was discarded here, and not of a knob.
    menu.addEventListener('keydown', (event) => {
      const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
      if (key.toLowerCase() !== 'z' || ctrlKey === metaKey || shiftKey || altKey) return;
      if (!this.#recordings.bringBack()) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.#recordings.show();
  }

  get nodes() {
    return [this.#ui.menu, this.#ui.said];
  }

  /** Whether the visitor wants the moves with the sound. */
  get wantsMoves() {
    return this.#ui.what.value === 'moves';
  }

  /** Whether there is something that is in no file. */
  get isUnsaved() {
    return this.#recordings.unsaved > 0;
  }

  /** A recording begins: the menu gives way to what is played. */
  begin() {
    this.#isRecording = true;
    const { menu } = this.#ui;
    if (this.#recordings.isPlaying) this.#recordings.letSourceGoOn();
    else {
      if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
      menu.open = false;
    }
    this.say('Recording.');
    this.#show();
  }

  /**
   * How long it is by now.
   * @param {number} seconds
   * @param {number} bytes
   */
  progress(seconds, bytes) {
    setText(this.#ui.time, clock(seconds));
    setText(this.#ui.bytes, megabytes(bytes));
  }

  /**
   * A recording ended.
   * @param {import('../recording/recordings.js').Kept | null} kept
   */
  end(kept) {
    this.#isRecording = false;
    if (!kept) return this.#show();
    showMessage(this.#ui.error, '');
    this.#recordings.add(kept);
    if (kept.take) this.#open(kept.take);
    this.#ui.menu.open = true;
    this.say('Recorded, not saved yet.');
  }

  /**
   * Says why there are no moves.
   * @param {string} sentence
   */
  complain(sentence) {
    showMessage(this.#ui.error, sentence);
    this.#ui.menu.open = true;
  }

  /** @param {string} sentence for those who hear the page */
  say(sentence) {
    setText(this.#ui.said, sentence);
  }

  /**
   * Opens the moves of a take, below its row.
   * @param {Take | null} take
   */
  #open(take) {
    this.#panel.take = this.#recordings.opened = take;
    (this.#recordings.rowOf(take)?.node ?? this.#ui.list).append(this.#panel.node);
    this.#recordings.show();
  }

  async #read() {
    const { picker } = this.#ui;
    const file = picker.files?.[0];
    picker.value = '';
    if (!file) return;
    await this.#act(async () => {
      const { fromJson } = await import('./file.js');
      const take = await fromJson(file);
      this.#recordings.add({ name: take.name, take }, true);
      this.#open(take);
    });
  }

  /**
   * Does something that can fail, and says so.
   * @param {() => Promise<void>} work
   */
  async #act(work) {
    showMessage(this.#ui.error, '');
    try {
      await work();
    } catch (failure) {
      showMessage(this.#ui.error, messageOf(failure));
    }
  }

  #show() {
    const { take } = this.#panel;
    if (take && !this.#recordings.rowOf(take)) {
      this.#panel.stop();
      return this.#open(null);
    }
    const { menu, size, progress, kept } = this.#ui;
    const { count, unsaved } = this.#recordings;
    progress.hidden = !this.#isRecording;
    kept.hidden = this.#isRecording;
    menu.classList.toggle('unsaved', unsaved > 0);
    setText(kept, unsaved > 0 ? `${unsaved} not saved` : `${count || 'none'} ${count ? 'saved' : 'yet'}`);
    setText(size, sizeSentence(this.#session.context?.sampleRate ?? USUAL_SAMPLE_RATE, this.wantsMoves));
  }
}

/**
 * What a minute takes.
 * @param {number} sampleRate
 * @param {boolean} withMoves
 */
function sizeSentence(sampleRate, withMoves) {
  const minute = (/** @type {number} */ bytes) => `${Math.round((60 * sampleRate * bytes) / 1e6)} MB`;
  const sound = CHANNELS * bytesPerSample(chosenFormat());
  if (!withMoves) return `A minute takes ${minute(sound)}.`;
  return (
    `A minute takes ${minute(sound + BYTES_PER_FRAME)}: what goes in is kept as well, to mix it again. ` +
    'Start it in silence: what rings on from before is not in it.'
  );
}

/**
 * @param {Node} panel
 * @param {() => boolean} staysOpen
 */
function build(panel, staysOpen) {
  const what = choice('What to record', [
    ['sound', 'The sound'],
    ['moves', 'The sound and every move'],
  ]);
  const size = element('p', { className: 'hint' });
  const list = element('div', { className: 'kept' }, panel);
  const open = button('Open a take…', { id: 'take-open', title: 'One that was exported here, with its moves' });
  const files = button('Render files…', { id: 'render-open' });
  const picker = element('input', { type: 'file', id: 'take-file', accept: '.json,application/json', hidden: true });
  const error = errorMessage({ id: 'take-error' });
  const time = element('time');
  const bytes = element('span', { className: 'size' });
  const progress = element('small', { className: 'take' }, time, ' ', bytes);
  const kept = element('small');
  const heading = element('b', { 'aria-hidden': 'true' }, 'What to record');
  const row = element('div', { className: 'row' }, open, files);
  const menu = popup({
    id: 'takes-menu',
    summary: [element('span', {}, 'Recordings'), progress, kept],
    label: 'Recordings',
    body: [heading, what.group, size, list, error, row, picker],
    staysOpen,
  });
  // What it says below its name is a part of the name.
  menu.firstElementChild?.removeAttribute('aria-label');
  const said = element('p', { className: 'hidden-text', id: 'record-said', role: 'status' });
  return { menu, what, size, list, open, files, picker, error, time, bytes, progress, kept, said };
}
