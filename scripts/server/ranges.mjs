/** A part of a file, as a request's Range asks for it (RFC 9110, 14). Node. */

/** @typedef {{ first: number, last: number }} Range of bytes, both inclusive */

/**
 * What is asked for: undefined for the whole, also where the header is no range of bytes or has several; null where no
 * byte of it is there.
 * @param {string | undefined} header
 * @param {number} length of the whole
 * @returns {Range | null | undefined}
 */
export function rangeOf(header, length) {
  const [, from, to] = header?.match(/^bytes=\s*(\d*)-(\d*)\s*$/i) ?? [];
  if (from === undefined || (from === '' && to === '')) return undefined;
  // Without a first byte it is so many of the last ones.
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  return first < length && first <= last ? { first, last } : null;
}
