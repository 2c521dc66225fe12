/**
 * The picture of the string: grid, line and caret, sharp on any pixel density. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { MINUS } from '../shared/numbers.js';

/** @typedef {(value: number) => number} Scale a point or a displacement to its place on the canvas */

/** The displacement that the picture reaches to while the string is calm. */
const LEAST_RANGE = 1.25;

/** The string on its grid, and the caret. */
export class WavePicture {
  #surface;
  #canvas;
  #wave;
  #range = LEAST_RANGE;
  #points;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} points of the string
   * @param {() => import('../../pkg/audio_dsp_wasm.js').WaveSimulation} wave what to draw
   */
  constructor(canvas, points, wave) {
    this.#canvas = canvas;
    this.#points = points;
    /** Where the keyboard plucks: a point of the string, and how high. */
    this.caret = { position: points / 2, height: 1 };
    this.#wave = wave;
    this.#surface = new Surface(canvas, () => this.draw());
  }

  /**
   * The point of the string and the displacement under a pointer.
   * @param {PointerEvent} event
   */
  at({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    /** @param {number} value */
    const share = (value) => Math.min(1, Math.max(0, value));
    const position = share((clientX - box.left) / box.width) * (this.#points - 1);
    const height = (1 - 2 * share((clientY - box.top) / box.height)) * this.#range;
    return { position, height };
  }

  /**
   * @param {number} points along the string
   * @param {number} height
   */
  moveCaret(points, height) {
    this.caret.position = Math.min(this.#points - 1, Math.max(0, this.caret.position + points));
    this.caret.height = Math.min(1, Math.max(-1, Math.round((this.caret.height + height) * 10) / 10));
  }

  draw() {
    if (!this.#surface.inSight) return;
    const { draw, width, height } = this.#surface;
    const u = this.#wave().view();
    this.#follow(u);
    /** @type {Scale} */
    const x = (point) => (point / (this.#points - 1)) * width;
    /** @type {Scale} */
    const y = (value) => ((1 - value / this.#range) * height) / 2;
    draw.clearRect(0, 0, width, height);
    this.#drawGrid(x, y);
    this.#drawString(u, x, y);
    if (document.activeElement === this.#canvas) this.#drawCaret(x, y);
  }

  /**
   * Doubles the range where the string leaves it, and comes back as it calms down.
   * @param {Float64Array} u
   */
  #follow(u) {
    let peak = 0;
    for (const value of u) peak = Math.max(peak, Math.abs(value));
    while (peak > this.#range && peak < Infinity) this.#range *= 2;
    if (peak < this.#range / 6 && this.#range > LEAST_RANGE) this.#range /= 2;
  }

  /**
   * @param {Scale} x
   * @param {Scale} y
   */
  #drawGrid(x, y) {
    const { draw, width, height, scale, colors } = this.#surface;
    draw.lineWidth = Math.max(1, Math.round(scale));
    const offset = (draw.lineWidth % 2) / 2;
    draw.strokeStyle = colors.line;
    draw.fillStyle = colors.muted;
    this.#surface.font(12);
    draw.beginPath();
    for (let point = 100; point < this.#points; point += 100) {
      const place = Math.round(x(point)) + offset;
      draw.moveTo(place, 0);
      draw.lineTo(place, height);
    }
    const level = this.#range / LEAST_RANGE;
    const levels = [-level, -level / 2, 0, level / 2, level];
    for (const value of levels) {
      const place = Math.round(y(value)) + offset;
      draw.moveTo(0, place);
      draw.lineTo(width, place);
    }
    draw.stroke();
    draw.textBaseline = 'bottom';
    draw.textAlign = 'left';
    /** @param {number} value */
    const label = (value) => `${value < 0 ? MINUS : ''}${Math.abs(value)}`;
    for (const value of levels) draw.fillText(label(value), 6 * scale, y(value) - 2 * scale);
    draw.textAlign = 'right';
    const every = width / scale > 560 ? 100 : 200;
    for (let point = every; point < this.#points; point += every) {
      draw.fillText(String(point), x(point) - 4 * scale, height - 3 * scale);
    }
  }

  /**
   * @param {Float64Array} u
   * @param {Scale} x
   * @param {Scale} y
   */
  #drawString(u, x, y) {
    const { draw, width, scale, colors } = this.#surface;
    draw.beginPath();
    for (let point = 0; point < this.#points; point += 1) draw.lineTo(x(point), y(u[point]));
    draw.strokeStyle = colors.accent;
    draw.lineWidth = 2 * scale;
    draw.lineJoin = 'round';
    draw.stroke();
    draw.lineTo(width, y(0));
    draw.lineTo(0, y(0));
    draw.globalAlpha = 0.13;
    draw.fillStyle = colors.accent;
    draw.fill();
    draw.globalAlpha = 1;
  }

  /**
   * @param {Scale} x
   * @param {Scale} y
   */
  #drawCaret(x, y) {
    const { draw, height, scale, colors } = this.#surface;
    const place = x(this.caret.position);
    draw.strokeStyle = colors['accent-2'];
    draw.fillStyle = colors['accent-2'];
    draw.lineWidth = 1.5 * scale;
    draw.setLineDash([4 * scale, 4 * scale]);
    draw.beginPath();
    draw.moveTo(place, 0);
    draw.lineTo(place, height);
    draw.stroke();
    draw.setLineDash([]);
    draw.beginPath();
    draw.arc(place, y(this.caret.height), 5 * scale, 0, 2 * Math.PI);
    draw.fill();
  }
}
