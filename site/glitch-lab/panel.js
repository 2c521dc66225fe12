// The glitch lab: one tone through two engines at once, one on the audio thread and one on this page's
// thread, which a button blocks. What came out of both meanwhile is drawn and counted.

import { choice, element, numberCell, setText, showMessage, tableRow } from '../shared/dom.js';
import { Lab, LANES } from './engines.js';
import { Picture } from './picture.js';
import { DEFAULT_QUANTUM } from '../../worklet/renderer.js';

const HOLDER = 'glitch-lab';
const LONGEST_BLOCK_MS = 500;
const FIRST_BLOCK_MS = 250;
/** After a block, before the picture is taken: late buffers are still on their way. */
const AFTERMATH_MS = 60;
const REPEAT_MS = 1500;
const REFRESH_MS = 250;

export function mount(section, { session }) {
  new GlitchLab(section, session);
}

class GlitchLab {
  #session;
  #ui;
  #picture = new Picture();
  /** @type {Lab|null} while the tone plays */
  #lab = null;
  #repeat = 0;

  constructor(section, session) {
    this.#session = session;
    this.#ui = build(section, this.#picture.node, (mode) => this.#lab?.hear(mode));
    const { toggle, block, again, length } = this.#ui;
    toggle.addEventListener('click', () => (this.#lab ? this.#stop() : this.#start()));
    block.addEventListener('click', () => this.#block());
    again.addEventListener('change', () => this.#setRepeat());
    length.addEventListener('input', () => this.#showLength());
    session.addEventListener('engine', () => {
      if (this.#lab && this.#lab.context !== session.context) this.#stop();
    });
    setInterval(() => {
      if (this.#lab && !document.hidden) this.#showCounts();
    }, REFRESH_MS);
    this.#showLength();
  }

  async #start() {
    const { toggle, listen, error } = this.#ui;
    showMessage(error, '');
    toggle.disabled = true;
    try {
      await this.#session.prepare();
      this.#session.hold(HOLDER);
      this.#lab = await Lab.start(this.#session.context, listen.value);
    } catch (failure) {
      this.#session.release(HOLDER);
      showMessage(error, failure.message);
    }
    this.#show();
  }

  async #stop() {
    const lab = this.#lab;
    this.#lab = null;
    this.#ui.again.checked = false;
    this.#setRepeat();
    this.#show();
    await lab.stop();
    this.#session.release(HOLDER);
  }

  /** Blocks this thread, and shows what that did. */
  async #block() {
    const before = this.#lab.counts();
    const milliseconds = Number(this.#ui.length.value);
    blockThread(milliseconds);
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
    if (!this.#lab) return;
    this.#picture.take(this.#lab.outputs(), this.#lab.context.sampleRate, milliseconds);
    this.#showCounts(before);
  }

  #setRepeat() {
    clearInterval(this.#repeat);
    if (!this.#ui.again.checked) return;
    this.#repeat = setInterval(() => {
      if (!document.hidden) this.#block();
    }, REPEAT_MS);
  }

  #show() {
    const { toggle, block, again } = this.#ui;
    setText(toggle, this.#lab ? 'Stop the tone' : 'Play the tone');
    toggle.disabled = false;
    block.disabled = again.disabled = this.#lab === null;
  }

  #showLength() {
    const { length, reading } = this.#ui;
    setText(reading, `${length.value} ms`);
    length.style.setProperty('--fill', `${(100 * length.value) / LONGEST_BLOCK_MS}%`);
    length.setAttribute('aria-valuetext', `${length.value} milliseconds`);
  }

  /** @param {number[]} [before] the counts before the last block */
  #showCounts(before) {
    this.#lab.counts().forEach((count, lane) => {
      const { total, last } = this.#ui.cells[lane];
      setText(total, withTime(count, this.#lab.context));
      if (before) setText(last, withTime(count - before[lane], this.#lab.context));
    });
  }
}

function build(section, picture, onListen) {
  const toggle = element('button', { type: 'button', className: 'primary', id: 'lab-toggle' }, 'Play the tone');
  const block = element('button', { type: 'button', id: 'lab-block', disabled: true }, 'Block the page now');
  const again = element('input', { type: 'checkbox', role: 'switch', id: 'lab-repeat', disabled: true });
  const length = element('input', {
    type: 'range',
    id: 'lab-length',
    min: 0,
    max: LONGEST_BLOCK_MS,
    step: 10,
    value: FIRST_BLOCK_MS,
  });
  const reading = element('output', { for: 'lab-length' });
  const listen = choice('Listen to', [...LANES.map(({ mode, label }) => [mode, label]), ['', 'Neither']], onListen);
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const cells = LANES.map(() => ({ total: numberCell('0'), last: numberCell('–') }));
  listen.show(LANES[0].mode);
  section.append(
    element(
      'div',
      { className: 'lab-controls' },
      toggle,
      element('label', { className: 'lab-length' }, element('span', {}, 'Block for'), length, reading),
      block,
      element('label', { className: 'switch' }, again, element('span', {}, 'again and again')),
      element('div', { className: 'labelled' }, element('span', {}, 'Listen to'), listen.group),
    ),
    error,
    picture,
    element(
      'table',
      { className: 'counts' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Engine'),
          element('th', { scope: 'col', className: 'number' }, 'Quanta missed so far'),
          element('th', { scope: 'col', className: 'number' }, 'In the last block'),
        ),
      ),
      element(
        'tbody',
        {},
        ...LANES.map(({ label, thread }, lane) =>
          tableRow(`${label}, on ${thread}`, cells[lane].total, cells[lane].last),
        ),
      ),
    ),
  );
  return { toggle, block, again, length, reading, listen, error, cells };
}

/** A count of quanta and how long they last: `48 (139 ms)`. */
function withTime(quanta, context) {
  if (quanta === 0) return '0';
  const seconds = (quanta * (context.renderQuantumSize ?? DEFAULT_QUANTUM)) / context.sampleRate;
  return `${quanta} (${(1000 * seconds).toFixed(0)} ms)`;
}

/** Keeps this thread from everything else, as a long task of a page does. */
function blockThread(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
