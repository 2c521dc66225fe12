//! The transcendental functions of the audio path, four samples at a time.
//!
//! Every operation used here is an IEEE 754 one that rounds the same everywhere, so native Rust and
//! both WebAssembly builds compute the same bits. For the same reason nothing is fused: no `mul_add`.
//! (Coefficients, which need no speed, come from the `libm` crate: the same code on every target, too.)

use wide::{f32x4, i32x4};

/// Hyperbolic tangent with scales, `outer`·tanh(`inner`·x): x·P(x²)/Q(x²), fitted for least relative error
/// on 0 … 8.5 (1.2e-8 before rounding) and held at its last value, 1 − 8e-8, beyond.
///
/// Relative error below 4e-7 (−128 dB) for every finite x with |`inner`·x| at least 1e-18.
///
/// The scales are multiplied into the coefficients, which are data rather than constants for a reason:
/// V8 builds a vector constant anew, in several instructions, each time it comes by one.
pub struct Tanh {
    p: [f32x4; 5],
    /// All but the last coefficient of Q, which is 1.
    q: [f32x4; 4],
    saturation: f32x4,
}

impl Tanh {
    /// `outer`·tanh(`inner`·x), for positive scales.
    pub fn scaled(inner: f64, outer: f64) -> Self {
        const P: [f64; 5] = [
            0.999_999_988_184_579,
            0.134_132_446_281_110_23,
            0.003_534_024_146_662_499,
            2.125_100_081_982_547_3e-5,
            1.426_917_040_023_393e-8,
        ];
        const Q: [f64; 5] = [
            1.0,
            0.467_465_673_631_108_2,
            0.026_022_740_980_548_627,
            3.348_860_353_410_483_6e-4,
            8.145_099_261_945_677e-7,
        ];
        const SATURATION: f64 = 8.5;
        let square = inner * inner;
        let mut power = 1.0;
        let (mut p, mut q) = (P, Q);
        for (p, q) in p.iter_mut().zip(&mut q) {
            *p *= power * inner * outer;
            *q *= power;
            power *= square;
        }
        let [q0, q1, q2, q3, last] = q;
        let vector = |coefficient: f64| f32x4::splat((coefficient / last) as f32);
        Self {
            p: p.map(vector),
            q: [q0, q1, q2, q3].map(vector),
            saturation: f32x4::splat((SATURATION / inner) as f32),
        }
    }

    /// The function's value.
    #[inline(always)]
    pub fn of(&self, x: f32x4) -> f32x4 {
        let x = x.fast_min(self.saturation).fast_max(-self.saturation);
        let s = x * x;
        let [p0, p1, p2, p3, p4] = self.p;
        let [q0, q1, q2, q3] = self.q;
        x * ((((p4 * s + p3) * s + p2) * s + p1) * s + p0) / ((((s + q3) * s + q2) * s + q1) * s + q0)
    }
}

/// Two to the power of x, for −126 ≤ x ≤ 126 (held there beyond).
///
/// Relative error below 3e-7: Taylor's series to the seventh power of x·ln 2 on −½ … ½.
#[inline(always)]
pub fn exp2(x: f32x4) -> f32x4 {
    const SERIES: [f32; 8] = [
        1.0,
        std::f32::consts::LN_2,
        2.402_265e-1,
        5.550_411e-2,
        9.618_129e-3,
        1.333_355_8e-3,
        1.540_353e-4,
        1.525_273_4e-5,
    ];
    // Adding and subtracting 1.5·2²³ rounds to the nearest integer, on every target alike.
    const ROUND: f32 = 12_582_912.0;
    let x = x.fast_min(f32x4::splat(126.0)).fast_max(f32x4::splat(-126.0));
    let shifted = x + f32x4::splat(ROUND);
    let whole = bytemuck::cast::<f32x4, i32x4>(shifted) - i32x4::splat(ROUND.to_bits() as i32);
    let fraction = x - (shifted - f32x4::splat(ROUND));
    let scale: f32x4 = bytemuck::cast((whole + i32x4::splat(127)) << 23);
    horner(fraction, SERIES) * scale
}

/// Logarithm to base two, for normal positive x.
///
/// Absolute error below 2e-7 + 1.2e-7·|log2 x|: the series of artanh on mantissas from √½ to √2.
#[inline(always)]
pub fn log2(x: f32x4) -> f32x4 {
    const LOG2_E_TWICE: f32 = 2.0 * std::f32::consts::LOG2_E;
    const SERIES: [f32; 5] =
        [LOG2_E_TWICE, LOG2_E_TWICE / 3.0, LOG2_E_TWICE / 5.0, LOG2_E_TWICE / 7.0, LOG2_E_TWICE / 9.0];
    let bits: i32x4 = bytemuck::cast(x);
    let sqrt_half = i32x4::splat(std::f32::consts::FRAC_1_SQRT_2.to_bits() as i32);
    let exponent = (bits - sqrt_half) >> 23;
    let mantissa: f32x4 = bytemuck::cast(bits - (exponent << 23));
    let one = f32x4::splat(1.0);
    let s = (mantissa - one) / (mantissa + one);
    s * horner(s * s, SERIES) + f32x4::from_i32x4(exponent)
}

/// Magnitudes below this (−300 dBFS) become 0, so that no decay ever reaches the denormals, on which
/// processors can be a hundred times slower.
pub const NOTHING: f32 = 1e-15;

/// The samples, with magnitudes below [`NOTHING`] at exactly 0.
#[inline(always)]
pub fn flush(x: f32x4) -> f32x4 {
    x.abs().simd_ge(f32x4::splat(NOTHING)) & x
}

/// The state of a recursion, with a magnitude below [`NOTHING`] at exactly 0.
#[inline(always)]
pub fn flush_state(x: f64) -> f64 {
    if x.abs() < NOTHING as f64 { 0.0 } else { x }
}

/// c₀ + c₁x + c₂x² + …
#[inline(always)]
fn horner<const N: usize>(x: f32x4, coefficients: [f32; N]) -> f32x4 {
    let mut sum = f32x4::splat(coefficients[N - 1]);
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum * x + f32x4::splat(coefficient);
    }
    sum
}
