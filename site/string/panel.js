/**
 * The panel "String", there while the string is the source: the string as it sounds, a keyboard, and how long and how
 * brightly it rings. Main thread.
 */

import { button, element } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { duration } from '../shared/numbers.js';
import { slider } from '../shared/slider.js';
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
export function mount(section, { session, commands, midi }) {
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
    () => wake?.(),
  );
  const off = (/** @type {number} */ number) => {
    if (!ringsOn) string()?.off(number);
  };
  const keyboard = new Keyboard(
    { note: (number) => string()?.note(number, VELOCITY), off },
    commands,
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

  const SHARE = { min: 0, max: 1, step: 0.01 };
  const ratio = Math.log(RING.most / RING.least);
  const secondsAt = (/** @type {number} */ share) => RING.least * Math.exp(ratio * share);
  const ring = slider({
    id: 'string-damping',
    label: 'Decay',
    range: SHARE,
    className: 'string-slider',
    format: (share) => duration(secondsAt(share)),
    onInput: (share) => stringSource.set({ damping: secondsAt(share) }, string()),
  });
  const span = BRIGHTNESS.most - BRIGHTNESS.least;
  const brightnessAt = (/** @type {number} */ share) => Math.min(BRIGHTNESS.most, BRIGHTNESS.least + span * share);
  const bright = slider({
    id: 'string-brightness',
    label: 'Brightness',
    range: SHARE,
    className: 'string-slider',
    format: (share) => `${Math.round(100 * brightnessAt(share))} %`,
    onInput: (share) => stringSource.set({ brightness: brightnessAt(share) }, string()),
  });
  const { damping, brightness } = stringSource.sound;
  ring.show(Math.log(damping / RING.least) / ratio);
  bright.show((brightness - BRIGHTNESS.least) / span);

  section.append(
    element('div', { className: 'string-display' }, canvas),
    keyboard.pads,
    element(
      'div',
      { className: 'string-settings' },
      element('div', { className: 'buttons' }, keyboard.octave, ringing),
      ring.row,
      bright.row,
    ),
  );

  /** @type {(() => void) | undefined} */
  const wake = frames(
    () => string() !== undefined && session.context?.state === 'running' && picture.inSight,
    () => picture.draw(),
  );
  session.addEventListener('engine', ({ detail: { context } }) => context.addEventListener('statechange', wake));
  session.addEventListener('source', () => {
    const wasHidden = section.hidden;
    section.hidden = string() === undefined;
    if (wasHidden && !section.hidden) section.scrollIntoView({ block: 'nearest' });
    wake();
  });
}
