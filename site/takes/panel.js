/**
 * What can be done with a take that has its moves: replay it, render it again, each with its own settings or those of
 * now, and export it. What few visitors use loads when it is asked for. Main thread.
 */

import { Codec } from '../keeping/codec.js';
import { chosenFormat } from '../recording/format.js';
import { CHANNELS } from '../recording/recorder.js';
import { megabytes, movesOf } from '../recording/recordings.js';
import { button, element, setText } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { settingsFor, WAYS } from './again.js';

/**
 * @typedef {import('./take.js').Take} Take
 * @typedef {import('./again.js').Way} Way
 */

export class TakePanel {
  #session;
  #codec;
  #ui = build();
  #events;
  /** @type {Take | null} */
  #take = null;
  /** What is replayed, and how. @type {{ take: Take, way: Way } | null} */
  #replayed = null;
  /**
   * The settings before a replay: what a take has set is not the visitor's.
   * @type {import('../keeping/codec.js').State | null}
   */
  #own = null;
  /** Cancels what is rendered. @type {AbortController | null} */
  #rendering = null;

  /**
   * @param {import('../session/session.js').Session} session
   * @param {object} events
   * @param {(work: () => Promise<void>) => Promise<void>} events.act does what can fail, and says so
   * @param {(take: Take) => void} events.onExported
   */
  constructor(session, events) {
    this.#session = session;
    this.#events = events;
    // What a log does not say is as the engine has it at first, not the page.
    const standards = new Map(session.parameters.map((row) => [row.id, row.default]));
    this.#codec = new Codec(session.parameters, (id) => standards.get(id) ?? 0, session.defaultOrder);
    const { replayKey, exportKey, way, render, cancel } = this.#ui;
    way.addEventListener('change', () => {
      if (this.#isReplaying) this.#replay();
    });
    replayKey.addEventListener('click', () => (this.#isReplaying ? session.stop() : this.#replay()));
    exportKey.addEventListener('click', () => this.#export());
    render.addEventListener('click', () => this.#render());
    cancel.addEventListener('click', () => this.#rendering?.abort());
    session.addEventListener('source', () => this.#show());
    this.#show();
  }

  get node() {
    return this.#ui.node;
  }

  get take() {
    return this.#take;
  }

  /** @param {Take | null} take */
  set take(take) {
    if (take === this.#take) return;
    this.#rendering?.abort();
    this.#take = take;
    setText(this.#ui.said, '');
    this.#show();
  }

  /** Ends the replay of a take that is discarded. */
  stop() {
    if (this.#isReplaying) this.#session.stop();
  }

  get #isReplaying() {
    return this.#take !== null && this.#replayed?.take === this.#take && this.#session.source?.kind === 'take';
  }

  get #way() {
    return /** @type {Way} */ (this.#ui.way.value);
  }

  #replay() {
    const take = this.#take;
    if (!take) return;
    const way = this.#way;
    const own = this.#isReplaying && this.#replayed?.way === 'as-played' ? this.#own : null;
    this.#own = own ?? this.#codec.take(this.#session);
    return this.#events.act(async () => {
      const { replay } = await import('./replay.js');
      const gesture = {};
      if (own) this.#session.load(own, gesture);
      this.#replayed = { take, way };
      await replay(this.#session, take, this.#codec, way, gesture);
    });
  }

  #export() {
    const take = this.#take;
    if (!take) return;
    return this.#events.act(async () => {
      const { toJson } = await import('./file.js');
      download(await toJson(take), `${take.name}.json`);
      this.#events.onExported(take);
    });
  }

  async #render() {
    const take = this.#take;
    if (!take || this.#rendering) return;
    const { progress, said } = this.#ui;
    const way = this.#way;
    const rendering = new AbortController();
    this.#rendering = rendering;
    const { frames, sampleRate } = take;
    const sound = { chunks: take.chunks(), frames, sampleRate, channels: CHANNELS };
    const how = settingsFor(way, take.log, this.#codec.take(this.#session));
    this.#show();
    await this.#events.act(async () => {
      const { signal } = rendering;
      const onProgress = (/** @type {number} */ share) => {
        progress.value = share;
      };
      const options = { ...how, format: chosenFormat(), signal, onProgress };
      try {
        const { renderToWav } = await import('../render/to-wav.js');
        const { file, seconds } = await renderToWav(sound, options);
        download(file, `${take.name}, ${WAYS[way]}.wav`);
        setText(said, `Rendered: ${seconds.toFixed(1)} s.`);
      } catch (error) {
        if (!signal.aborted) throw error;
        setText(said, 'Cancelled.');
      }
    });
    this.#rendering = null;
    this.#show();
  }

  #show() {
    const { node, about, replayKey, render, underWay, progress } = this.#ui;
    const take = this.#take;
    node.hidden = take === null;
    if (take) setText(about, describe(take));
    setText(replayKey, this.#isReplaying ? '■ Stop' : '▶ Replay');
    render.disabled = this.#rendering !== null;
    underWay.hidden = this.#rendering === null;
    if (!this.#rendering) progress.value = 0;
  }
}

/** @param {Take} take */
function describe(take) {
  const exact = take.isExact ? '' : ' The run mode changed meanwhile: rendered again it can differ a little.';
  const loop = take.wasLooped ? ' A replay or a render does without the looper.' : '';
  return `${take.seconds.toFixed(1)} s, ${movesOf(take)}, ${megabytes(take.input.size)}.${exact}${loop}`;
}

function build() {
  const about = element('p', { id: 'take-about', className: 'hint' });
  const replayKey = button('▶ Replay', { id: 'take-replay' });
  const exportKey = button('Export', { id: 'take-export', title: 'The sound that went in and the moves, as JSON' });
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
  const node = element(
    'div',
    { className: 'of-take' },
    about,
    element('label', { for: 'take-way' }, 'Mix it again'),
    way,
    element('div', { className: 'row' }, replayKey, render, exportKey),
    underWay,
    said,
  );
  return { node, about, replayKey, exportKey, way, render, progress, underWay, cancel, said };
}
