// The source panel: three ways to bring sound, one at a time, and Stop. What fails says so beside the
// buttons, and the rest of the page goes on.

import { fileOpener, openBuiltIn, openMicrophone, SourceError } from './sources.js';
import { setText, showMessage } from '../shared/dom.js';

const IDLE = 'Nothing plays.';
const STARTING = 'Starting…';

export function mount(section, { session }) {
  const part = (id) => section.querySelector(`#${id}`);
  const [stop, state, error, picker] = [part('stop'), part('source-state'), part('source-error'), part('file')];
  const buttons = { microphone: part('start-microphone'), file: part('open-file'), 'built-in': part('start-built-in') };

  async function play(opener) {
    showMessage(error, '');
    setText(state, STARTING);
    stop.disabled = false;
    try {
      await session.play(opener);
    } catch (failure) {
      showMessage(error, sentenceOf(failure));
    }
    show();
  }

  function show() {
    const { source } = session;
    for (const [kind, button] of Object.entries(buttons)) {
      button.setAttribute('aria-pressed', String(source?.kind === kind));
    }
    stop.disabled = source === null;
    setText(state, source ? describe(source) : IDLE);
  }

  buttons.microphone.addEventListener('click', () => play(openMicrophone));
  buttons['built-in'].addEventListener('click', () => play(openBuiltIn));
  buttons.file.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const [file] = picker.files;
    if (file) play(fileOpener(file));
    picker.value = '';
  });
  stop.addEventListener('click', () => session.stop());
  session.addEventListener('source', show);
  acceptDrops(
    (file) => play(fileOpener(file)),
    () => showMessage(error, 'What was dropped is no file.'),
  );
}

function describe({ name, duration }) {
  return duration ? `Playing: ${name} (${duration.toFixed(1)} s, looped)` : `Playing: ${name}`;
}

/** A sentence of ours, or the plainest one about what we did not foresee. */
function sentenceOf(failure) {
  if (failure instanceof SourceError || failure.name === 'EngineError') return failure.message;
  return `The sound did not start (${failure.message}). Reload the page and try again.`;
}

/** Files can be dropped anywhere on the page; a frame shows so while one is dragged over it. */
function acceptDrops(onFile, onNothing) {
  const frame = document.getElementById('drop');
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    frame.hidden = depth === 0;
  };
  const holdsFile = (event) => event.dataTransfer?.types.includes('Files');
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
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
    else onNothing();
  });
}
