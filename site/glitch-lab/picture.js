/**
 * The glitch lab's picture: the last stretch of both outputs, one above the other on one scale, with the time shaded in
 * which the page was blocked, and a mark at each break of the tone. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { element, setText } from '../shared/dom.js';
import { breaksIn } from './breaks.js';
import { COMPARED, TONE_HERTZ } from './engines.js';

const COLORS = /** @type {const} */ (['accent', 'accent-2']);
/**
 * @typedef {object} Moment when the outputs were taken
 * @property {number} sampleRate in Hz
 * @property {number} ago how long before their end the block began, in seconds
 * @property {number} blocked how long it lasted, in seconds
 */

/** In CSS pixels. */
const LABEL_HEIGHT = 24;
const MARGIN = 6;

export class Picture {
  #surface;
  /** One for each engine. @type {Float32Array[]} */
  #outputs = [];
  /** @type {Moment} */
  #moment = { sampleRate: 1, ago: 0, blocked: 0 };
  #legend;

  constructor() {
    const canvas = element('canvas', {
      'role': 'img',
      'aria-label': 'The outputs of both engines around the last block',
    });
    this.#legend = element('span', { className: 'legend' }, 'Play the tone, then block the page.');
    const caption = element('figcaption', {}, 'What came out', this.#legend);
    this.node = element('figure', { className: 'display' }, caption, canvas);
    this.#surface = new Surface(canvas, () => this.#draw());
  }

  /**
   * Draws what came out of each engine.
   * @param {Float32Array[]} outputs
   * @param {Moment} moment
   */
  take(outputs, moment) {
    this.#outputs = outputs;
    this.#moment = moment;
    const milliseconds = (1000 * outputs[0].length) / moment.sampleRate;
    const blocked = (1000 * moment.blocked).toFixed(0);
    setText(this.#legend, `the last ${milliseconds.toFixed(0)} ms; shaded: the page was blocked for ${blocked} ms`);
    this.#draw();
  }

  #draw() {
    if (!this.#surface.fill('inset')) return;
    const { draw, width, height, colors, thinLine } = this.#surface;
    this.#shade();
    draw.fillStyle = colors.line;
    draw.fillRect(0, Math.round(height / 2), width, thinLine);
    for (const index of COMPARED.keys()) this.#drawRow(index);
  }

  /** The time in which the page was blocked. */
  #shade() {
    const [output] = this.#outputs;
    if (!output) return;
    const { draw, width, height, scale, colors, thinLine } = this.#surface;
    const { sampleRate, ago, blocked } = this.#moment;
    const seconds = output.length / sampleRate;
    const from = Math.max(0, (1 - ago / seconds) * width);
    const to = (1 - (ago - blocked) / seconds) * width;
    draw.globalAlpha = 0.22;
    draw.fillStyle = colors.bad;
    draw.fillRect(from, 0, to - from, height);
    draw.globalAlpha = 1;
    draw.fillRect(Math.round(from), 0, thinLine, height);
    draw.fillRect(Math.round(to), 0, thinLine, height);
    this.#surface.font(11.5);
    draw.fillStyle = colors.text;
    draw.textBaseline = 'top';
    draw.textAlign = 'right';
    draw.fillText('page blocked', to - 6 * scale, MARGIN * scale);
  }

  /** @param {number} index of the engine */
  #drawRow(index) {
    const { draw, height, scale, colors } = this.#surface;
    const rowHeight = height / COMPARED.length;
    const top = index * rowHeight;
    this.#surface.font(11.5);
    draw.textBaseline = 'top';
    draw.textAlign = 'left';
    draw.fillStyle = colors.muted;
    draw.fillText(COMPARED[index].label, 8 * scale, top + MARGIN * scale);
    draw.fillStyle = colors[COLORS[index]];
    const samples = this.#outputs[index];
    if (!samples) return;
    this.#drawBand(samples, top + LABEL_HEIGHT * scale, rowHeight - (LABEL_HEIGHT + MARGIN) * scale);
    this.#drawBreaks(samples, top, rowHeight);
  }

  /**
   * @param {Float32Array} samples
   * @param {number} top of the row
   * @param {number} height
   */
  #drawBreaks(samples, top, height) {
    const { draw, width, scale, colors } = this.#surface;
    const breaks = breaksIn(samples, TONE_HERTZ, this.#moment.sampleRate);
    draw.fillStyle = colors.bad;
    for (const frame of breaks) draw.fillRect((frame / samples.length) * width - scale, top, 2 * scale, height);
    draw.textAlign = 'right';
    draw.fillStyle = breaks.length > 0 ? colors.bad : colors.good;
    const text = breaks.length === 1 ? '1 break' : `${breaks.length} breaks`;
    draw.fillText(breaks.length > 0 ? text : 'unbroken', width - 8 * scale, top + MARGIN * scale);
  }

  /**
   * Each pixel column from its lowest to its highest sample, on one scale for both engines.
   * @param {Float32Array} samples
   * @param {number} top
   * @param {number} height
   */
  #drawBand(samples, top, height) {
    const { draw, width, scale } = this.#surface;
    const largest = Math.max(...this.#outputs.map(peakOf));
    /** @param {number} sample */
    const y = (sample) => top + ((1 - sample / largest) * height) / 2;
    for (let x = 0; x < width; x++) {
      let [low, high] = [Infinity, -Infinity];
      const end = Math.ceil(((x + 1) * samples.length) / width);
      for (let i = Math.floor((x * samples.length) / width); i < end; i++) {
        low = Math.min(low, samples[i]);
        high = Math.max(high, samples[i]);
      }
      draw.fillRect(x, y(high), 1, Math.max(scale, y(low) - y(high)));
    }
  }
}

/** @param {Float32Array} samples */
const peakOf = (samples) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-6);
