/**
 * The handles on the filters' response: one for each cutoff and one for the peaking equaliser, to drag. A drag of a
 * filter that is off turns it on. They are for the pointer alone: the same parameters have their knobs in the rack.
 * Main thread.
 */

import { element } from '../shared/dom.js';
import { frequencyAt, placeOf, placeOfResponse, responseAt } from './axes.js';

/**
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 *
 * @typedef {object} Handle what one moves
 * @property {string} sign
 * @property {string} title
 * @property {ParameterId} frequency
 * @property {ParameterId} [level] in dB; without one it stays where a cutoff is, 3 dB down
 * @property {ParameterId} toggle
 */

/** A Butterworth filter's level at its cutoff. */
const CUTOFF_DECIBELS = -3;

/** Half of a handle: at an end of the axis it stays whole in sight. */
const HALF = '0.75rem';

/** @type {readonly Handle[]} */
const HANDLES = [
  { sign: 'H', title: 'High-pass: drag to move its cutoff', frequency: 'hpf_cutoff', toggle: 'hpf_on' },
  {
    sign: 'P',
    title: 'Peak EQ: drag to move its frequency and gain',
    frequency: 'peak_frequency',
    level: 'peak_gain',
    toggle: 'peak_on',
  },
  { sign: 'L', title: 'Low-pass: drag to move its cutoff', frequency: 'lpf_cutoff', toggle: 'lpf_on' },
];

/**
 * @param {HTMLElement} host lies over the spectrum
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const shows = HANDLES.map((handle) => build(host, session, handle));
  session.addEventListener('parameter', ({ detail: { id } }) => {
    HANDLES.forEach(({ frequency, level, toggle }, index) => {
      if (id === frequency || id === level || id === toggle) shows[index]();
    });
  });
  for (const show of shows) show();
}

/**
 * @param {HTMLElement} host
 * @param {import('../session/session.js').Session} session
 * @param {Handle} handle
 * @returns {() => void} shows where it is
 */
function build(host, session, { sign, title, frequency, level, toggle }) {
  const node = element('div', { className: 'handle', title }, sign);
  /** While it is dragged. @type {{ box: DOMRect, gesture: object } | null} */
  let drag = null;
  host.append(node);

  node.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    node.classList.add('dragged');
    drag = { box: host.getBoundingClientRect(), gesture: {} };
  });
  node.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (!drag) return;
    const { box, gesture } = drag;
    const hertz = frequencyAt((clientX - box.left) / box.width);
    const wanted = { [frequency]: hertz, [toggle]: 1 };
    if (level) wanted[level] = responseAt((clientY - box.top) / box.height);
    session.change(wanted, gesture);
  });
  const end = () => {
    drag = null;
    node.classList.remove('dragged');
  };
  node.addEventListener('pointerup', end);
  node.addEventListener('pointercancel', end);

  return () => {
    const height = level ? session.get(level) : CUTOFF_DECIBELS;
    const place = `${(100 * placeOf(session.get(frequency))).toFixed(2)}%`;
    node.style.left = `clamp(${HALF}, ${place}, 100% - ${HALF})`;
    node.style.top = `${(100 * placeOfResponse(height)).toFixed(2)}%`;
    node.classList.toggle('off', session.get(toggle) === 0);
  };
}
