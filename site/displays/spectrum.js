/**
 * The spectrum on a logarithmic axis: input, output and the output's held peaks; behind them, what the filters do to
 * the sound. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { decibels, MINUS } from '../shared/numbers.js';
import { frequencyAt, LABELLED_HERTZ, labelOf, placeOf, placeOfResponse } from './axes.js';
import { Bands, UNDRAWN_DECIBELS } from './bands.js';
import { PeakHold } from './peak-hold.js';

const TOP_DECIBELS = 0;
const BOTTOM_DECIBELS = -100;
/** What lies below the picture is drawn as if it were here: out of sight. */
const BELOW_DECIBELS = BOTTOM_DECIBELS - 20;
/** The strip of the frequencies' labels, in CSS pixels at the usual font size. */
const AXIS_HEIGHT = 16;
/** The response is asked for at no more frequencies than this. */
const MOST_COLUMNS = 512;

export class Spectrum {
  #surface;
  #traces;
  #session;
  #input = new Bands();
  #output = new Bands();
  #peaks = new PeakHold();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./trace.js').Traces} traces
   * @param {import('../session/session.js').Session} session
   * @param {() => void} onAppear it came into sight, or has another size
   */
  constructor(canvas, traces, session, onAppear) {
    this.#traces = traces;
    this.#session = session;
    this.#surface = new Surface(canvas, () => {
      this.#draw();
      onAppear();
    });
    // The filters' response is in the backdrop. Settings come by the dozen; they are drawn once, with the next frame.
    for (const event of /** @type {const} */ (['parameter', 'engine', 'closed'])) {
      session.addEventListener(event, () => this.#surface.forget('backdrop'));
    }
    session.addEventListener('engine', () => this.#peaks.forget());
    session.addEventListener('parameter', onAppear);
  }

  get inSight() {
    return this.#surface.inSight;
  }

  /**
   * Shows what the traces have.
   * @param {number} now in milliseconds
   */
  show(now) {
    const count = Math.max(2, Math.floor(this.#surface.width / Math.max(1, this.#surface.scale)));
    this.#input.read(this.#traces.input, count);
    this.#output.read(this.#traces.output, count);
    this.#peaks.follow(this.#output.levels, now);
    this.#draw();
  }

  #draw() {
    const { draw, width, height, textScale, colors, inSight } = this.#surface;
    if (!inSight || width === 0) return;
    this.#surface.backdrop(() => {
      this.#surface.fill('inset');
      this.#drawGrid();
      this.#drawResponse();
    });
    // The frequencies have a strip of their own, so that no trace is drawn over them.
    draw.save();
    draw.beginPath();
    draw.rect(0, 0, width, height - AXIS_HEIGHT * textScale);
    draw.clip();
    draw.globalAlpha = 0.5;
    this.#drawLevels(this.#peaks.levels, colors.output, 1);
    draw.globalAlpha = 1;
    this.#drawLevels(this.#input.levels, colors.input, 1);
    this.#drawLevels(this.#output.levels, colors.output, 2);
    draw.restore();
    this.#surface.overlay(() => this.#drawLabels());
  }

  /** @param {number} hertz */
  #x(hertz) {
    return placeOf(hertz) * this.#surface.width;
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
    const { draw, width, height, textScale, colors } = this.#surface;
    const inset = 5 * textScale;
    draw.fillStyle = colors.inset;
    draw.fillRect(0, height - AXIS_HEIGHT * textScale, width, AXIS_HEIGHT * textScale);
    this.#surface.font(10.5);
    draw.textAlign = 'center';
    draw.textBaseline = 'middle';
    for (const hertz of LABELLED_HERTZ) {
      this.#surface.write(labelOf(hertz), this.#x(hertz), height - (AXIS_HEIGHT / 2) * textScale);
    }
    draw.textAlign = 'left';
    draw.textBaseline = 'top';
    this.#surface.write('0 dBFS', inset, inset);
    draw.textBaseline = 'middle';
    for (let level = -20; level > BOTTOM_DECIBELS; level -= 40) {
      this.#surface.write(`${MINUS}${-level}`, inset, this.#y(level));
    }
  }

  /**
   * @param {Float32Array} levels one a column
   * @param {string} color
   * @param {number} thickness in CSS pixels
   */
  #drawLevels(levels, color, thickness) {
    const { width } = this.#surface;
    const path = new Path2D();
    for (let i = 0; i < levels.length; i++) path.lineTo(((i + 0.5) / levels.length) * width, this.#y(levels[i]));
    this.#surface.strokeThin(path, color, thickness);
  }

  #drawResponse() {
    const { draw, width, height, scale, colors } = this.#surface;
    const columns = Math.max(2, Math.min(MOST_COLUMNS, Math.round(width / 2)));
    const frequencies = Float64Array.from({ length: columns }, (_, i) => frequencyAt(i / (columns - 1)));
    draw.beginPath();
    this.#session.response(frequencies).forEach((factor, i) => {
      draw.lineTo((i / (columns - 1)) * width, placeOfResponse(Math.max(UNDRAWN_DECIBELS, decibels(factor))) * height);
    });
    draw.strokeStyle = colors.text;
    draw.lineWidth = 1.25 * scale;
    draw.setLineDash([5 * scale, 4 * scale]);
    draw.stroke();
    draw.setLineDash([]);
  }
}
