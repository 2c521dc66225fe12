/**
 * The looper's keys, its ring and its words. Main thread. It is shown by a button in the page's bar, and as it was
 * left.
 */

import { measuredLatency } from '../latency/kept.js';
import { button, element, errorMessage, fillTrack, find, messageOf, setText, showMessage } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { decibels, FLOOR_DECIBELS, formatLevel, fromDecibels } from '../shared/numbers.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { Looper, MOST_SECONDS } from './looper.js';

/** @typedef {import('./loop.js').State} State */

const KEY = 'audio-dsp-wasm.looper';

/** What the big key does in each state. @type {Record<State, string>} */
const NEXT = {
  empty: 'Record',
  recording: 'Close loop',
  playing: 'Overdub',
  overdubbing: 'End overdub',
  stopped: 'Overdub',
};

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session, commands, tempo }) {
  const toggle = find(document, '#looper-toggle', HTMLButtonElement);
  const looper = new Looper(session);
  const ui = build(section);
  const { ring, time, said, place, go, play, undo, redo, clear, bars, barsReading, level, reading, error } = ui;
  /** @param {() => unknown} act */
  async function run(act) {
    showMessage(error, '');
    try {
      await act();
    } catch (failure) {
      showMessage(error, `The looper did not start: ${messageOf(failure)}.`);
    }
  }

  function show() {
    const { state, overdubs, undone } = looper;
    section.dataset.state = state;
    setText(go, NEXT[state]);
    go.setAttribute('aria-pressed', String(state === 'recording' || state === 'overdubbing'));
    setText(play, state === 'empty' || state === 'stopped' ? 'Play' : 'Stop');
    setDisabled(play, state === 'empty');
    setDisabled(go, (state === 'playing' || state === 'stopped') && !looper.hasRoom);
    setDisabled(undo, overdubs === 0);
    setDisabled(redo, undone === 0);
    setDisabled(clear, state === 'empty');
    setText(said, describe(looper));
    move();
    wake();
  }

  function move() {
    ring.style.setProperty('--place', String(looper.place));
    setText(time, looper.state === 'empty' ? '' : looper.seconds.toFixed(1));
  }

  function showPlace() {
    const { value } = measuredLatency;
    setText(
      place,
      value
        ? `What the microphone hears is placed ${(1000 * value.seconds).toFixed(0)} ms earlier, as measured. `
        : 'What the microphone hears comes late. ',
    );
    place.append(element('a', { href: '#/lab' }, value ? 'Measure again' : 'Measure by how much'));
  }

  function showLevel() {
    const text = `${formatLevel(looper.level)} dB`;
    fillTrack(level);
    level.setAttribute('aria-valuetext', text);
    setText(reading, text);
  }

  /** Whole bars of the page's tempo, or to where the key is pressed. */
  function showBars() {
    looper.tempo = bars.checked ? tempo.bpm : null;
    setText(barsReading, `${tempo.text} BPM`);
  }

  /** @param {boolean} isOpen */
  function open(isOpen) {
    section.hidden = !isOpen;
    toggle.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) run(() => looper.prepare());
  }

  const wake = frames(() => !section.hidden && looper.state !== 'empty' && looper.state !== 'stopped', move);
  looper.addEventListener('change', show);
  measuredLatency.addEventListener('change', showPlace);
  session.addEventListener('engine', () => {
    if (!section.hidden) run(() => looper.prepare());
  });
  const whenEnabled = (/** @type {HTMLButtonElement} */ key, /** @type {() => unknown} */ act) =>
    key.addEventListener('click', () => {
      if (key.getAttribute('aria-disabled') !== 'true') run(act);
    });
  whenEnabled(go, () => looper.go());
  whenEnabled(play, () => looper.playOrStop());
  whenEnabled(undo, () => looper.undo());
  whenEnabled(redo, () => looper.redo());
  whenEnabled(clear, () => looper.clear());
  level.addEventListener('input', () => {
    looper.level = level.valueAsNumber > FLOOR_DECIBELS ? fromDecibels(level.valueAsNumber) : 0;
    showLevel();
    keep();
  });
  bars.addEventListener('change', () => {
    showBars();
    keep();
  });
  tempo.addEventListener('change', showBars);
  toggle.addEventListener('click', () => {
    open(section.hidden !== false);
    keep();
    show();
  });

  const keep = () => store(KEY, { isOpen: !section.hidden, inBars: bars.checked, level: looper.level });
  const stored = readStored(KEY);
  const wasOpen = isRecord(stored) && stored.isOpen === true;
  if (isRecord(stored) && typeof stored.level === 'number' && stored.level >= 0 && stored.level <= 1) {
    looper.level = stored.level;
  }
  level.value = String(Math.max(FLOOR_DECIBELS, decibels(looper.level)));
  bars.checked = isRecord(stored) && stored.inBars === true;
  open(wasOpen);
  showBars();
  showLevel();
  showPlace();
  show();

  /**
   * Presses a key of the looper's, which comes into sight for it.
   * @param {HTMLButtonElement} key
   */
  const press = (key) => () => {
    if (section.hidden) toggle.click();
    key.click();
  };
  commands.add(
    { id: 'looper-go', label: 'Looper: record, close the loop, overdub', key: 'l', run: press(go) },
    { id: 'looper-play', label: 'Looper: play, and stop', key: 'p', run: press(play) },
    { id: 'looper-undo', label: 'Looper: undo the last overdub', key: 'u', run: press(undo) },
  );
}

/**
 * A key that keeps the focus and its place in the order of keys while it does nothing.
 * @param {HTMLButtonElement} key
 * @param {boolean} disabled
 */
function setDisabled(key, disabled) {
  if (disabled) key.setAttribute('aria-disabled', 'true');
  else key.removeAttribute('aria-disabled');
}

/** @param {Looper} looper */
function describe({ state, seconds, overdubs, hasRoom }) {
  if (state === 'empty') return `Records what you hear, up to ${MOST_SECONDS} s, and plays it over and over.`;
  if (state === 'recording') return `Recording, up to ${MOST_SECONDS} s. “Close loop” plays it over and over.`;
  const count = overdubs === 0 ? '' : `, ${overdubs} ${overdubs === 1 ? 'overdub' : 'overdubs'}`;
  const full = hasRoom ? '' : ' No room for another: undo one, or clear.';
  const doing = { playing: 'Playing', overdubbing: 'Overdubbing', stopped: 'Stopped' }[state];
  return `${doing}: ${seconds.toFixed(1)} s${count}.${full}`;
}

/** @param {HTMLElement} section */
function build(section) {
  const time = element('span', { className: 'loop-time' });
  const ring = element('div', { className: 'loop-ring', 'aria-hidden': 'true' }, time);
  const said = element('p', { className: 'loop-state', role: 'status' });
  const place = element('p', { className: 'hint' });
  const go = button('Record', { className: 'loop-key loop-go', id: 'looper-go' });
  const play = button('Play', { className: 'loop-key', id: 'looper-play' });
  const undo = button('Undo', { className: 'loop-key', id: 'looper-undo' });
  const redo = button('Redo', { className: 'loop-key', id: 'looper-redo' });
  const clear = button('Clear', { className: 'loop-key', id: 'looper-clear' });
  const bars = element('input', { type: 'checkbox', role: 'switch', id: 'looper-bars' });
  const barsReading = element('small');
  const level = element('input', { type: 'range', id: 'looper-level', min: FLOOR_DECIBELS, max: 0, step: 0.5 });
  const reading = element('output', { for: level.id });
  const error = errorMessage({ id: 'looper-error' });
  section.append(
    element('h2', { className: 'hidden-text', id: 'looper-title' }, 'Looper'),
    ring,
    element('div', { className: 'loop-words' }, said, place),
    element('div', { className: 'loop-keys' }, go, play, undo, redo, clear),
    element(
      'label',
      { className: 'switch loop-bars', title: 'A recording ends with the bar of four beats that is nearest' },
      bars,
      element('span', {}, 'Whole bars ', barsReading),
    ),
    element('div', { className: 'loop-level' }, element('label', { for: level.id }, 'Loop level'), level, reading),
    error,
  );
  return { ring, time, said, place, go, play, undo, redo, clear, bars, barsReading, level, reading, error };
}
