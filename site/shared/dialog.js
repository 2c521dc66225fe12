/**
 * A dialog with a heading and a way out, which lies over the page until it is closed. Main thread.
 */

import { button, element } from './dom.js';

/**
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
