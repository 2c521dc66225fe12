/**
 * The tuner: the note that goes in, and how far it is off. It listens only while it is in sight. Main thread.
 */

import { element, setText } from '../shared/dom.js';
import { frames, sight } from '../shared/frames.js';
import { fixed } from '../shared/numbers.js';
import { noteOf, SteadyPitch } from './note.js';

/** @typedef {import('../../worklet/engine.js').Pitch} Pitch */

const LOOK_MILLISECONDS = 33;
/** A note that has ended stays so long, dimmed, to be read. */
const STAY_MILLISECONDS = 1500;
/** Screen readers hear of a note once it has stood so long, and not more often than that. */
const SPOKEN_MILLISECONDS = 2000;
const IN_TUNE_CENTS = 3;
const TICKS_CENTS = [-50, -25, 0, 25, 50];

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const name = element('b', {}, '–');
  const octave = element('sub');
  const verdict = element('span', { className: 'tuning' });
  const figures = {
    frequency: element('dd', {}, '–'),
    cents: element('dd', {}, '–'),
    confidence: element('dd', {}, '–'),
  };
  const needle = element('div', { className: 'needle' });
  const spoken = element('p', { className: 'hidden-text', role: 'status' });
  const ticks = TICKS_CENTS.map((cents) => element('span', {}, signedCents(cents)));
  host.append(
    element('p', { className: 'note' }, name, octave, verdict),
    element(
      'dl',
      { className: 'reading-list' },
      figure('Frequency', figures.frequency),
      figure('Off by', figures.cents),
      figure('Confidence', figures.confidence),
    ),
    element(
      'div',
      { 'className': 'cents', 'aria-hidden': 'true' },
      element('div', { className: 'ticks' }, ...ticks),
      needle,
    ),
    spoken,
  );

  const steady = new SteadyPitch();
  let lookedAt = -Infinity;
  let heardAt = -Infinity;
  let spokenAt = -Infinity;

  /** @param {Pitch} pitch */
  function show({ frequency, confidence }) {
    const note = noteOf(frequency);
    const isInTune = Math.abs(note.cents) < IN_TUNE_CENTS;
    setText(name, note.name);
    setText(octave, String(note.octave));
    setText(verdict, isInTune ? 'in tune' : note.cents < 0 ? 'flat' : 'sharp');
    setText(figures.frequency, `${frequency.toFixed(1)} Hz`);
    setText(figures.cents, `${signedCents(Math.round(note.cents))} cents`);
    setText(figures.confidence, `${(100 * confidence).toFixed(0)} %`);
    needle.style.setProperty('--cents', note.cents.toFixed(1));
    host.classList.toggle('in-tune', isInTune);
  }

  /** @param {number} now */
  function speak(now) {
    if (now - spokenAt < SPOKEN_MILLISECONDS) return;
    spokenAt = now;
    setText(spoken, `${name.textContent} ${octave.textContent}, ${figures.cents.textContent}, ${verdict.textContent}`);
  }

  /** @param {number} now in milliseconds */
  function look(now) {
    if (now - lookedAt < LOOK_MILLISECONDS || !session.engine || session.engine.closed) return;
    lookedAt = now;
    const pitch = steady.follow(session.engine.pitch());
    host.classList.toggle('heard', pitch !== null);
    if (pitch) {
      if (now - heardAt > STAY_MILLISECONDS) spokenAt = now;
      heardAt = now;
      show(pitch);
      speak(now);
    } else if (now - heardAt > STAY_MILLISECONDS) {
      setText(verdict, 'no note');
    }
  }

  const wake = frames(() => session.context?.state === 'running' && isSeen(), look);
  const isSeen = sight(host, wake);
  session.addEventListener('engine', ({ detail: { context } }) => {
    context.addEventListener('statechange', wake);
    wake();
  });
}

/**
 * @param {string} title
 * @param {HTMLElement} value
 */
const figure = (title, value) => element('div', {}, element('dt', {}, title), value);

/** @param {number} cents */
const signedCents = (cents) => (cents > 0 ? `+${cents}` : fixed(cents, 0));
