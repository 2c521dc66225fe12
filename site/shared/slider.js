/** A slider of the page's menus and panels. Main thread. */

import { element, fillTrack, setText } from './dom.js';
import { decibels, FLOOR_DECIBELS, formatLevel, fromDecibels } from './numbers.js';

/**
 * A slider with its name and its value in words.
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {{ min: number, max: number, step: number | 'any' }} options.range
 * @param {(value: number) => string} options.format
 * @param {(value: number) => void} options.onInput
 * @param {string} [options.className] of its row
 */
export function slider({ id, label, range: { min, max, step }, format, onInput, className = 'slider-row' }) {
  const input = element('input', { type: 'range', id, min, max, step });
  const reading = element('output', { for: id });
  const row = element('div', { className }, element('label', { for: id }, label), reading, input);

  function say() {
    const text = format(input.valueAsNumber);
    fillTrack(input);
    input.setAttribute('aria-valuetext', text);
    setText(reading, text);
  }

  input.addEventListener('input', () => {
    onInput(input.valueAsNumber);
    say();
  });
  return {
    row,
    /** @param {number} value */
    show(value) {
      input.value = String(value);
      say();
    },
  };
}

/**
 * A slider for a level up to full scale, in dB; its lowest place is silence.
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label
 * @param {(factor: number) => void} options.onInput
 * @param {string} [options.className]
 */
export function levelSlider({ onInput, ...options }) {
  const factorOf = (/** @type {number} */ level) => (level > FLOOR_DECIBELS ? fromDecibels(level) : 0);
  const { row, show } = slider({
    ...options,
    range: { min: FLOOR_DECIBELS, max: 0, step: 0.5 },
    format: (level) => `${formatLevel(factorOf(level))} dB`,
    onInput: (level) => onInput(factorOf(level)),
  });
  return { row, show: (/** @type {number} */ factor) => show(Math.max(FLOOR_DECIBELS, decibels(factor))) };
}
