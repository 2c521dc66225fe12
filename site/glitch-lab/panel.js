/**
 * The glitch lab: one tone through two engines at once, one on the audio thread and one on this page's thread, which
 * a button blocks. What came out of both meanwhile is drawn and counted. Main thread.
 */

import {
  button,
  choice,
  element,
  errorMessage,
  fillTrack,
  messageOf,
  numberCell,
  setText,
  showMessage,
  tableHead,
  tableRow,
} from '../shared/dom.js';
import { quantumOf } from '../shared/quantum.js';
import { COMPARED, Lab } from './engines.js';
import { Picture } from './picture.js';

/** @typedef {import('../session/session.js').Session} Session */

/** This panel's name where it holds the context running. */
const HOLDER = 'glitch-lab';
const LONGEST_BLOCK_MILLISECONDS = 500;
const FIRST_BLOCK_MILLISECONDS = 250;
/** After a block, before the picture is taken: late buffers are still on their way. */
const AFTERMATH_MILLISECONDS = 60;
const REPEAT_MILLISECONDS = 1500;
const REFRESH_MILLISECONDS = 250;

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  new GlitchLab(section, session);
}

class GlitchLab {
  #session;
  #ui;
  #picture = new Picture();
  /** While the tone plays. @type {Lab | null} */
  #lab = null;
  #repeat = 0;

  /**
   * @param {HTMLElement} section
   * @param {Session} session
   */
  constructor(section, session) {
    this.#session = session;
    this.#ui = build(section, this.#picture.node, (mode) => this.#lab?.hear(mode));
    const { toggle, block, again, length } = this.#ui;
    toggle.addEventListener('click', () => (this.#lab ? this.#stop(this.#lab) : this.#start()));
    block.addEventListener('click', () => this.#block());
    again.addEventListener('change', () => this.#setRepeat());
    length.addEventListener('input', () => this.#showLength());
    session.addEventListener('closed', () => {
      if (this.#lab) this.#stop(this.#lab);
    });
    setInterval(() => {
      if (this.#lab && !document.hidden) this.#showCounts(this.#lab);
    }, REFRESH_MILLISECONDS);
    this.#showLength();
  }

  async #start() {
    const { toggle, listen, error } = this.#ui;
    showMessage(error, '');
    toggle.disabled = true;
    try {
      const { context } = await this.#session.prepare();
      this.#session.hold(HOLDER);
      const lab = await Lab.start(context, listen.value ?? '');
      if (context === this.#session.context) {
        this.#lab = lab;
        this.#session.silence(true);
      } else {
        await lab.stop();
      }
    } catch (failure) {
      this.#session.release(HOLDER);
      showMessage(error, messageOf(failure));
    }
    this.#show();
  }

  /** @param {Lab} lab */
  async #stop(lab) {
    this.#lab = null;
    this.#session.silence(false);
    this.#ui.again.checked = false;
    this.#setRepeat();
    this.#show();
    await lab.stop();
    this.#session.release(HOLDER);
  }

  /** Blocks this thread, and shows what that did. */
  async #block() {
    const lab = this.#lab;
    if (!lab) return;
    const before = lab.counts();
    const from = lab.context.currentTime;
    const start = performance.now();
    blockThread(this.#ui.length.valueAsNumber);
    const seconds = (performance.now() - start) / 1000;
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MILLISECONDS));
    if (lab !== this.#lab) return;
    const { currentTime, sampleRate } = lab.context;
    this.#picture.take(lab.outputs(), { sampleRate, ago: currentTime - from, blocked: seconds });
    this.#showCounts(lab, before);
  }

  #setRepeat() {
    clearInterval(this.#repeat);
    if (!this.#ui.again.checked) return;
    this.#repeat = setInterval(() => {
      if (!document.hidden) this.#block();
    }, REPEAT_MILLISECONDS);
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
    fillTrack(length);
    length.setAttribute('aria-valuetext', `${length.value} milliseconds`);
  }

  /**
   * @param {Lab} lab
   * @param {number[]} [before] the counts before the last block
   */
  #showCounts(lab, before) {
    for (const [index, count] of lab.counts().entries()) {
      const { total, last } = this.#ui.cells[index];
      setText(total, duration(count, lab.context));
      if (before) setText(last, duration(count - before[index], lab.context));
    }
  }
}

/**
 * @param {HTMLElement} section
 * @param {HTMLElement} picture
 * @param {(mode: string) => void} onListen
 */
function build(section, picture, onListen) {
  const toggle = button('Play the tone', { className: 'primary', id: 'lab-toggle' });
  const block = button('Block the page now', { id: 'lab-block', disabled: true });
  const again = element('input', { type: 'checkbox', role: 'switch', id: 'lab-repeat', disabled: true });
  const length = element('input', {
    type: 'range',
    id: 'lab-length',
    min: 0,
    max: LONGEST_BLOCK_MILLISECONDS,
    step: 10,
    value: FIRST_BLOCK_MILLISECONDS,
  });
  const reading = element('output', { for: 'lab-length' });
  /** @type {[value: string, label: string][]} */
  const heard = [
    ...COMPARED.map(({ mode, label }) => /** @type {[string, string]} */ ([mode, label])),
    ['', 'Neither'],
  ];
  const listen = choice('Listen to', heard, onListen);
  const error = errorMessage();
  const cells = COMPARED.map(() => ({ total: numberCell('0 ms'), last: numberCell('–') }));
  listen.show(COMPARED[0].mode);
  const rows = COMPARED.map(({ label, thread }, index) =>
    tableRow(`${label}, on ${thread}`, cells[index].total, cells[index].last),
  );
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
      tableHead(['Engine', 'Sound missed so far', 'While the page was blocked last']),
      element('tbody', {}, ...rows),
    ),
  );
  return { toggle, block, again, length, reading, listen, error, cells };
}

/**
 * How much sound a count of quanta is: `139 ms`; nothing is missed at `0 ms`.
 * @param {number} quanta
 * @param {AudioContext} context
 */
const duration = (quanta, context) => `${((1000 * quanta * quantumOf(context)) / context.sampleRate).toFixed(0)} ms`;

/**
 * Keeps this thread from everything else, as a long task of a page does.
 * @param {number} milliseconds
 */
function blockThread(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
