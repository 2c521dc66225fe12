/** What the page and its service worker say to each other by name. Main thread and service worker. */

/** What a page asks for when it has loaded: its reload may have freed an old build. */
export const TIDY = 'tidy';

/**
 * How the names of all stores of this page begin. An origin can have other applications, and this one under several
 * paths.
 * @param {string} scope the URL of the page's folder
 */
export const cachePrefix = (scope) => `audio-dsp-wasm ${scope} `;

/**
 * The name of the store that holds a build's files, and of the lock that each page of this build shares.
 * @param {string} scope
 * @param {string} build
 */
export const cacheName = (scope, build) => cachePrefix(scope) + build;
