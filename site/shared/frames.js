// One animation loop for all that moves with the sound. It runs only while somebody asks for it, and
// slowly where the visitor prefers reduced motion.

const CALM_INTERVAL_MS = 250;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Calls `draw(now)` once per frame while `active()` holds, and once after it ceased.
 * @returns {() => void} wakes the loop: call it when `active()` may have become true
 */
export function frames(active, draw) {
  let running = false;
  let last = -Infinity;

  function frame(now) {
    running = active();
    if (!running || !calm.matches || now - last >= CALM_INTERVAL_MS) {
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
