/** A parameter's readout, which can be typed into. Main thread. */

import { format, formatRange, parse } from '../shared/curves.js';
import { setText } from '../shared/dom.js';

/**
 * Takes what is typed into a readout: Enter and leaving it set the value, Escape leaves it as it was.
 * @param {object} parts
 * @param {HTMLInputElement} parts.reading
 * @param {HTMLElement} parts.complaint
 * @param {import('../../worklet/engine.js').Parameter} parts.row
 * @param {() => number} parts.value
 * @param {(value: number) => void} parts.set
 * @param {() => void} parts.leave moves the focus on, after Enter or Escape
 */
export function readTyped({ reading, complaint, row, value, set, leave }) {
  const isWrong = () => reading.getAttribute('aria-invalid') === 'true';
  /** @param {string} sentence */
  const complain = (sentence) => {
    setText(complaint, sentence);
    if (sentence) reading.setAttribute('aria-invalid', 'true');
    else reading.removeAttribute('aria-invalid');
  };
  const showValue = () => {
    reading.value = format(row, value());
  };
  reading.addEventListener('focus', () => reading.select());
  reading.addEventListener('blur', () => {
    if (!isWrong() && reading.value !== format(row, value())) commit();
    complain('');
    showValue();
  });
  reading.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') {
      complain('');
      showValue();
      leave();
    }
    if (key === 'Enter' && commit()) {
      complain('');
      leave();
    }
  });

  function commit() {
    const typed = parse(row, reading.value);
    if (typed === null) {
      complain(`Type a value from ${formatRange(row)}.`);
      return false;
    }
    set(typed);
    showValue();
    return true;
  }
}
