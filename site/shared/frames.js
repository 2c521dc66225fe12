/**
 * One animation loop for all that moves with the sound. It runs only while somebody asks for it, and slowly where the
 * visitor prefers reduced motion. Main thread.
 */

const REDUCED_INTERVAL_MILLISECONDS = 250;
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Calls `draw(now)` once per frame while `active()` holds, and once after it ceased.
 * @param {() => boolean} active
 * @param {(now: number) => void} draw
 * @returns {() => void} wakes the loop: call it when `active()` may have become true
 */
export function frames(active, draw) {
  let running = false;
  let last = -Infinity;

  /** @param {number} now */
  function frame(now) {
    running = active();
    if (!running || !reducedMotion.matches || now - last >= REDUCED_INTERVAL_MILLISECONDS) {
      last = now;
      draw(now);
    }
    if (running) requestAnimationFrame(frame);
  }

  return () => {
    if (running) return;
    running = true;
    requestAnimationFrame(frame);
  };
}
