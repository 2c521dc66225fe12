/**
 * The menu beside the record key: whether the moves are kept with the sound, what can be done with a take that has
 * them, and the way to the dialog that renders files. What few visitors use loads when it is asked for. Main thread.
 */

import { Codec } from '../keeping/codec.js';
import { chosenFormat } from '../recording/format.js';
import { CHANNELS } from '../recording/recorder.js';
import { bytesPerSample } from '../recording/wav.js';
import { button, choice, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { popup } from '../shared/overlays.js';
import { readStored, store } from '../shared/storage.js';
import { settingsFor, WAYS } from './again.js';
import { BYTES_PER_FRAME } from './take.js';

/**
 * @typedef {import('./take.js').Take} Take
 * @typedef {import('./again.js').Way} Way
 */

const KEY = 'audio-dsp-wasm.record-moves';
/** For what a minute takes, before a context says its own, in Hz. */
const USUAL_SAMPLE_RATE = 48000;

export class TakesMenu {
  #session;
  #codec;
  #ui;
  /** @type {Take | null} */
  #take = null;
  #isKept = true;
  /** Cancels what is rendered. @type {AbortController | null} */
  #rendering = null;

  /** @param {import('../main.js').PageParts} page */
  constructor(page) {
    const { session } = page;
    this.#session = session;
    // What a log does not say is as the engine has it at first, not the page.
    const standards = new Map(session.parameters.map((row) => [row.id, row.default]));
    this.#codec = new Codec(session.parameters, (id) => standards.get(id) ?? 0, session.defaultOrder);
    this.#ui = build();
    const { what, replayKey, exportKey, forget, way, render, cancel, open, picker, files } = this.#ui;
    what.addEventListener('change', () => {
      store(KEY, this.wantsMoves);
      this.#show();
    });
    replayKey.addEventListener('click', () => this.#replay());
    exportKey.addEventListener('click', () => this.#export());
    forget.addEventListener('click', () => this.#forget());
    render.addEventListener('click', () => this.#render());
    cancel.addEventListener('click', () => this.#rendering?.abort());
    open.addEventListener('click', () => picker.click());
    picker.addEventListener('change', () => this.#open());
    /** @type {(() => void) | undefined} */
    let openDialog;
    files.addEventListener('click', () =>
      this.#act(async () => {
        openDialog ??= (await import('../render/panel.js')).buildRenderDialog(page);
        this.#ui.menu.open = false;
        openDialog();
      }),
    );
    way.value = 'as-played';
    this.#ui.choose(readStored(KEY) === true);
    this.#ui.menu.addEventListener('toggle', () => this.#show());
    session.addEventListener('source', () => this.#show());
    this.#show();
  }

  get node() {
    return this.#ui.menu;
  }

  /** Whether the visitor wants the moves with the sound. */
  get wantsMoves() {
    return this.#ui.wantsMoves();
  }

  get #isReplaying() {
    return this.#session.source?.kind === 'take';
  }

  /** Whether there is a take that was not exported. */
  get isUnsaved() {
    return this.#take !== null && !this.#isKept;
  }

  /**
   * A take was recorded.
   * @param {Take} take
   */
  recorded(take) {
    this.#setTake(take, false);
  }

  /**
   * Says why there are no moves.
   * @param {string} sentence
   */
  complain(sentence) {
    showMessage(this.#ui.error, sentence);
    this.#ui.menu.open = true;
  }

  /**
   * @param {Take | null} take
   * @param {boolean} isKept
   */
  #setTake(take, isKept) {
    this.#rendering?.abort();
    if (this.#isReplaying) this.#session.stop();
    this.#take?.discard();
    this.#take = take;
    this.#isKept = isKept;
    showMessage(this.#ui.error, '');
    setText(this.#ui.said, '');
    this.#show();
  }

  async #replay() {
    const take = this.#take;
    if (!take) return;
    if (this.#isReplaying) return this.#session.stop();
    await this.#act(async () => {
      const { replay } = await import('./replay.js');
      await replay(this.#session, take, this.#codec);
    });
  }

  #export() {
    const take = this.#take;
    if (!take) return;
    return this.#act(async () => {
      const { toJson } = await import('./file.js');
      download(await toJson(take), `${take.name}.json`);
      this.#isKept = true;
    });
  }

  #forget() {
    this.#setTake(null, true);
    this.#ui.summary.focus();
  }

  async #render() {
    const take = this.#take;
    if (!take || this.#rendering) return;
    const { way, progress, said } = this.#ui;
    const rendering = new AbortController();
    this.#rendering = rendering;
    const { frames, sampleRate } = take;
    const sound = { chunks: take.chunks(), frames, sampleRate, channels: CHANNELS };
    const how = settingsFor(/** @type {Way} */ (way.value), take.log, this.#codec.take(this.#session));
    this.#show();
    await this.#act(async () => {
      const { signal } = rendering;
      const onProgress = (/** @type {number} */ share) => {
        progress.value = share;
      };
      const options = { ...how, format: chosenFormat(), signal, onProgress };
      try {
        const { renderToWav } = await import('../render/to-wav.js');
        const { file, seconds } = await renderToWav(sound, options);
        download(file, `${take.name}, ${WAYS[/** @type {Way} */ (way.value)]}.wav`);
        setText(said, `Rendered: ${seconds.toFixed(1)} s.`);
      } catch (error) {
        if (!signal.aborted) throw error;
        setText(said, 'Cancelled.');
      }
    });
    this.#rendering = null;
    this.#show();
  }

  async #open() {
    const { picker } = this.#ui;
    const file = picker.files?.[0];
    picker.value = '';
    if (!file) return;
    await this.#act(async () => {
      const { fromJson } = await import('./file.js');
      this.#setTake(await fromJson(file), true);
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
    const { ofTake, about, size, replayKey, render, underWay, progress } = this.#ui;
    const take = this.#take;
    ofTake.hidden = take === null;
    setText(size, sizeSentence(this.#session.context?.sampleRate ?? USUAL_SAMPLE_RATE, this.wantsMoves));
    if (take) setText(about, describe(take));
    setText(replayKey, this.#isReplaying ? '■ Stop' : '▶ Replay');
    render.disabled = this.#rendering !== null;
    underWay.hidden = this.#rendering === null;
    if (!this.#rendering) progress.value = 0;
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
    `A minute takes ${minute(sound + BYTES_PER_FRAME)}: it keeps what goes in as well, so that the take can be ` +
    'played and rendered again. Start it in silence: what rings on from before is not in it.'
  );
}

/** @param {Take} take */
function describe({ name, seconds, moves, input, isExact, wasLooped }) {
  const size = `${(input.size / 1e6).toFixed(1)} MB`;
  const exact = isExact ? '' : ' The run mode changed meanwhile: rendered again it can differ a little.';
  const loop = wasLooped ? ' The loop is in the recording alone: a replay or a render does without the looper.' : '';
  return `${name}: ${seconds.toFixed(1)} s, ${moves} ${moves === 1 ? 'move' : 'moves'}, ${size}.${exact}${loop}`;
}

function build() {
  const what = choice('What to record', [
    ['sound', 'The sound'],
    ['moves', 'Sound and moves'],
  ]);
  const size = element('p', { className: 'hint' });
  const about = element('p', { id: 'take-about' });
  const replayKey = button('▶ Replay', { id: 'take-replay' });
  const exportKey = button('Export', { id: 'take-export', title: 'The sound that went in and the moves, as JSON' });
  const forget = button('Discard', { id: 'take-forget' });
  const way = element(
    'select',
    { id: 'take-way' },
    ...Object.entries(WAYS).map(([value, text]) => new Option(text, value)),
  );
  const render = button('Render to WAV', { id: 'take-render' });
  const progress = element('progress', { 'max': 1, 'value': 0, 'aria-label': 'Progress of the render' });
  const cancel = button('Cancel', { id: 'take-cancel' });
  const underWay = element('div', { className: 'row' }, progress, cancel);
  const said = element('p', { className: 'hint', role: 'status' });
  const ofTake = element(
    'div',
    { className: 'of-take' },
    about,
    element('div', { className: 'row' }, replayKey, exportKey, forget),
    element('div', { className: 'row again' }, element('label', { for: 'take-way' }, 'Render it again'), way, render),
    underWay,
    said,
  );
  const open = button('Open a take…', { id: 'take-open' });
  const files = button('Render files…', { id: 'render-open' });
  const picker = element('input', { type: 'file', id: 'take-file', accept: '.json,application/json', hidden: true });
  const error = errorMessage({ id: 'take-error' });
  const body = [what.group, size, ofTake, error, element('div', { className: 'row' }, open, files), picker];
  const menu = popup({ id: 'takes-menu', summary: ['▾'], label: 'Takes and files', body });
  const summary = /** @type {HTMLElement} */ (menu.firstElementChild);
  return {
    menu,
    summary,
    what: what.group,
    choose: (/** @type {boolean} */ withMoves) => what.show(withMoves ? 'moves' : 'sound'),
    wantsMoves: () => what.value === 'moves',
    size,
    ofTake,
    about,
    replayKey,
    exportKey,
    forget,
    way,
    render,
    progress,
    underWay,
    cancel,
    said,
    open,
    files,
    picker,
    error,
  };
}
