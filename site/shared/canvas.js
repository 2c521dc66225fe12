// A canvas that is sharp at every pixel density and stays so when its box or the density changes, and
// whose colours are the style sheet's tokens in the colour scheme of the moment.

const TOKENS = ['background', 'surface', 'inset', 'text', 'muted', 'line', 'accent', 'accent-2', 'warn', 'bad', 'good'];

export class Surface {
  #canvas;
  #colors = null;

  /**
   * @param {HTMLCanvasElement} canvas its size comes from the style sheet
   * @param {() => void} onResize draws anew: the canvas was resized (and so cleared), or its colours changed
   */
  constructor(canvas, onResize) {
    this.#canvas = canvas;
    this.draw = canvas.getContext('2d');
    this.#follow(onResize);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors = null;
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
    return this.#canvas.width / (this.#canvas.clientWidth || 1);
  }

  /** The style sheet's tokens: `colors['accent-2']`. */
  get colors() {
    if (!this.#colors) {
      const style = getComputedStyle(document.documentElement);
      this.#colors = Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    }
    return this.#colors;
  }

  /** Sets the text style: `size` in CSS pixels. */
  font(size) {
    this.draw.font = `${Math.round(size * this.scale)}px system-ui, sans-serif`;
  }

  #follow(onResize) {
    const observer = new ResizeObserver(([entry]) => {
      const exact = entry.devicePixelContentBoxSize?.[0];
      const width = devicePixels(entry.contentRect.width, exact?.inlineSize);
      const height = devicePixels(entry.contentRect.height, exact?.blockSize);
      if (width === this.#canvas.width && height === this.#canvas.height) return;
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

/**
 * A length in whole device pixels: as the browser snaps it to its grid, where it tells. (Chromium tells CSS pixels
 * while developer tools emulate another pixel density; that is no rounding, so it is not believed.)
 */
function devicePixels(length, snapped) {
  const wanted = length * devicePixelRatio;
  return snapped !== undefined && Math.abs(snapped - wanted) < 1 ? snapped : Math.round(wanted);
}
