/** The format of recordings, which the visitor chooses and which is kept. Main thread. */

import { element } from '../shared/dom.js';
import { readStored, store } from '../shared/storage.js';
import { FORMATS } from './wav.js';

const KEY = 'audio-dsp-wasm.record-format';
const LABELS = { '24-bit': 'WAV, 24-bit', 'float': 'WAV, 32-bit float' };

/** @returns {import('./wav.js').Format} */
export const chosenFormat = () => FORMATS.find((format) => format === readStored(KEY)) ?? FORMATS[0];

/** A labelled choice of the format. */
export function formatChoice() {
  const select = element('select', { id: 'record-format' }, ...FORMATS.map((each) => new Option(LABELS[each], each)));
  select.value = chosenFormat();
  select.addEventListener('change', () => store(KEY, select.value));
  return element('div', { className: 'row' }, element('label', { for: select.id }, 'Recordings'), select);
}
