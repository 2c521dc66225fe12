/**
 * The convergence plot: how far the estimate is from pi, against the number of points, inside the band of ±2 standard
 * errors that theory gives. Main thread.
 *
 * The number of points is on a logarithmic axis. The error's axis is linear near 0 and logarithmic beyond (asinh),
 * for it shrinks as the root of the points: so the band is a funnel at any scale.
 */

import { Surface } from '../shared/canvas.js';
import { clamp, MINUS, powerOfTen } from '../shared/numbers.js';

/**
 * Where numbers of points and errors are on the canvas.
 * @typedef {object} Plane
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {number} last the number of points at the right end
 * @property {number} reach the largest error
 * @property {(points: number) => number} x
 * @property {(error: number) => number} y
 */

/** 4·√(p·(1 − p)) at p = π/4: the standard error of the estimate is this over the root of the points. */
const DEVIATION = 4 * Math.sqrt((Math.PI / 4) * (1 - Math.PI / 4));

/** The fewest points that are drawn. */
const FIRST = 10;
/** In CSS pixels. */
const MARGIN = { left: 62, right: 14, top: 10, bottom: 34 };
export class ConvergencePlot {
  #surface;
  /** @type {{ points: number, error: number }[]} */
  #path = [];
  #total = 1e6;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#surface = new Surface(canvas, () => this.draw());
  }

  /**
   * Starts anew, for a run.
   * @param {number} total its points
   */
  clear(total) {
    this.#path = [];
    this.#total = total;
  }

  /**
   * The estimate after so many points; more points each time. Close neighbours are left out.
   * @param {number} points
   * @param {number} estimate
   */
  add(points, estimate) {
    const last = this.#path[this.#path.length - 1];
    if (points < FIRST || (last && points < last.points * 1.02 && points < this.#total)) return;
    this.#path.push({ points, error: estimate - Math.PI });
  }

  draw() {
    const { draw, width, height } = this.#surface;
    draw.clearRect(0, 0, width, height);
    const plane = this.#plane();
    this.#surface.font(12);
    this.#drawBand(plane);
    this.#drawAxes(plane);
    this.#drawPath(plane);
  }

  /** @returns {Plane} */
  #plane() {
    const { width, height, scale } = this.#surface;
    const left = MARGIN.left * scale;
    const right = width - MARGIN.right * scale;
    const top = MARGIN.top * scale;
    const bottom = height - MARGIN.bottom * scale;
    const last = Math.max(this.#total, 100 * FIRST);
    const decades = Math.log10(last / FIRST);
    const knee = DEVIATION / Math.sqrt(last);
    /** @param {number} error */
    const bend = (error) => Math.asinh(error / knee);
    const reach = bend((2.6 * DEVIATION) / Math.sqrt(FIRST));
    const middle = (top + bottom) / 2;
    return {
      left,
      right,
      top,
      bottom,
      last,
      reach: knee * Math.sinh(reach),
      x: (points) => left + (Math.log10(points / FIRST) / decades) * (right - left),
      y: (error) => middle - (bend(error) / reach) * (middle - top),
    };
  }

  /** @param {Plane} plane */
  #drawBand({ x, y, last }) {
    const { draw, colors } = this.#surface;
    /** @param {number} points */
    const bound = (points) => (2 * DEVIATION) / Math.sqrt(points);
    const steps = Array.from({ length: 65 }, (_, step) => FIRST * (last / FIRST) ** (step / 64));
    draw.beginPath();
    for (const points of steps) draw.lineTo(x(points), y(bound(points)));
    for (const points of steps.reverse()) draw.lineTo(x(points), y(-bound(points)));
    draw.closePath();
    draw.globalAlpha = 0.16;
    draw.fillStyle = colors.accent;
    draw.fill();
    draw.globalAlpha = 1;
  }

  /** @param {Plane} plane */
  #drawAxes({ left, right, top, bottom, last, reach, x, y }) {
    const { draw, colors, scale } = this.#surface;
    draw.lineWidth = Math.max(1, Math.round(scale));
    draw.strokeStyle = colors.line;
    draw.fillStyle = colors.muted;
    /**
     * @param {number} x0
     * @param {number} y0
     * @param {number} x1
     * @param {number} y1
     */
    const line = (x0, y0, x1, y1) => {
      draw.beginPath();
      draw.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
      draw.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
      draw.stroke();
    };

    draw.textAlign = 'center';
    draw.textBaseline = 'top';
    const roomX = 34 * scale;
    const everyX = Math.ceil(roomX / (x(10 * FIRST) - x(FIRST)));
    for (let power = 1; 10 ** power <= last * 1.0001; power += everyX) {
      const place = x(10 ** power);
      line(place, top, place, bottom);
      draw.fillText(powerOfTen(power), place, bottom + 5 * scale);
    }
    draw.textAlign = 'right';
    draw.fillText('points', right, bottom + 19 * scale);

    draw.textBaseline = 'middle';
    /**
     * @param {string} text
     * @param {number} error
     */
    const label = (text, error) => {
      const place = y(error);
      line(left, place, right, place);
      draw.fillText(text, left - 7 * scale, place);
    };
    label('π', 0);
    let previous = y(0);
    for (let power = Math.ceil(Math.log10(reach)); power > -16; power -= 1) {
      const error = 10 ** power;
      if (error > reach || y(0) - y(error) < 18 * scale) continue;
      if (previous !== y(0) && Math.abs(previous - y(error)) < 18 * scale) continue;
      previous = y(error);
      label(`+${powerOfTen(power)}`, error);
      label(`${MINUS}${powerOfTen(power)}`, -error);
    }
  }

  /** @param {Plane} plane */
  #drawPath({ x, y, top, bottom }) {
    const { draw, colors, scale } = this.#surface;
    if (this.#path.length === 0) return;
    draw.strokeStyle = colors['accent-2'];
    draw.lineWidth = 1.75 * scale;
    draw.lineJoin = 'round';
    draw.beginPath();
    /**
     * @param {{ points: number, error: number }} entry
     * @returns {[x: number, y: number]}
     */
    const place = ({ points, error }) => [x(points), clamp(y(error), top, bottom)];
    for (const entry of this.#path) draw.lineTo(...place(entry));
    draw.stroke();
    draw.fillStyle = colors['accent-2'];
    draw.beginPath();
    draw.arc(...place(this.#path[this.#path.length - 1]), 3.5 * scale, 0, 2 * Math.PI);
    draw.fill();
  }
}
