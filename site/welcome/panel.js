/**
 * The first visit: what this is, in one sentence, and one big button that makes sound. It lies over the displays, which
 * have nothing to show yet, and goes with the first sound. The tour starts from here, and from the bar;
 * its script loads then. Main thread.
 */

import { button, element, find } from '../shared/dom.js';
import { readStored, store } from '../shared/storage.js';

const KEY = 'audio-dsp-wasm.visited';
const TOUR_KEY = 'audio-dsp-wasm.tour';

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  /** @type {import('./tour.js').Tour | undefined} */
  let tour;
  const key = find(document, '#start-tour', HTMLButtonElement);
  const start = async () => {
    host.hidden = true;
    const { Tour } = await import('./tour.js');
    tour ??= new Tour(TOUR_KEY);
    tour.start(key);
  };
  key.addEventListener('click', () => {
    // It speaks of the studio, whichever view one is in.
    if (!find(document, '#studio', HTMLElement).hidden) return start();
    addEventListener('hashchange', start, { once: true });
    find(document, '.tabs a[href="#/studio"]', HTMLAnchorElement).click();
  });
  if (readStored(KEY) === true) return;
  /**
   * @param {string} text
   * @param {string} selector of the transport's button that it stands for
   * @param {string} [className]
   */
  const act = (text, selector, className = '') => {
    const node = button(text, { className });
    node.addEventListener('click', () => find(document, selector, HTMLButtonElement).click());
    return node;
  };
  const invitation = button('Take the tour');
  invitation.addEventListener('click', start);
  host.append(
    element('h2', {}, 'Play your voice, your guitar or any file through live effects, right here.'),
    act('▶ Hear it now', '#start-built-in', 'primary'),
    element(
      'div',
      { className: 'buttons' },
      act('Use my microphone', '#start-microphone'),
      act('Open a file', '#open-file'),
      ...(readStored(TOUR_KEY) === true ? [] : [invitation]),
    ),
    element(
      'p',
      {},
      'Wear headphones with the microphone, or it hears the loudspeakers and howls. A file, of up to 45 minutes, can ' +
        'also be dropped anywhere. Nothing leaves your machine.',
    ),
  );
  host.hidden = false;
  session.addEventListener('source', () => {
    if (!session.source) return;
    host.remove();
    store(KEY, true);
  });
}
