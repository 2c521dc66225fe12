/**
 * Puts the effects in another order: a card is dragged by its grip to where it shall sound, or moved by the arrow keys
 * while the grip has the focus; on a phone by two buttons. The last effect stays last. Main thread.
 */

import { button, element, setText } from '../shared/dom.js';

/** @typedef {import('../session/session.js').Session} Session */

/**
 * @param {HTMLElement} section
 * @param {Session} session
 */
export function mountMoves(section, session) {
  const said = element('p', { className: 'hidden-text', role: 'status' });
  section.append(said);

  /**
   * @param {string} id
   * @param {number} place among the effects that can move
   * @param {string} title
   */
  function move(id, place, title) {
    const last = session.order.length - 1;
    const order = session.order.filter((each) => each !== id);
    const wanted = Math.max(0, Math.min(last - 1, place));
    order.splice(wanted, 0, id);
    session.load({ params: {}, order });
    setText(said, `${title} is now ${session.order.indexOf(id) + 1} of ${order.length}.`);
  }

  return {
    /**
     * What moves a card.
     * @param {string} id of the effect
     * @param {string} title
     */
    controlsOf(id, title) {
      const step = (/** @type {number} */ by) => move(id, session.order.indexOf(id) + by, title);
      const grip = button('⠿', {
        'className': 'grip',
        'aria-label': `Move ${title}`,
        'title': 'Drag to where it shall sound, or press the arrow keys',
      });
      const earlier = button('◀', { 'className': 'step-move', 'aria-label': `${title} earlier` });
      const later = button('▶', { 'className': 'step-move', 'aria-label': `${title} later` });
      earlier.addEventListener('click', () => step(-1));
      later.addEventListener('click', () => step(1));
      grip.addEventListener('keydown', (event) => {
        const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        step(by);
      });
      followDrag(grip, section, session, (place) => move(id, place, title));
      return element('span', { className: 'moves' }, grip, earlier, later);
    },
  };
}

/**
 * Follows a drag of a grip, marks where the card would go, and drops it there.
 * @param {HTMLElement} grip
 * @param {HTMLElement} section
 * @param {Session} session
 * @param {(place: number) => void} drop
 */
function followDrag(grip, section, session, drop) {
  /** The card that the pointer is over, and which side. @type {{ card: HTMLElement, after: boolean } | null} */
  let target = null;
  let isDragged = false;

  /** @param {typeof target} next */
  function aim(next) {
    target?.card.classList.remove('drop-before', 'drop-after');
    target = next;
    target?.card.classList.add(target.after ? 'drop-after' : 'drop-before');
  }
  const end = () => {
    aim(null);
    isDragged = false;
    grip.closest('.card')?.classList.remove('dragged');
  };

  grip.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    grip.setPointerCapture(event.pointerId);
    isDragged = true;
    grip.closest('.card')?.classList.add('dragged');
  });
  grip.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (!isDragged) return;
    const card = document.elementFromPoint(clientX, clientY)?.closest('.card');
    if (!(card instanceof HTMLElement) || !section.contains(card)) return aim(null);
    const { left, width } = card.getBoundingClientRect();
    aim({ card, after: clientX > left + width / 2 });
  });
  grip.addEventListener('pointerup', () => {
    const own = grip.closest('.card');
    if (target && target.card !== own && own instanceof HTMLElement) {
      const others = session.order.filter((id) => id !== own.dataset.unit);
      const place = others.indexOf(target.card.dataset.unit ?? '');
      drop(place + (target.after ? 1 : 0));
    }
    end();
  });
  grip.addEventListener('pointercancel', end);
}
