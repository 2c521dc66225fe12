/** The dialog that lists all keys, and turns the single ones off and on. Main thread. */

import { element, tableRow } from '../shared/dom.js';
import { dialog } from '../shared/overlays.js';

/** What keys do on a control, and elsewhere: none of them is a command of the list. */
const OTHERS = /** @type {const} */ ([
  ['↑ ↓ ← →', 'On a control: a step. On a grip: the effect earlier or later'],
  ['Page Up, Page Down', 'On a control: a larger step'],
  ['Home, End', 'On a control: the least and the most'],
  ['0 … 9, Enter', 'On a control: type its value'],
  ['Delete', 'On a control: back to its default'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'Undo, redo'],
]);

/**
 * Builds the dialog.
 * @param {import('./commands.js').Commands} commands
 * @returns {() => void} opens it
 */
export function buildHelp(commands) {
  const body = element('tbody');
  const others = element('tbody', {}, ...OTHERS.map(([keys, text]) => row(keys, text)));
  const toggle = element('input', { type: 'checkbox', role: 'switch', id: 'single-keys' });
  toggle.addEventListener('change', () => {
    commands.isOn = toggle.checked;
  });
  const node = dialog(
    'keys-help',
    'Keys',
    element('table', { className: 'keys' }, body, others),
    element('label', { className: 'switch' }, toggle, element('span', {}, 'Single keys, without Ctrl, do these')),
    element(
      'p',
      { className: 'hint' },
      'While an instrument is played by the letter keys they are its own; with Shift they do these. Space presses a ' +
        'button that the Tab key has come to.',
    ),
  );
  return () => {
    toggle.checked = commands.isOn;
    body.replaceChildren(...commands.list.map(({ key, label }) => row(nameOf(key), label)));
    node.showModal();
  };
}

/**
 * @param {string} keys
 * @param {string} text
 */
function row(keys, text) {
  const node = tableRow('', element('td', {}, text));
  node.firstElementChild?.append(element('kbd', {}, keys));
  return node;
}

/** @param {string} key */
const nameOf = (key) => (key === ' ' ? 'Space' : key.toUpperCase());
