/**
 * One animation loop for all that moves with the sound. It runs only while somebody asks for it, and slowly where the
 * visitor prefers reduced motion. And whether anybody can see what it would draw. Main thread.
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

/**
 * Follows whether an element is in sight: shown, and in the part of the page that is on the screen.
 * @param {Element} node
 * @param {() => void} onAppear it came into sight
 * @returns {() => boolean} whether it is in sight
 */
export function sight(node, onAppear) {
  let isSeen = false;
  new IntersectionObserver((entries) => {
    const wasSeen = isSeen;
    isSeen = entries[entries.length - 1].isIntersecting;
    if (isSeen && !wasSeen) onAppear();
  }).observe(node);
  return () => isSeen;
}
