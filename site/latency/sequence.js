/**
 * A maximum-length sequence: ±1, as long as a shift register can go without repeating itself, and like noise to all but
 * its own correlation. No DOM; it runs on any thread.
 */

/** The register's length: x¹⁵ + x¹⁴ + 1 is a primitive polynomial over two elements. */
const ORDER = 15;

/** So many samples has a sequence. */
export const SEQUENCE_FRAMES = 2 ** ORDER - 1;

/** @returns {Float32Array<ArrayBuffer>} */
export function maximumLengthSequence() {
  let register = 1;
  return Float32Array.from({ length: SEQUENCE_FRAMES }, () => {
    const bit = ((register >> (ORDER - 1)) ^ (register >> (ORDER - 2))) & 1;
    register = ((register << 1) | bit) & SEQUENCE_FRAMES;
    return bit ? 1 : -1;
  });
}
