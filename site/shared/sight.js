/** Whether anybody can see an element: it is shown, and in the part of the page that is on the screen. Main thread. */

/**
 * Follows an element's being in sight.
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
