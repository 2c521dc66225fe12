/** The string that sounds, drawn as it is; it can be plucked where it is touched. Main thread. */

import { Surface } from '../shared/canvas.js';
import { clamp } from '../shared/numbers.js';

/** A drag plucks again after so much of the string. */
const DRAG_SHARE = 0.04;

/** So much of the height is left free, to either side, when the string is pulled aside as far as it goes. */
const MARGIN_SHARE = 0.12;

export class StringPicture {
  #surface;
  #canvas;
  #view;
  #pluck;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => Float32Array | undefined} view the string, from end to end
   * @param {(position: number, height: number) => void} pluck
   * @param {() => void} onAppear it came into sight, or has another size
   */
  constructor(canvas, view, pluck, onAppear) {
    this.#canvas = canvas;
    this.#view = view;
    this.#pluck = pluck;
    this.#surface = new Surface(canvas, () => {
      this.draw();
      onAppear();
    });
    this.#listen();
  }

  get inSight() {
    return this.#surface.inSight;
  }

  draw() {
    const { draw, width, height, colors } = this.#surface;
    if (!this.#surface.inSight || !this.#surface.fill('inset')) return;
    const middle = height / 2;
    draw.fillStyle = colors.line;
    draw.fillRect(0, Math.round(middle), width, this.#surface.thinLine);
    const view = this.#view();
    const line = new Path2D();
    if (view) {
      const reach = middle * (1 - MARGIN_SHARE);
      const last = view.length - 1;
      for (let point = 0; point <= last; point++) {
        line.lineTo((point / last) * width, middle - clamp(view[point], -1, 1) * reach);
      }
    } else {
      line.moveTo(0, middle);
      line.lineTo(width, middle);
    }
    this.#surface.strokeThin(line, colors.accent, 2);
  }

  #listen() {
    /** Where a drag plucked last. @type {number | null} */
    let last = null;
    this.#canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#canvas.setPointerCapture(event.pointerId);
      last = this.#pluckAt(event);
    });
    this.#canvas.addEventListener('pointermove', (event) => {
      if (last !== null && Math.abs(this.#placeOf(event).position - last) > DRAG_SHARE) last = this.#pluckAt(event);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      this.#canvas.addEventListener(end, () => {
        last = null;
      });
    }
  }

  /** @param {PointerEvent} event */
  #pluckAt(event) {
    const { position, height } = this.#placeOf(event);
    this.#pluck(position, height);
    return position;
  }

  /** @param {PointerEvent} event */
  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const [across, down] = [(clientX - left) / width, (clientY - top) / height];
    return { position: clamp(across, 0, 1), height: 1 - 2 * clamp(down, 0, 1) };
  }
}
