/**
 * The oscilloscope. The waveform stands still because both traces start where the input last rose through zero. Main
 * thread.
 */

import { Surface } from '../shared/canvas.js';
import { MINUS } from '../shared/numbers.js';
import { SILENCE } from './trace.js';

const WINDOW_SECONDS = 0.02;
const DIVISIONS = 10;
/** Vertical ranges: full scale is 1. */
const RANGES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const RANGE_HOLD_MILLISECONDS = 1200;

export class Oscilloscope {
  #surface;
  #traces;
  #range = 1;
  #largeAt = -Infinity;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./trace.js').Traces} traces
   */
  constructor(canvas, traces) {
    this.#traces = traces;
    this.#surface = new Surface(canvas, () => this.#draw());
  }

  get inSight() {
    return this.#surface.inSight;
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
    if (isDue && wanted !== this.#range) this.#surface.forgetBackdrop();
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
    const start = triggerPoint(input.peak > SILENCE ? input : output, samples);
    this.#drawTrace(input.wave, start, samples, colors.input, 1.25);
    this.#drawTrace(output.wave, start, samples, colors.output, 1.75);
  }

  #drawGrid() {
    const { draw, width, height, scale, colors, thinLine } = this.#surface;
    draw.fillStyle = colors.line;
    for (let i = 1; i < DIVISIONS; i++) draw.fillRect(Math.round((width * i) / DIVISIONS), 0, thinLine, height);
    for (let i = 1; i < 4; i++) draw.fillRect(0, Math.round((height * i) / 4), width, thinLine);
    const inset = 6 * scale;
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textBaseline = 'top';
    draw.textAlign = 'left';
    draw.fillText(`+${this.#range}`, inset, inset);
    draw.textBaseline = 'bottom';
    draw.fillText(`${MINUS}${this.#range}`, inset, height - inset);
    draw.textAlign = 'right';
    draw.fillText(`${(1000 * WINDOW_SECONDS) / DIVISIONS} ms a division`, width - inset, height - inset);
  }

  /**
   * @param {Float32Array} wave
   * @param {number} start of the window in the wave, between samples
   * @param {number} samples in the window
   * @param {string} color
   * @param {number} thickness in CSS pixels
   */
  #drawTrace(wave, start, samples, color, thickness) {
    const { draw, width, height, scale } = this.#surface;
    const middle = height / 2;
    draw.beginPath();
    for (let i = 0; i <= samples; i++) {
      const sample = wave[Math.floor(start) + i] ?? 0;
      const x = ((i - (start % 1)) / samples) * width;
      const y = middle - (sample / this.#range) * (middle - 2 * scale);
      draw.lineTo(x, y);
    }
    draw.strokeStyle = color;
    draw.lineWidth = thickness * scale;
    draw.lineJoin = 'bevel';
    draw.stroke();
  }
}

/**
 * Where the latest whole window starts whose first sample rises through zero, between samples. A rise
 * counts only after the wave has been clearly negative, so that noise around zero is no trigger.
 * @param {import('./trace.js').Trace} trace
 * @param {number} samples in the window
 */
function triggerPoint({ wave, peak }, samples) {
  const last = wave.length - samples - 2;
  const threshold = -0.15 * peak;
  let crossing = -1;
  for (let i = last; i > 0; i--) {
    if (wave[i] < 0 && wave[i + 1] >= 0) crossing = i;
    if (crossing >= 0 && wave[i] <= threshold && peak > SILENCE) {
      return crossing + wave[crossing] / (wave[crossing] - wave[crossing + 1]);
    }
  }
  return last;
}
