/**
 * The two ends of the stretch that repeats: handles on the waveform for the pointer and the keyboard, keys that set
 * them where the sound is, and one that clears them. Main thread.
 */

import { button, element } from '../shared/dom.js';
import { clamp } from '../shared/numbers.js';
import { LEAST_LOOP_SECONDS } from '../sources/loop-player.js';

/**
 * @typedef {import('../sources/sources.js').Player} Player
 * @typedef {import('../sources/sources.js').Stretch} Stretch
 * @typedef {'start' | 'end'} End
 */

/** How far a key moves an end, in seconds. */
const STEPS = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 };
/** With the shift key held, by a tenth of that. */
const FINE = 0.1;
const NAMES = { start: 'Loop from', end: 'Loop to' };

/**
 * @param {Player} player
 * @returns {Stretch} what repeats: the whole where nothing was chosen
 */
export const stretchOf = ({ loop, buffer }) => loop ?? { start: 0, end: buffer.duration };

/**
 * Lets a player repeat a stretch; one that is the whole is no choice.
 * @param {Player} player
 * @param {Stretch} stretch
 */
export function repeat(player, { start, end }) {
  const { duration } = player.buffer;
  player.setLoop(start <= 0 && end >= duration ? null : { start, end });
}

/**
 * The stretch with one end elsewhere, within the sound and before or behind the other.
 * @param {Player} player
 * @param {End} end
 * @param {number} seconds
 * @returns {Stretch}
 */
export function withEnd(player, end, seconds) {
  const stretch = stretchOf(player);
  if (end === 'start') return { ...stretch, start: clamp(seconds, 0, stretch.end - LEAST_LOOP_SECONDS) };
  return { ...stretch, end: clamp(seconds, stretch.start + LEAST_LOOP_SECONDS, player.buffer.duration) };
}

export class LoopPoints {
  #player;
  #onChange;
  /** @type {Record<End, HTMLElement>} */
  #handles;
  #keys = {
    start: button('In', { 'aria-label': 'In: loop from here', 'title': 'Loop from here' }),
    end: button('Out', { 'aria-label': 'Out: loop to here', 'title': 'Loop to here' }),
    clear: button('✕', { 'aria-label': 'Clear the loop', 'title': 'Clear the loop: the whole repeats' }),
  };

  /**
   * @param {() => Player | undefined} player
   * @param {() => void} onChange another stretch repeats
   */
  constructor(player, onChange) {
    this.#player = player;
    this.#onChange = onChange;
    this.#handles = { start: this.#handle('start'), end: this.#handle('end') };
    const { start, end, clear } = this.#keys;
    start.addEventListener('click', () => this.#moveHere('start'));
    end.addEventListener('click', () => this.#moveHere('end'));
    clear.addEventListener('click', () => {
      this.#player()?.setLoop(null);
      start.focus();
      this.#onChange();
    });
  }

  /** For the waveform. */
  get handles() {
    return Object.values(this.#handles);
  }

  get keys() {
    return Object.values(this.#keys);
  }

  /**
   * The end that a node is the handle of.
   * @param {EventTarget | null} node
   * @returns {End | undefined}
   */
  endOf(node) {
    if (node === this.#handles.start) return 'start';
    return node === this.#handles.end ? 'end' : undefined;
  }

  /**
   * @param {Stretch} view what is in sight
   * @param {Stretch} [preview] what is being dragged
   */
  show(view, preview) {
    const player = this.#player();
    for (const node of this.handles) node.hidden = !player;
    for (const key of [this.#keys.start, this.#keys.end]) key.disabled = !player;
    this.#keys.clear.disabled = !player?.loop;
    if (!player) return;
    const stretch = preview ?? stretchOf(player);
    for (const end of /** @type {End[]} */ (['start', 'end'])) {
      const node = this.#handles[end];
      const { duration } = player.buffer;
      node.style.setProperty('--place', `${(100 * (stretch[end] - view.start)) / (view.end - view.start)}%`);
      node.classList.toggle('set', player.loop !== null || preview !== undefined);
      node.setAttribute('aria-valuemax', duration.toFixed(2));
      node.setAttribute('aria-valuenow', stretch[end].toFixed(2));
      node.setAttribute('aria-valuetext', `${stretch[end].toFixed(2)} seconds`);
    }
  }

  /** @param {End} end */
  #moveHere(end) {
    const player = this.#player();
    if (!player) return;
    const here = player.position();
    const { start, end: last } = stretchOf(player);
    // An end beyond the other one begins a new stretch, up to the sound's own end or start.
    if (end === 'start') repeat(player, { start: here, end: here < last - LEAST_LOOP_SECONDS ? last : Infinity });
    else repeat(player, { start: here > start + LEAST_LOOP_SECONDS ? start : 0, end: here });
    this.#onChange();
  }

  /** @param {End} end */
  #handle(end) {
    const node = element('div', {
      'className': 'loop-handle',
      'role': 'slider',
      'tabIndex': 0,
      'aria-label': NAMES[end],
      'aria-valuemin': 0,
      'data-end': end,
    });
    node.addEventListener('keydown', (event) => {
      const player = this.#player();
      if (!player) return;
      const seconds = placeByKey(event, stretchOf(player)[end], player.buffer.duration);
      if (seconds === undefined) return;
      event.preventDefault();
      repeat(player, withEnd(player, end, seconds));
      this.#onChange();
    });
    return node;
  }
}

/**
 * Where a key moves an end to.
 * @param {KeyboardEvent} event
 * @param {number} place
 * @param {number} duration
 */
function placeByKey({ key, shiftKey }, place, duration) {
  if (key === 'Home') return 0;
  if (key === 'End') return duration;
  const step = new Map(Object.entries(STEPS)).get(key);
  return step === undefined ? undefined : place + step * (shiftKey ? FINE : 1);
}
