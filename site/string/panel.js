/**
 * The panel "String", there while the string is the source: the string as it sounds, a keyboard, and how long and how
 * brightly it rings. Main thread.
 */

import { button, element, fillTrack, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { duration } from '../shared/numbers.js';
import { Keyboard } from './keyboard.js';
import { StringPicture } from './picture.js';
import { stringSource } from './source.js';

/** How long the string rings, in seconds until −60 dB. */
const RING = { least: 0.5, most: 32 };
const BRIGHTNESS = { least: 0.15, most: 1 };

/** How hard a key plucks. */
const VELOCITY = 0.8;

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session, midi }) {
  const string = () => session.source?.string;
  let ringsOn = true;

  const canvas = element('canvas', {
    id: 'string-canvas',
    role: 'img',
    'aria-label': 'The string that sounds. Click or touch it to pluck',
    title: 'Pluck it here',
  });
  const picture = new StringPicture(
    canvas,
    () => string()?.view(),
    (position, height) => string()?.pluck(position, height),
  );
  const off = (/** @type {number} */ number) => {
    if (!ringsOn) string()?.off(number);
  };
  const keyboard = new Keyboard(
    { note: (number) => string()?.note(number, VELOCITY), off },
    () => string() !== undefined,
  );
  midi.addEventListener('note', ({ detail: { number, velocity, isOn } }) => {
    if (isOn) string()?.note(number, velocity);
    else off(number);
  });

  const ringing = button('Let ring', {
    id: 'string-ring',
    'aria-pressed': 'true',
    title: 'On: notes ring on. Off: a note ends when its key is let go',
  });
  ringing.addEventListener('click', () => {
    ringsOn = !ringsOn;
    ringing.setAttribute('aria-pressed', String(ringsOn));
  });

  const { damping, brightness } = stringSource.sound;
  const ratio = Math.log(RING.most / RING.least);
  const ring = slider('string-damping', 'Decay', Math.log(damping / RING.least) / ratio, (share) => {
    const seconds = RING.least * Math.exp(ratio * share);
    stringSource.set({ damping: seconds }, string());
    return duration(seconds);
  });
  const span = BRIGHTNESS.most - BRIGHTNESS.least;
  const bright = slider('string-brightness', 'Brightness', (brightness - BRIGHTNESS.least) / span, (share) => {
    const value = Math.min(BRIGHTNESS.most, BRIGHTNESS.least + span * share);
    stringSource.set({ brightness: value }, string());
    return `${Math.round(100 * value)} %`;
  });

  section.append(
    element('div', { className: 'string-display' }, canvas),
    keyboard.pads,
    element(
      'div',
      { className: 'string-settings' },
      element('div', { className: 'buttons' }, keyboard.octave, ringing),
      ring,
      bright,
    ),
  );

  const wake = frames(
    () => string() !== undefined && !document.hidden,
    () => picture.draw(),
  );
  document.addEventListener('visibilitychange', wake);
  session.addEventListener('source', () => {
    section.hidden = string() === undefined;
    wake();
  });
}

/**
 * A labelled slider from 0 to 1 with its value in words.
 * @param {string} id
 * @param {string} label
 * @param {number} value
 * @param {(share: number) => string} apply gives the value in words
 */
function slider(id, label, value, apply) {
  const input = element('input', { type: 'range', id, min: 0, max: 1, step: 0.01, value });
  const output = element('output', { for: id });
  const change = () => {
    const text = apply(input.valueAsNumber);
    setText(output, text);
    input.setAttribute('aria-valuetext', text);
    fillTrack(input);
  };
  input.addEventListener('input', change);
  change();
  return element('div', { className: 'string-slider' }, element('label', { for: id }, label), input, output);
}
