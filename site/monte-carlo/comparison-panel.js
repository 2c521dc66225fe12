// The comparison's part of the panel: a button, and a bar for every way to count, with its spread. Main
// thread; the counting is done in workers.

import { choice, element, setText, showMessage } from '../shared/dom.js';
import { compare } from './comparison.js';
import { powerOfTen } from './convergence.js';
import { number, seconds } from './text.js';

const ROUNDS = 7;
const POWERS = [6, 7, 8];
const HINT =
  'The same number of points, counted in JavaScript and in WebAssembly: each warmed up alike, in turn, in a ' +
  'worker of its own. How many times as fast as Math.random(), round by round.';

/**
 * Builds the comparison at the end of the section.
 * @param {HTMLElement} section
 * @param {WebAssembly.Module} module
 * @param {object} glue the initialised exports of pkg/audio_dsp_wasm.js
 */
export function mount(section, module, glue) {
  const ui = build(section);
  let running = null;

  ui.button.addEventListener('click', async () => {
    if (running) return running.abort();
    running = new AbortController();
    const { signal } = running;
    showMessage(ui.error, '');
    ui.button.textContent = 'Cancel';
    ui.progress.hidden = false;
    ui.progress.value = 0;
    const points = Number(ui.points.value);
    try {
      const results = await compare({
        module,
        substream: glue.monte_carlo_substream(),
        points,
        rounds: ROUNDS,
        signal,
        onProgress(done, of) {
          ui.progress.value = done / of;
          setText(ui.status, `Run ${done} of ${of}.`);
        },
      });
      showResults(ui, results, points);
    } catch (failure) {
      setText(ui.status, signal.aborted ? 'Cancelled.' : 'Stopped.');
      if (!signal.aborted) showMessage(ui.error, failure.message);
    } finally {
      running = null;
      ui.button.textContent = 'Compare';
      ui.progress.hidden = true;
    }
  });
}

function showResults(ui, results, points) {
  const longest = Math.max(...results.map(({ ratio }) => ratio.most));
  ui.rows.replaceChildren(
    ...results.map(({ id, label, workers, first, median, ratio }) => {
      const bar = element('div', { className: 'bar', 'aria-hidden': 'true' }, element('i'), element('b'));
      for (const [name, value] of [
        ['value', ratio.median],
        ['least', ratio.least],
        ['most', ratio.most],
      ]) {
        bar.style.setProperty(`--${name}`, `${(100 * value) / longest}%`);
      }
      const cell = (text) => element('td', { className: 'number' }, text);
      return element(
        'tr',
        { 'data-contestant': id },
        element('th', { scope: 'row' }, workers > 1 ? `${label} (${workers})` : label),
        element('td', { className: 'bar-cell' }, bar),
        cell(`${number(ratio.median, 1)}×`),
        cell(`${number(ratio.least, 1)} – ${number(ratio.most, 1)}`),
        cell(seconds(median / 1000)),
        cell(seconds(first / 1000)),
      );
    }),
  );
  ui.table.hidden = false;
  setText(ui.status, `${number(points)} points, ${ROUNDS} rounds, all in turn.`);
}

function build(section) {
  const button = element('button', { type: 'button', id: 'monte-carlo-compare' }, 'Compare');
  const options = POWERS.map((power) => [String(10 ** power), powerOfTen(power)]);
  const points = choice('Points for each', options, () => {});
  points.show(String(1e7));
  const status = element('p', { className: 'status', role: 'status' });
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Comparison' });
  const rows = element('tbody');
  const head = (text, className = '') => element('th', { scope: 'col', className }, text);
  const table = element(
    'table',
    { className: 'comparison', hidden: true },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head('Counted by'),
        head('Speed', 'bar-cell'),
        ...['Times as fast', 'Least – most', 'Time', 'First run'].map((title) => head(title, 'number')),
      ),
    ),
    rows,
  );
  section.append(
    element(
      'div',
      { className: 'section-head comparison-head' },
      element('h3', {}, 'On your machine'),
      element('p', { className: 'hint' }, HINT),
    ),
    element(
      'div',
      { className: 'simulation-controls' },
      element('div', { className: 'field' }, element('span', { className: 'label' }, 'Points'), points.group),
      button,
    ),
    error,
    progress,
    status,
    element('div', { className: 'scroll' }, table),
  );
  return { button, points, status, error, progress, rows, table };
}
