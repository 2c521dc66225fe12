/**
 * The panel "Pi by Monte Carlo": a run of any length with its picture, its convergence and a way to cancel it. The
 * counting is done in workers, or here in slices. Main thread.
 */

import { loadModule } from '../../worklet/engine.js';
import { button, choice, element, errorMessage, messageOf, setText, showMessage } from '../shared/dom.js';
import { duration, grouped, parseCount, powerOfTen, signed, significant } from '../shared/numbers.js';
import { ConvergencePlot } from './convergence.js';
import { PointsPicture } from './picture.js';
import { MonteCarloPool } from './pool.js';
import { countInSlices, earlyCounts, Tally } from './run.js';

/** @typedef {import('../../worklet/engine.js').LoadedModule['glue']} Glue */

/** Powers of ten. */
const PRESETS = [4, 5, 6, 7, 8, 9, 10];

/**
 * Builds the panel.
 * @param {HTMLElement} section
 */
export async function mount(section) {
  const { module, glue } = await loadModule();
  mountRun(section, module, glue);
}

/**
 * @param {HTMLElement} section
 * @param {WebAssembly.Module} module
 * @param {Glue} glue
 */
function mountRun(section, module, glue) {
  const substream = glue.monte_carlo_substream();
  const pool = new MonteCarloPool(module, substream);
  const ui = buildRun(section, pool.size);
  const picture = new PointsPicture(ui.picture, glue.monte_carlo_points, substream);
  const plot = new ConvergencePlot(ui.plot);
  /** @type {AbortController | null} */
  let running = null;

  ui.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (running) running.abort();
    else start();
  });
  for (const { preset, points } of ui.presets) {
    preset.addEventListener('click', () => {
      ui.points.value = grouped(points);
      ui.points.dispatchEvent(new Event('input'));
    });
  }
  // A wrong number is told at once, and does not touch a run in progress.
  for (const input of [ui.points, ui.seed]) {
    input.addEventListener('input', () => {
      const { error, wrong } = read();
      for (const each of [ui.points, ui.seed]) each.removeAttribute('aria-invalid');
      wrong?.setAttribute('aria-invalid', 'true');
      showMessage(ui.error, error);
    });
  }

  /** What is typed, and what is wrong with it, in the words of the run's own check. */
  function read() {
    const typed = ui.seed.value.trim();
    const seed = typed === '' ? crypto.getRandomValues(new Uint32Array(1))[0] : parseCount(typed);
    const total = parseCount(ui.points.value);
    const [wrongTotal, wrongSeed] = [complaintAbout(glue, 0, total), complaintAbout(glue, seed, 1)];
    const wrong = wrongTotal ? ui.points : wrongSeed ? ui.seed : null;
    return { total, seed, error: wrongTotal || wrongSeed, wrong };
  }

  async function start() {
    const { total, seed, error } = read();
    showMessage(ui.error, error);
    if (error) return;
    running = new AbortController();
    const { signal } = running;
    const view = new RunView(ui, { picture, plot, seed, total });
    /** @type {import('./pool.js').RunOptions} */
    const options = { seed, total, signal, onShare: (share) => view.add(share) };
    ui.run.textContent = 'Cancel';
    for (const early of earlyCounts(glue, seed, total)) plot.add(early.points, (4 * early.inside) / early.points);
    try {
      await (ui.by.value === 'page' ? countInSlices(glue, options) : pool.run(options));
      view.end('Done');
    } catch (failure) {
      view.end(signal.aborted ? 'Cancelled' : 'Stopped');
      if (!signal.aborted) showMessage(ui.error, messageOf(failure));
    } finally {
      running = null;
      ui.run.textContent = 'Run';
    }
  }
}

/**
 * What is wrong with a run, '' for nothing.
 * @param {Glue} glue
 * @param {number} seed
 * @param {number} total
 */
function complaintAbout({ MonteCarloRun }, seed, total) {
  try {
    new MonteCarloRun(seed, total).free();
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * @typedef {object} ViewedRun
 * @property {number} seed
 * @property {number} total
 * @property {PointsPicture} picture
 * @property {ConvergencePlot} plot
 */

/** Shows a run's progress, once a frame at most. */
class RunView {
  #ui;
  #run;
  #tally = new Tally();
  #start = performance.now();
  #frame = 0;

  /**
   * @param {ReturnType<typeof buildRun>} ui
   * @param {ViewedRun} run
   */
  constructor(ui, run) {
    this.#ui = ui;
    this.#run = run;
    ui.progress.hidden = false;
    run.picture.clear(run.seed, run.total);
    run.plot.clear(run.total);
    setText(ui.usedSeed, String(run.seed));
  }

  /** @param {import('./pool.js').CountedShare} share */
  add(share) {
    this.#tally.add(share);
    const { points, inside } = this.#tally.prefix;
    if (points > 0) this.#run.plot.add(points, (4 * inside) / points);
    this.#frame ||= requestAnimationFrame(() => this.#show(false));
  }

  /** @param {string} word how it ended */
  end(word) {
    cancelAnimationFrame(this.#frame);
    this.#show(true);
    const { points } = this.#tally;
    setText(this.#ui.status, `${word}: ${grouped(points)} of ${grouped(this.#run.total)} points.`);
  }

  /** @param {boolean} ended */
  #show(ended) {
    this.#frame = 0;
    const ui = this.#ui;
    const { total, plot, picture } = this.#run;
    const { points, estimate, standardError, prefix } = this.#tally;
    const elapsed = (performance.now() - this.#start) / 1000;
    const rate = points / elapsed;
    ui.progress.value = points / total;
    setText(ui.time, duration(elapsed));
    setText(ui.rate, points > 0 ? `${significant(rate / 1e6)} million/s` : '–');
    setText(ui.left, ended ? '–' : duration((total - points) / rate));
    if (!ended) setText(ui.status, `Counting: ${grouped(points)} of ${grouped(total)} points.`);
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
    const counted = `${grouped(points)} points, estimate ${digits}`;
    ui.picture.setAttribute(
      'aria-label',
      `Random points in a square around a circle; ${grouped(picture.dots)} shown of ${counted}`,
    );
    ui.plot.setAttribute(
      'aria-label',
      `Convergence: after ${counted}, error ${signed(error)}, standard error ${standardError.toPrecision(3)}`,
    );
  }
}

/**
 * @param {HTMLElement} section
 * @param {number} workers how many
 */
function buildRun(section, workers) {
  const controls = buildControls(workers);
  const results = buildResults();
  const picture = element('canvas', {
    id: 'monte-carlo-picture',
    role: 'img',
    'aria-label': 'Random points in a square around a circle: none yet',
  });
  const plot = element('canvas', {
    id: 'monte-carlo-plot',
    role: 'img',
    'aria-label': 'Convergence: nothing counted yet',
  });
  const points = figure('points', 'Points', { inside: 'inside', outside: 'outside' }, picture);
  const convergence = figure(
    'convergence',
    'Convergence',
    { path: 'error of the estimate', band: '±2 standard errors' },
    plot,
  );
  const { form, error, progress, status } = controls;
  section.append(
    form,
    error,
    progress,
    status,
    element(
      'div',
      { className: 'monte-carlo-displays' },
      points,
      element('div', { className: 'monte-carlo-side' }, results.node, convergence),
    ),
  );
  return { ...controls, ...results, picture, plot };
}

/** @param {number} workers how many */
function buildControls(workers) {
  /**
   * @param {string} id
   * @param {Record<string, unknown>} properties
   */
  const input = (id, properties) =>
    element('input', {
      type: 'text',
      id,
      inputMode: 'numeric',
      autocomplete: 'off',
      spellcheck: false,
      'aria-describedby': 'monte-carlo-error',
      ...properties,
    });
  const points = input('monte-carlo-points', { value: grouped(1e7) });
  const seed = input('monte-carlo-seed', { placeholder: 'new each time' });
  const presets = PRESETS.map((power) => {
    const label = `${grouped(10 ** power)} points`;
    return {
      preset: button(powerOfTen(power), { 'aria-label': `${powerOfTen(power)}, ${label}`, 'title': label }),
      points: 10 ** power,
    };
  });
  const by = choice('Counted by', [
    ['workers', `${workers} workers`],
    ['page', 'this thread, in slices'],
  ]);
  by.show('workers');
  const run = element('button', { type: 'submit', id: 'monte-carlo-run', className: 'primary' }, 'Run');

  /**
   * @param {HTMLElement} control
   * @param {string} label
   */
  const labelled = (control, label) =>
    element('div', { className: 'field' }, element('label', { for: control.id }, label), control);
  const buttons = presets.map(({ preset }) => preset);
  const form = element(
    'form',
    { className: 'simulation-controls', noValidate: true },
    labelled(points, 'Points'),
    element('div', { className: 'presets', role: 'group', 'aria-label': 'Number of points' }, ...buttons),
    labelled(seed, 'Seed'),
    element('div', { className: 'field' }, element('span', { className: 'label' }, 'Counted by'), by.group),
    run,
  );
  const error = errorMessage({ id: 'monte-carlo-error' });
  const progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Points counted' });
  const status = element('p', { className: 'status', role: 'status' }, 'Not run yet.');
  return { form, points, seed, presets, by, run, error, progress, status };
}

function buildResults() {
  const sure = element('span', { className: 'sure' });
  const unsure = element('span', { className: 'unsure' });
  const [errorOf, sigma, time, rate, left, usedSeed] = Array.from({ length: 6 }, () => element('dd', {}, '–'));
  /**
   * @param {string} name
   * @param {HTMLElement} value
   */
  const row = (name, value) => element('div', {}, element('dt', {}, name), value);
  const title = 'Strong: the digits that the standard error leaves certain';
  const node = element(
    'div',
    { className: 'results' },
    element(
      'div',
      { className: 'estimate' },
      element('p', { className: 'label' }, 'π ≈ '),
      element('output', { id: 'monte-carlo-estimate', for: 'monte-carlo-points', title }, sure, unsure),
    ),
    element(
      'dl',
      {},
      row('Error', errorOf),
      row('Standard error', sigma),
      row('Time', time),
      row('Speed', rate),
      row('Time left', left),
      row('Seed', usedSeed),
    ),
  );
  return { node, sure, unsure, errorOf, sigma, time, rate, left, usedSeed };
}

/**
 * A titled canvas with a legend.
 * @param {string} className
 * @param {string} title
 * @param {Record<string, string>} legend the swatches' class names and what they mean
 * @param {HTMLCanvasElement} canvas
 */
function figure(className, title, legend, canvas) {
  const entries = Object.entries(legend).flatMap(([swatch, text]) => [
    element('i', { className: `swatch ${swatch}` }),
    `${text} `,
  ]);
  const caption = element('figcaption', {}, title, ' ', element('span', { className: 'legend' }, ...entries));
  return element('figure', { className: `display ${className}` }, caption, canvas);
}
