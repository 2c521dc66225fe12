/**
 * What opens below a button: a menu of controls that closes by Escape, or by a click outside of it. Main thread.
 */

import { element } from './dom.js';

/**
 * @param {object} options
 * @param {string} options.id
 * @param {readonly (Node | string)[]} options.summary what is on its button
 * @param {string} options.label its name
 * @param {readonly Node[]} options.body
 * @param {() => boolean} [options.staysOpen] whether it stays open for a click outside of it
 */
export function popup({ id, summary, label, body, staysOpen = () => false }) {
  const key = element('summary', { 'aria-label': label, 'title': label }, ...summary);
  const menu = element(
    'details',
    { className: 'menu', id },
    key,
    element('div', { 'className': 'menu-body', 'role': 'group', 'aria-label': label }, ...body),
  );
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open || event.defaultPrevented) return;
    menu.open = false;
    key.focus();
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (menu.open && target instanceof Node && !menu.contains(target) && !staysOpen()) menu.open = false;
  });
  return menu;
}
