/**
 * “Measure my latency”: how long sound takes out of this page, through the air and back in. Main thread.
 */

import { button, element, errorMessage, messageOf, numberCell, setText, showMessage, tableRow } from '../shared/dom.js';
import { Microphone } from '../sources/microphone.js';
import { measuredLatency } from './kept.js';
import { measure } from './measurement.js';

/** @typedef {import('../session/session.js').Session} Session */

/** This panel's name where it holds the context running. */
const HOLDER = 'latency';
const COUNT_DOWN_SECONDS = 3;
const SECOND_MILLISECONDS = 1000;
const UNKNOWN = '–';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  new LatencyPanel(section, session);
}

class LatencyPanel {
  #session;
  #ui;
  /** While it measures. @type {AbortController | null} */
  #running = null;

  /**
   * @param {HTMLElement} section
   * @param {Session} session
   */
  constructor(section, session) {
    this.#session = session;
    this.#ui = build(section);
    const { start, cancel } = this.#ui;
    start.addEventListener('click', () => this.#start());
    cancel.addEventListener('click', () => this.#running?.abort(new Error('It was cancelled.')));
    session.addEventListener('closed', () => this.#running?.abort(new Error('The sound was closed. Try again.')));
    this.#show();
  }

  async #start() {
    const { start, cancel, said, progress, error, spread } = this.#ui;
    const running = new AbortController();
    const { signal } = running;
    this.#running = running;
    showMessage(error, '');
    start.hidden = true;
    cancel.hidden = false;
    cancel.focus();
    try {
      const { context, speakers } = await this.#session.prepare();
      this.#session.hold(HOLDER);
      this.#session.silence(true);
      const microphone = await this.#microphone(context);
      try {
        for (let left = COUNT_DOWN_SECONDS; left > 0; left--) {
          setText(said, `Noise in ${left} …`);
          await pause(SECOND_MILLISECONDS, signal);
        }
        setText(said, 'Measuring. Keep the room quiet.');
        progress.hidden = false;
        const result = await measure(microphone.node, speakers, {
          signal,
          onProgress: (share) => {
            progress.value = share;
          },
        });
        measuredLatency.value = { seconds: result.seconds, microphone: microphone.name, measuredAt: Date.now() };
        setText(spread, `${milliseconds(result.spread)} over ${result.runs} runs`);
        setText(said, `Measured: ${milliseconds(result.seconds)} out and in again.`);
      } finally {
        microphone.release();
      }
    } catch (failure) {
      setText(said, '');
      showMessage(error, messageOf(failure));
    } finally {
      this.#running = null;
      this.#session.silence(false);
      this.#session.release(HOLDER);
      progress.hidden = cancel.hidden = true;
      progress.value = 0;
      start.hidden = false;
      start.focus();
      this.#show();
    }
  }

  /**
   * The microphone that plays, or one of its own.
   * @param {AudioContext} context
   */
  async #microphone(context) {
    const { source } = this.#session;
    if (source?.kind === 'microphone') return { node: source.node, name: source.name, release: () => {} };
    return new Microphone().open(context, (sentence) => this.#running?.abort(new Error(sentence)));
  }

  #show() {
    const { measured, base, output, when } = this.#ui;
    const { engine } = this.#session;
    const latency = engine?.latency();
    const { value } = measuredLatency;
    setText(measured, value ? milliseconds(value.seconds) : UNKNOWN);
    setText(base, latency ? milliseconds(latency.base) : UNKNOWN);
    setText(output, latency && latency.output > 0 ? milliseconds(latency.output) : UNKNOWN);
    setText(when, value ? `By ${value.microphone}, ${new Date(value.measuredAt).toLocaleString()}.` : '');
  }
}

/** @param {number} seconds */
const milliseconds = (seconds) => `${(1000 * seconds).toFixed(1)} ms`;

/**
 * @param {number} time in ms
 * @param {AbortSignal} signal
 */
function pause(time, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, time);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** @param {HTMLElement} section */
function build(section) {
  const start = button('Measure my latency', { className: 'primary', id: 'latency-start' });
  const cancel = button('Cancel', { id: 'latency-cancel', hidden: true });
  const said = element('p', { className: 'latency-state', role: 'status', id: 'latency-state' });
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Measured' });
  const error = errorMessage({ id: 'latency-error' });
  const [measured, spread, base, output] = Array.from({ length: 4 }, () => numberCell(UNKNOWN));
  measured.id = 'latency-measured';
  const when = element('p', { className: 'hint' });
  section.append(
    element(
      'div',
      { className: 'section-head' },
      element('h2', { id: 'latency-title' }, 'Measure my latency'),
      element(
        'p',
        { className: 'hint' },
        'How long sound takes out of this page, through the air and back in by the microphone. Bursts of noise are ' +
          'played, softly at first. Take headphones off your ears first, and let the microphone hear the ' +
          'loudspeakers. The looper places what you play by it.',
      ),
    ),
    element('div', { className: 'lab-controls' }, start, cancel, said),
    progress,
    error,
    element(
      'table',
      { className: 'figures' },
      element(
        'tbody',
        {},
        tableRow('Measured: out and in again', measured),
        tableRow('Between the shortest and the longest', spread),
        tableRow('The browser’s word: from the page to the system', base),
        tableRow('The browser’s word: from the system to the ear', output),
      ),
    ),
    when,
  );
  return { start, cancel, said, progress, error, measured, spread, base, output, when };
}
