/** The menu of what is kept: the visitor's own presets, files, and the format of recordings. Main thread. */

import { formatChoice } from '../recording/format.js';
import { button, element, find, messageOf } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { popup } from '../shared/overlays.js';
import { StateError } from './codec.js';

/**
 * @typedef {object} Actions
 * @property {import('./presets.js').OwnPresets} own
 * @property {(name: string) => boolean} isBuiltIn whether a preset of the page is called so
 * @property {import('./current.js').Current} current
 * @property {(sentence: string, takeBack?: () => void) => void} say
 * @property {(data: unknown) => void} take puts a state from outside in force; throws a StateError
 * @property {() => void} onPresets the visitor's own are others
 */

const NOT_KEPT = 'This browser keeps nothing for this page. Export the settings as a file instead.';
/** A file of settings has a few kilobytes. */
const MOST_BYTES = 2 ** 20;

/** @param {Actions} actions */
export function buildMenu({ own, isBuiltIn, current, say, take, onPresets }) {
  const name = element('input', { type: 'text', id: 'preset-name', autocomplete: 'off', maxLength: 60 });
  const save = button('Save', { id: 'preset-save' });
  const remove = button('Delete this preset', { id: 'preset-delete' });
  const exportFile = button('Export as JSON', { id: 'export' });
  const importFile = button('Import JSON…', { id: 'import' });
  const picker = element('input', { type: 'file', accept: '.json,application/json', id: 'import-file', hidden: true });
  const menu = popup({
    id: 'keep-menu',
    summary: ['Keep ▾'],
    label: 'Keep',
    body: [
      element('label', { for: name.id }, 'Keep these settings as a preset'),
      element('div', { className: 'row' }, name, save),
      remove,
      element('div', { className: 'row' }, exportFile, importFile),
      picker,
      formatChoice(),
    ],
  });
  const key = find(menu, 'summary', HTMLElement);
  /** Closes it; the focus goes to its button, behind which the way back stands. */
  const close = () => {
    menu.open = false;
    key.focus();
  };
  const isOwn = (/** @type {string} */ called) => own.all.some((preset) => preset.name === called);
  /**
   * Says what was done to a preset, and offers the way back.
   * @param {string} sentence
   * @param {() => void} restore
   * @param {string} back what is then said
   */
  const offer = (sentence, restore, back) =>
    say(sentence, () => {
      restore();
      onPresets();
      key.focus();
      say(back);
    });

  // Before it opens: the event that tells that it is open comes later than the first letter can.
  key.addEventListener('click', () => {
    if (menu.open) return;
    remove.hidden = !isOwn(current.name);
    name.value = remove.hidden ? '' : current.name;
  });
  name.addEventListener('focus', () => name.select());
  const keep = () => {
    const called = name.value.trim();
    const refuse = (/** @type {string} */ sentence) => {
      name.focus();
      say(sentence);
    };
    if (called === '') return refuse('Type a name for the preset first.');
    if (isBuiltIn(called)) return refuse(`“${called}” comes with the page. Choose another name.`);
    const isReplaced = isOwn(called);
    const restore = own.save({ name: called, state: current.now.state });
    if (!restore) return say(NOT_KEPT);
    current.name = called;
    onPresets();
    close();
    if (isReplaced) offer(`“${called}” is replaced.`, restore, `“${called}” is as it was.`);
    else say(`Kept as “${called}”.`);
  };
  save.addEventListener('click', keep);
  name.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') keep();
  });
  remove.addEventListener('click', () => {
    const called = current.name;
    const restore = own.remove(called);
    if (!restore) return say(NOT_KEPT);
    onPresets();
    close();
    offer(`“${called}” is deleted. The settings stay as they are.`, restore, `“${called}” is back.`);
  });

  exportFile.addEventListener('click', () => {
    const { name: called, state } = current.now;
    const json = `${JSON.stringify(state, null, 2)}\n`;
    download(new Blob([json], { type: 'application/json' }), `${called || 'settings'}.json`);
    close();
  });
  importFile.addEventListener('click', () => picker.click());
  picker.addEventListener('change', async () => {
    const file = picker.files?.[0];
    picker.value = '';
    if (!file) return;
    try {
      take(await readJson(file));
      say(`The settings of “${file.name}” are in force.`);
    } catch (error) {
      say(messageOf(error));
    }
    close();
  });
  return menu;
}

/**
 * @param {File} file
 * @returns {Promise<unknown>}
 */
async function readJson(file) {
  if (file.size > MOST_BYTES) throw new StateError(`“${file.name}” is too big for a file of settings.`);
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new StateError(`“${file.name}” is no JSON. Choose a file that was exported here.`);
  }
}
