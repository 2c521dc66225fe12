/** How loud the output is, behind the engine. Main thread. */

import { element, fillTrack, setText } from '../shared/dom.js';
import { decibels, FLOOR_DECIBELS, formatLevel, fromDecibels } from '../shared/numbers.js';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const range = element('input', { type: 'range', id: 'output-volume', min: FLOOR_DECIBELS, max: 0, step: 0.5 });
  const reading = element('output', { for: range.id });
  host.append(element('label', { for: range.id }, 'Out'), range, reading);

  function show() {
    const text = `${formatLevel(session.volume)} dB`;
    fillTrack(range);
    range.setAttribute('aria-valuetext', text);
    setText(reading, text);
  }

  range.value = String(Math.max(FLOOR_DECIBELS, decibels(session.volume)));
  range.addEventListener('input', () => {
    const level = range.valueAsNumber;
    session.volume = level > FLOOR_DECIBELS ? fromDecibels(level) : 0;
    show();
  });
  show();
}
