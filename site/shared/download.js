/** Gives the visitor a file. Main thread. */

import { element } from './dom.js';

/** A download has begun by then, and has its own hold on the data. */
const REVOKE_MILLISECONDS = 60_000;

/**
 * @param {Blob} data
 * @param {string} name of the file
 */
export function download(data, name) {
  const url = URL.createObjectURL(data);
  const link = element('a', { href: url, download: name.replace(/[\\/:*?"<>|]+/g, '-') });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MILLISECONDS);
}
