/**
 * How the cards break into rows: into as few as they fit in, and those about equally full, so that no row has a card
 * or two that are pulled wide. Main thread; breaksOf() needs no DOM.
 */

import { element } from '../shared/dom.js';

/**
 * Where rows begin, for things in a fixed order.
 * @param {readonly number[]} widths how much each needs at least
 * @param {number} room in a row
 * @param {number} gap between two
 * @returns {number[]} the index of each row's first, without the first row's
 */
export function breaksOf(widths, room, gap) {
  const count = rowsNeeded(widths, room, gap);
  /** What the items from one on cost at best in so many rows, and where the second of them begins. */
  const best = Array.from({ length: count + 1 }, () => widths.map(() => ({ cost: Infinity, next: widths.length })));
  for (let rows = 1; rows <= count; rows++) {
    for (let first = widths.length - 1; first >= 0; first--) {
      let used = -gap;
      for (let next = first + 1; next <= widths.length; next++) {
        used += widths[next - 1] + gap;
        // A card that is wider than the room has a row of its own all the same.
        if (used > room && next > first + 1) break;
        const isLast = next === widths.length;
        const rest = isLast ? (rows === 1 ? 0 : Infinity) : best[rows - 1][next].cost;
        const cost = (room - used) ** 2 + rest;
        if (cost < best[rows][first].cost) best[rows][first] = { cost, next };
      }
    }
  }
  const breaks = [];
  for (let rows = count, at = 0; rows > 1; rows--) {
    at = best[rows][at].next;
    breaks.push(at);
  }
  return breaks;
}

/**
 * @param {readonly number[]} widths
 * @param {number} room
 * @param {number} gap
 */
function rowsNeeded(widths, room, gap) {
  let rows = 1;
  let used = -gap;
  for (const width of widths) {
    used += width + gap;
    if (used <= room || used === width) continue;
    rows++;
    used = width;
  }
  return rows;
}

/**
 * Keeps a box's cards in balanced rows, whatever its width.
 * @param {HTMLElement} box whose children are the cards, and the breaks that this puts between them
 * @returns {() => void} breaks them anew: the cards are in another order
 */
export function balance(box) {
  /** @type {HTMLElement[]} */
  let breaks = [];

  function layOut() {
    for (const each of breaks) each.remove();
    const cards = [...box.children].filter((card) => card instanceof HTMLElement);
    box.classList.add('measured');
    const widths = cards.map((card) => card.getBoundingClientRect().width);
    box.classList.remove('measured');
    const room = box.getBoundingClientRect().width;
    const gap = parseFloat(getComputedStyle(box).columnGap);
    breaks = breaksOf(widths, room, gap).map((first) => {
      const row = element('div', { 'className': 'row-break', 'aria-hidden': 'true' });
      cards[first].before(row);
      return row;
    });
  }

  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    layOut();
  }).observe(box);
  return layOut;
}
