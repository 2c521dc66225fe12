//! The door through which sound comes in: what is not a sample does not get past it.

use wide::f32x4;

/// The loudest sample that is let in: +120 dBFS. Louder is held here, far from any overflow.
pub const LOUDEST: f32 = 1e6;

/// Puts 0 for NaN and holds what is louder than [`LOUDEST`] there (infinities too). Returns how many
/// samples had to be replaced.
pub fn scrub(samples: &mut [f32x4]) -> u32 {
    let loudest = f32x4::splat(LOUDEST);
    let mut count = 0;
    for x in samples {
        // Every comparison with NaN is false.
        let fit = x.abs().simd_le(loudest).to_bitmask();
        count += 4 - fit.count_ones();
        let number = x.simd_eq(*x) & *x;
        *x = number.fast_min(loudest).fast_max(-loudest);
    }
    count
}
