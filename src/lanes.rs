//! What the SIMD library does not have for every target.

use wide::i32x4;

/// Whether the machine has vector registers. Without, what is best lane by lane is another thing.
pub const VECTORS: bool = cfg!(any(target_feature = "simd128", target_feature = "sse2", target_feature = "neon"));

/// The larger of each lane; where there are no vectors, without a branch and without a mask.
#[inline(always)]
pub fn larger(a: i32x4, b: i32x4) -> i32x4 {
    if VECTORS {
        return a.max(b);
    }
    let (a, b) = (a.to_array(), b.to_array());
    i32x4::new([a[0].max(b[0]), a[1].max(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}
