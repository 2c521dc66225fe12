/**
 * `data:` URLs, in which pkg/single.js has the package's files. Pure; any thread.
 */

const BASE64 = /^data:[^,]*;base64,/;
const ZLIB = /^data:application\/zlib;/;

/** @param {string} url */
export const isDataUrl = (url) => url.startsWith('data:');

/**
 * Whether what it has is compressed, so that it takes a DecompressionStream.
 * @param {string} url
 */
export const isCompressed = (url) => ZLIB.test(url);

/**
 * The bytes of a `data:` URL in Base64, inflated where they are compressed, or null for any other URL. Decoded here,
 * not fetched: a page's policy may forbid to fetch what it has already.
 * @param {string} url
 * @returns {Promise<Uint8Array<ArrayBuffer> | ArrayBuffer | null>}
 */
export async function bytesOf(url) {
  if (!BASE64.test(url)) return null;
  const bytes = Uint8Array.from(atob(url.replace(BASE64, '')), (character) => character.charCodeAt(0));
  if (!isCompressed(url)) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
}

/**
 * A URL as people can read it: of a `data:` URL its type alone.
 * @param {string} url
 */
export const readable = (url) => (isDataUrl(url) ? `${url.split(/[;,]/, 1)[0]}…` : url);

/**
 * How a violation of a page's policy names a URL: a `data:` URL by its scheme alone.
 * @param {string} url
 */
export const blockedUriOf = (url) => (isDataUrl(url) ? 'data' : url);
