// The parameter panel, made from the engine's table: a new row there is a new control here. Rows whose
// ids begin alike (`delay_time`, `delay_mix`) stand together, and a switch `<group>_on` in their heading.

import { domain, format, formatRange, parse, stepped } from '../shared/curves.js';
import { element, setText } from '../shared/dom.js';

const MASTER = 'bypass';
const SWITCH_SUFFIX = '_on';

export function mount(section, { session }) {
  const controls = new Map();
  const add = (row, control) => {
    controls.set(row.id, control);
    return control.node;
  };

  for (const group of groupsOf(session.parameters)) section.querySelector('#parameters').append(cardOf(group));
  const master = session.parameters.find(({ id }) => id === MASTER);
  if (master) section.querySelector('#master').append(add(master, switchControl(session, master, master.label)));

  function cardOf({ title, rows, names, toggle }) {
    const heading = element('div', { className: 'card-head' }, element('h4', {}, title));
    if (toggle) heading.append(add(toggle, switchControl(session, toggle, `${title} on`)));
    const sliders = rows.map((row, index) =>
      add(
        row,
        row.curve === 'switch' ? switchControl(session, row, names[index], true) : slider(session, row, names[index]),
      ),
    );
    const card = element('div', { className: 'card', role: 'group', 'aria-label': title }, heading);
    if (sliders.length > 0) card.append(element('div', { className: 'controls' }, ...sliders));
    card.classList.toggle('several', sliders.length > 2);
    card.classList.toggle('many', sliders.length > 3);
    return card;
  }

  session.addEventListener('parameter', ({ detail }) => controls.get(detail.id).show(detail.value));
  section.querySelector('#reset-all').addEventListener('click', () => session.resetAll());
  for (const [id, { show }] of controls) show(session.get(id));
}

/** The table's rows in groups: `[{ title, rows, names, toggle }]`, in the order in which they first come up. */
export function groupsOf(table) {
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

const wordsOf = ({ label }) => label.split(' ');

/** How many words several labels begin with alike. */
function sharedWords([first, ...others]) {
  const differs = first.findIndex((word, index) => others.some((words) => words[index] !== word));
  return differs < 0 ? first.length : differs;
}

/** A group is called after its switch; without one, by what its labels begin with. */
function titleOf({ rows, toggle }) {
  if (toggle) return toggle.label;
  const labels = rows.map(wordsOf);
  return labels[0].slice(0, sharedWords(labels)).join(' ') || rows[0].label;
}

/** What each row is called under its group's title: its label without what all the group's labels share. */
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

function switchControl(session, row, label, wide = false) {
  const input = element('input', { type: 'checkbox', role: 'switch', id: `parameter-${row.id}`, 'data-id': row.id });
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

/** A slider in the domain of its curve, with a readout that can be typed into and a way back to the default. */
function slider(session, row, label) {
  const { to, from, low, high } = domain(row);
  const id = `parameter-${row.id}`;
  const range = element('input', { type: 'range', id, min: low, max: high, step: 'any', 'data-id': row.id });
  const reading = element('input', {
    type: 'text',
    className: 'reading',
    autocomplete: 'off',
    spellcheck: false,
    'aria-label': `${row.label}, value`,
  });
  const back = element(
    'button',
    {
      type: 'button',
      className: 'back',
      title: `Back to ${format(row, session.default(row.id))}`,
      'aria-label': `Reset ${row.label}`,
    },
    '↺',
  );
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
  const set = (next) => session.set(row.id, next);
  const reset = () => set(session.default(row.id));

  function show(current) {
    const position = to(current);
    range.value = position;
    range.style.setProperty('--fill', `${(100 * (position - low)) / (high - low)}%`);
    const text = format(row, current);
    range.setAttribute('aria-valuetext', text);
    if (document.activeElement !== reading) reading.value = text;
    back.classList.toggle('idle', Math.abs(current - session.default(row.id)) <= 1e-6 * Math.abs(current));
  }

  range.addEventListener('input', () => set(from(Number(range.value))));
  range.addEventListener('dblclick', reset);
  range.addEventListener('keydown', (event) => {
    const next = keyed(row, value(), event, () => session.default(row.id));
    if (next === null) return;
    event.preventDefault();
    set(next);
  });
  back.addEventListener('click', () => {
    reset();
    range.focus();
  });
  readTyped({ reading, complaint, row, value, set, show });
  return { node, show };
}

/** The value that a key asks for, or `null` for keys that are none of ours. */
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
      return standard();
    default:
      return null;
  }
}

function readTyped({ reading, complaint, row, value, set, show }) {
  const complain = (sentence) => {
    setText(complaint, sentence);
    reading.setAttribute('aria-invalid', String(sentence !== ''));
  };
  const finish = () => {
    complain('');
    reading.blur();
  };
  reading.addEventListener('focus', () => reading.select());
  reading.addEventListener('blur', () => {
    if (reading.getAttribute('aria-invalid') !== 'true' && reading.value !== format(row, value())) commit();
    complain('');
    show(value());
    reading.value = format(row, value());
  });
  reading.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter' && commit()) finish();
    if (key === 'Escape') {
      reading.value = format(row, value());
      finish();
    }
  });

  function commit() {
    const typed = parse(row, reading.value, value());
    if (typed === null) {
      complain(`Type a value from ${formatRange(row)}.`);
      return false;
    }
    set(typed);
    reading.value = format(row, value());
    return true;
  }
}
