/**
 * The spectrogram: the output's spectrum of the last seconds, which moves to the left; frequencies upwards by octaves,
 * levels as colours. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { clamp, MINUS } from '../shared/numbers.js';
import { LABELLED_HERTZ, labelOf, placeOf } from './axes.js';
import { Bands } from './bands.js';
import { COLORS, colorMap } from './color-map.js';
import { Trace } from './trace.js';

const SECONDS = 8;
const TICK_SECONDS = 2;
const TOP_DECIBELS = 0;
const BOTTOM_DECIBELS = -100;
const LABELLED_DECIBELS = [0, -50, -100];
/** After a longer pause the picture goes on where it was. */
const LONGEST_STEP_SECONDS = 0.5;
/** In CSS pixels at the usual font size: the room for the labels, and the scale of colours. */
const FREQUENCIES_WIDTH = 34;
const TIMES_HEIGHT = 16;
const LEVELS_WIDTH = 50;
const SCALE_WIDTH = 8;
/** Between two labels. */
const LEAST_SPACING = 14;

const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** The picture's columns, one after the other in a ring, as levels and as colours. */
class Ring {
  #width;
  #height;
  /** The levels, a column after the other, from the top. */
  #levels;
  #canvas;
  #draw;
  #column;
  #pixels;
  /** Where the next column goes. */
  #at = 0;

  /**
   * @param {number} width
   * @param {number} height
   * @param {CanvasRenderingContext2D} draw of a canvas of its own
   */
  constructor(width, height, draw) {
    this.#width = width;
    this.#height = height;
    this.#levels = new Uint8Array(width * height);
    this.#draw = draw;
    this.#canvas = draw.canvas;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#column = draw.createImageData(1, height);
    this.#pixels = new Uint32Array(this.#column.data.buffer);
  }

  /**
   * Whether it is of this size.
   * @param {number} width
   * @param {number} height
   */
  fits(width, height) {
    return this.#width === width && this.#height === height;
  }

  /**
   * @param {Float32Array} bands levels in dB, one a row, from the lowest frequency
   * @param {Uint32Array} colors
   */
  add(bands, colors) {
    const start = this.#at * this.#height;
    const perDecibel = (COLORS - 1) / (TOP_DECIBELS - BOTTOM_DECIBELS);
    for (let row = 0; row < this.#height; row++) {
      const level = (bands[this.#height - 1 - row] - BOTTOM_DECIBELS) * perDecibel;
      this.#levels[start + row] = clamp(level, 0, COLORS - 1);
    }
    this.#paint(this.#at, colors);
    this.#at = (this.#at + 1) % this.#width;
  }

  /**
   * All in other colours.
   * @param {Uint32Array} colors
   */
  recolor(colors) {
    for (let column = 0; column < this.#width; column++) this.#paint(column, colors);
  }

  /**
   * @param {number} column
   * @param {Uint32Array} colors
   */
  #paint(column, colors) {
    const start = column * this.#height;
    for (let row = 0; row < this.#height; row++) this.#pixels[row] = colors[this.#levels[start + row]];
    this.#draw.putImageData(this.#column, column, 0);
  }

  /**
   * @param {CanvasRenderingContext2D} draw
   * @param {number} left
   */
  show(draw, left) {
    const old = this.#width - this.#at;
    if (old > 0) draw.drawImage(this.#canvas, this.#at, 0, old, this.#height, left, 0, old, this.#height);
    if (this.#at > 0) draw.drawImage(this.#canvas, 0, 0, this.#at, this.#height, left + old, 0, this.#at, this.#height);
  }
}

export class Spectrogram {
  #surface;
  /** Each look of its own: what was before stands beside it. */
  #trace = new Trace(0);
  /** @type {Ring | null} */
  #ring = null;
  #bands = new Bands();
  #colors = colorMap(darkScheme.matches);
  /** When the last column was, in milliseconds, and what is left of a column. */
  #shownAt = 0;
  #due = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => void} onAppear it came into sight, or has another size
   */
  constructor(canvas, onAppear) {
    this.#surface = new Surface(canvas, () => {
      this.#draw();
      onAppear();
    });
    darkScheme.addEventListener('change', () => {
      this.#colors = colorMap(darkScheme.matches);
      this.#ring?.recolor(this.#colors);
      this.#surface.forgetLayers();
      this.#draw();
    });
  }

  get inSight() {
    return this.#surface.inSight;
  }

  /** @param {AudioNode} node */
  follow(node) {
    this.#trace.follow(node);
  }

  /** @param {number} now in milliseconds */
  show(now) {
    const ring = this.#fittingRing();
    if (!ring) return;
    const { width, height } = this.#picture;
    const seconds = (now - this.#shownAt) / 1000;
    this.#shownAt = now;
    if (seconds > LONGEST_STEP_SECONDS) return;
    this.#due += (seconds / SECONDS) * width;
    if (this.#due < 1) return;
    this.#trace.readLevels();
    this.#bands.read(this.#trace, height);
    for (; this.#due >= 1; this.#due--) ring.add(this.#bands.levels, this.#colors);
    this.#draw();
  }

  /** The picture without what is written around it, in device pixels. */
  get #picture() {
    const { width, height, textScale } = this.#surface;
    const left = Math.round(FREQUENCIES_WIDTH * textScale);
    const right = Math.round(LEVELS_WIDTH * textScale);
    return {
      left,
      width: Math.max(0, width - left - right),
      height: Math.max(0, height - Math.round(TIMES_HEIGHT * textScale)),
    };
  }

  #fittingRing() {
    const { width, height } = this.#picture;
    if (width === 0 || height === 0) return null;
    if (this.#ring?.fits(width, height)) return this.#ring;
    const draw = document.createElement('canvas').getContext('2d');
    if (!draw) return null;
    this.#ring = new Ring(width, height, draw);
    this.#ring.recolor(this.#colors);
    return this.#ring;
  }

  #draw() {
    const { draw, width, inSight } = this.#surface;
    if (!inSight || width === 0) return;
    this.#surface.backdrop(() => this.#drawAxes());
    this.#fittingRing()?.show(draw, this.#picture.left);
  }

  #drawAxes() {
    const { draw, height, textScale, colors, thinLine } = this.#surface;
    const picture = this.#picture;
    this.#surface.fill('inset');
    this.#surface.font(10.5);
    draw.textBaseline = 'middle';
    draw.textAlign = 'right';
    let last = Infinity;
    for (const hertz of LABELLED_HERTZ) {
      const y = Math.round((1 - placeOf(hertz)) * picture.height);
      draw.fillStyle = colors.line;
      draw.fillRect(picture.left - 4 * textScale, y, 4 * textScale, thinLine);
      if (last - y < LEAST_SPACING * textScale) continue;
      last = y;
      this.#surface.write(labelOf(hertz), picture.left - 5 * textScale, Math.max(6 * textScale, y));
    }
    const right = picture.left + picture.width;
    const middle = height - (TIMES_HEIGHT / 2) * textScale;
    for (let seconds = 0; seconds < SECONDS; seconds += TICK_SECONDS) {
      draw.textAlign = seconds === 0 ? 'right' : 'center';
      const text = seconds === 0 ? 'now' : `${MINUS}${seconds} s`;
      this.#surface.write(text, right - (seconds / SECONDS) * picture.width, middle);
    }
    const scale = { x: right + 8 * textScale, width: SCALE_WIDTH * textScale };
    const pixels = new Uint8ClampedArray(this.#colors.buffer);
    for (let y = 0; y < picture.height; y++) {
      const at = 4 * Math.round((1 - y / picture.height) * (COLORS - 1));
      draw.fillStyle = `rgb(${pixels[at]} ${pixels[at + 1]} ${pixels[at + 2]})`;
      draw.fillRect(scale.x, y, scale.width, 1);
    }
    draw.textAlign = 'left';
    for (const level of LABELLED_DECIBELS) {
      const y = ((TOP_DECIBELS - level) / (TOP_DECIBELS - BOTTOM_DECIBELS)) * picture.height;
      draw.textBaseline = level === TOP_DECIBELS ? 'top' : level === BOTTOM_DECIBELS ? 'bottom' : 'middle';
      const text = level < 0 ? `${MINUS}${-level}` : '0 dB';
      this.#surface.write(text, scale.x + scale.width + 2 * textScale, y);
    }
  }
}
