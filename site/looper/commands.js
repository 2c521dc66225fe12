/** What keys and pedals can do with the looper: the same as its buttons. Main thread. */

import { find } from '../shared/dom.js';

/** @param {string} id of a button */
const press = (id) => () => find(document, `#${id}`, HTMLButtonElement).click();

export const commands = [
  { id: 'looper-go', label: 'Looper: record, close the loop, overdub', run: press('looper-go') },
  { id: 'looper-play', label: 'Looper: play or stop', run: press('looper-play') },
  { id: 'looper-undo', label: 'Looper: undo the last overdub', run: press('looper-undo') },
  { id: 'looper-redo', label: 'Looper: bring the undone overdub back', run: press('looper-redo') },
  { id: 'looper-clear', label: 'Looper: clear', run: press('looper-clear') },
];
