/**
 * The howl guard's switch and lamp, in sight while the microphone plays, and what it says when it had to act. Main
 * thread; it listens and acts on the audio thread.
 */

import { button, element, messageOf, setText, showMessage } from '../shared/dom.js';
import { significant } from '../shared/numbers.js';
import { readStored, store } from '../shared/storage.js';
import { Guard } from './guard.js';

const KEY = 'audio-dsp-wasm.howl-guard';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const onOff = element('input', { type: 'checkbox', role: 'switch', id: 'howl-guard-on' });
  const lamp = element('i', { className: 'guard-lamp' });
  const sentence = element('p');
  const again = button('Open again', { className: 'primary', id: 'howl-guard-open' });
  const alert = element('div', { className: 'guard-alert', role: 'alert', hidden: true });
  host.append(
    element(
      'label',
      { className: 'switch', title: 'Turns the output down when the microphone and the loudspeakers begin to howl' },
      onOff,
      element('span', {}, 'Howl guard'),
      lamp,
    ),
    alert,
  );
  onOff.checked = readStored(KEY) !== false;
  /** @type {Guard | null} */
  let guard = null;
  /** @type {Promise<unknown>} */
  let loaded = Promise.resolve();

  /** @param {number} frequency */
  function howled(frequency) {
    const where = frequency > 0 ? ` at ${significant(Math.round(frequency))} Hz` : '';
    setText(
      sentence,
      `It began to howl${where}, so the output is turned down. Put headphones on, or lower “Out” and move the ` +
        'microphone away from the loudspeakers; then open it again.',
    );
    // In this order: a live region tells what is put into it while it is shown.
    alert.hidden = false;
    alert.replaceChildren(sentence, again);
    host.dataset.state = 'howled';
  }

  function rest() {
    alert.replaceChildren();
    alert.hidden = true;
    host.dataset.state = guard ? 'watching' : 'off';
  }

  async function follow() {
    const { context, input, speakers } = session;
    const wanted = onOff.checked && session.source?.kind === 'microphone';
    if (!wanted || !context || !input || !speakers) {
      guard?.end();
      guard = null;
      rest();
      return;
    }
    if (guard) return;
    try {
      await loaded;
      // What was awaited may have come too late.
      if (guard || context !== session.context || !onOff.checked || session.source?.kind !== 'microphone') return;
      guard = new Guard(input, speakers.gain, howled);
      rest();
    } catch (failure) {
      showMessage(alert, `The howl guard did not start (${messageOf(failure)}): put headphones on.`);
    }
  }

  session.addEventListener('engine', ({ detail: { context } }) => {
    loaded = context.audioWorklet ? Guard.load(context) : Promise.reject(new Error('this browser has no AudioWorklet'));
    // Said when it is needed.
    loaded.catch(() => {});
  });
  session.addEventListener('closed', () => {
    guard = null;
    rest();
  });
  session.addEventListener('source', follow);
  onOff.addEventListener('change', () => {
    store(KEY, onOff.checked);
    follow();
  });
  again.addEventListener('click', () => {
    guard?.open();
    rest();
    onOff.focus();
  });
  rest();
}
