/**
 * The looper's keys, its ring and its words. Main thread. It is shown by a button in the page's bar, and as it was
 * left.
 */

import { measuredLatency } from '../latency/kept.js';
import { chosenFormat } from '../recording/format.js';
import { button, element, errorMessage, find, messageOf, setText, showMessage } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { frames } from '../shared/frames.js';
import { levelSlider } from '../shared/slider.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { Looper, MOST_SECONDS } from './looper.js';

/** @typedef {Looper['state']} State */

const KEY = 'audio-dsp-wasm.looper';

/** When it clicks, and what that is called. @type {readonly (readonly [Looper['click'], string])[]} */
const CLICKS = [
  ['off', 'No click'],
  ['count-in', 'Count-in'],
  ['metronome', 'Count-in + click'],
];

/** What the big key does in each state. @type {Record<State, string>} */
const NEXT = {
  empty: 'Record',
  counting: 'Cancel',
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
  const { ring, time, said, place, go, play, undo, redo, clear, save, bars, barsReading, click, error } = ui;
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
    const { state, undone } = looper;
    section.dataset.state = state;
    setText(go, NEXT[state]);
    go.setAttribute('aria-pressed', String(state === 'recording' || state === 'overdubbing'));
    setText(play, state === 'empty' || state === 'stopped' ? 'Play' : 'Stop');
    setDisabled(save, state !== 'playing' && state !== 'stopped');
    setDisabled(play, state === 'empty');
    setDisabled(go, (state === 'playing' || state === 'stopped') && !looper.hasRoom);
    setDisabled(undo, !looper.canUndo);
    setDisabled(redo, undone === 0);
    setDisabled(clear, state === 'empty');
    setText(said, describe(looper));
    move();
    wake();
  }

  function move() {
    ring.style.setProperty('--place', String(looper.place));
    setText(time, timeOf(looper));
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

  /** The page's tempo; whole bars of it, or to where the key is pressed; and clicks. */
  function showBars() {
    looper.tempo = tempo.bpm;
    looper.inBars = bars.checked;
    looper.click = CLICKS.find(([id]) => id === click.value)?.[0] ?? 'off';
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
  whenEnabled(save, async () => {
    const name = `Loop ${looper.seconds.toFixed(1)} s${bars.checked ? `, ${tempo.text} BPM` : ''}.wav`;
    const file = await looper.save(chosenFormat());
    if (file) download(file, name);
  });
  addEventListener('beforeunload', (event) => {
    if (looper.isUnsaved) event.preventDefault();
  });
  const level = levelSlider({
    id: 'looper-level',
    label: 'Loop level',
    onInput(factor) {
      looper.level = factor;
      keep();
    },
    className: 'loop-level',
  });
  error.before(level.row);
  for (const choice of [bars, click]) {
    choice.addEventListener('change', () => {
      showBars();
      keep();
    });
  }
  tempo.addEventListener('change', showBars);
  toggle.addEventListener('click', () => {
    open(section.hidden !== false);
    keep();
    show();
  });

  const keep = () =>
    store(KEY, { isOpen: !section.hidden, inBars: bars.checked, click: click.value, level: looper.level });
  const stored = readStored(KEY);
  const wasOpen = isRecord(stored) && stored.isOpen === true;
  if (isRecord(stored) && typeof stored.level === 'number' && stored.level >= 0 && stored.level <= 1) {
    looper.level = stored.level;
  }
  level.show(looper.level);
  bars.checked = isRecord(stored) && stored.inBars === true;
  click.value = (isRecord(stored) && CLICKS.find(([id]) => id === stored.click)?.[0]) || 'off';
  open(wasOpen);
  showBars();
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
    { id: 'looper-undo', label: 'Looper: undo the last overdub, or that it was cleared', key: 'u', run: press(undo) },
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
function timeOf({ state, beat, seconds }) {
  if (state === 'empty') return '';
  return state === 'counting' ? String(beat) : seconds.toFixed(1);
}

/** @param {Looper} looper */
function describe({ state, seconds, overdubs, hasRoom, canUndo, tempo }) {
  if (state === 'counting') return `Counting in at ${tempo} BPM.`;
  if (state === 'empty' && canUndo) return 'Cleared. “Undo” brings it back.';
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
  const save = button('Save', { className: 'loop-key', id: 'looper-save', title: 'Save the loop as a WAV file' });
  const bars = element('input', { type: 'checkbox', role: 'switch', id: 'looper-bars' });
  const barsReading = element('small');
  const clicks = CLICKS.map(([id, name]) => new Option(name, id));
  const click = element(
    'select',
    {
      'id': 'looper-click',
      'aria-label': 'Click of the looper',
      'title': 'Clicks for a bar before it records, and while it does. They are heard, not recorded.',
    },
    ...clicks,
  );
  const error = errorMessage({ id: 'looper-error' });
  section.append(
    element('h2', { className: 'hidden-text', id: 'looper-title' }, 'Looper'),
    ring,
    element('div', { className: 'loop-words' }, said, place),
    element('div', { className: 'loop-keys' }, go, play, undo, redo, clear, save),
    element(
      'div',
      { className: 'loop-beat' },
      element(
        'label',
        { className: 'switch loop-bars', title: 'A recording ends with the bar of four beats that is nearest' },
        bars,
        element('span', {}, 'Whole bars ', barsReading),
      ),
      click,
    ),
    error,
  );
  return { ring, time, said, place, go, play, undo, redo, clear, save, bars, barsReading, click, error };
}
