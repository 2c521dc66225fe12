/** The chooser of test signals: which one, and its frequency, length and level. Main thread. */

import { button, choice, element, setText } from '../shared/dom.js';
import { clamp, fixed } from '../shared/numbers.js';
import { popup } from '../shared/overlays.js';
import { slider } from '../shared/slider.js';
import { RANGES } from '../sources/test-signals.js';

/** The frequency's slider counts the octaves above its lowest one, in semitones. */
const STEPS_PER_OCTAVE = 12;
const { min: LOWEST, max: HIGHEST } = RANGES.frequency;

/** @param {number} frequency */
const stepOf = (frequency) => STEPS_PER_OCTAVE * Math.log2(frequency / LOWEST);
/** @param {number} step */
const frequencyOf = (step) => Math.min(HIGHEST, LOWEST * 2 ** (step / STEPS_PER_OCTAVE));

/**
 * @param {HTMLElement} before the menu stands behind it
 * @param {import('../session/session.js').Session} session
 * @param {import('../sources/test-signals.js').TestSignal} testSignal
 * @param {() => void} play it, with what is set now
 */
export function mount(before, session, testSignal, play) {
  const sounds = () => session.source?.kind === 'test-signal';
  /** @param {Parameters<typeof testSignal.set>[0]} changes */
  const set = (changes) => {
    if (testSignal.set(changes) && sounds()) play();
    show();
  };
  const signal = choice(
    'Signal',
    [
      ['tone', 'Tone'],
      ['sweep', 'Sweep'],
      ['noise', 'Pink noise'],
      ['impulse', 'Impulse'],
    ],
    (value) => set({ signal: value }),
  );
  const frequency = slider({
    id: 'test-frequency',
    label: 'Frequency',
    range: { min: 0, max: stepOf(HIGHEST), step: 'any' },
    format: (step) => `${frequencyOf(step).toPrecision(4)} Hz`,
    onInput: (step) => set({ frequency: frequencyOf(step) }),
  });
  const exact = element('input', {
    'type': 'number',
    'id': 'test-hertz',
    'min': LOWEST,
    'max': HIGHEST,
    'step': 'any',
  });
  const exactRow = element(
    'div',
    { className: 'labelled' },
    element('label', { for: exact.id }, 'Exactly, in Hz'),
    exact,
  );
  const seconds = slider({
    id: 'test-seconds',
    label: 'Length',
    range: { ...RANGES.seconds, step: 1 },
    format: (value) => `${value} s`,
    onInput: (value) => set({ seconds: value }),
  });
  const level = slider({
    id: 'test-level',
    label: 'Level',
    range: { ...RANGES.level, step: 0.5 },
    format: (value) => `${fixed(value, 1)} dBFS`,
    onInput: (value) => set({ level: value }),
  });
  const key = button('', { className: 'primary', id: 'play-test-signal' });
  const menu = popup({
    id: 'test-menu',
    summary: ['Test', element('span', { className: 'rest' }, ' signal'), ' ▾'],
    label: 'Test signal',
    body: [signal.group, frequency.row, exactRow, seconds.row, level.row, key],
  });
  before.after(menu);

  exact.addEventListener('change', () => {
    if (Number.isFinite(exact.valueAsNumber)) set({ frequency: clamp(exact.valueAsNumber, LOWEST, HIGHEST) });
    show();
  });
  key.addEventListener('click', () => (sounds() ? session.stop() : play()));

  function show() {
    const { settings } = testSignal;
    signal.show(settings.signal);
    frequency.show(stepOf(settings.frequency));
    exact.value = String(Number(settings.frequency.toPrecision(6)));
    seconds.show(settings.seconds);
    level.show(settings.level);
    frequency.row.hidden = exactRow.hidden = settings.signal !== 'tone';
    seconds.row.hidden = settings.signal !== 'sweep';
    setText(key, sounds() ? 'Stop' : 'Play the signal');
  }

  session.addEventListener('source', show);
  show();
}
