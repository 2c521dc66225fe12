/** In two figures how the engine keeps up: the latency, and how often the sound broke. Main thread. */

import { element, setText } from '../shared/dom.js';

const REFRESH_MILLISECONDS = 500;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const latency = element('b');
  const breaks = element('span');
  host.replaceChildren(latency, ' ', breaks);

  function show() {
    const { engine } = session;
    const count = engine?.underruns().count ?? 0;
    setText(latency, engine ? latencyOf(engine) : 'Engine off');
    setText(breaks, engine ? `${count} ${count === 1 ? 'break' : 'breaks'}` : 'starts with sound');
  }

  setInterval(() => {
    if (!document.hidden) show();
  }, REFRESH_MILLISECONDS);
  session.addEventListener('mode', show);
  show();
}

/**
 * @param {import('../../worklet/engine.js').Engine} engine
 */
function latencyOf(engine) {
  const { output, total } = engine.latency();
  const milliseconds = (1000 * total).toFixed(0);
  // Not every browser says what its output adds.
  return output > 0 ? `${milliseconds} ms latency` : `${milliseconds} ms + output`;
}
