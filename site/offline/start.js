/**
 * The published page's service worker, seen from the page: starts it, loads the page once more where that isolates it,
 * and says when there is a newer build. What `npm start` serves is no build, and has no service worker. Main thread.
 */

import { button, element } from '../shared/dom.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { cacheName, TIDY } from './names.js';

const SCRIPT = 'service-worker.js';
/** By this a tab remembers that it was loaded once more: it never is a second time. */
const RELOADED = 'audio-dsp-wasm.reloaded';
/** A page that is open for days looks for a newer build when one comes back to it, but not more often than this. */
const CHECK_MILLISECONDS = 60 * 60 * 1000;

/**
 * Does nothing where there is no build, or the browser has no service workers; the page works without.
 * @param {HTMLElement} notices where it is said that there is a newer build
 */
export async function startOffline(notices) {
  const build = document.querySelector('meta[name=build]')?.getAttribute('content');
  const workers = navigator.serviceWorker;
  if (!build || !workers) return;
  holdBuild(build);
  if (!workers.controller) isolateOnce(workers);
  workers.addEventListener('message', ({ data }) => {
    if (isRecord(data) && data.build !== build) tellOfNewer(notices);
  });
  workers.startMessages();
  try {
    const registration = await workers.register(SCRIPT, { updateViaCache: 'none' });
    registration.active?.postMessage(TIDY);
    checkNowAndThen(registration);
  } catch {
    // Storage is refused, or full, or the host serves no such script.
  }
}

/**
 * Keeps this build's files from being forgotten while the page is open.
 * @param {string} build
 */
function holdBuild(build) {
  const name = cacheName(new URL('.', location.href).href, build);
  const never = new Promise(() => {});
  navigator.locks?.request(name, { mode: 'shared' }, () => never).catch(() => {});
}

/**
 * Loads the page again when its first service worker takes over, which adds the headers that isolate it. Not when the
 * visitor has done something by then: the page works by messages, and is isolated on the next visit.
 * @param {ServiceWorkerContainer} workers
 */
function isolateOnce(workers) {
  let isUntouched = true;
  const touch = () => {
    isUntouched = false;
  };
  for (const type of ['pointerdown', 'keydown', 'drop']) addEventListener(type, touch, { capture: true, once: true });
  const reload = () => {
    if (crossOriginIsolated || !isUntouched || readStored(RELOADED, 'sessionStorage')) return;
    // Without that memory it could go round in circles.
    if (!store(RELOADED, true, 'sessionStorage')) return;
    // A page that listens to this is not kept for going back. Chromium shows one that is kept when it is to reload.
    addEventListener('unload', () => {});
    location.reload();
  };
  workers.addEventListener('controllerchange', reload, { once: true });
}

/** @param {HTMLElement} notices */
function tellOfNewer(notices) {
  if (notices.querySelector('.newer')) return;
  const load = button('Load it');
  load.addEventListener('click', () => location.reload());
  const later = button('Later');
  const text = element('p', {}, element('b', {}, 'There is a new version of this page.'), ' All settings are kept.');
  const buttons = element('div', { className: 'buttons' }, load, later);
  const notice = element('div', { className: 'notice newer' }, text, buttons);
  later.addEventListener('click', () => notice.remove());
  notices.append(notice);
}

/** @param {ServiceWorkerRegistration} registration */
function checkNowAndThen(registration) {
  let last = performance.now();
  document.addEventListener('visibilitychange', () => {
    const now = performance.now();
    if (document.hidden || now - last < CHECK_MILLISECONDS) return;
    last = now;
    registration.update().catch(() => {}); // no network now
  });
}
