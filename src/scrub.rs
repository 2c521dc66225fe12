//! The door through which sound comes in: what is not a sample does not get past it.

use wide::f32x4;

/// The loudest sample that is let in: +120 dBFS. Louder is held here, far from any overflow.
pub const LOUDEST: f32 = 1e6;

/// Puts 0 for NaN and holds what is louder than [`LOUDEST`] there (infinities too). Returns how many
/// samples had to be replaced.
pub fn scrub(samples: &mut [f32x4]) -> u32 {
    let loudest = f32x4::splat(LOUDEST);
    // Every comparison with NaN is false.
    let strange = |x: f32x4| !x.abs().simd_le(loudest);
    let any = samples.iter().fold(f32x4::ZERO, |any, &x| any | strange(x));
    if any.to_bitmask() == 0 {
        return 0;
    }
    let mut count = 0;
    for x in samples {
        count += strange(*x).to_bitmask().count_ones();
        let number = x.simd_eq(*x) & *x;
        *x = number.fast_min(loudest).fast_max(-loudest);
    }
    count
}
