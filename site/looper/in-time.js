/** A switch: whether a loop ends on a bar of the page's tempo, or where the key was pressed. Main thread. */

import { element, setText } from '../shared/dom.js';
import { readStored, store } from '../shared/storage.js';

const KEY = 'audio-dsp-wasm.looper-in-time';

/**
 * @param {import('./looper.js').Looper} looper
 * @param {import('../keys/tempo.js').Tempo} tempo
 */
export function inTimeSwitch(looper, tempo) {
  const input = element('input', { type: 'checkbox', role: 'switch', id: 'looper-in-time' });
  const text = element('span');
  input.checked = readStored(KEY) === true;

  function follow() {
    looper.tempo = input.checked ? tempo.bpm : null;
    setText(text, `End on a bar, at ${tempo.text}`);
  }
  input.addEventListener('change', () => {
    store(KEY, input.checked);
    follow();
  });
  tempo.addEventListener('change', follow);
  follow();
  return element('label', { className: 'switch in-time' }, input, text);
}
