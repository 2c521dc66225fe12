/**
 * The panel "Wave equation": a string of 800 points at the display's rate, plucked by pointer and keyboard. The steps
 * are WaveSimulation's. Main thread.
 *
 * Time on the screen is counted in steps a second, not in frames: the wave is as fast at 60 Hz as at 144.
 */

import { loadModule } from '../../worklet/engine.js';
import { button, choice, element, errorMessage, fillTrack, messageOf, setText, showMessage } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { fixed, grouped } from '../shared/numbers.js';
import { Listen } from '../string/listen.js';
import { WavePicture } from './picture.js';

/** @typedef {import('../../worklet/engine.js').LoadedModule['glue']} Glue */

const POINTS = 800;

/** Time that a frame may make up for; what is longer was a pause. Reduced motion draws four times a second. */
const LONGEST_FRAME_SECONDS = 0.3;

/** How often the figures under the string change. */
const FIGURES_MILLISECONDS = 250;

/** In steps a second. */
const SPEEDS = { least: 30, most: 30_000, start: 480 };
/** The most that the amplitude falls by in a step: by a factor of e to the power of this. */
const MOST_DAMPING = 0.02;

const HINT =
  'Click, touch or drag to pluck. With the keyboard: the arrow keys move the caret, left and right along the ' +
  'string, up and down for the height; Enter plucks. At c = 1 every wave keeps its shape; below, the short ones fall ' +
  'behind.';

/**
 * Builds the panel.
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export async function mount(section, { session }) {
  const { glue } = await loadModule();
  new WavePanel(section, glue, session);
}

class WavePanel {
  #glue;
  #ui;
  #listening;
  #picture;
  #wave;
  #wake;
  #playing = false;
  /** The visitor paused: a pluck does not start the string again. */
  #held = matchMedia('(prefers-reduced-motion: reduce)').matches;
  /** When the last frame was drawn, in milliseconds; null after a pause. @type {number | null} */
  #last = null;
  /** Steps that are due, a fraction of one included. */
  #due = 0;
  #figures = { at: -Infinity, steps: 0, scriptMilliseconds: 0, frames: 0 };

  /**
   * @param {HTMLElement} section
   * @param {Glue} glue
   * @param {import('../session/session.js').Session} session
   */
  constructor(section, glue, session) {
    this.#glue = glue;
    this.#ui = build(section, glue.Boundary);
    this.#listening = new Listen(session, (sentence) => showMessage(this.#ui.error, sentence));
    this.#ui.reset.after(this.#listening.button);
    this.#wave = new glue.WaveSimulation(POINTS, Number(this.#ui.courant.value));
    this.#picture = new WavePicture(this.#ui.canvas, POINTS, () => this.#wave);
    this.#wake = frames(
      () => this.#playing && !document.hidden,
      (now) => this.#frame(now),
    );
    this.#listen();
    this.#applySettings();
    this.#wave.pluck(POINTS / 4, this.#width, 1);
    this.#showFigures(performance.now());
  }

  get #speed() {
    return SPEEDS.least * (SPEEDS.most / SPEEDS.least) ** Number(this.#ui.speed.input.value);
  }

  get #damping() {
    return MOST_DAMPING * Number(this.#ui.damping.input.value) ** 3;
  }

  get #width() {
    return Number(this.#ui.width.input.value);
  }

  #listen() {
    const ui = this.#ui;
    ui.play.addEventListener('click', () => this.#play(!this.#playing));
    ui.pluck.addEventListener('click', () => this.#pluck(this.#picture.caret.position, this.#picture.caret.height));
    ui.reset.addEventListener('click', () => {
      this.#wave.reset();
      this.#redraw();
    });
    const settings = [ui.speed.input, ui.damping.input, ui.width.input, ui.boundary.group];
    for (const setting of settings) setting.addEventListener('input', () => this.#applySettings());
    ui.courant.addEventListener('change', () => this.#restart(ui.courant));
    document.addEventListener('visibilitychange', () => {
      this.#last = null;
      this.#wake();
    });
    this.#listenToPointer(ui.canvas);
    ui.canvas.addEventListener('keydown', (event) => this.#key(event));
    for (const name of ['focus', 'blur']) ui.canvas.addEventListener(name, () => this.#redraw());
  }

  /** @param {HTMLCanvasElement} canvas */
  #listenToPointer(canvas) {
    /** Where a drag plucked last. @type {number | null} */
    let lastPluck = null;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      const { position, height } = this.#picture.at(event);
      lastPluck = position;
      this.#pluck(position, height);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (lastPluck === null) return;
      const { position, height } = this.#picture.at(event);
      if (Math.abs(position - lastPluck) < this.#width) return;
      lastPluck = position;
      this.#pluck(position, height);
    });
    for (const name of ['pointerup', 'pointercancel'])
      canvas.addEventListener(name, () => {
        lastPluck = null;
      });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { caret } = this.#picture;
    const step = event.shiftKey ? 1 : 10;
    /** @type {Record<string, [points: number, height: number] | undefined>} */
    const moves = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, 0.1],
      ArrowDown: [0, -0.1],
      PageDown: [-100, 0],
      PageUp: [100, 0],
      Home: [-POINTS, 0],
      End: [POINTS, 0],
    };
    const move = moves[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.#pluck(caret.position, caret.height);
    else if (move) this.#picture.moveCaret(...move);
    else return;
    event.preventDefault();
    this.#redraw();
  }

  #applySettings() {
    const { speed, damping, width, boundary } = this.#ui;
    this.#wave.damping = this.#damping;
    this.#wave.boundary = Number(boundary.value);
    const halves = Math.log(2) / this.#damping;
    setText(speed.output, `${grouped(this.#speed)} steps/s`);
    setText(damping.output, Number.isFinite(halves) ? `halves in ${grouped(halves)} steps` : 'none');
    setText(width.output, `± ${grouped(this.#width)} points`);
    for (const { input, output } of [speed, damping, width]) {
      fillTrack(input);
      input.setAttribute('aria-valuetext', output.value);
    }
    this.#redraw();
  }

  /**
   * A new string, for another Courant number; where that is out of range, the old one plays on.
   * @param {HTMLInputElement} input
   */
  #restart(input) {
    const text = input.value.trim();
    try {
      const wave = new this.#glue.WaveSimulation(POINTS, text === '' ? NaN : Number(text));
      this.#wave.free();
      this.#wave = wave;
      showMessage(this.#ui.error, '');
      input.removeAttribute('aria-invalid');
    } catch (error) {
      input.setAttribute('aria-invalid', 'true');
      return showMessage(this.#ui.error, messageOf(error));
    }
    this.#applySettings();
    this.#pluck(POINTS / 4, 1);
  }

  /**
   * @param {number} position a point of the string
   * @param {number} height
   */
  #pluck(position, height) {
    this.#wave.pluck(position, this.#width, height);
    this.#listening.pluck(position / (POINTS - 1), height, this.#width / POINTS);
    if (!this.#held) this.#play(true);
    this.#redraw();
  }

  /** @param {boolean} playing */
  #play(playing) {
    this.#held = !playing;
    this.#playing = playing;
    this.#last = null;
    setText(this.#ui.play, playing ? 'Pause' : 'Start');
    this.#wake();
  }

  /** @param {number} now in milliseconds */
  #frame(now) {
    const start = performance.now();
    const elapsed =
      this.#last === null || !this.#playing ? 0 : Math.min((now - this.#last) / 1000, LONGEST_FRAME_SECONDS);
    this.#last = now;
    this.#due += elapsed * this.#speed;
    const steps = Math.floor(this.#due);
    this.#due -= steps;
    this.#wave.step_many(steps);
    this.#picture.draw();
    this.#figures.steps += steps;
    this.#figures.frames += 1;
    this.#figures.scriptMilliseconds += performance.now() - start;
    if (now - this.#figures.at >= FIGURES_MILLISECONDS) this.#showFigures(now);
  }

  /** Draws what changed while the string stands still. */
  #redraw() {
    if (this.#playing) return;
    this.#picture.draw();
    this.#showFigures(performance.now());
  }

  /** @param {number} now in milliseconds */
  #showFigures(now) {
    const { at, steps, scriptMilliseconds, frames } = this.#figures;
    const rate = this.#playing && now > at ? (1000 * steps) / (now - at) : 0;
    this.#figures = { at: now, steps: 0, scriptMilliseconds: 0, frames: 0 };
    const { figures, canvas } = this.#ui;
    const energy = this.#wave.energy;
    setText(figures.steps, grouped(this.#wave.steps));
    setText(figures.rate, grouped(rate));
    setText(figures.energy, energy.toFixed(6));
    setText(figures.script, frames > 0 ? `${(scriptMilliseconds / frames).toFixed(2)} ms` : '–');
    const { position, height } = this.#picture.caret;
    canvas.setAttribute('aria-valuenow', String(position));
    const here = fixed(this.#wave.view()[position], 2);
    canvas.setAttribute(
      'aria-valuetext',
      `caret at point ${position}, where the string is at ${here}; pluck height ` +
        `${fixed(height, 2)}; energy ${energy.toFixed(4)} after ${grouped(this.#wave.steps)} steps`,
    );
  }
}

/**
 * @param {HTMLElement} section
 * @param {Glue['Boundary']} Boundary
 */
function build(section, Boundary) {
  const canvas = element('canvas', {
    id: 'wave-canvas',
    tabIndex: 0,
    role: 'slider',
    'aria-valuemin': 0,
    'aria-valuemax': POINTS - 1,
    'aria-label': `String of ${POINTS} points. Arrow keys move the caret, Enter plucks`,
  });
  const play = button('Start', { id: 'wave-play', className: 'primary' });
  const pluck = button('Pluck', { id: 'wave-pluck' });
  const reset = button('Reset', { id: 'wave-reset' });
  const boundary = choice('Ends', [
    [String(Boundary.Fixed), 'Fixed'],
    [String(Boundary.Free), 'Free'],
    [String(Boundary.Absorbing), 'Absorbing'],
  ]);
  boundary.show(String(Boundary.Fixed));
  const courant = element('input', {
    type: 'text',
    id: 'wave-courant',
    value: '1',
    inputMode: 'decimal',
    autocomplete: 'off',
    'aria-describedby': 'wave-error',
  });
  const error = errorMessage({ id: 'wave-error' });

  const start = Math.log(SPEEDS.start / SPEEDS.least) / Math.log(SPEEDS.most / SPEEDS.least);
  const speed = slider('wave-speed', 'Speed', { min: 0, max: 1, step: 0.01, value: start });
  const damping = slider('wave-damping', 'Damping', { min: 0, max: 1, step: 0.01, value: 0.25 });
  const width = slider('wave-width', 'Width of a pluck', { min: 2, max: 150, step: 1, value: 40 });

  const [steps, rate, energy, script] = Array.from({ length: 4 }, () => element('dd', {}, '–'));
  const figures = { steps, rate, energy, script };
  /**
   * @param {string} name
   * @param {HTMLElement} value
   */
  const row = (name, value) => element('div', {}, element('dt', {}, name), value);

  section.append(
    element('div', { className: 'wave-display' }, canvas),
    element(
      'dl',
      { className: 'wave-figures' },
      row('Steps', steps),
      row('Steps/s', rate),
      row('Energy', energy),
      row('Script per frame', script),
    ),
    element(
      'div',
      { className: 'wave-buttons' },
      element('div', { className: 'buttons' }, play, pluck, reset),
      element('div', { className: 'field' }, element('span', { className: 'label' }, 'Ends'), boundary.group),
      element('div', { className: 'field' }, element('label', { for: courant.id }, 'Courant number c'), courant),
    ),
    error,
    element('div', { className: 'wave-controls' }, speed.control, damping.control, width.control),
    element('p', { className: 'hint wave-hint' }, HINT),
  );
  return { canvas, play, pluck, reset, boundary, courant, error, speed, damping, width, figures };
}

/**
 * A labelled slider with its value in words.
 * @param {string} id
 * @param {string} label
 * @param {{ min: number, max: number, step: number, value: number }} range
 */
function slider(id, label, range) {
  const input = element('input', { type: 'range', id, ...range });
  const output = element('output', { for: id });
  const control = element('div', { className: 'slider-row' }, element('label', { for: id }, label), output, input);
  return { input, output, control };
}
