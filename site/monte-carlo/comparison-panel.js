/**
 * The comparison of ways to count points: a button, and a bar for every method of counting, with its spread. The
 * counting is done in workers. Main thread.
 */

import { loadModule } from '../../worklet/engine.js';
import {
  button,
  choice,
  element,
  errorMessage,
  messageOf,
  numberCell,
  setText,
  showMessage,
  tableHead,
} from '../shared/dom.js';
import { duration, grouped, powerOfTen } from '../shared/numbers.js';
import { compare } from './comparison.js';

const ROUNDS = 7;
/** Of ten. */
const POWERS = [6, 7, 8];
const HEADINGS = ['Counted by', 'Speed', 'Times as fast', 'Least – most', 'Time', 'First run'];
/** The class names of the first columns; the others hold numbers. */
const CLASSES = ['', 'bar-cell'];
const HINT =
  'The same number of points, counted in JavaScript and in WebAssembly: each warmed up alike, in turn, in a ' +
  'worker of its own. How many times as fast as Math.random(), round by round.';

/**
 * @param {HTMLElement} section
 */
export async function mount(section) {
  const { module, glue } = await loadModule();
  const ui = build(section);
  /** @type {AbortController | null} */
  let running = null;

  ui.toggle.addEventListener('click', async () => {
    if (running) return running.abort();
    running = new AbortController();
    const { signal } = running;
    showMessage(ui.error, '');
    ui.toggle.textContent = 'Cancel';
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
      if (!signal.aborted) showMessage(ui.error, messageOf(failure));
    } finally {
      running = null;
      ui.toggle.textContent = 'Compare';
      ui.progress.hidden = true;
    }
  });
}

/**
 * @param {ReturnType<typeof build>} ui
 * @param {import('./comparison.js').Result[]} results
 * @param {number} points
 */
function showResults(ui, results, points) {
  const longest = Math.max(...results.map(({ ratio }) => ratio.most));
  ui.rows.replaceChildren(
    ...results.map(({ id, label, workers, first, median, ratio }) => {
      const bar = element('div', { className: 'bar', 'aria-hidden': 'true' }, element('i'), element('b'));
      for (const [name, value] of Object.entries({ value: ratio.median, least: ratio.least, most: ratio.most })) {
        bar.style.setProperty(`--${name}`, `${(100 * value) / longest}%`);
      }
      return element(
        'tr',
        { 'data-contestant': id },
        element('th', { scope: 'row' }, workers > 1 ? `${label} (${workers})` : label),
        element('td', { className: 'bar-cell' }, bar),
        numberCell(`${grouped(ratio.median, 1)}×`),
        numberCell(`${grouped(ratio.least, 1)} – ${grouped(ratio.most, 1)}`),
        numberCell(duration(median / 1000)),
        numberCell(duration(first / 1000)),
      );
    }),
  );
  ui.table.hidden = false;
  setText(ui.status, `${grouped(points)} points, ${ROUNDS} rounds, all in turn.`);
}

/** @param {HTMLElement} section */
function build(section) {
  const toggle = button('Compare', { id: 'monte-carlo-compare' });
  const points = choice(
    'Points for each',
    POWERS.map((power) => [String(10 ** power), powerOfTen(power)]),
  );
  points.show(String(1e7));
  const status = element('p', { className: 'status', role: 'status' });
  const error = errorMessage();
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Comparison' });
  const rows = element('tbody');
  const head = tableHead(HEADINGS, (column) => CLASSES[column] ?? 'number');
  const table = element('table', { className: 'comparison', hidden: true }, head, rows);
  section.append(
    element(
      'div',
      { className: 'section-head' },
      element('h2', { id: 'comparison-title' }, 'JavaScript and WebAssembly, on your machine'),
      element('p', { className: 'hint' }, HINT),
    ),
    element(
      'div',
      { className: 'simulation-controls' },
      element('div', { className: 'field' }, element('span', { className: 'label' }, 'Points'), points.group),
      toggle,
    ),
    error,
    progress,
    status,
    element('div', { className: 'scroll' }, table),
  );
  return { toggle, points, status, error, progress, rows, table };
}
