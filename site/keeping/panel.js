/**
 * What is done with the sound's settings as a whole: presets, comparing two, undo and redo, a link, files, all back to
 * the start. Main thread.
 */

import { button, element, messageOf } from '../shared/dom.js';
import { isSame, settingsCodec } from './codec.js';
import { Compare } from './compare.js';
import { Current } from './current.js';
import { buildMenu } from './menu.js';
import { Notice } from './notice.js';
import { BUILT_IN, OwnPresets, stateOf } from './presets.js';

/**
 * @typedef {import('./codec.js').Named} Named
 * @typedef {import('./codec.js').State} State
 */

/** What a sound of the visitor's own starts with, in place of the demo's distortion and echo; by the kind of source. */
const STARTS = /** @type {Record<string, { what: string, preset: string } | undefined>} */ ({
  microphone: { what: 'The microphone', preset: 'Voice: singer' },
  file: { what: 'The file', preset: 'Clean' },
});
/** What was undone is named, up to so many settings. */
const MOST_NAMED = 3;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const codec = settingsCodec(session);
  const own = new OwnPresets(codec);
  const builtIn = BUILT_IN.map((preset) => ({ name: preset.name, state: stateOf(codec, preset) }));
  let presets = [...builtIn, ...own.all];
  /**
   * The name of settings that came without: that of a preset that is the same.
   * @param {State} state
   */
  const nameOf = (state) => presets.find((preset) => isSame(preset.state, state))?.name ?? '';
  const compare = new Compare(codec, nameOf);
  const notice = new Notice();
  const say = notice.say.bind(notice);
  const current = new Current(session, codec, nameOf, () => {
    notice.supersede();
    showChosen();
    showSteps();
  });

  /** @param {State} state from outside */
  const take = (state) => current.load({ name: nameOf(state), state });

  // Presets
  const select = element('select', { id: 'preset' });
  const before = button('◀', { 'className': 'icon-button', 'aria-label': 'Preset before', 'title': 'Preset before' });
  const after = button('▶', { 'className': 'icon-button', 'aria-label': 'Preset after', 'title': 'Preset after' });
  /** Stands for settings that are no preset. */
  const other = new Option('Presets', '');
  const named = (/** @type {string} */ name) => presets.find((preset) => preset.name === name);

  function fillSelect() {
    const yours = own.all;
    presets = [...builtIn, ...yours];
    /**
     * @param {string} label
     * @param {Named[]} some
     */
    const group = (label, some) => element('optgroup', { label }, ...some.map(({ name }) => new Option(name, name)));
    select.replaceChildren(other, group('Built in', builtIn), ...(yours.length > 0 ? [group('Yours', yours)] : []));
    showChosen();
  }

  function showChosen() {
    const { name, state } = current.now;
    const preset = named(name);
    const isEdited = preset !== undefined && !isSame(preset.state, state);
    // In front of the name, where a narrow box does not cut it off.
    other.text = isEdited ? `• ${name}` : 'Presets';
    select.value = preset && !isEdited ? name : '';
    select.ariaLabel = select.title = isEdited ? `Preset: ${name}, edited` : 'Preset';
  }

  /** @param {number} step */
  function chooseNext(step) {
    const at = presets.findIndex(({ name }) => name === current.name);
    const from = at < 0 && step < 0 ? 0 : at;
    const next = presets[(from + step + presets.length) % presets.length];
    current.load(next);
    say(next.name);
  }

  select.addEventListener('change', () => {
    const preset = named(select.value);
    if (preset) current.load(preset);
    else showChosen();
  });
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
    for (const [letter, node] of Object.entries(letters)) node.classList.toggle('heard', letter === compare.heard);
    turn.setAttribute('aria-label', `A|B, ${compare.heard} is heard`);
  }
  turn.addEventListener('click', () => {
    current.load(compare.turn(current.now));
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
  function showSteps() {
    undo.setAttribute('aria-disabled', String(!current.canUndo));
    redo.setAttribute('aria-disabled', String(!current.canRedo));
  }
  /** @param {'undo' | 'redo'} direction */
  function step(direction) {
    if (direction === 'undo' && notice.isLatest) return notice.takeBack();
    const { params, order } = current.step(direction);
    const rows = session.parameters.filter(({ id }) => id in params);
    say(sentenceOf(direction, rows, order !== undefined));
  }
  undo.addEventListener('click', () => step('undo'));
  redo.addEventListener('click', () => step('redo'));
  addEventListener('keydown', (event) => {
    const direction = undoKey(event);
    if (!direction || isTextField(event.target)) return;
    event.preventDefault();
    step(direction);
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
    // Not into the address: a reload would bring these back over all that was changed since.
    const url = new URL(`#/studio?${codec.toQuery(current.now.state)}`, location.href).href;
    try {
      // On a phone to whom one likes.
      if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) return await navigator.share({ url });
      await navigator.clipboard.writeText(url);
      say('The link is copied.');
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      link.value = url;
      link.hidden = false;
      link.select();
      say('Copy this link.');
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
      if (state) take(state);
    } catch (error) {
      say(messageOf(error));
    }
    // The settings go on from here: a reload must not bring the link's back.
    history.replaceState(null, '', view);
  }
  addEventListener('hashchange', takeLink);

  const reset = button('Reset', { id: 'reset-all', title: 'All settings back to the demo’s; undo takes it back' });
  reset.addEventListener('click', () => {
    current.load(current.demo);
    say('All settings are the demo’s again. Undo brings yours back.');
  });

  session.addEventListener('source', () => {
    const start = STARTS[session.source?.kind ?? ''];
    const preset = start && named(start.preset);
    if (!preset || !current.isUntouched) return;
    current.load(preset);
    say(`${start.what} starts with “${preset.name}” in place of the demo’s effects. Undo brings those back.`);
  });

  const menu = buildMenu({
    own,
    isBuiltIn: (name) => builtIn.some((preset) => preset.name === name),
    current,
    say,
    take: (data) => take(codec.read(data)),
    onPresets: fillSelect,
  });
  const gap = () => element('span', { className: 'gap' });
  host.append(before, select, after, gap(), turn, undo, redo, gap(), reset, share, link, menu, notice.node);

  fillSelect();
  showCompare();
  showSteps();
  takeLink();
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
