/**
 * Parameters that follow the tempo: a small menu of note values beside the name of each control that can. It follows
 * until it is set to something else, by hand, a preset or undo. Main thread.
 */

import { element } from '../shared/dom.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { fitting, followsTempo, NOTES, valueAt } from './notes.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 * @typedef {import('./notes.js').Note} Note
 */

const KEY = 'audio-dsp-wasm.notes';
const FREE = '';

/** @param {import('../main.js').PageParts} page */
export function mountSync({ session, tempo }) {
  const kept = readStored(KEY);
  const rows = session.parameters.filter(followsTempo);
  /** Those that follow. @type {Map<ParameterId, Note>} */
  const notes = new Map();
  /** @type {Map<ParameterId, HTMLSelectElement>} */
  const menus = new Map();
  const inForce = (/** @type {Parameter} */ row, /** @type {Note} */ note) =>
    Math.fround(valueAt(row, note, tempo.bpm));

  /** @param {ParameterId} id */
  function show(id) {
    const menu = menus.get(id);
    if (!menu) return;
    menu.value = notes.get(id) ?? FREE;
    menu.classList.toggle('follows', notes.has(id));
  }
  /**
   * @param {ParameterId} id
   * @param {Note | null} note
   */
  function follow(id, note) {
    if (note === null) notes.delete(id);
    else notes.set(id, note);
    store(KEY, Object.fromEntries(notes));
    show(id);
  }
  /** Which notes are in range depends on the tempo. */
  function showRange() {
    for (const row of rows) {
      for (const option of menus.get(row.id)?.options ?? []) {
        option.disabled = option.value !== FREE && fitting(row, option.value, tempo.bpm) !== option.value;
      }
    }
  }
  /** @param {object} gesture */
  function followAll(gesture) {
    /** @type {import('../session/session.js').Values} */
    const values = {};
    for (const row of rows) {
      const note = notes.get(row.id);
      const next = note && fitting(row, note, tempo.bpm);
      if (!next) continue;
      if (next !== note) follow(row.id, next);
      values[row.id] = inForce(row, next);
    }
    session.change(values, gesture);
  }

  for (const row of rows) {
    const control = document.querySelector(`[data-id="${row.id}"]`)?.closest('.control');
    const name = control?.querySelector('.control-name');
    if (!name) continue;
    const label = `${row.label}, note value`;
    const menu = element(
      'select',
      { 'className': 'note-value', 'id': `note-${row.id}`, 'aria-label': label, 'title': label },
      new Option('♪', FREE),
      ...[...NOTES.keys()].map((note) => new Option(note, note)),
    );
    menu.options[0].setAttribute('aria-label', 'free');
    menu.addEventListener('change', () => {
      follow(row.id, menu.value === FREE ? null : menu.value);
      if (menu.value !== FREE) session.set(row.id, inForce(row, menu.value));
    });
    name.append(menu);
    menus.set(row.id, menu);
    const note = isRecord(kept) ? kept[row.id] : undefined;
    // What was kept holds where the value is still that note's.
    if (typeof note === 'string' && NOTES.has(note) && session.get(row.id) === inForce(row, note)) {
      notes.set(row.id, note);
    }
    show(row.id);
  }
  showRange();

  session.addEventListener('parameter', ({ detail: { id, value } }) => {
    const note = notes.get(id);
    const row = rows.find((each) => each.id === id);
    if (row && note !== undefined && value !== inForce(row, note)) follow(id, null);
  });
  tempo.addEventListener('change', ({ detail: { gesture } }) => {
    showRange();
    followAll(gesture);
  });
}
