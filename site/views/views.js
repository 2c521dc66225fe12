/**
 * The page's views: one is in sight, by the address (`#/lab`). All are in the document from the start, so that the
 * sound and what is under way go on while another view is looked at. Main thread.
 */

import { find } from '../shared/dom.js';

const FIRST_VIEW = 'studio';
const NAME = 'audio-dsp-wasm';

/** Shows the view that the address names, from now on. */
export function mount() {
  const views = [...document.querySelectorAll('[data-view]')].filter((node) => node instanceof HTMLElement);
  const links = [...document.querySelectorAll('.tabs a')].filter((node) => node instanceof HTMLAnchorElement);

  /** @param {boolean} moveFocus to the view's heading, so that a screen reader says where it is */
  function show(moveFocus) {
    const asked = /^#\/(\w+)/.exec(location.hash)?.[1];
    // Another fragment is a place within the view, as that of a skip link.
    if (moveFocus && asked === undefined && location.hash !== '') return;
    const view = views.find(({ dataset }) => dataset.view === asked) ?? views[0];
    const name = view.dataset.view ?? FIRST_VIEW;
    const heading = find(view, 'h1', HTMLElement);
    for (const each of views) each.hidden = each !== view;
    for (const link of links) {
      if (link.hash === `#/${name}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    document.body.dataset.shows = name;
    document.title = `${heading.textContent} · ${NAME}`;
    if (!moveFocus) return;
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }

  addEventListener('hashchange', () => show(true));
  show(false);
}
