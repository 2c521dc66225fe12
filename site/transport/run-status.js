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
    setText(latency, engine ? `${(1000 * engine.latency().total).toFixed(0)} ms latency` : 'Engine off');
    setText(breaks, engine ? `${count} ${count === 1 ? 'break' : 'breaks'}` : 'starts with sound');
  }

  setInterval(() => {
    if (!document.hidden) show();
  }, REFRESH_MILLISECONDS);
  session.addEventListener('mode', show);
  show();
}
