//! What the SIMD library does not have, or has not for every target: moves between four lanes of float32 and
//! two of float64, which the compiler does not find by itself in WebAssembly, and a maximum.

use wide::{f32x4, f64x2, i32x4};

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

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod moves {
    use super::*;
    use core::arch::wasm32::*;
    use core::mem::transmute;

    // SAFETY of all: the library's vectors and `v128` are 16 plain bytes on the same boundary.
    pub fn widen_low(x: f32x4) -> f64x2 {
        unsafe { transmute(f64x2_promote_low_f32x4(transmute::<f32x4, v128>(x))) }
    }
    pub fn widen_high(x: f32x4) -> f64x2 {
        let x = unsafe { transmute::<f32x4, v128>(x) };
        unsafe { transmute(f64x2_promote_low_f32x4(i32x4_shuffle::<2, 3, 2, 3>(x, x))) }
    }
    pub fn narrow(low: f64x2, high: f64x2) -> f32x4 {
        let [low, high] = [low, high].map(|x| f32x4_demote_f64x2_zero(unsafe { transmute::<f64x2, v128>(x) }));
        unsafe { transmute(i64x2_shuffle::<0, 2>(low, high)) }
    }
    pub fn pick<const A: usize, const B: usize>(a: f64x2, b: f64x2) -> f64x2 {
        let [a, b] = [a, b].map(|x| unsafe { transmute::<f64x2, v128>(x) });
        unsafe {
            transmute(match (A, B) {
                (0, 0) => i64x2_shuffle::<0, 2>(a, b),
                (0, _) => i64x2_shuffle::<0, 3>(a, b),
                (_, 0) => i64x2_shuffle::<1, 2>(a, b),
                (_, _) => i64x2_shuffle::<1, 3>(a, b),
            })
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod moves {
    use super::*;

    pub fn widen_low(x: f32x4) -> f64x2 {
        let [a, b, ..] = x.to_array();
        f64x2::new([a as f64, b as f64])
    }
    pub fn widen_high(x: f32x4) -> f64x2 {
        let [.., a, b] = x.to_array();
        f64x2::new([a as f64, b as f64])
    }
    pub fn narrow(low: f64x2, high: f64x2) -> f32x4 {
        let ([a, b], [c, d]) = (low.to_array(), high.to_array());
        f32x4::new([a as f32, b as f32, c as f32, d as f32])
    }
    pub fn pick<const A: usize, const B: usize>(a: f64x2, b: f64x2) -> f64x2 {
        f64x2::new([a.to_array()[A], b.to_array()[B]])
    }
}

/// The first two samples, as float64.
#[inline(always)]
pub fn widen_low(x: f32x4) -> f64x2 {
    moves::widen_low(x)
}

/// The last two samples, as float64.
#[inline(always)]
pub fn widen_high(x: f32x4) -> f64x2 {
    moves::widen_high(x)
}

/// Four samples, rounded to float32.
#[inline(always)]
pub fn narrow(low: f64x2, high: f64x2) -> f32x4 {
    moves::narrow(low, high)
}

/// Lane `A` of one and lane `B` of the other.
#[inline(always)]
pub fn pick<const A: usize, const B: usize>(a: f64x2, b: f64x2) -> f64x2 {
    moves::pick::<A, B>(a, b)
}
