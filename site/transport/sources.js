/**
 * Play, Pause, Stop, and the ways to bring sound, one at a time. What fails says so below the buttons, and the rest of
 * the page goes on. Main thread.
 */

import { EngineError } from '../../worklet/engine.js';
import { find, messageOf, setText, showMessage } from '../shared/dom.js';
import { openBuiltIn } from '../sources/built-in.js';
import { fileOpener } from '../sources/file.js';
import { Microphone } from '../sources/microphone.js';
import { SourceError } from '../sources/sources.js';
import { TestSignal } from '../sources/test-signals.js';
import { stringSource } from '../string/source.js';
import { mount as mountMicrophoneMenu } from './microphone-menu.js';
import { mount as mountTestMenu } from './test-menu.js';

/**
 * @typedef {import('../sources/sources.js').Opener} Opener
 * @typedef {import('../sources/sources.js').Source} Source
 */

const IDLE = 'Nothing plays.';
const STARTING = 'Starting…';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, page) {
  const { session } = page;
  const state = find(section, '#source-state', HTMLElement);
  const error = find(section, '#source-error', HTMLElement);
  const start = find(section, '#play', HTMLButtonElement);
  const stop = find(section, '#stop', HTMLButtonElement);
  const picker = find(section, '#file', HTMLInputElement);
  const cancel = find(section, '#cancel-opening', HTMLButtonElement);
  const render = find(section, '#render-this', HTMLButtonElement);
  /** Cancels the file that is being opened. @type {AbortController | null} */
  let opening = null;
  const microphone = new Microphone();
  const testSignal = new TestSignal();
  /** By the kind of source that they start. */
  const buttons = {
    'microphone': find(section, '#start-microphone', HTMLButtonElement),
    'file': find(section, '#open-file', HTMLButtonElement),
    'built-in': find(section, '#start-built-in', HTMLButtonElement),
    'string': find(section, '#start-string', HTMLButtonElement),
  };

  /** @param {Opener} opener */
  async function play(opener) {
    if (opening) endOpening();
    showMessage(error, '');
    say(STARTING);
    stop.disabled = false;
    try {
      await session.play(opener);
    } catch (failure) {
      showMessage(error, sentenceOf(failure));
    }
    show();
  }

  /** @param {File} file */
  async function open(file) {
    opening?.abort();
    const mine = new AbortController();
    const { signal } = mine;
    opening = mine;
    showMessage(error, '');
    // The welcome goes at once: something happens.
    document.body.toggleAttribute('data-opening', true);
    cancel.hidden = false;
    stop.disabled = false;
    const onPhase = (/** @type {string} */ phase) => {
      if (opening === mine) say(phase);
    };
    onPhase(`Opening ${file.name}…`);
    try {
      await session.play(fileOpener(file, { onPhase, signal }));
    } catch (failure) {
      if (!signal.aborted) showMessage(error, sentenceOf(failure));
    }
    if (opening === mine) endOpening();
  }

  function endOpening() {
    const hadFocus = document.activeElement === cancel;
    opening?.abort();
    opening = null;
    document.body.toggleAttribute('data-opening', false);
    cancel.hidden = true;
    if (hadFocus) buttons.file.focus();
    show();
  }

  /** @param {string} sentence */
  function say(sentence) {
    setText(state, sentence);
    // The whole of a long name.
    state.title = sentence;
  }

  function show() {
    const { source } = session;
    for (const [kind, button] of Object.entries(buttons)) {
      button.setAttribute('aria-pressed', String(source?.kind === kind));
    }
    stop.disabled = source === null;
    document.body.toggleAttribute('data-paused', session.paused);
    if (source) document.body.dataset.plays = source.kind;
    else delete document.body.dataset.plays;
    start.ariaLabel = start.title = session.source && !session.paused ? 'Pause' : 'Play';
    render.hidden = !source?.file;
    if (!opening) say(source ? describe(source, session.paused) : IDLE);
  }

  /**
   * Plays a source, where it does not play already: what plays is never started anew by a second press.
   * @param {Source['kind']} kind
   * @param {Opener} opener
   */
  const playOnce = (kind, opener) => {
    if (session.source?.kind !== kind) return play(opener);
    showMessage(error, '');
    session.unpause();
  };
  buttons.microphone.addEventListener('click', () => playOnce('microphone', microphone.open));
  buttons['built-in'].addEventListener('click', () => playOnce('built-in', openBuiltIn));
  buttons.string.addEventListener('click', () => playOnce('string', stringSource.open));
  start.addEventListener('click', () => {
    if (!session.source) play(session.lastOpener ?? openBuiltIn);
    else if (session.paused) session.unpause();
    else session.pause();
  });
  buttons.file.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    if (file) open(file);
    picker.value = '';
  });
  cancel.addEventListener('click', endOpening);
  addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && opening && !defaultPrevented) endOpening();
  });
  render.addEventListener('click', async () => {
    try {
      const { buildRenderDialog } = await import('../render/panel.js');
      const file = session.source?.file;
      if (file) buildRenderDialog(page)(file);
    } catch (failure) {
      showMessage(error, messageOf(failure));
    }
  });
  stop.addEventListener('click', () => {
    if (opening) endOpening();
    session.stop();
    start.focus();
  });
  session.addEventListener('source', show);
  session.addEventListener('pause', show);
  mountMicrophoneMenu(buttons.microphone, session, microphone, () => {
    if (session.source?.kind === 'microphone') play(microphone.open);
  });
  mountTestMenu(picker, session, testSignal, () => play(testSignal.open));
  acceptDrops(open, () => showMessage(error, 'What was dropped is no file.'));
}

/**
 * @param {Source} source
 * @param {boolean} isPaused
 */
function describe({ name, player }, isPaused) {
  const state = isPaused ? 'Paused' : 'Playing';
  return player ? `${state}: ${name} (${player.buffer.duration.toFixed(1)} s, looped)` : `${state}: ${name}`;
}

/**
 * A sentence of ours, or the plainest one about what we did not foresee.
 * @param {unknown} failure
 */
function sentenceOf(failure) {
  if (failure instanceof SourceError || failure instanceof EngineError) return failure.message;
  return `The sound did not start (${messageOf(failure)}). Reload the page and try again.`;
}

/**
 * Files can be dropped anywhere on the page; a frame shows so while one is dragged over it.
 * @param {(file: File) => void} onFile
 * @param {() => void} onNothing
 */
function acceptDrops(onFile, onNothing) {
  const frame = find(document, '#drop', HTMLElement);
  /** How many nested elements the file is over. */
  let depth = 0;
  /** @param {number} change */
  const show = (change) => {
    depth = Math.max(0, depth + change);
    frame.hidden = depth === 0;
  };
  /** @param {DragEvent} event */
  const holdsFile = ({ dataTransfer }) => dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (event) => {
    if (holdsFile(event)) show(1);
  });
  addEventListener('dragleave', (event) => {
    if (holdsFile(event)) show(-1);
  });
  addEventListener('dragover', (event) => {
    if (holdsFile(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    show(-Infinity);
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
    else onNothing();
  });
}
