/**
 * The Monte Carlo sequence once more, from the published algorithms and nothing of ours: PCG64 (M. E. O'Neill, XSL RR
 * 128/64, https://www.pcg-random.org) seeds eight xoshiro128+ (D. Blackman and S. Vigna, https://prng.di.unimi.it) for
 * every 2²⁰ points.
 */

const MASK_32 = 0xffff_ffffn;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;

const SUBSTREAM = 2 ** 20;
const LANES = 8;

/** The eight words of 32 bits into which rand_core's `seed_from_u64` expands a seed: PCG32, XSH RR 64/32. */
function expand(seed) {
  let state = BigInt(seed);
  return Array.from({ length: 8 }, () => {
    state = (state * 0x5851_f42d_4c95_7f2dn + 0xa176_54e4_6fbe_17f3n) & MASK_64;
    const shifted = (((state >> 18n) ^ state) >> 27n) & MASK_32;
    const rotation = state >> 59n;
    return ((shifted >> rotation) | (shifted << (32n - rotation))) & MASK_32;
  });
}

/** PCG64 from a seed: each call gives 64 bits. */
function pcg64(seed) {
  const join = (words) => words.reduceRight((high, word) => (high << 32n) | word, 0n);
  const words = expand(seed);
  const increment = join(words.slice(4)) | 1n;
  const step = (state) => (state * 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645n + increment) & MASK_128;
  let state = step((join(words.slice(0, 4)) + increment) & MASK_128);
  return () => {
    state = step(state);
    const folded = ((state >> 64n) ^ state) & MASK_64;
    const rotation = state >> 122n;
    return ((folded >> rotation) | (folded << (64n - rotation))) & MASK_64;
  };
}

/** xoshiro128+: each call gives 32 bits, signed. */
function xoshiro128plus(a, b, c, d) {
  return () => {
    const output = (a + d) | 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return output;
  };
}

/** How many of the first `total` points of a seed's sequence are inside the circle, in float32 as specified. */
export function referenceCount(seed, total) {
  const seeder = pcg64(seed);
  let inside = 0;
  let lanes;
  for (let point = 0; point < total; point += 1) {
    if (point % SUBSTREAM === 0) {
      lanes = Array.from({ length: LANES }, () => {
        const [ab, cd] = [seeder(), seeder()];
        return xoshiro128plus(...[ab, ab >> 32n, cd, cd >> 32n].map((bits) => Number(BigInt.asIntN(32, bits))));
      });
    }
    const coordinate = lanes[point % LANES];
    const x = Math.fround(coordinate() / 2 ** 31);
    const y = Math.fround(coordinate() / 2 ** 31);
    inside += Math.fround(Math.fround(x * x) + Math.fround(y * y)) <= 1 ? 1 : 0;
  }
  return inside;
}
