/**
 * What this browser or this server keeps from the sound, in a sentence with the way out: it plays all the same. What is
 * dismissed does not come again. Main thread.
 */

import { button, element } from '../shared/dom.js';
import { isRecord, readStored, store } from '../shared/storage.js';

const KEY = 'audio-dsp-wasm.limits-dismissed';

/**
 * @typedef {object} Limit
 * @property {string} id
 * @property {string} sentence
 * @property {(session: import('../session/session.js').Session) => boolean} holds once there is an engine
 */

/** @type {readonly Limit[]} */
const LIMITS = [
  {
    id: 'no-worklet',
    sentence:
      'There is no AudioWorklet here, so the sound is computed beside all else that this page does: it answers ' +
      'later, and breaks when the page is busy. Open the page by https:// or on localhost, in a current browser.',
    holds: ({ engine, wantedMode }) => engine?.mode === 'script-processor' && wantedMode === 'auto',
  },
  {
    id: 'no-isolation',
    sentence:
      'The sound is on its own thread, but this server does not isolate the page, so your moves reach it by ' +
      'messages, a moment later. Whoever hosts the page can mend that: the Lab says how.',
    holds: ({ engine }) => engine?.transport === 'message' && !globalThis.crossOriginIsolated,
  },
];

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const value = readStored(KEY);
  const dismissed = isRecord(value) ? value : {};

  /** @type {Limit | undefined} */
  let shown;

  function show() {
    const limit = LIMITS.find(({ id, holds }) => dismissed[id] !== true && holds(session));
    // What stays is not made anew: a click could fall between.
    if (limit === shown) return;
    shown = limit;
    host.replaceChildren();
    if (!limit) return;
    const dismiss = button('Dismiss');
    dismiss.addEventListener('click', () => {
      dismissed[limit.id] = true;
      store(KEY, dismissed);
      show();
    });
    host.append(element('p', {}, limit.sentence), dismiss);
  }

  session.addEventListener('mode', show);
  show();
}
