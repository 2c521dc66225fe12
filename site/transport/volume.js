/** How loud the output is, behind the engine. Main thread. */

import { levelSlider } from '../shared/slider.js';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const { row, show } = levelSlider({
    id: 'output-volume',
    label: 'Out',
    onInput(factor) {
      session.volume = factor;
    },
  });
  const [label, reading, range] = row.children;
  host.append(label, range, reading);
  show(session.volume);
}
