// The panel "Pi by Monte Carlo": a run of any length with its picture, its convergence and a way to
// cancel it, and the comparison with JavaScript. Main thread; the counting is done in workers, or here
// in slices.

import { choice, element, setText, showMessage } from './dom.js';
import { compare } from './monte-carlo-comparison.js';
import { ConvergencePlot, powerOfTen } from './monte-carlo-convergence.js';
import { PointsPicture } from './monte-carlo-picture.js';
import { MonteCarloPool, processors } from './monte-carlo-pool.js';
import { countInSlices, earlyCounts, Tally } from './monte-carlo-run.js';
import { loadModule } from './worklet/module.js';

const PRESETS = [4, 5, 6, 7, 8, 9, 10];
const MOST = 2 ** 53;
const COMPARISON_ROUNDS = 7;
const COMPARISON_POINTS = [6, 7, 8];

const number = (value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const significant = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const seconds = (value) => (value < 1 ? `${significant(value * 1000)} ms` : `${significant(value)} s`);
const perSecond = (rate) => `${significant(rate / 1e6)} million/s`;
const signed = (value) => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toPrecision(3)}`;

/**
 * A whole number as people write it: 1000000, 1,000,000, 1 000 000, 1e6, 10^6.
 * @returns {number} NaN where it is none
 */
export function parseCount(text) {
  const plain = text.trim().replace(/(?<=\d)[\s,_\u2009\u202f]+(?=\d{3}(?!\d))/g, '');
  const power = plain.match(/^(\d+)\s*\^\s*(\d+)$/);
  const value = power ? Number(power[1]) ** Number(power[2]) : plain === '' ? NaN : Number(plain);
  return Number.isInteger(value) ? value : NaN;
}

/**
 * Builds the panel.
 * @param {HTMLElement} section
 */
export async function mount(section) {
  const { module, glue } = await loadModule();
  mountRun(section, module, glue);
  mountComparison(section, module, glue);
}

function mountRun(section, module, glue) {
  const substream = glue.monte_carlo_substream();
  const pool = new MonteCarloPool(module, substream);
  const ui = buildRun(section, pool.size);
  const picture = new PointsPicture(ui.picture, glue.monte_carlo_points, substream);
  const plot = new ConvergencePlot(ui.plot);
  let running = null;

  const fail = (message) => showMessage(ui.error, message);

  ui.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (running) running.abort();
    else start();
  });
  for (const [button, points] of ui.presets) {
    button.addEventListener('click', () => {
      ui.points.value = number(points);
      ui.points.dispatchEvent(new Event('input'));
    });
  }
  // A wrong number is told at once, and does not touch a run in progress.
  for (const input of [ui.points, ui.seed]) {
    input.addEventListener('input', () => {
      const wrong = read().error ?? '';
      for (const each of [ui.points, ui.seed]) each.removeAttribute('aria-invalid');
      if (wrong) input.setAttribute('aria-invalid', 'true');
      fail(wrong);
    });
  }

  function read() {
    const total = parseCount(ui.points.value);
    if (!(total >= 1 && total <= MOST)) return { error: 'The number of points must be a whole number from 1 to 2^53.' };
    const seed = ui.seed.value.trim() === '' ? crypto.getRandomValues(new Uint32Array(1))[0] : parseCount(ui.seed.value);
    if (!(seed >= 0 && seed <= MOST)) return { error: 'The seed must be a whole number from 0 to 2^53, or empty for a new one each time.' };
    return { total, seed };
  }

  async function start() {
    const { total, seed, error } = read();
    if (error) return fail(error);
    fail('');
    running = new AbortController();
    const { signal } = running;
    const view = new RunView(ui, { picture, plot, seed, total });
    const options = { seed, total, signal, onShare: (share) => view.add(share) };
    ui.run.textContent = 'Cancel';
    for (const early of earlyCounts(glue, seed, total)) plot.add(early.points, 4 * early.inside / early.points);
    try {
      await (ui.by.value === 'page' ? countInSlices(glue, options) : pool.run(options));
      view.end('Done');
    } catch (failure) {
      view.end(signal.aborted ? 'Cancelled' : 'Stopped');
      if (!signal.aborted) fail(failure.message);
    } finally {
      running = null;
      ui.run.textContent = 'Run';
    }
  }
}

/** Shows a run's progress, once a frame at most. */
class RunView {
  #ui;
  #run;
  #tally = new Tally();
  #start = performance.now();
  #frame = 0;

  constructor(ui, run) {
    this.#ui = ui;
    this.#run = run;
    ui.progress.hidden = false;
    run.picture.clear(run.seed, run.total);
    run.plot.clear(run.total);
    setText(ui.usedSeed, String(run.seed));
  }

  add(share) {
    this.#tally.add(share);
    const { points, inside } = this.#tally.prefix;
    if (points > 0) this.#run.plot.add(points, 4 * inside / points);
    this.#frame ||= requestAnimationFrame(() => this.#show(false));
  }

  end(word) {
    cancelAnimationFrame(this.#frame);
    this.#show(true);
    const { points } = this.#tally;
    setText(this.#ui.status, `${word}: ${number(points)} of ${number(this.#run.total)} points.`);
  }

  #show(ended) {
    this.#frame = 0;
    const ui = this.#ui;
    const { total, plot, picture } = this.#run;
    const { points, estimate, standardError, prefix } = this.#tally;
    const elapsed = (performance.now() - this.#start) / 1000;
    const rate = points / elapsed;
    ui.progress.value = points / total;
    setText(ui.time, seconds(elapsed));
    setText(ui.rate, points > 0 ? perSecond(rate) : '–');
    setText(ui.left, ended ? '–' : seconds((total - points) / rate));
    if (!ended) setText(ui.status, `Counting: ${number(points)} of ${number(total)} points.`);
    if (points === 0) return;

    const sure = Math.max(0, Math.min(10, Math.floor(-Math.log10(standardError))));
    const digits = estimate.toFixed(10);
    setText(ui.sure, digits.slice(0, sure === 0 ? 1 : 2 + sure));
    setText(ui.unsure, digits.slice(sure === 0 ? 1 : 2 + sure));
    const error = estimate - Math.PI;
    setText(ui.errorOf, `${signed(error)} (${significant(Math.abs(error) / standardError)}\u00a0σ)`);
    setText(ui.sigma, `±${standardError.toPrecision(3)}`);

    plot.draw();
    picture.show(prefix.points);
    const counted = `${number(points)} points, estimate ${digits}`;
    ui.picture.setAttribute('aria-label', `Random points in a square around a circle; ${number(picture.dots)} shown of ${counted}`);
    ui.plot.setAttribute('aria-label', `Convergence: after ${counted}, error ${signed(error)}, standard error ${standardError.toPrecision(3)}`);
  }
}

function buildRun(section, workers) {
  const points = element('input', {
    type: 'text', id: 'monte-carlo-points', value: number(1e7), inputMode: 'numeric', autocomplete: 'off', spellcheck: false,
    'aria-describedby': 'monte-carlo-error',
  });
  const seed = element('input', {
    type: 'text', id: 'monte-carlo-seed', placeholder: 'new each time', inputMode: 'numeric', autocomplete: 'off',
    'aria-describedby': 'monte-carlo-error',
  });
  const presets = PRESETS.map((power) => {
    const label = `${number(10 ** power)} points`;
    return [element('button', { type: 'button', 'aria-label': label, title: label }, powerOfTen(power)), 10 ** power];
  });
  const run = element('button', { type: 'submit', id: 'monte-carlo-run', className: 'primary' }, 'Run');
  const by = choice('Counted by', [['workers', `${workers} workers`], ['page', 'this thread, in slices']], () => {});
  by.show('workers');
  const error = element('p', { id: 'monte-carlo-error', className: 'error', role: 'alert', hidden: true });
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Points counted' });
  const status = element('p', { className: 'status', role: 'status' }, 'Not run yet.');

  const form = element('form', { className: 'simulation-controls', noValidate: true },
    element('div', { className: 'field' }, element('label', { for: points.id }, 'Points'), points),
    element('div', { className: 'presets', role: 'group', 'aria-label': 'Number of points' }, ...presets.map(([button]) => button)),
    element('div', { className: 'field' }, element('label', { for: seed.id }, 'Seed'), seed),
    element('div', { className: 'field' }, element('span', { className: 'label' }, 'Counted by'), by.group),
    run);

  const sure = element('span', { className: 'sure' });
  const unsure = element('span', { className: 'unsure' });
  const [errorOf, sigma, time, rate, left, usedSeed] = Array.from({ length: 6 }, () => element('dd', {}, '–'));
  const row = (name, value) => element('div', {}, element('dt', {}, name), value);
  const results = element('div', { className: 'results' },
    element('div', { className: 'estimate' },
      element('p', { className: 'label' }, 'π ≈ '),
      element('output', { id: 'monte-carlo-estimate', for: points.id, title: 'Strong: the digits that the standard error leaves certain' }, sure, unsure)),
    element('dl', {},
      row('Error', errorOf), row('Standard error', sigma), row('Time', time), row('Speed', rate), row('Time left', left),
      row('Seed', usedSeed)));

  const picture = element('canvas', { id: 'monte-carlo-picture', role: 'img', 'aria-label': 'Random points in a square around a circle: none yet' });
  const plot = element('canvas', { id: 'monte-carlo-plot', role: 'img', 'aria-label': 'Convergence: nothing counted yet' });
  const figure = (className, title, legend, canvas) => element('figure', { className: `display ${className}` },
    element('figcaption', {}, title, ' ', legend), canvas);
  const legend = (...entries) => element('span', { className: 'legend' },
    ...entries.flatMap(([className, text]) => [element('i', { className: `swatch ${className}` }), `${text} `]));
  section.append(form, error, progress, status, element('div', { className: 'monte-carlo-displays' },
    figure('points', 'Points', legend(['inside', 'inside'], ['outside', 'outside']), picture),
    element('div', { className: 'monte-carlo-side' }, results,
      figure('convergence', 'Convergence', legend(['path', 'error of the estimate'], ['band', '±2 standard errors']), plot))));
  return { form, points, seed, presets, run, by, error, progress, status, sure, unsure, errorOf, sigma, time, rate, left, usedSeed, picture, plot };
}

function mountComparison(section, module, glue) {
  const ui = buildComparison(section);
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
        module, substream: glue.monte_carlo_substream(), points, rounds: COMPARISON_ROUNDS, signal,
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
  ui.rows.replaceChildren(...results.map(({ id, label, workers, first, median, ratio }) => {
    const bar = element('div', { className: 'bar', 'aria-hidden': 'true' }, element('i'), element('b'));
    for (const [name, value] of [['value', ratio.median], ['least', ratio.least], ['most', ratio.most]]) {
      bar.style.setProperty(`--${name}`, `${(100 * value) / longest}%`);
    }
    const cell = (text) => element('td', { className: 'number' }, text);
    return element('tr', { 'data-contestant': id },
      element('th', { scope: 'row' }, workers > 1 ? `${label} (${workers})` : label),
      element('td', { className: 'bar-cell' }, bar),
      cell(`${number(ratio.median, 1)}×`),
      cell(`${number(ratio.least, 1)} – ${number(ratio.most, 1)}`),
      cell(seconds(median / 1000)),
      cell(seconds(first / 1000)));
  }));
  ui.table.hidden = false;
  setText(ui.status, `${number(points)} points, ${COMPARISON_ROUNDS} rounds, all in turn.`);
}

function buildComparison(section) {
  const button = element('button', { type: 'button', id: 'monte-carlo-compare' }, 'Compare');
  const points = choice('Points for each', COMPARISON_POINTS.map((power) => [String(10 ** power), powerOfTen(power)]), () => {});
  points.show(String(1e7));
  const status = element('p', { className: 'status', role: 'status' });
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Comparison' });
  const rows = element('tbody');
  const head = (text, className = '') => element('th', { scope: 'col', className }, text);
  const table = element('table', { className: 'comparison', hidden: true },
    element('thead', {}, element('tr', {}, head('Counted by'), head('Speed', 'bar-cell'), head('Times as fast', 'number'),
      head('Least – most', 'number'), head('Time', 'number'), head('First run', 'number'))),
    rows);
  section.append(
    element('div', { className: 'section-head comparison-head' },
      element('h3', {}, 'On your machine'),
      element('p', { className: 'hint' }, 'The same number of points, counted in JavaScript and in WebAssembly: each warmed '
        + 'up alike, in turn, in a worker of its own. How many times as fast as Math.random(), round by round.')),
    element('div', { className: 'simulation-controls' },
      element('div', { className: 'field' }, element('span', { className: 'label' }, 'Points'), points.group), button),
    error, progress, status, element('div', { className: 'scroll' }, table));
  return { button, points, status, error, progress, rows, table };
}
