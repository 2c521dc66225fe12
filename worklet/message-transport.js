/**
 * Carries the main thread's words of the control block to the processor by MessagePort: on change only, and at most
 * once per animation frame. Offline, where a frame may be minutes of sound, each change goes at once. Main thread
 * only.
 */

/** A hidden tab and a busy compositor give no animation frames; then a timer of this length serves. */
const LONGEST_FRAME_MILLISECONDS = 50;

export class MessageTransport {
  #port;
  #block;
  #isOffline;
  #changed = false;
  /** @type {{ animation: number, timer: ReturnType<typeof setTimeout> } | null} */
  #frame = null;

  /**
   * @param {MessagePort} port
   * @param {import('./control-block.js').ControlBlock} block
   * @param {boolean} isOffline
   */
  constructor(port, block, isOffline) {
    this.#port = port;
    this.#block = block;
    this.#isOffline = isOffline;
  }

  /** The block has changed. The first change goes at the end of this task; what follows, with the next frame. */
  changed() {
    this.#changed = true;
    if (this.#isOffline) return this.#postChange();
    if (this.#frame) return;
    this.#openFrame();
    queueMicrotask(() => this.#postChange());
  }

  /** Posts what is pending now, for what is said next may build on it. */
  flush() {
    this.#postChange();
  }

  /** Forgets what is pending. */
  close() {
    this.#changed = false;
    this.#closeFrame();
  }

  #postChange() {
    if (!this.#changed) return;
    this.#changed = false;
    this.#port.postMessage({ inbound: this.#block.inbound() });
  }

  #openFrame() {
    const next = () => {
      this.#closeFrame();
      if (!this.#changed) return;
      this.#openFrame();
      this.#postChange();
    };
    this.#frame = { animation: requestAnimationFrame(next), timer: setTimeout(next, LONGEST_FRAME_MILLISECONDS) };
  }

  #closeFrame() {
    if (!this.#frame) return;
    cancelAnimationFrame(this.#frame.animation);
    clearTimeout(this.#frame.timer);
    this.#frame = null;
  }
}
