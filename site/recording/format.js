/** The format of recordings, which the visitor chooses and which is kept. Main thread. */

import { element } from '../shared/dom.js';
import { readStored, store } from '../shared/storage.js';
import { FORMATS } from './wav.js';

const KEY = 'audio-dsp-wasm.record-format';
/** Tells that another format was chosen. */
const changes = new EventTarget();
const LABELS = { '24-bit': 'WAV, 24-bit', 'float': 'WAV, 32-bit float' };

/** @returns {import('./wav.js').Format} */
export const chosenFormat = () => FORMATS.find((format) => format === readStored(KEY)) ?? FORMATS[0];

/**
 * A labelled choice of the format; all of them show the one that is kept.
 * @param {string} [id] of its field
 * @param {string} [label]
 */
export function formatChoice(id = 'record-format', label = 'Recordings') {
  const select = element('select', { id }, ...FORMATS.map((each) => new Option(LABELS[each], each)));
  const show = () => {
    select.value = chosenFormat();
  };
  select.addEventListener('change', () => {
    store(KEY, select.value);
    changes.dispatchEvent(new Event('change'));
  });
  changes.addEventListener('change', show);
  show();
  return element('div', { className: 'row' }, element('label', { for: id }, label), select);
}
