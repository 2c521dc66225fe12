/**
 * The Monte Carlo sequence once more, from the published algorithms and nothing of ours: PCG32 (M. E. O'Neill, XSH RR
 * 64/32, https://www.pcg-random.org) seeds eight xoshiro128+ (D. Blackman and S. Vigna, https://prng.di.unimi.it) for
 * every 2²⁰ points.
 */

const MASK_32 = 0xffff_ffffn;
const MASK_64 = (1n << 64n) - 1n;

const SUBSTREAM = 2 ** 20;
const LANES = 8;

/** The step and the output of PCG32. */
const advance = (state, increment) => (state * 0x5851_f42d_4c95_7f2dn + increment) & MASK_64;
function output(state) {
  const shifted = (((state >> 18n) ^ state) >> 27n) & MASK_32;
  const rotation = state >> 59n;
  return ((shifted >> rotation) | (shifted << (32n - rotation))) & MASK_32;
}

/** The four words of 32 bits into which rand_core's `seed_from_u64` expands a seed. */
function expand(seed) {
  let state = BigInt(seed);
  return Array.from({ length: 4 }, () => {
    state = advance(state, 0xa176_54e4_6fbe_17f3n);
    return output(state);
  });
}

/** PCG32 from a seed: each call gives 32 bits, signed. */
function pcg32(seed) {
  const [low, high, incrementLow, incrementHigh] = expand(seed);
  const increment = (incrementHigh << 32n) | incrementLow | 1n;
  let state = advance(((high << 32n) | low) + increment, increment);
  return () => {
    const bits = output(state);
    state = advance(state, increment);
    return Number(BigInt.asIntN(32, bits));
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
  const seeder = pcg32(seed);
  let inside = 0;
  let lanes;
  for (let point = 0; point < total; point += 1) {
    if (point % SUBSTREAM === 0) {
      lanes = Array.from({ length: LANES }, () => xoshiro128plus(seeder(), seeder(), seeder(), seeder()));
    }
    const coordinate = lanes[point % LANES];
    const x = Math.fround(coordinate() / 2 ** 31);
    const y = Math.fround(coordinate() / 2 ** 31);
    inside += Math.fround(Math.fround(x * x) + Math.fround(y * y)) <= 1 ? 1 : 0;
  }
  return inside;
}
