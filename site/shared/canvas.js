/**
 * A canvas that is sharp at every pixel density and stays so when its box or the density changes, and whose colours
 * are the style sheet's tokens in the colour scheme of the moment. Main thread.
 */

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
  #inSight = false;
  /** What stays from frame to frame, as a picture. @type {HTMLCanvasElement | null} */
  #backdrop = null;

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
    new IntersectionObserver((entries) => {
      const wasInSight = this.#inSight;
      this.#inSight = entries[entries.length - 1].isIntersecting;
      if (this.#inSight && !wasInSight) onResize();
    }).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors = null;
      this.#backdrop = null;
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
    return this.#inSight;
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
   * Draws what stays from frame to frame: grids and texts, which cost most. They are painted once, and copied then.
   * @param {() => void} paint
   */
  backdrop(paint) {
    if (!this.#backdrop) {
      const canvas = document.createElement('canvas');
      const draw = canvas.getContext('2d');
      if (!draw) return paint();
      canvas.width = this.width;
      canvas.height = this.height;
      const shown = this.draw;
      this.draw = draw;
      paint();
      this.draw = shown;
      this.#backdrop = canvas;
    }
    this.draw.drawImage(this.#backdrop, 0, 0);
  }

  /** What stays is another from here on. */
  forgetBackdrop() {
    this.#backdrop = null;
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
      this.#backdrop = null;
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
