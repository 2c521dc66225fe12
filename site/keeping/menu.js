/** The menu of what is kept: the visitor's own presets, files, and the format of recordings. Main thread. */

import { formatChoice } from '../recording/format.js';
import { button, element, find, messageOf } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { popup } from '../shared/overlays.js';
import { StateError } from './codec.js';

/**
 * @typedef {import('./codec.js').State} State
 *
 * @typedef {object} Actions
 * @property {import('./presets.js').OwnPresets} own
 * @property {() => State} now
 * @property {(sentence: string) => void} say
 * @property {(data: unknown) => void} take puts a state from outside in force; throws a StateError
 * @property {() => string} chosen the name of the preset that was chosen last
 * @property {(chosen: { name: string, state: State } | null) => void} onPresets the visitor's own are others
 */

const NOT_KEPT = 'This browser keeps nothing for this page. Export the settings as a file instead.';
/** A file of settings has a few kilobytes. */
const MOST_BYTES = 2 ** 20;

/** @param {Actions} actions */
export function buildMenu({ own, now, say, take, chosen, onPresets }) {
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
  const close = () => {
    menu.open = false;
  };

  // Before it opens: the event that tells that it is open comes later than the first letter can.
  find(menu, 'summary', HTMLElement).addEventListener('click', () => {
    if (menu.open) return;
    const isOwn = own.all.some((preset) => preset.name === chosen());
    remove.hidden = !isOwn;
    name.value = isOwn ? chosen() : '';
  });
  const keep = () => {
    const called = name.value.trim();
    if (called === '') {
      name.focus();
      return say('Type a name for the preset first.');
    }
    const preset = { name: called, state: now() };
    if (!own.save(preset)) return say(NOT_KEPT);
    onPresets(preset);
    close();
    say(`Kept as “${called}”.`);
  };
  save.addEventListener('click', keep);
  name.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') keep();
  });
  remove.addEventListener('click', () => {
    const called = chosen();
    own.remove(called);
    onPresets(null);
    close();
    say(`“${called}” is deleted. The settings stay as they are.`);
  });

  exportFile.addEventListener('click', () => {
    const json = `${JSON.stringify(now(), null, 2)}\n`;
    download(new Blob([json], { type: 'application/json' }), `${chosen() || 'settings'}.json`);
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
