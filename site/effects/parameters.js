/**
 * The parameter panel, made from the engine's table: a new row there is a new control here. Rows whose ids begin
 * alike (`delay_time`, `delay_mix`) stand together, and a switch `<group>_on` in their heading. Main thread.
 */

import { domain, format, formatRange, parse, stepped } from '../shared/curves.js';
import { button, element, fillTrack, find, setText } from '../shared/dom.js';

/**
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 * @typedef {import('../session/session.js').Session} Session
 *
 * @typedef {object} Control of one parameter
 * @property {HTMLElement} node
 * @property {(value: number) => void} show
 *
 * @typedef {object} Group rows that stand together
 * @property {string} title
 * @property {Parameter[]} rows but the switch
 * @property {string[]} names of the rows, under the title
 * @property {Parameter | null} toggle the switch of the whole group
 */

const MASTER = 'bypass';
const SWITCH_SUFFIX = '_on';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  /** @type {Map<ParameterId, Control>} */
  const controls = new Map();
  /**
   * @param {Parameter} row
   * @param {Control} control
   */
  const add = (row, control) => {
    controls.set(row.id, control);
    return control.node;
  };

  for (const group of groupsOf(session.parameters)) find(section, '#parameters', HTMLElement).append(cardOf(group));
  const master = session.parameters.find(({ id }) => id === MASTER);
  if (master) {
    find(section, '#master', HTMLElement).append(add(master, switchControl(session, master, master.label)));
  }

  /** @param {Group} group */
  function cardOf({ title, rows, names, toggle }) {
    const heading = element('div', { className: 'card-head' }, element('h4', {}, title));
    if (toggle) heading.append(add(toggle, switchControl(session, toggle, `${title} on`)));
    const sliders = rows.map((row, index) =>
      add(
        row,
        row.curve === 'switch' ? switchControl(session, row, names[index], true) : slider(session, row, names[index]),
      ),
    );
    const card = element('div', { 'className': 'card', 'role': 'group', 'aria-label': title }, heading);
    if (sliders.length > 0) card.append(element('div', { className: 'controls' }, ...sliders));
    card.classList.toggle('several', sliders.length > 2);
    card.classList.toggle('many', sliders.length > 3);
    return card;
  }

  session.addEventListener('parameter', ({ detail: { id, value } }) => controls.get(id)?.show(value));
  find(section, '#reset-all', HTMLButtonElement).addEventListener('click', () => session.resetAll());
  for (const [id, { show }] of controls) show(session.get(id));
}

/**
 * The table's rows in groups, in the order in which they first come up.
 * @param {readonly Parameter[]} table
 * @returns {Group[]}
 */
function groupsOf(table) {
  /** @type {Map<string, Pick<Group, 'rows' | 'toggle'>>} */
  const groups = new Map();
  for (const row of table) {
    if (row.id === MASTER) continue;
    const [prefix] = row.id.split('_');
    const group = groups.get(prefix) ?? { rows: [], toggle: null };
    groups.set(prefix, group);
    if (row.curve === 'switch' && row.id === prefix + SWITCH_SUFFIX) group.toggle = row;
    else group.rows.push(row);
  }
  return [...groups.values()].map((group) => ({ ...group, title: titleOf(group), names: namesOf(group) }));
}

/** @param {Parameter} row */
const wordsOf = ({ label }) => label.split(' ');

/**
 * How many words several labels begin with alike.
 * @param {string[][]} labels in words
 */
function sharedWords([first, ...others]) {
  const differs = first.findIndex((word, index) => others.some((words) => words[index] !== word));
  return differs < 0 ? first.length : differs;
}

/**
 * A group is called after its switch; without one, by what its labels begin with.
 * @param {Pick<Group, 'rows' | 'toggle'>} group
 */
function titleOf({ rows, toggle }) {
  if (toggle) return toggle.label;
  const labels = rows.map(wordsOf);
  return labels[0].slice(0, sharedWords(labels)).join(' ') || rows[0].label;
}

/**
 * What each row is called under its group's title: its label without what all the group's labels share.
 * @param {Pick<Group, 'rows' | 'toggle'>} group
 */
function namesOf({ rows, toggle }) {
  const labels = rows.map(wordsOf);
  if (labels.length === 0) return [];
  const shared = sharedWords(labels.length > 1 || !toggle ? labels : [...labels, wordsOf(toggle)]);
  return rows.map((row, index) => {
    const rest = labels[index].slice(shared).join(' ');
    if (rest === '') return row.curve === 'decibel' ? 'Level' : 'Amount';
    return rest[0].toUpperCase() + rest.slice(1);
  });
}

/**
 * @param {Session} session
 * @param {Parameter} row
 * @param {string} label
 * @param {boolean} [wide] with its label at the left end of the row
 * @returns {Control}
 */
function switchControl(session, row, label, wide = false) {
  const input = element('input', { 'type': 'checkbox', 'role': 'switch', 'id': idOf(row), 'data-id': row.id });
  input.addEventListener('change', () => session.set(row.id, input.checked ? 1 : 0));
  const text = element('span', { className: 'switch-label' }, label);
  const node = element('label', { className: wide ? 'switch wide' : 'switch' }, input, text);
  return {
    node,
    show(value) {
      input.checked = value >= 0.5;
    },
  };
}

/** @param {Parameter} row */
const idOf = (row) => `parameter-${row.id}`;

/**
 * A slider in the domain of its curve, with a readout that can be typed into and a way back to the default.
 * @param {Session} session
 * @param {Parameter} row
 * @param {string} label
 * @returns {Control}
 */
function slider(session, row, label) {
  const { to, from, low, high } = domain(row);
  const id = idOf(row);
  const standard = session.default(row.id);
  const range = element('input', { 'type': 'range', id, 'min': low, 'max': high, 'step': 'any', 'data-id': row.id });
  const reading = element('input', {
    'type': 'text',
    'className': 'reading',
    'autocomplete': 'off',
    'spellcheck': false,
    'aria-label': `${row.label}, value`,
  });
  const back = button('↺', {
    'className': 'back',
    'title': `Back to ${format(row, standard)}`,
    'aria-label': `Reset ${row.label}`,
  });
  const complaint = element('p', { className: 'complaint', role: 'alert' });
  const node = element(
    'div',
    { className: 'control' },
    element('label', { for: id }, label),
    back,
    reading,
    range,
    complaint,
  );

  const value = () => session.get(row.id);
  const set = (/** @type {number} */ next) => session.set(row.id, next);
  const reset = () => set(standard);

  /** @param {number} current */
  function show(current) {
    range.value = String(to(current));
    fillTrack(range);
    const text = format(row, current);
    range.setAttribute('aria-valuetext', text);
    if (document.activeElement !== reading) reading.value = text;
    back.classList.toggle('idle', Math.abs(current - standard) <= 1e-6 * Math.abs(current));
  }

  range.addEventListener('input', () => set(from(range.valueAsNumber)));
  range.addEventListener('dblclick', reset);
  range.addEventListener('keydown', (event) => {
    const next = keyed(row, value(), event, standard);
    if (next === null) return;
    event.preventDefault();
    set(next);
  });
  back.addEventListener('click', () => {
    reset();
    range.focus();
  });
  readTyped({ reading, complaint, row, value, set });
  return { node, show };
}

/**
 * The value that a key asks for, or `null` for keys that are none of ours.
 * @param {Parameter} row
 * @param {number} value
 * @param {KeyboardEvent} event
 * @param {number} standard the value to go back to
 */
function keyed(row, value, event, standard) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  switch (event.key) {
    case 'ArrowUp':
    case 'ArrowRight':
      return stepped(row, value, 1);
    case 'ArrowDown':
    case 'ArrowLeft':
      return stepped(row, value, -1);
    case 'PageUp':
      return stepped(row, value, 1, 'page');
    case 'PageDown':
      return stepped(row, value, -1, 'page');
    case 'Home':
      return row.min;
    case 'End':
      return row.max;
    case 'Delete':
    case 'Backspace':
      return standard;
    default:
      return null;
  }
}

/**
 * Takes what is typed into a readout: Enter and leaving it set the value, Escape leaves it as it was.
 * @param {object} parts
 * @param {HTMLInputElement} parts.reading
 * @param {HTMLElement} parts.complaint
 * @param {Parameter} parts.row
 * @param {() => number} parts.value
 * @param {(value: number) => void} parts.set
 */
function readTyped({ reading, complaint, row, value, set }) {
  const isWrong = () => reading.getAttribute('aria-invalid') === 'true';
  /** @param {string} sentence */
  const complain = (sentence) => {
    setText(complaint, sentence);
    reading.setAttribute('aria-invalid', String(sentence !== ''));
  };
  const showValue = () => {
    reading.value = format(row, value());
  };
  const leave = () => {
    complain('');
    reading.blur();
  };
  reading.addEventListener('focus', () => reading.select());
  reading.addEventListener('blur', () => {
    if (!isWrong() && reading.value !== format(row, value())) commit();
    complain('');
    showValue();
  });
  reading.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter' && commit()) leave();
    if (key === 'Escape') {
      showValue();
      leave();
    }
  });

  function commit() {
    const typed = parse(row, reading.value);
    if (typed === null) {
      complain(`Type a value from ${formatRange(row)}.`);
      return false;
    }
    set(typed);
    showValue();
    return true;
  }
}
