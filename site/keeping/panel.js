/**
 * What is done with the sound's settings as a whole: presets, comparing two, undo and redo, a link, files, all back to
 * the start. Main thread.
 */

import { button, element, messageOf, setText } from '../shared/dom.js';
import { Codec } from './codec.js';
import { Compare } from './compare.js';
import { History } from './history.js';
import { buildMenu } from './menu.js';
import { BUILT_IN, OwnPresets, stateOf } from './presets.js';

/**
 * @typedef {import('./codec.js').State} State
 * @typedef {{ name: string, state: State }} NamedState
 */

const SAID_MILLISECONDS = 4000;
const KEEP_DELAY_MILLISECONDS = 300;
/** What was undone is named, up to so many settings. */
const MOST_NAMED = 3;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const codec = new Codec(session.parameters, (id) => session.default(id), session.defaultOrder);
  const history = new History();
  const compare = new Compare(codec);
  const own = new OwnPresets(codec);
  const builtIn = BUILT_IN.map((preset) => ({ name: preset.name, state: stateOf(codec, preset) }));
  const now = () => codec.take(session);

  const said = element('p', { className: 'said', role: 'status' });
  let saidTimer = 0;
  /** @param {string} sentence */
  function say(sentence) {
    clearTimeout(saidTimer);
    setText(said, sentence);
    saidTimer = setTimeout(() => setText(said, ''), SAID_MILLISECONDS);
  }

  // Presets
  const select = element('select', { 'aria-label': 'Preset', 'id': 'preset' });
  const before = button('◀', { 'className': 'icon-button', 'aria-label': 'Preset before', 'title': 'Preset before' });
  const after = button('▶', { 'className': 'icon-button', 'aria-label': 'Preset after', 'title': 'Preset after' });
  /** The preset that was chosen last. @type {NamedState | null} */
  let chosen = null;
  const edited = new Option('Presets', '');

  const named = () => [...builtIn, ...own.all];

  function fillSelect() {
    /**
     * @param {string} label
     * @param {NamedState[]} presets
     */
    const group = (label, presets) =>
      element('optgroup', { label }, ...presets.map(({ name }) => new Option(name, name)));
    const yours = own.all;
    select.replaceChildren(edited, group('Built in', builtIn), ...(yours.length > 0 ? [group('Yours', yours)] : []));
    showChosen();
  }

  function showChosen() {
    const state = now();
    const same = chosen && isSame(chosen.state, state);
    if (!same) {
      const match = named().find((preset) => isSame(preset.state, state));
      if (match) chosen = match;
    }
    const matches = chosen !== null && isSame(chosen.state, state);
    edited.text = chosen ? `${chosen.name} (edited)` : 'Presets';
    select.value = chosen && matches ? chosen.name : '';
  }

  /** @param {NamedState | undefined} preset */
  function choose(preset) {
    if (!preset) return;
    chosen = preset;
    load(preset.state);
  }

  /** @param {number} step */
  function chooseNext(step) {
    const all = named();
    const at = all.findIndex(({ name }) => name === chosen?.name);
    choose(all[(at + step + all.length) % all.length] ?? all[0]);
    say(chosen?.name ?? '');
  }

  /** @param {State} state */
  const load = (state) => session.load(state);

  select.addEventListener('change', () => choose(named().find(({ name }) => name === select.value)));
  before.addEventListener('click', () => chooseNext(-1));
  after.addEventListener('click', () => chooseNext(1));

  // A and B
  const letters = { A: element('b', {}, 'A'), B: element('b', {}, 'B') };
  const turn = button('', {
    className: 'compare',
    id: 'compare',
    title: 'Compare two settings: turn to the other one',
  });
  turn.append(letters.A, '|', letters.B);
  function showCompare() {
    for (const [letter, node] of Object.entries(letters)) node.classList.toggle('now', letter === compare.heard);
    turn.setAttribute('aria-label', `A|B, ${compare.heard} is heard`);
  }
  turn.addEventListener('click', () => {
    load(compare.turn(now()));
    showCompare();
  });

  // Undo and redo
  const undo = button('↶', {
    'className': 'icon-button',
    'id': 'undo',
    'aria-label': 'Undo',
    'title': 'Undo (Ctrl+Z)',
  });
  const redo = button('↷', {
    'className': 'icon-button',
    'id': 'redo',
    'aria-label': 'Redo',
    'title': 'Redo (Ctrl+Shift+Z)',
  });
  let replaying = false;
  let keepTimer = 0;
  function keepSoon() {
    clearTimeout(keepTimer);
    keepTimer = setTimeout(() => history.keep(), KEEP_DELAY_MILLISECONDS);
  }
  function showSteps() {
    undo.setAttribute('aria-disabled', String(!history.canUndo));
    redo.setAttribute('aria-disabled', String(!history.canRedo));
  }
  /** @param {'undo' | 'redo'} direction */
  function step(direction) {
    replaying = true;
    const { params, order } = history[direction]();
    // A step from before a reload can be from before an update, with fewer effects.
    session.load({ params, order: order && codec.orderOf(order) });
    say(
      sentenceOf(
        direction,
        session.parameters.filter(({ id }) => id in params),
        order !== undefined,
      ),
    );
    replaying = false;
    keepSoon();
    showSteps();
  }
  undo.addEventListener('click', () => step('undo'));
  redo.addEventListener('click', () => step('redo'));
  addEventListener('keydown', (event) => {
    const direction = undoKey(event);
    if (!direction || isTextField(event.target)) return;
    event.preventDefault();
    step(direction);
  });
  addEventListener('pagehide', () => history.keep());
  session.addEventListener('change', ({ detail }) => {
    showChosen();
    if (replaying) return;
    history.add(detail);
    keepSoon();
    showSteps();
  });

  // A link
  const share = button('Share', { id: 'share', title: 'Copy a link that holds all settings' });
  const link = element('input', {
    'type': 'text',
    'readOnly': true,
    'aria-label': 'Link',
    'id': 'link',
    'hidden': true,
  });
  share.addEventListener('click', async () => {
    const url = new URL(`#/studio?${codec.toQuery(now())}`, location.href).href;
    window.history.replaceState(null, '', url);
    try {
      await navigator.clipboard.writeText(url);
      say('The link is copied. It is in the address too.');
    } catch {
      link.value = url;
      link.hidden = false;
      link.select();
      say('Copy this link; it is in the address too.');
    }
  });
  link.addEventListener('blur', () => {
    link.hidden = true;
  });
  function takeLink() {
    const [view, query] = location.hash.split('?');
    if (query === undefined) return;
    try {
      const state = codec.fromQuery(query);
      if (state) load(state);
    } catch (error) {
      say(messageOf(error));
    }
    // The settings go on from here: a reload must not bring the link's back.
    window.history.replaceState(null, '', view);
  }
  addEventListener('hashchange', takeLink);

  const reset = button('Reset', { id: 'reset-all', title: 'All settings back to the start; undo takes it back' });
  reset.addEventListener('click', () => {
    session.resetAll();
    say('All settings are as at the start. Undo brings yours back.');
  });

  const menu = buildMenu({
    own,
    now,
    say,
    take: (data) => load(codec.read(data)),
    chosen: () => chosen?.name ?? '',
    onPresets: (preset) => {
      chosen = preset;
      fillSelect();
    },
  });
  const gap = () => element('span', { className: 'gap' });
  host.append(before, select, after, gap(), turn, undo, redo, gap(), reset, share, link, menu, said);

  fillSelect();
  showCompare();
  showSteps();
  takeLink();
}

/**
 * @param {State} one
 * @param {State} other
 */
function isSame(one, other) {
  const values = new Map(Object.entries(other.params));
  if (one.order.join() !== other.order.join()) return false;
  return Object.entries(one.params).every(([id, value]) => values.get(id) === value);
}

/**
 * @param {KeyboardEvent} event
 * @returns {'undo' | 'redo' | null}
 */
function undoKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey || ctrlKey === metaKey) return null;
  const letter = key.toLowerCase();
  if (letter === 'y' && ctrlKey) return 'redo';
  if (letter !== 'z') return null;
  return shiftKey ? 'redo' : 'undo';
}

/**
 * Whether the browser's own undo is meant: that of a text.
 * @param {EventTarget | null} target
 */
const isTextField = (target) => target instanceof HTMLInputElement && ['text', 'number'].includes(target.type);

/**
 * What a step did.
 * @param {'undo' | 'redo'} direction
 * @param {readonly import('../../worklet/engine.js').Parameter[]} rows those that are others now
 * @param {boolean} isReordered
 */
function sentenceOf(direction, rows, isReordered) {
  const what = rows.map(({ label }) => label);
  if (isReordered) what.unshift('the order');
  if (what.length === 0) return `Nothing to ${direction}.`;
  const named = what.length <= MOST_NAMED ? what.join(', ') : `${what.length} settings`;
  return `${direction === 'undo' ? 'Undone' : 'Redone'}: ${named}.`;
}
