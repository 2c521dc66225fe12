/**
 * The spectrum on a logarithmic axis, and over it what the filters do to it. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { decibels, MINUS } from '../shared/numbers.js';
import { frequencyAt, placeOf, placeOfResponse } from './axes.js';

const TOP_DECIBELS = 0;
const BOTTOM_DECIBELS = -100;
/** What lies below the picture is drawn as if it were here: out of sight. */
const BELOW_DECIBELS = BOTTOM_DECIBELS - 20;
const LABELLED_HERTZ = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
/** In CSS pixels. */
const AXIS_HEIGHT = 16;
/** The response is asked for at no more frequencies than this. */
const MOST_COLUMNS = 512;

export class Spectrum {
  #surface;
  #traces;
  #session;
  #response = new FilterResponse();
  /** The frequency at each column of pixels. */
  #columns = new Float64Array(0);

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./trace.js').Traces} traces
   * @param {import('../session/session.js').Session} session
   */
  constructor(canvas, traces, session) {
    this.#traces = traces;
    this.#session = session;
    this.#surface = new Surface(canvas, () => this.draw());
    for (const event of /** @type {const} */ (['parameter', 'engine', 'closed'])) {
      session.addEventListener(event, () => this.#response.forget());
    }
  }

  get inSight() {
    return this.#surface.inSight;
  }

  draw() {
    if (!this.#surface.inSight || this.#surface.width === 0) return;
    const { draw, width, height, scale, colors } = this.#surface;
    this.#surface.backdrop(() => {
      this.#surface.fill('inset');
      this.#drawGrid();
      this.#drawLabels();
    });
    // The frequencies have a strip of their own, so that no trace is drawn over them.
    draw.save();
    draw.beginPath();
    draw.rect(0, 0, width, height - AXIS_HEIGHT * scale);
    draw.clip();
    this.#drawLevels(this.#traces.input, colors.input, 1.25);
    this.#drawLevels(this.#traces.output, colors.output, 1.5);
    this.#drawResponse();
    draw.restore();
  }

  /** @param {number} hertz */
  #x(hertz) {
    return placeOf(hertz) * this.#surface.width;
  }

  /** @param {number} x */
  #hertz(x) {
    return frequencyAt(x / this.#surface.width);
  }

  /** @param {number} level in dB */
  #y(level) {
    const shown = Math.max(BELOW_DECIBELS, level);
    return ((TOP_DECIBELS - shown) / (TOP_DECIBELS - BOTTOM_DECIBELS)) * this.#surface.height;
  }

  #drawGrid() {
    const { draw, width, height, colors, thinLine } = this.#surface;
    draw.fillStyle = colors.line;
    for (const hertz of LABELLED_HERTZ) {
      draw.fillRect(Math.round(this.#x(hertz)), 0, thinLine, height);
    }
    for (let level = -20; level > BOTTOM_DECIBELS; level -= 20) {
      draw.fillRect(0, Math.round(this.#y(level)), width, thinLine);
    }
  }

  #drawLabels() {
    const { draw, width, height, scale, colors } = this.#surface;
    const inset = 6 * scale;
    draw.fillStyle = colors.inset;
    draw.fillRect(0, height - AXIS_HEIGHT * scale, width, AXIS_HEIGHT * scale);
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textAlign = 'center';
    draw.textBaseline = 'bottom';
    for (const hertz of LABELLED_HERTZ) {
      draw.fillText(hertz < 1000 ? String(hertz) : `${hertz / 1000} k`, this.#x(hertz), height - 2 * scale);
    }
    draw.textAlign = 'left';
    draw.textBaseline = 'top';
    draw.fillText('0 dBFS', inset, inset);
    for (let level = -20; level > BOTTOM_DECIBELS; level -= 40) {
      draw.fillText(`${MINUS}${-level}`, inset, this.#y(level) + 2 * scale);
    }
  }

  /**
   * A line of the loudest bin in each pixel column; between bins, where columns are finer, straight.
   * @param {import('./trace.js').Trace} trace
   * @param {string} color
   * @param {number} thickness in CSS pixels
   */
  #drawLevels({ levels, sampleRate }, color, thickness) {
    const { draw, width, scale } = this.#surface;
    const binsPerHertz = (2 * levels.length) / sampleRate;
    const step = Math.max(1, scale);
    if (this.#columns.length !== Math.ceil(width / step) + 1) {
      this.#columns = Float64Array.from({ length: Math.ceil(width / step) + 1 }, (_, i) => this.#hertz(i * step));
    }
    draw.beginPath();
    draw.moveTo(0, this.#y(BELOW_DECIBELS));
    for (let i = 0; i + 1 < this.#columns.length; i++) {
      const from = this.#columns[i] * binsPerHertz;
      const to = this.#columns[i + 1] * binsPerHertz;
      draw.lineTo(i * step, this.#y(to - from < 1 ? between(levels, from) : loudest(levels, from, to)));
    }
    draw.strokeStyle = color;
    draw.lineWidth = thickness * scale;
    draw.lineJoin = 'bevel';
    draw.stroke();
  }

  #drawResponse() {
    const { draw, width, height, scale, colors } = this.#surface;
    const columns = Math.max(2, Math.min(MOST_COLUMNS, Math.round(width / 2)));
    draw.beginPath();
    this.#response.of(this.#session, columns).forEach((factor, i) => {
      draw.lineTo((i / (columns - 1)) * width, placeOfResponse(decibels(factor)) * height);
    });
    draw.strokeStyle = colors.text;
    draw.lineWidth = 1.25 * scale;
    draw.setLineDash([5 * scale, 4 * scale]);
    draw.stroke();
    draw.setLineDash([]);
  }
}

/** The filters' response as it was asked for last: it is another only where a parameter, the engine or the size is. */
class FilterResponse {
  #isStale = true;
  /** @type {Float64Array} */
  #factors = new Float64Array(0);

  /** Something that it depends on is another. */
  forget() {
    this.#isStale = true;
  }

  /**
   * @param {import('../session/session.js').Session} session
   * @param {number} columns how many frequencies, evenly spaced on the axis
   * @returns {Float64Array} a factor for each
   */
  of(session, columns) {
    if (this.#isStale || columns !== this.#factors.length) {
      this.#factors = session.response(
        Float64Array.from({ length: columns }, (_, i) => frequencyAt(i / (columns - 1))),
      );
      this.#isStale = false;
    }
    return this.#factors;
  }
}

/**
 * The level between two bins.
 * @param {Float32Array} levels
 * @param {number} at a bin, and a fraction
 */
function between(levels, at) {
  const index = Math.min(levels.length - 2, Math.floor(at));
  const [left, right] = [Math.max(BELOW_DECIBELS, levels[index]), Math.max(BELOW_DECIBELS, levels[index + 1])];
  return left + (right - left) * (at - index);
}

/**
 * The highest level of several bins.
 * @param {Float32Array} levels
 * @param {number} from the first bin
 * @param {number} to the bin after the last
 */
function loudest(levels, from, to) {
  let most = BELOW_DECIBELS;
  for (let i = Math.floor(from); i < Math.min(levels.length, to); i++) most = Math.max(most, levels[i]);
  return most;
}
