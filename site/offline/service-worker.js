/**
 * The published page's service worker. It keeps a build's files for when there is no network, and adds the headers that
 * a host does not send, isolation first. `npm run build` makes a script of it that knows the build. Service worker.
 *
 * While there is a network, the page comes from there, so it is never an old build. Every other file has its content's
 * hash in its name, so what is kept under a name is what the host has. A build is kept as a whole or not at all; it is
 * forgotten when another has come and no page of it is open.
 */

import { cacheName, cachePrefix, TIDY } from './names.js';

/**
 * @typedef {object} Build
 * @property {string} version the hash of all that it holds
 * @property {string[]} files relative to the page's folder; './' is the page
 * @property {Record<string, string>} headers that the host should send
 */

const PAGE = './';

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/**
 * Begins; to be called while the script is first run, for a browser waits no longer for a worker's listeners.
 * @param {Build} build
 */
export function serveBuild({ version, files, headers }) {
  const { scope } = worker.registration;
  const name = cacheName(scope, version);
  const pageUrl = new URL(PAGE, scope).href;

  worker.addEventListener('install', (event) => event.waitUntil(keepAll().then(() => worker.skipWaiting())));

  worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

  worker.addEventListener('message', (event) => {
    if (event.data === TIDY) event.waitUntil(forgetOldBuilds());
  });

  worker.addEventListener('fetch', (event) => {
    const { request } = event;
    // A part of a file, as a player of sound asks for it, is the host's affair.
    const isOurs = request.method === 'GET' && request.url.startsWith(scope) && !request.headers.has('range');
    if (isOurs) event.respondWith(answer(request).then(withHeaders));
  });

  async function keepAll() {
    const cache = await caches.open(name);
    await cache.addAll(files.map((file) => new Request(new URL(file, scope), { cache: cacheModeOf(file) })));
    const page = await (await cache.match(pageUrl))?.text();
    // The host may have got another build since it gave this script.
    if (page?.includes(version)) return;
    await caches.delete(name);
    throw new Error(`The host has another build than ${version}.`);
  }

  async function takeOver() {
    await forgetOldBuilds();
    await worker.clients.claim();
    for (const client of await worker.clients.matchAll({ type: 'window' })) client.postMessage({ build: version });
  }

  async function forgetOldBuilds() {
    for (const other of await caches.keys()) {
      if (other === name || !other.startsWith(cachePrefix(scope))) continue;
      // Each page holds its build's lock with others of its kind, for as long as it is there.
      const forget = (/** @type {unknown} */ isFree) => isFree !== null && caches.delete(other);
      if ('locks' in navigator) await navigator.locks.request(other, { ifAvailable: true }, forget);
      else await forget(true);
    }
  }

  /** @param {Request} request */
  async function answer(request) {
    if (request.mode === 'navigate') return page(request);
    return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
  }

  /**
   * The host's page; the one that is kept where the host is out of reach or out of order.
   * @param {Request} request
   */
  async function page({ url }) {
    const fetched = await fetch(url, { cache: 'no-cache', redirect: 'manual' }).catch(
      (/** @type {unknown} */ error) => ({ error }),
    );
    if ('type' in fetched && fetched.status < 500) return fetched;
    const kept = isPage(url) ? await caches.match(pageUrl, { cacheName: name, ignoreVary: true }) : undefined;
    if (kept) return kept;
    if ('error' in fetched) throw fetched.error;
    return fetched;
  }

  /** @param {string} url with or without a query */
  function isPage(url) {
    const { origin, pathname } = new URL(url);
    return [pageUrl, `${pageUrl}index.html`].includes(origin + pathname);
  }

  /**
   * The answer with each header that the host left out.
   * @param {Response} response
   */
  function withHeaders(response) {
    // A redirection is not ours to read; the browser follows it, and asks again.
    if (response.type === 'opaqueredirect' || response.type === 'error') return response;
    const { body, status, statusText } = response;
    const all = new Headers(response.headers);
    for (const [header, value] of Object.entries(headers)) if (!all.has(header)) all.set(header, value);
    return new Response(body, { status, statusText, headers: all });
  }
}

/**
 * Whether a file may come from the browser's own cache: one whose name has its hash may.
 * @param {string} file
 * @returns {RequestCache}
 */
const cacheModeOf = (file) => (file === PAGE ? 'reload' : 'default');
