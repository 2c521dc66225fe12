/** Answers made smaller: which encoding a client takes, and each body compressed once for all who ask for it. Node. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** @typedef {'br' | 'gzip'} Encoding */

/** Best first. @type {Record<Encoding, (body: Buffer) => Promise<Buffer>>} */
const COMPRESS = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (body) => promisify(gzip)(body),
};

/** Of 11: the best of those that take milliseconds for the largest file of the page. */
const BROTLI_QUALITY = 5;

/** What is smaller than this fits into one packet as it is; what is larger would take noticeable time and memory. */
const SMALLEST_BYTES = 1024;
const LARGEST_BYTES = 2 ** 22;

const COMPRESSIBLE = /^(text\/|application\/(wasm|json|manifest\+json)|image\/svg\+xml)/;

/**
 * Whether a body may come in several encodings.
 * @param {string} type its media type
 * @param {Buffer} body
 */
export const isCompressible = (type, { length }) =>
  COMPRESSIBLE.test(type) && length >= SMALLEST_BYTES && length <= LARGEST_BYTES;

/**
 * The best encoding that a client takes; undefined for none (RFC 9110, 12.5.3).
 * @param {string} [accepted] the request's Accept-Encoding
 * @returns {Encoding | undefined}
 */
export function encodingFor(accepted = '') {
  /** @type {Map<string, number>} */
  const weights = new Map();
  for (const part of accepted.toLowerCase().split(',')) {
    const [coding, ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, weight === undefined ? 1 : Number(weight) || 0);
  }
  const weightOf = (/** @type {Encoding} */ coding) => weights.get(coding) ?? weights.get('*') ?? 0;
  // Without a word of it, a body as it is is welcome, but as the last choice.
  const codings = /** @type {Encoding[]} */ (Object.keys(COMPRESS)).filter((coding) => weightOf(coding) > 0);
  const identity = weights.get('identity') ?? 0;
  const best = codings.sort((a, b) => weightOf(b) - weightOf(a))[0];
  return best && weightOf(best) >= identity ? best : undefined;
}

/**
 * What was compressed, for as long as the body itself is held.
 * @type {WeakMap<Buffer, Map<Encoding, Promise<Buffer>>>}
 */
const held = new WeakMap();

/**
 * A body, compressed. All who ask share it.
 * @param {Buffer} body
 * @param {Encoding} encoding
 */
export function compressed(body, encoding) {
  const byEncoding = held.get(body) ?? new Map();
  held.set(body, byEncoding);
  const result = byEncoding.get(encoding) ?? COMPRESS[encoding](body);
  byEncoding.set(encoding, result);
  return result;
}
