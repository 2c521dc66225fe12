//! What the SIMD library lacks: a maximum that is fast on every target, and conversions of vectors and of two samples
//! from float32 to float64 and back in one instruction each, which the compiler does not find by itself in WebAssembly.

use wide::{f32x4, f64x2, i32x4};

/// Whether the target has vector registers. Where it has none, the SIMD library computes lane by lane, and some
/// functions are faster written in another way.
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

/// Two samples side by side, as float64.
#[inline(always)]
pub fn widen(x: &f32, other: &f32) -> f64x2 {
    moves::widen(x, other)
}

/// Puts two float64 that are side by side into two samples, rounded to float32.
#[inline(always)]
pub fn narrow(y: f64x2, x: &mut f32, other: &mut f32) {
    moves::narrow(y, x, other)
}

/// Four values, rounded to float32.
#[inline(always)]
pub fn demote(low: f64x2, high: f64x2) -> f32x4 {
    moves::demote(low, high)
}

/// Four values as float64.
#[inline(always)]
pub fn promote(x: f32x4) -> [f64x2; 2] {
    moves::promote(x)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod moves {
    use core::arch::wasm32::*;
    use core::mem::transmute;
    use wide::{f32x4, f64x2};

    /// The same vector, which the compiler would undo to convert its lanes one by one. It is the average of itself with
    /// itself, but the compiler does not know that, and leaves it whole.
    #[inline(always)]
    fn whole(x: v128) -> v128 {
        u8x16_avgr(x, x)
    }

    #[inline(always)]
    pub fn demote(low: f64x2, high: f64x2) -> f32x4 {
        // SAFETY: the library's vectors and `v128` are 16 plain bytes on the same boundary.
        unsafe {
            let [low, high] = [low, high].map(|x| whole(f32x4_demote_f64x2_zero(transmute::<f64x2, v128>(x))));
            transmute(i64x2_shuffle::<0, 2>(low, high))
        }
    }

    #[inline(always)]
    pub fn promote(x: f32x4) -> [f64x2; 2] {
        // SAFETY: as above.
        unsafe {
            let low = transmute::<f32x4, v128>(x);
            let high = i64x2_shuffle::<1, 1>(low, low);
            [low, high].map(|x| transmute(f64x2_promote_low_f32x4(x)))
        }
    }

    // SAFETY of both below: the addresses are those of references, and the library's vector and `v128` are 16 plain
    // bytes on the same boundary.
    #[inline(always)]
    pub fn widen(x: &f32, other: &f32) -> f64x2 {
        unsafe {
            let first = v128_load32_zero((&raw const *x).cast());
            transmute(f64x2_promote_low_f32x4(v128_load32_lane::<1>(first, (&raw const *other).cast())))
        }
    }

    #[inline(always)]
    pub fn narrow(y: f64x2, x: &mut f32, other: &mut f32) {
        unsafe {
            let y = whole(f32x4_demote_f64x2_zero(transmute::<f64x2, v128>(y)));
            v128_store32_lane::<0>(y, (&raw mut *x).cast());
            v128_store32_lane::<1>(y, (&raw mut *other).cast());
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod moves {
    use wide::{f32x4, f64x2};

    pub fn demote(low: f64x2, high: f64x2) -> f32x4 {
        let ([a, b], [c, d]) = (low.to_array(), high.to_array());
        f32x4::new([a as f32, b as f32, c as f32, d as f32])
    }

    pub fn promote(x: f32x4) -> [f64x2; 2] {
        let [a, b, c, d] = x.to_array().map(f64::from);
        [f64x2::new([a, b]), f64x2::new([c, d])]
    }

    pub fn widen(x: &f32, other: &f32) -> f64x2 {
        f64x2::new([*x as f64, *other as f64])
    }

    pub fn narrow(y: f64x2, x: &mut f32, other: &mut f32) {
        [*x, *other] = y.to_array().map(|y| y as f32);
    }
}
