/**
 * A continuous parameter's control: a knob where there is room, a slider on a phone. Both are one range input in the
 * domain of the parameter's curve, with a readout that can be typed into and a way back to the default.
 *
 * What the knob can: drag up and down (Shift: finely), the wheel while it has the focus, arrow and page keys, Home and
 * End, Delete or a double-click for the default, Enter or a digit to type the value. Main thread.
 */

import { domain, format, stepped } from '../shared/curves.js';
import { button, element, fillTrack } from '../shared/dom.js';
import { clamp } from '../shared/numbers.js';
import { readTyped } from './reading.js';
import { idOf } from './switch.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('./units.js').Knob} Knob
 */

/** How far the pointer moves for the whole range, in CSS pixels; with Shift ten times as far. */
const DRAG_PIXELS = 180;
const FINE = 10;

/**
 * @param {import('../session/session.js').Session} session
 * @param {Knob} knob
 * @param {HTMLElement | null} toggle the switch of this control alone
 * @returns {import('./switch.js').Control}
 */
export function dialControl(session, { row, name }, toggle) {
  const { to, from, low, high } = domain(row);
  const id = idOf(row);
  const standard = session.default(row.id);
  const range = element('input', { 'type': 'range', id, 'min': low, 'max': high, 'step': 'any', 'data-id': row.id });
  const dial = element('div', { className: 'dial' }, range);
  const reading = element('input', {
    'type': 'text',
    'className': 'reading',
    'autocomplete': 'off',
    'spellcheck': false,
    'tabIndex': -1,
    'aria-label': `${row.label}, value`,
  });
  const back = button('↺', {
    'className': 'back',
    'tabIndex': -1,
    'title': `Back to ${format(row, standard)}`,
    'aria-label': `Reset ${row.label}`,
  });
  const complaint = element('p', { className: 'complaint', role: 'alert' });
  const label = element('label', { for: id }, name);
  const heading = element('div', { className: 'control-name' }, ...(toggle ? [toggle] : []), label);
  const node = element('div', { className: 'control' }, heading, dial, back, reading, complaint);
  /** Where the ring begins to fill: at zero where the range has both signs. */
  const origin = row.min < 0 && row.max > 0 && row.unit === 'dB' ? shareOf(0) : 0;
  dial.style.setProperty('--origin', String(origin));

  /** @param {number} value */
  function shareOf(value) {
    return (to(value) - low) / (high - low);
  }
  const value = () => session.get(row.id);
  const reset = () => session.set(row.id, standard);

  /** @param {number} current */
  function show(current) {
    range.value = String(to(current));
    fillTrack(range);
    dial.style.setProperty('--share', shareOf(current).toFixed(4));
    const text = format(row, current);
    range.setAttribute('aria-valuetext', text);
    if (document.activeElement !== reading) reading.value = text;
    back.classList.toggle('idle', Math.abs(current - standard) <= 1e-6 * Math.abs(current));
  }

  /** What one undo takes back: a drag, or a key as long as it is held. */
  let gesture = {};
  const begin = () => {
    gesture = {};
  };
  let before = NaN;
  range.addEventListener('pointerdown', () => {
    begin();
    before = value();
  });
  // The finger scrolls the page: it only began on the slider.
  range.addEventListener('pointercancel', () => session.set(row.id, before, gesture));
  range.addEventListener('input', () => session.set(row.id, from(range.valueAsNumber), gesture));
  range.addEventListener('keydown', (event) => {
    if (startsTyping(event)) {
      reading.focus();
      return;
    }
    const next = keyed(row, value(), event, standard);
    if (next === null) return;
    event.preventDefault();
    if (!event.repeat) begin();
    session.set(row.id, next, gesture);
  });
  turnByPointer(dial, range, {
    share: () => shareOf(value()),
    set: (share, act) => session.set(row.id, from(low + share * (high - low)), act),
  });
  turnByWheel(dial, range, (steps, act) => session.set(row.id, stepped(row, value(), steps), act));
  resetByDoubleClick(dial, value, reset);
  back.addEventListener('click', () => {
    reset();
    range.focus();
  });
  readTyped({ reading, complaint, row, value, set: (next) => session.set(row.id, next), leave: () => range.focus() });
  return { node, show };
}

/** @param {KeyboardEvent} event */
function startsTyping({ key, ctrlKey, altKey, metaKey }) {
  return !(ctrlKey || altKey || metaKey) && (key === 'Enter' || /^[\d.−-]$/.test(key));
}

/**
 * The value that a key asks for, or `null` for keys that are none of ours.
 * @param {Parameter} row
 * @param {number} value
 * @param {KeyboardEvent} event
 * @param {number} standard the value to go back to
 */
function keyed(row, value, event, standard) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  switch (event.key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return stepped(row, value, 1);
    case 'ArrowDown':
    case 'ArrowLeft':
      return stepped(row, value, -1);
    case 'PageUp':
      return stepped(row, value, 1, 'page');
    case 'PageDown':
      return stepped(row, value, -1, 'page');
    case 'Home':
      return row.min;
    case 'End':
      return row.max;
    case 'Delete':
    case 'Backspace':
      return standard;
    default:
      return null;
  }
}

/**
 * Turns a knob by dragging it up or to the right. A press alone moves nothing.
 * @param {HTMLElement} dial
 * @param {HTMLInputElement} range
 * @param {{ share: () => number, set: (share: number, gesture: object) => void }} target
 */
function turnByPointer(dial, range, { share, set }) {
  /** @type {{ x: number, y: number, share: number, gesture: object } | null} */
  let drag = null;
  dial.addEventListener('pointerdown', (event) => {
    // As a slider it takes the pointer itself.
    if (event.button !== 0 || event.target === range) return;
    event.preventDefault();
    range.focus({ preventScroll: true });
    dial.setPointerCapture(event.pointerId);
    drag = { x: event.clientX, y: event.clientY, share: share(), gesture: {} };
  });
  dial.addEventListener('pointermove', ({ clientX, clientY, shiftKey }) => {
    if (!drag) return;
    const pixels = clientX - drag.x + drag.y - clientY;
    if (pixels === 0) return;
    drag.share = clamp(drag.share + pixels / DRAG_PIXELS / (shiftKey ? FINE : 1), 0, 1);
    drag.x = clientX;
    drag.y = clientY;
    set(drag.share, drag.gesture);
  });
  const end = () => {
    drag = null;
  };
  dial.addEventListener('pointerup', end);
  dial.addEventListener('pointercancel', end);
}

/**
 * Turns a knob by the wheel, while it has the focus: else the wheel scrolls the page.
 * @param {HTMLElement} dial
 * @param {HTMLInputElement} range
 * @param {(steps: number, gesture: object) => void} turn
 */
function turnByWheel(dial, range, turn) {
  let gesture = {};
  range.addEventListener('focus', () => {
    gesture = {};
  });
  dial.addEventListener(
    'wheel',
    (event) => {
      if (document.activeElement !== range || event.deltaY === 0 || event.ctrlKey) return;
      event.preventDefault();
      turn(event.deltaY < 0 ? 1 : -1, gesture);
    },
    { passive: false },
  );
}

/**
 * Two clicks that moved nothing reset. On a slider's track the first one moves it: then they are two wishes.
 * @param {HTMLElement} dial
 * @param {() => number} value
 * @param {() => void} reset
 */
function resetByDoubleClick(dial, value, reset) {
  /** What the value was before each of the last two presses. */
  let before = [NaN, NaN];
  dial.addEventListener(
    'pointerdown',
    () => {
      before = [before[1], value()];
    },
    { capture: true },
  );
  dial.addEventListener('dblclick', () => {
    if (value() === before[0]) reset();
  });
}
