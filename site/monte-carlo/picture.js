/**
 * The picture of the points: the square, the circle, and points of the run inside and outside. They are a fair
 * sample: the same number from the start of every so many-th sub-stream. Main thread.
 */

import { Surface } from '../shared/canvas.js';

const MOST_DOTS = 20_000;
const MOST_GROUPS = 400;
/** In CSS pixels. */
const MARGIN = 8;

export class PointsPicture {
  #surface;
  #draw;
  #substream;
  #plan = { every: 1, each: 0 };
  #run = { seed: 0, total: 0 };
  /** The points that are drawn, as x, y, x, y …: a group for each sub-stream. @type {Float32Array[]} */
  #groups = [];
  /** Groups that are on the canvas. */
  #drawn = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(seed: number, substream: number, count: number) => Float32Array} draw `monte_carlo_points`
   * @param {number} substream points in a sub-stream
   */
  constructor(canvas, draw, substream) {
    this.#draw = draw;
    this.#substream = substream;
    this.#surface = new Surface(canvas, () => this.#redraw());
  }

  /**
   * Starts anew, for a run.
   * @param {number} seed
   * @param {number} total points
   */
  clear(seed, total) {
    const substreams = Math.ceil(total / this.#substream);
    const every = Math.ceil(substreams / MOST_GROUPS);
    this.#plan = { every, each: Math.ceil(MOST_DOTS / Math.ceil(substreams / every)) };
    this.#run = { seed, total };
    this.#groups = [];
    this.#redraw();
  }

  /**
   * Draws what belongs to the beginning of the run and is not drawn yet.
   * @param {number} points how many of the run
   */
  show(points) {
    const { every, each } = this.#plan;
    const { seed, total } = this.#run;
    for (;;) {
      const substream = this.#groups.length * every;
      const start = substream * this.#substream;
      const count = Math.min(each, total - start);
      if (count <= 0 || start + count > points) break;
      this.#groups.push(this.#draw(seed, substream, count));
    }
    this.#drawNew();
  }

  /** How many points are drawn. */
  get dots() {
    return this.#groups.reduce((sum, group) => sum + group.length / 2, 0);
  }

  #frame() {
    const { width, height, scale } = this.#surface;
    const radius = Math.min(width, height) / 2 - MARGIN * scale;
    return { x: width / 2, y: height / 2, radius };
  }

  #redraw() {
    const { draw, width, height, scale, colors } = this.#surface;
    const { x, y, radius } = this.#frame();
    draw.clearRect(0, 0, width, height);
    this.#drawn = 0;
    this.#drawNew();
    draw.strokeStyle = colors.muted;
    draw.lineWidth = Math.max(1, scale);
    draw.strokeRect(x - radius, y - radius, 2 * radius, 2 * radius);
    draw.beginPath();
    draw.arc(x, y, radius, 0, 2 * Math.PI);
    draw.stroke();
  }

  #drawNew() {
    const groups = this.#groups.slice(this.#drawn);
    this.#drawn = this.#groups.length;
    if (groups.length === 0) return;
    const { draw, scale, colors } = this.#surface;
    const { x, y, radius } = this.#frame();
    const size = Math.max(1, Math.round(1.5 * scale));
    for (const wanted of [true, false]) {
      draw.fillStyle = wanted ? colors.accent : colors['accent-2'];
      for (const group of groups) {
        for (let i = 0; i < group.length; i += 2) {
          const [px, py] = [group[i], group[i + 1]];
          if (px * px + py * py <= 1 !== wanted) continue;
          draw.fillRect(Math.round(x + px * radius - size / 2), Math.round(y - py * radius - size / 2), size, size);
        }
      }
    }
  }
}
