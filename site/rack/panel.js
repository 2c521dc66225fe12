/**
 * The rack, made from the engine's table: a card for each effect, in the order in which they sound. On a phone one card
 * is in sight at a time, which the chips above choose. Main thread.
 */

import { button, element, find } from '../shared/dom.js';
import { dialControl } from './dial.js';
import { mountMoves } from './moves.js';
import { pictureOf } from './pictures/pictures.js';
import { balance } from './rows.js';
import { switchControl } from './switch.js';
import { MASTER, unitsOf } from './units.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 * @typedef {import('../session/session.js').Session} Session
 * @typedef {import('./switch.js').Control} Control
 * @typedef {import('./units.js').Unit} Unit
 *
 * @typedef {object} Card
 * @property {Unit} unit
 * @property {HTMLElement} node
 * @property {HTMLButtonElement} chip
 * @property {() => void} show shows whether it is on, and draws its picture anew
 */

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  /** @type {Map<ParameterId, Control>} */
  const controls = new Map();
  /** @type {Map<ParameterId, Card>} */
  const cardOf = new Map();
  /**
   * @param {Parameter} row
   * @param {Control} control
   */
  const add = (row, control) => {
    controls.set(row.id, control);
    return control.node;
  };
  /**
   * A switch whose name is for screen readers alone: what it switches is written beside it.
   * @param {Parameter} row
   * @param {string} name
   */
  const addSwitch = (row, name) =>
    add(row, switchControl(session, row, element('span', { className: 'hidden-text' }, name)));

  const moves = mountMoves(section, session);
  const cards = unitsOf(session.parameters, session.order).map((unit) => {
    const card = build(unit);
    for (const row of rowsOf(unit)) cardOf.set(row.id, card);
    return card;
  });
  const box = find(section, '#parameters', HTMLElement);
  box.append(...cards.map(({ node }) => node));
  const layOut = balance(box);
  find(section, '#chips', HTMLElement).append(...cards.map(({ chip }) => chip));
  choose(cards.find(({ unit }) => soundsIn(session, unit)) ?? cards[0]);

  const master = session.parameters.find(({ id }) => id === MASTER);
  const matched = element('small');
  if (master) {
    const label = element('span', {}, `${master.label} `, matched);
    find(document, '#master', HTMLElement).append(add(master, switchControl(session, master, label)));
  }

  /**
   * @param {Unit} unit
   * @returns {Card}
   */
  function build(unit) {
    const { id, title, toggle, knobs } = unit;
    const heading = element('div', { className: 'card-head' }, element('h3', {}, title));
    if (id !== session.order.at(-1)) heading.append(moves.controlsOf(id, title));
    if (toggle) heading.append(addSwitch(toggle, `${title} on`));
    const node = element(
      'div',
      { 'className': 'card', 'role': 'group', 'aria-label': title, 'data-unit': id },
      heading,
    );
    node.style.setProperty('--knobs', String(Math.max(1, knobs.length)));
    const picture = pictureOf(id, session);
    if (picture) node.append(element('div', { className: 'picture' }, picture.canvas));
    const dials = knobs.map((knob) => {
      const own = knob.toggle && addSwitch(knob.toggle, `${knob.name} on`);
      return add(knob.row, dialControl(session, knob, own));
    });
    if (dials.length > 0) node.append(element('div', { className: 'controls' }, ...dials));
    const chip = button(title, { 'aria-pressed': 'false' });
    const show = () => {
      const isOn = soundsIn(session, unit);
      node.classList.toggle('off', !isOn);
      chip.classList.toggle('sounds', isOn);
      picture?.draw();
    };
    const card = { unit, node, chip, show };
    chip.addEventListener('click', () => choose(card));
    return card;
  }

  /** @param {Card} chosen */
  function choose(chosen) {
    for (const { node, chip } of cards) {
      node.classList.toggle('chosen', node === chosen.node);
      chip.setAttribute('aria-pressed', String(chip === chosen.chip));
    }
  }

  function showMatch() {
    const decibels = 20 * Math.log10(session.match);
    const text =
      Math.abs(decibels) < 0.05 ? '' : `matched ${decibels < 0 ? '−' : '+'}${Math.abs(decibels).toFixed(1)} dB`;
    if (matched.textContent !== text) matched.textContent = text;
  }

  session.addEventListener('parameter', ({ detail: { id, value } }) => {
    controls.get(id)?.show(value);
    cardOf.get(id)?.show();
  });
  session.addEventListener('match', showMatch);
  session.addEventListener('order', () => {
    const focused = document.activeElement;
    const place = (/** @type {Card} */ { unit }) => session.order.indexOf(unit.id);
    for (const { node, chip } of [...cards].sort((a, b) => place(a) - place(b))) {
      node.parentElement?.append(node);
      chip.parentElement?.append(chip);
    }
    layOut();
    // A node that moves in the document loses the focus.
    if (focused instanceof HTMLElement) focused.focus();
  });
  for (const [id, { show }] of controls) show(session.get(id));
  for (const { show } of cards) show();
}

/** @param {Unit} unit */
const rowsOf = ({ toggle, knobs }) => [
  ...(toggle ? [toggle] : []),
  ...knobs.flatMap((knob) => (knob.toggle ? [knob.row, knob.toggle] : [knob.row])),
];

/**
 * Whether a unit sounds: its switch is on, or one of its controls' switches; without any it always does.
 * @param {Session} session
 * @param {Unit} unit
 */
function soundsIn(session, { toggle, knobs }) {
  const toggles = toggle ? [toggle] : knobs.flatMap((knob) => knob.toggle ?? []);
  return toggles.length === 0 || toggles.some(({ id }) => session.get(id) > 0);
}
