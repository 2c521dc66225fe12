/**
 * The oscilloscope: input and output over the same 20 ms. With its trigger the wave stands still, since both traces
 * start where the input last rose through a level. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { MINUS } from '../shared/numbers.js';
import { SILENCE } from './trace.js';
import { latestStart, triggerPoint } from './trigger.js';

const WINDOW_SECONDS = 0.02;
const DIVISIONS = 10;
/** Vertical ranges: full scale is 1. */
const RANGES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const RANGE_HOLD_MILLISECONDS = 1200;
/** The labels stand beside the slider of the trigger's level; in CSS pixels at the usual font size. */
const LABEL_INSET = 22;

export class Oscilloscope {
  #surface;
  #traces;
  #range = 1;
  #largeAt = -Infinity;
  /** Whether it waits for a rise through the level; else it shows the latest samples. */
  isTriggered = true;
  /** The trigger's level, as a share of the way from the middle to the upper edge: −1 … 1. */
  levelShare = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./trace.js').Traces} traces
   * @param {() => void} onAppear it came into sight, or has another size
   */
  constructor(canvas, traces, onAppear) {
    this.#traces = traces;
    this.#surface = new Surface(canvas, () => {
      this.#draw();
      onAppear();
    });
  }

  get inSight() {
    return this.#surface.inSight;
  }

  /** The trigger's level, in full scales. */
  get level() {
    return this.levelShare * this.#range;
  }

  /** Draws anew what is known. */
  refresh() {
    this.#draw();
  }

  /** @param {number} now in milliseconds */
  show(now) {
    this.#fit(now);
    this.#draw();
  }

  /**
   * Widens the vertical range at once, narrows it when the sound has been smaller for a while.
   * @param {number} now
   */
  #fit(now) {
    const peak = Math.max(this.#traces.input.peak, this.#traces.output.peak);
    const wanted = peak < SILENCE ? this.#range : (RANGES.find((range) => range >= peak) ?? RANGES[RANGES.length - 1]);
    const isDue = wanted >= this.#range || now - this.#largeAt > RANGE_HOLD_MILLISECONDS;
    if (isDue && wanted !== this.#range) this.#surface.forgetLayers();
    if (isDue) this.#range = wanted;
    if (wanted >= this.#range) this.#largeAt = now;
  }

  #draw() {
    if (!this.#surface.inSight || this.#surface.width === 0) return;
    const { colors } = this.#surface;
    this.#surface.backdrop(() => {
      this.#surface.fill('inset');
      this.#drawGrid();
    });
    const { input, output } = this.#traces;
    const samples = Math.round(WINDOW_SECONDS * output.sampleRate);
    const start = this.#start(samples);
    if (this.isTriggered) this.#drawLevel();
    this.#drawTrace(input.wave, start, samples, colors.input, 1.5);
    this.#drawTrace(output.wave, start, samples, colors.output, 2);
    this.#surface.overlay(() => this.#drawLabels());
  }

  /** @param {number} samples in the window */
  #start(samples) {
    const { input, output } = this.#traces;
    const { wave, peak } = input.peak > SILENCE ? input : output;
    if (!this.isTriggered || peak <= SILENCE) return latestStart(wave, samples);
    return triggerPoint(wave, samples, { level: this.level, peak });
  }

  #drawLevel() {
    const { draw, width, scale, colors, thinLine } = this.#surface;
    const y = this.#y(this.level);
    draw.fillStyle = colors.muted;
    for (let x = 0; x < width; x += 8 * scale) draw.fillRect(x, Math.round(y), 3 * scale, thinLine);
  }

  /** @param {number} sample */
  #y(sample) {
    const { height, scale } = this.#surface;
    const middle = height / 2;
    return middle - (sample / this.#range) * (middle - 2 * scale);
  }

  #drawGrid() {
    const { draw, width, height, colors, thinLine } = this.#surface;
    draw.fillStyle = colors.line;
    for (let i = 1; i < DIVISIONS; i++) draw.fillRect(Math.round((width * i) / DIVISIONS), 0, thinLine, height);
    for (let i = 1; i < 4; i++) draw.fillRect(0, Math.round((height * i) / 4), width, thinLine);
  }

  #drawLabels() {
    const { draw, width, height, textScale } = this.#surface;
    const inset = 5 * textScale;
    const left = LABEL_INSET * textScale;
    this.#surface.font(10.5);
    draw.textAlign = 'left';
    draw.textBaseline = 'top';
    this.#surface.write(`+${this.#range}`, left, inset);
    draw.textBaseline = 'bottom';
    this.#surface.write(`${MINUS}${this.#range}`, left, height - inset);
    draw.textAlign = 'right';
    this.#surface.write(`${(1000 * WINDOW_SECONDS) / DIVISIONS} ms a division`, width - inset, height - inset);
  }

  /**
   * @param {Float32Array} wave
   * @param {number} start of the window in the wave, between samples
   * @param {number} samples in the window
   * @param {string} color
   * @param {number} thickness in CSS pixels
   */
  #drawTrace(wave, start, samples, color, thickness) {
    const { width } = this.#surface;
    const path = new Path2D();
    for (let i = 0; i <= samples; i++) {
      path.lineTo(((i - (start % 1)) / samples) * width, this.#y(wave[Math.floor(start) + i] ?? 0));
    }
    this.#surface.strokeThin(path, color, thickness);
  }
}
