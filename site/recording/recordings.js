/**
 * The recordings of this visit, the newest first: each is heard, saved, discarded and brought back. They stay until the
 * page is left, on disk where the browser can (take-file.js). Main thread.
 */

import { button, element, setText } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { RecordingPlayer } from './player.js';

/**
 * @typedef {object} Kept what is kept of one: the sound, the moves, or both
 * @property {string} name
 * @property {import('./recorder.js').Take} [sound]
 * @property {import('../takes/take.js').Take} [take]
 */

/** So many that were discarded can be brought back. */
const MOST_DISCARDED = 8;

/**
 * Minutes and seconds.
 * @param {number} seconds
 */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;

export class Recordings {
  /** @type {Row[]} */
  #rows = [];
  /** Whose moves are in sight. @type {import('../takes/take.js').Take | null} */
  opened = null;
  /** The last one is the first to come back. @type {Row[]} */
  #discarded = [];
  #list = element('ul', { 'id': 'recordings', 'className': 'recordings', 'aria-label': 'Recordings of this visit' });
  #gone = element('span');
  #undo = button('Undo', { id: 'record-undo' });
  #undoRow = element('div', { className: 'row' }, this.#gone, this.#undo);
  #hint = element('p', { className: 'hint' }, '▶ plays it as it is: past the effects, at the volume of “Out”.');
  #player;
  #events;

  /**
   * @param {import('../session/session.js').Session} session
   * @param {object} events
   * @param {() => boolean} events.isRecording
   * @param {() => void} events.onChange
   * @param {(sentence: string) => void} events.say
   * @param {(work: () => Promise<void>) => void} events.act does what can fail, and says so
   * @param {(take: import('../takes/take.js').Take) => void} events.onMoves somebody opens or closes those of a take
   */
  constructor(session, events) {
    this.#events = events;
    this.#player = new RecordingPlayer(session, events.isRecording, () => this.show());
    this.nodes = [this.#list, this.#undoRow, this.#hint];
    this.#undo.addEventListener('click', () => this.bringBack());
  }

  get count() {
    return this.#rows.length;
  }

  get unsaved() {
    return this.#rows.filter(({ isUnsaved }) => isUnsaved).length;
  }

  get isPlaying() {
    return this.#player.file !== null;
  }

  /** A recording begins: beside one that plays the source is to be heard too. */
  letSourceGoOn() {
    this.#player.letSourceGoOn();
  }

  /**
   * The row in which the moves of a take are.
   * @param {import('../takes/take.js').Take | null} take
   */
  rowOf(take) {
    return this.#rows.find(({ kept }) => take !== null && kept.take === take);
  }

  /**
   * @param {Kept} kept
   * @param {boolean} [isFile] whether it is in a file already
   */
  add(kept, isFile = false) {
    const row = new Row(kept, {
      play: () => this.#play(kept),
      save: () => this.#save(row),
      discard: () => this.#discard(row),
      moves: () => kept.take && this.#events.onMoves(kept.take),
    });
    row.isSaved = row.isExported = isFile;
    this.#rows.unshift(row);
    this.#list.prepend(row.node);
    this.show();
  }

  /** Brings the one back that was discarded last. */
  bringBack() {
    const row = this.#discarded.pop();
    if (!row) return false;
    const place = this.#rows.filter(({ number }) => number > row.number).length;
    this.#list.insertBefore(row.node, this.#rows[place]?.node ?? null);
    this.#rows.splice(place, 0, row);
    this.show();
    row.discard.focus();
    this.#events.say(`${row.title} is back.`);
    return true;
  }

  show() {
    const { file, seconds } = this.#player;
    for (const row of this.#rows) row.show(file !== null && row.kept.sound?.file === file ? seconds : null);
    // The newest recording's keys have names, by which a MIDI controller finds them.
    const newest = this.#rows.find(({ kept }) => kept.sound);
    for (const row of this.#rows) {
      row.save.id = row === newest ? 'record-save' : '';
      row.discard.id = row === newest ? 'record-discard' : '';
      row.isOpen = row.kept.take === this.opened;
    }
    this.#hint.hidden = !newest;
    const last = this.#discarded.at(-1);
    this.#undoRow.hidden = !last;
    setText(this.#gone, last ? `Discarded: ${last.title}` : '');
    this.#events.onChange();
  }

  /** @param {Kept} kept */
  #play({ sound }) {
    if (!sound) return;
    if (this.#player.file === sound.file) return this.#player.stop();
    this.#events.act(() => this.#player.play(sound.file));
  }

  /** @param {Row} row */
  #save(row) {
    const { sound, name } = row.kept;
    if (!sound) return;
    download(sound.file, `${name}.wav`);
    row.isSaved = true;
    this.show();
  }

  /** @param {Row} row */
  #discard(row) {
    if (this.#player.file === row.kept.sound?.file) this.#player.stop();
    this.#rows = this.#rows.filter((each) => each !== row);
    row.node.remove();
    this.#discarded.push(row);
    if (this.#discarded.length > MOST_DISCARDED) this.#discarded.shift()?.free();
    this.show();
    this.#undo.focus();
    this.#events.say(`Discarded: ${row.title}. Undo brings it back.`);
  }
}

/** How many there were. */
let count = 0;

class Row {
  /** Its place in time. */
  number = ++count;
  isSaved = false;
  isExported = false;
  #play;
  #title = element('b');
  #about = element('small');
  #moves = button('', { className: 'link moves' });

  /**
   * @param {Kept} kept
   * @param {{ play: () => void, save: () => void, discard: () => void,
   *   moves: () => void }} act
   */
  constructor(kept, act) {
    this.kept = kept;
    const { name, sound, take } = kept;
    this.#play = button('▶', { className: 'icon-button listen', hidden: !sound });
    this.save = button('Save', { 'aria-label': `Save WAV: ${name}`, 'hidden': !sound });
    this.discard = button('✕', { 'className': 'icon-button', 'aria-label': `Discard ${name}`, 'title': 'Discard' });
    this.#moves.hidden = !take;
    this.#play.addEventListener('click', act.play);
    this.save.addEventListener('click', act.save);
    this.discard.addEventListener('click', act.discard);
    this.#moves.addEventListener('click', act.moves);
    const text = element('div', {}, this.#title, this.#about);
    this.node = element('li', {}, this.#play, text, this.save, this.discard, this.#moves);
  }

  /** Whether something of it is in no file. */
  get isUnsaved() {
    const { sound, take } = this.kept;
    return (sound !== undefined && !this.isSaved) || (take !== undefined && !this.isExported);
  }

  /** Whether its moves are open. */
  set isOpen(/** @type {boolean} */ isOpen) {
    this.#moves.ariaExpanded = String(isOpen);
  }

  /** The time of day of one that was recorded here, the name of one from a file. */
  get title() {
    const { sound, name } = this.kept;
    return sound ? name.slice(-8).replaceAll('.', ':') : name;
  }

  /** @param {number | null} seconds where it plays */
  show(seconds) {
    const { sound, take, name } = this.kept;
    const isPlaying = seconds !== null;
    // What is not quite a second long is not of no length.
    const length = Math.ceil(sound?.seconds ?? take?.seconds ?? 0);
    const bytes = sound?.file.size ?? take?.input.size ?? 0;
    setText(this.#play, isPlaying ? '■' : '▶');
    this.#play.ariaLabel = this.#play.title = `${isPlaying ? 'Stop' : 'Play'} ${name}`;
    setText(this.#title, isPlaying ? `${clock(seconds)} / ${clock(length)}` : this.title);
    setText(this.#about, `${clock(length)} · ${megabytes(bytes)} · ${this.isSaved ? 'saved' : 'not saved'}`);
    this.save.classList.toggle('primary', !this.isSaved);
    if (take) setText(this.#moves, `${movesOf(take)}${this.isExported ? '' : ', not exported'}`);
  }

  /** Gives back what it takes on disk. */
  free() {
    this.kept.sound?.discard();
    this.kept.take?.discard();
  }
}

/** @param {import('../takes/take.js').Take} take */
export const movesOf = ({ moves }) => `${moves} ${moves === 1 ? 'move' : 'moves'}`;
