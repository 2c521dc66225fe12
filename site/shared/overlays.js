/**
 * What opens over the page: a menu of controls below its button, a dialog with a heading and a way out. Main thread.
 */

import { button, element } from './dom.js';

/**
 * A menu that closes by Escape, or by a click outside of it.
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

/**
 * A dialog that is over the page until it is closed.
 * @param {string} id
 * @param {string} title
 * @param {...Node} body
 */
export function dialog(id, title, ...body) {
  const close = button('✕', { 'className': 'icon-button close', 'aria-label': 'Close', 'title': 'Close (Escape)' });
  const heading = element('h2', { id: `${id}-title` }, title);
  const node = element(
    'dialog',
    { id, 'className': 'dialog', 'aria-labelledby': heading.id },
    element('div', { className: 'dialog-head' }, heading, close),
    ...body,
  );
  close.addEventListener('click', () => node.close());
  // A click beside it: what surrounds a dialog counts as the dialog itself.
  node.addEventListener('click', (event) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const { clientX: x, clientY: y, target } = event;
    if (target === node && event.detail > 0 && (x < left || x > right || y < top || y > bottom)) node.close();
  });
  document.body.append(node);
  return node;
}
