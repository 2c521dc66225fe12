/** The tap key with the tempo, the studio's commands and the help about keys. Main thread. */

import { button, element, find, setText } from '../shared/dom.js';
import { buildHelp } from './help.js';
import { mountSync } from './sync.js';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, page) {
  const { session, commands, tempo } = page;
  const reading = element('b');
  const tap = button('', { id: 'tap', className: 'tap' });
  tap.append('Tap ', reading);
  host.append(tap);

  function show() {
    setText(reading, tempo.text);
    tap.setAttribute('aria-label', `Tap ${tempo.text}: tap tempo, in beats a minute`);
    tap.title = `${tempo.text} beats a minute: tap it on the beat, or press the arrow keys (T taps too)`;
  }
  // By the pointer the tap is when it comes down; the click is its end, or that of a key.
  tap.addEventListener('pointerdown', ({ button: which, timeStamp }) => {
    if (which === 0) tempo.tap(timeStamp);
  });
  tap.addEventListener('click', ({ detail, timeStamp }) => {
    if (detail === 0) tempo.tap(timeStamp);
  });
  tap.addEventListener('keydown', (event) => {
    const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    tempo.bpm = Math.round(tempo.bpm) + by;
  });
  tempo.addEventListener('change', show);
  show();
  mountSync(page);

  const press = (/** @type {string} */ selector) => find(document, selector, HTMLButtonElement).click();
  const help = buildHelp(commands);
  commands.add(
    { id: 'play', label: 'Play, and pause', key: ' ', run: () => press('#play') },
    { id: 'stop', label: 'Stop', key: 's', run: () => session.stop() },
    {
      id: 'bypass',
      label: 'Bypass, and back',
      key: 'b',
      run: () => session.set('bypass', session.get('bypass') > 0 ? 0 : 1),
    },
    { id: 'compare', label: 'Compare: turn to A or B', key: 'x', run: () => press('#compare') },
    { id: 'tap', label: 'Tap the tempo', key: 't', run: () => tempo.tap(performance.now()) },
    { id: 'help', label: 'These keys', key: '?', run: help },
  );
  commands.listen();
  const open = button('Keys: ?', { id: 'keys-open', className: 'link' });
  open.addEventListener('click', help);
  find(document, 'footer p', HTMLElement).append(' ', open);
}
