/**
 * A canvas that is sharp at every pixel density and stays so when its box or the density changes, and whose colours
 * are the style sheet's tokens in the colour scheme of the moment. Main thread.
 */

import { sight } from './frames.js';

const TOKENS = /** @type {const} */ ([
  'background',
  'surface',
  'inset',
  'text',
  'muted',
  'line',
  'accent',
  'accent-2',
  'input',
  'output',
  'warn',
  'bad',
  'good',
]);

/** @typedef {Record<(typeof TOKENS)[number], string>} Colors the style sheet's tokens: `colors['accent-2']` */

export class Surface {
  #canvas;
  /** @type {Colors | null} */
  #colors = null;
  /** The box's width in CSS pixels, as it was measured last: asked for in each frame, it would cost a layout. */
  #boxWidth = 1;
  /** The reader's font size, in CSS pixels to 16. */
  #fontScale = 1;
  #isSeen;
  /** What stays from frame to frame, as pictures. @type {Map<string, HTMLCanvasElement>} */
  #layers = new Map();

  /**
   * @param {HTMLCanvasElement} canvas its size comes from the style sheet
   * @param {() => void} onResize draws anew: the canvas was resized (and so cleared), came into sight, or its colours
   *   changed
   */
  constructor(canvas, onResize) {
    this.#canvas = canvas;
    const draw = canvas.getContext('2d');
    if (!draw) throw new TypeError('This browser cannot draw on a canvas.');
    this.draw = draw;
    this.#follow(onResize);
    this.#isSeen = sight(canvas, onResize);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors = null;
      this.#layers.clear();
      onResize();
    });
  }

  /** Width in device pixels. */
  get width() {
    return this.#canvas.width;
  }

  /** Height in device pixels. */
  get height() {
    return this.#canvas.height;
  }

  /** Device pixels per CSS pixel. */
  get scale() {
    return this.#canvas.width / this.#boxWidth;
  }

  /** Whether anybody can see it: it is in the part of the page that is on the screen. */
  get inSight() {
    return this.#isSeen();
  }

  /** The thinnest line that is sharp, in device pixels: about one CSS pixel. */
  get thinLine() {
    return Math.max(1, Math.floor(this.scale));
  }

  get colors() {
    this.#colors ??= readColors();
    return this.#colors;
  }

  /** Device pixels to a CSS pixel of text and its room, where the reader's font size is 16. */
  get textScale() {
    return this.#fontScale * this.scale;
  }

  /**
   * Sets the text style.
   * @param {number} size in CSS pixels, where the reader's font size is 16
   */
  font(size) {
    this.draw.font = `${Math.round(size * this.textScale)}px system-ui, sans-serif`;
  }

  /** Fills the whole with a colour of the style sheet; false where the canvas has no size yet. */
  fill(/** @type {keyof Colors} */ color) {
    if (this.width === 0) return false;
    this.draw.fillStyle = this.colors[color];
    this.draw.fillRect(0, 0, this.width, this.height);
    return true;
  }

  /**
   * Strokes a line that changes with every frame. A stroke wider than a device pixel costs ten times as much as one of
   * a pixel (4.1 and 0.4 ms for 700 points, in software): so a thick line is several thin ones side by side.
   * @param {Path2D} path
   * @param {string} color
   * @param {number} thickness in CSS pixels
   */
  strokeThin(path, color, thickness) {
    const { draw } = this;
    const lines = Math.max(1, Math.round(thickness * this.scale));
    draw.save();
    draw.strokeStyle = color;
    draw.lineWidth = 1;
    for (let line = 0; line < lines; line++) {
      draw.stroke(path);
      draw.translate(0.5, 0.75);
    }
    draw.restore();
  }

  /**
   * Draws what stays from frame to frame: grids and texts, which cost most. They are painted once, and copied then.
   * @param {() => void} paint
   */
  backdrop(paint) {
    this.#layer('backdrop', paint);
  }

  /**
   * The same over what moves: texts that stay readable.
   * @param {() => void} paint
   */
  overlay(paint) {
    this.#layer('overlay', paint);
  }

  /**
   * @param {string} name
   * @param {() => void} paint
   */
  #layer(name, paint) {
    let layer = this.#layers.get(name);
    if (!layer) {
      layer = document.createElement('canvas');
      const draw = layer.getContext('2d');
      if (!draw) return paint();
      layer.width = this.width;
      layer.height = this.height;
      const shown = this.draw;
      this.draw = draw;
      paint();
      this.draw = shown;
      this.#layers.set(name, layer);
    }
    this.draw.drawImage(layer, 0, 0);
  }

  /**
   * Writes a text that stands out from what is behind it: for overlays.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  write(text, x, y) {
    const { draw, colors, textScale } = this;
    draw.strokeStyle = colors.inset;
    draw.lineWidth = 3 * textScale;
    draw.lineJoin = 'round';
    draw.strokeText(text, x, y);
    draw.fillStyle = colors.muted;
    draw.fillText(text, x, y);
  }

  /** What stays is another from here on. */
  forgetLayers() {
    this.#layers.clear();
  }

  /**
   * One of the layers is another from here on.
   * @param {'backdrop' | 'overlay'} name
   */
  forget(name) {
    this.#layers.delete(name);
  }

  /** @param {() => void} onResize */
  #follow(onResize) {
    const observer = new ResizeObserver(([entry]) => {
      // Not in every browser.
      const exact = entry.devicePixelContentBoxSize?.[0];
      const width = devicePixels(entry.contentRect.width, exact?.inlineSize);
      const height = devicePixels(entry.contentRect.height, exact?.blockSize);
      this.#boxWidth = entry.contentRect.width || 1;
      this.#fontScale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      if (width === this.#canvas.width && height === this.#canvas.height) return;
      this.#layers.clear();
      this.#canvas.width = width;
      this.#canvas.height = height;
      onResize();
    });
    try {
      observer.observe(this.#canvas, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(this.#canvas);
    }
  }
}

/** @returns {Colors} */
function readColors() {
  const style = getComputedStyle(document.documentElement);
  const colors = /** @type {Colors} */ ({});
  for (const name of TOKENS) colors[name] = style.getPropertyValue(`--${name}`).trim();
  return colors;
}

/**
 * A length in whole device pixels: as the browser snaps it to its grid, where it tells. (Chromium tells CSS pixels
 * while developer tools emulate another pixel density; that is no rounding, so it is not believed.)
 * @param {number} length in CSS pixels
 * @param {number} [snapped]
 */
function devicePixels(length, snapped) {
  const wanted = length * devicePixelRatio;
  return snapped !== undefined && Math.abs(snapped - wanted) < 1 ? snapped : Math.round(wanted);
}
