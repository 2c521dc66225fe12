/**
 * The MIDI menu: connects the devices, learns which knob moves which control, lists what was learnt. Learning is:
 * choose a control of the page, then move a knob, pad or key of the device. Main thread.
 */

import { button, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { popup } from '../shared/overlays.js';
import { Mappings } from './mappings.js';
import { FINE_OFFSET, FinePairs, MOST_COARSE, nameOf, sourceOf } from './messages.js';
import { labelOf, Mover, targetAt } from './targets.js';

/**
 * @typedef {import('./messages.js').Message} Message
 * @typedef {import('./targets.js').Target} Target
 */

/** The fine part of a 14-bit pair comes right behind the coarse one. */
const PAIR_MILLISECONDS = 20;
const CHOOSE = 'Choose a control of the page: click it, or come to it with the Tab key. Escape ends learning.';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session, midi }) {
  const mappings = new Mappings();
  const mover = new Mover(session);
  const pairs = new FinePairs();
  const ui = build();
  host.append(ui.menu);
  let isLearning = false;
  /** The control that waits for a knob. @type {Target | null} */
  let target = null;
  /** What was learnt last, while its fine part can still come. @type {{ source: string, time: number } | null} */
  let learnt = null;

  /** @param {boolean} next */
  function setLearning(next) {
    isLearning = next;
    learnt = null;
    document.body.classList.toggle('midi-learns', next);
    ui.learn.setAttribute('aria-pressed', String(next));
    choose(null);
    setText(ui.said, next ? CHOOSE : '');
  }

  /** @param {Target | null} next */
  function choose(next) {
    target?.classList.remove('midi-target');
    target = next;
    target?.classList.add('midi-target');
    if (target) setText(ui.said, `${labelOf(target, session)}: now move a knob, a pad or a key of the device.`);
  }

  /**
   * @param {Message} message
   * @param {number} time
   * @returns {boolean} whether it was meant for learning
   */
  function learn(message, time) {
    if (!isLearning) return false;
    if (isFineOf(message, time)) {
      const mapping = mappings.get(learnt?.source ?? '');
      if (mapping && !mapping.isFine) {
        mappings.add({ ...mapping, isFine: true });
        showMappings();
      }
      return true;
    }
    if (learnt && sourceOf(message) === learnt.source) learnt.time = time;
    if (!target) return false;
    // A note has no range, and its end is none of its own.
    if (message.type === 'note' && (!message.isOn || target.type === 'range')) return true;
    const label = labelOf(target, session);
    const source = sourceOf(message);
    mappings.add({ source, target: target.id, label, isFine: false });
    learnt = { source, time };
    choose(null);
    setText(ui.said, `${label} follows ${nameOf(source, false)}. Choose the next control, or end learning.`);
    showMappings();
    return true;
  }

  /**
   * Whether a message is the fine part of what was learnt a moment ago.
   * @param {Message} message
   * @param {number} time
   */
  function isFineOf(message, time) {
    if (!learnt || message.type !== 'cc' || time - learnt.time > PAIR_MILLISECONDS) return false;
    const coarse = message.number - FINE_OFFSET;
    return coarse >= 0 && coarse <= MOST_COARSE && sourceOf({ ...message, number: coarse }) === learnt.source;
  }

  /** @param {Message} message */
  function mappingOf(message) {
    const own = mappings.get(sourceOf(message));
    if (own || message.type !== 'cc' || message.number < FINE_OFFSET) return own;
    const coarse = mappings.get(sourceOf({ ...message, number: message.number - FINE_OFFSET }));
    return coarse?.isFine ? coarse : undefined;
  }

  midi.controlledBy = (message) => isLearning || mappingOf(message) !== undefined;
  midi.addEventListener('message', ({ detail: { message, time } }) => {
    setText(ui.heard, nameOf(sourceOf(message), false));
    const joined = message.type === 'cc' && message.number < 2 * FINE_OFFSET ? pairs.join(message) : null;
    if (learn(message, time)) return;
    const mapping = mappingOf(message);
    if (mapping) mover.move(mapping.target, message, time, mapping.isFine ? joined?.share : undefined);
  });
  midi.addEventListener('devices', showDevices);

  function showDevices() {
    const { devices, isConnected } = midi;
    ui.connect.hidden = isConnected;
    ui.learn.hidden = ui.ofDevices.hidden = !isConnected;
    setText(
      ui.devices,
      devices.length > 0 ? devices.join(', ') : 'No device is plugged in. Plug one in: it is heard at once.',
    );
  }

  function showMappings() {
    const items = mappings.all.map(({ source, label, isFine }) => {
      const remove = button('✕', { 'className': 'icon-button', 'aria-label': `Remove ${label}`, 'title': 'Remove' });
      remove.addEventListener('click', () => {
        mappings.remove(source);
        showMappings();
        ui.learn.focus();
      });
      return element('li', {}, element('b', {}, label), element('span', {}, nameOf(source, isFine)), remove);
    });
    ui.list.replaceChildren(...items);
    ui.list.hidden = items.length === 0;
  }

  ui.connect.addEventListener('click', async () => {
    showMessage(ui.error, '');
    try {
      await midi.connect();
    } catch (failure) {
      showMessage(ui.error, messageOf(failure));
      return;
    }
    showDevices();
    ui.learn.focus();
  });
  ui.learn.addEventListener('click', () => setLearning(!isLearning));
  // While it learns, a press chooses a control and does nothing else.
  for (const type of /** @type {const} */ (['pointerdown', 'click', 'dblclick'])) {
    const capture = (/** @type {MouseEvent} */ event) => {
      const pressed = isLearning ? targetAt(event.target) : null;
      if (!pressed) return;
      event.preventDefault();
      event.stopPropagation();
      if (type === 'pointerdown') pressed.focus();
      if (pressed !== target) choose(pressed);
    };
    addEventListener(type, capture, { capture: true });
  }
  addEventListener('focusin', ({ target: focused }) => {
    const next = isLearning ? targetAt(focused) : null;
    if (next) choose(next);
  });
  addEventListener(
    'keydown',
    (event) => {
      if (!isLearning || event.key !== 'Escape') return;
      event.preventDefault();
      setLearning(false);
    },
    { capture: true },
  );
  ui.menu.addEventListener('toggle', () => {
    if (!ui.menu.open) setLearning(false);
  });
  ui.staysOpen = () => isLearning;
  showDevices();
  showMappings();
  connectAgain();

  /** What was learnt works at the next visit too, where the browser need not ask for it. */
  async function connectAgain() {
    if (mappings.all.length === 0 || !(await midi.isAllowed())) return;
    await midi.connect().catch(() => {});
    showDevices();
  }
}

function build() {
  const connect = button('Connect MIDI', { className: 'primary', id: 'midi-connect' });
  const learn = button('Learn', { 'id': 'midi-learn', 'aria-pressed': 'false' });
  const devices = element('p', { id: 'midi-devices' });
  const heard = element('output', { className: 'hint' });
  const ofDevices = element('div', { className: 'midi-devices' }, devices, heard);
  const said = element('p', { className: 'hint', role: 'status', id: 'midi-said' });
  const error = errorMessage({ id: 'midi-error' });
  const list = element('ul', { 'className': 'mappings', 'aria-label': 'What was learnt' });
  const about = element('p', { className: 'hint' }, 'Knobs, pads and keys of a MIDI device move any control here.');
  const ui = { connect, learn, devices, heard, ofDevices, said, error, list, staysOpen: () => false };
  const menu = popup({
    id: 'midi-menu',
    summary: ['MIDI ▾'],
    label: 'MIDI',
    body: [about, connect, ofDevices, learn, said, error, list],
    staysOpen: () => ui.staysOpen(),
  });
  return Object.assign(ui, { menu });
}
