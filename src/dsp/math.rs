//! The transcendental functions, written once for native Rust and both WebAssembly builds.
//!
//! Every operation used here is an IEEE 754 one that rounds the same everywhere, so all of them compute
//! the same bits. For the same reason nothing is fused: no `mul_add`. The functions of float32 work on four
//! samples at a time and are for the audio path; those of float64 are for coefficients.

use crate::dsp::lanes::VECTORS;
use core::f64::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, LOG2_10, LOG2_E, TAU};
use core::hint::black_box;
use wide::{f32x4, f64x2, i32x4};

/// A hyperbolic tangent, makeup·tanh(drive·x): x·P(x²)/Q(x²), where P and Q are fitted for least relative error of
/// tanh on 0 … 8 (1.5e-7 before rounding), and held at the last value beyond.
///
/// Plain ([`Tanh::default`]), its relative error is below 6e-7 (−124 dB) for every finite x whose magnitude is at least
/// 1e-18.
///
/// The coefficients are data, not constants, for a reason: V8 builds a vector constant anew, in several
/// instructions, each time it comes by one.
#[derive(Clone)]
pub struct Tanh {
    p: [f32x4; 4],
    /// All but the last coefficient of Q, which is 1.
    q: [f32x4; 4],
    saturation: f32x4,
}

impl Default for Tanh {
    fn default() -> Self {
        Self::new(1.0, 1.0)
    }
}

impl Tanh {
    /// makeup·tanh(drive·x); the drive is above 0.
    #[inline(never)]
    pub fn new(drive: f64, makeup: f64) -> Self {
        const P: [f64; 4] = [
            0.999_999_854_396_787_5,
            0.129_256_603_701_042_58,
            0.002_951_021_014_906_484_3,
            1.142_839_469_370_489_4e-5,
        ];
        const Q: [f64; 4] = [1.0, 0.462_588_759_681_351_8, 0.023_815_542_725_708_672, 2.386_687_851_157_377e-4];
        const LAST: f64 = 2.459_202_032_392_645e-7;
        const SATURATION: f64 = 8.0;
        // What a coefficient of the n-th power of x² needs is drive²ⁿ, all of them over that of Q's last.
        let square = drive * drive;
        let mut scale = 1.0 / (LAST * square * square * square * square);
        let mut tanh = Self { p: Default::default(), q: Default::default(), saturation: splat(SATURATION / drive) };
        for n in 0..4 {
            tanh.p[n] = splat(P[n] * scale * drive * makeup);
            tanh.q[n] = splat(Q[n] * scale);
            scale *= square;
        }
        tanh
    }

    /// The function's value.
    #[inline(always)]
    pub fn of(&self, x: f32x4) -> f32x4 {
        let [above, below] = self.fraction(x);
        above / below
    }

    /// The function's value as a fraction.
    #[inline(always)]
    pub fn fraction(&self, x: f32x4) -> [f32x4; 2] {
        let x = x.fast_min(self.saturation).fast_max(-self.saturation);
        let s = x * x;
        let [p0, p1, p2, p3] = self.p;
        let [q0, q1, q2, q3] = self.q;
        [x * (((p3 * s + p2) * s + p1) * s + p0), (((s + q3) * s + q2) * s + q1) * s + q0]
    }
}

fn splat(value: f64) -> f32x4 {
    f32x4::splat(value as f32)
}

/// Adding and subtracting 1.5·2²³ rounds a float32 to the nearest integer, on every target alike.
const ROUND: f32 = 12_582_912.0;

/// Two to the power of x, four at a time, for −126 ≤ x ≤ 126 (held there beyond).
///
/// Relative error below 3e-7: Taylor's series to the seventh power of x·ln 2 on −½ … ½.
#[inline(always)]
pub fn exp2x4(x: f32x4) -> f32x4 {
    const SERIES: [f32; 8] = [
        1.0,
        core::f32::consts::LN_2,
        2.402_265e-1,
        5.550_411e-2,
        9.618_129e-3,
        1.333_355_8e-3,
        1.540_353e-4,
        1.525_273_4e-5,
    ];
    let x = x.fast_min(f32x4::splat(126.0)).fast_max(f32x4::splat(-126.0));
    let shifted = x + f32x4::splat(ROUND);
    let whole = bytemuck::cast::<f32x4, i32x4>(shifted) - i32x4::splat(ROUND.to_bits() as i32);
    let fraction = x - (shifted - f32x4::splat(ROUND));
    let scale: f32x4 = bytemuck::cast((whole + i32x4::splat(127)) << 23);
    horner(fraction, SERIES) * scale
}

/// Two to the power of each, in place, for −126 ≤ x ≤ 126: [`exp2x4`] for what moves, in half the time.
///
/// Relative error below 3e-7: a polynomial of least relative error on −½ … ½ (7.5e-8 before rounding), in pairs of
/// terms, for one long chain of operations would be waited for.
#[inline(never)]
pub fn exp2_each(values: &mut [f32x4]) {
    let Exp2 { round, bias, series: [c0, c1, c2, c3, c4, c5] } = *black_box(&EXP2);
    for x in values {
        let shifted = *x + round;
        let fraction = *x - (shifted - round);
        let square = fraction * fraction;
        let scale: f32x4 = bytemuck::cast((bytemuck::cast::<f32x4, i32x4>(shifted) + bias) << 23);
        let upper = (c2 + c3 * fraction) + square * (c4 + c5 * fraction);
        *x = ((c0 + c1 * fraction) + square * upper) * scale;
    }
}

/// The constants of [`exp2_each`]: data, as those of [`Tanh`] are, and for the same reason.
struct Exp2 {
    round: f32x4,
    /// What makes an exponent of a rounded number's bits.
    bias: i32x4,
    series: [f32x4; 6],
}

static EXP2: Exp2 = Exp2 {
    round: f32x4::splat(ROUND),
    bias: i32x4::splat(127 - ROUND.to_bits() as i32),
    series: [
        f32x4::splat(1.000_000_1),
        f32x4::splat(0.693_146_97),
        f32x4::splat(0.240_221_2),
        f32x4::splat(0.055_507_133),
        f32x4::splat(0.009_675_541),
        f32x4::splat(0.001_327_647_2),
    ],
};

/// Logarithm to base two, four at a time, for normal positive x.
///
/// Absolute error below 2e-7 + 1.2e-7·|log2 x|: the series of artanh on mantissas from √½ to √2.
#[inline(always)]
pub fn log2x4(x: f32x4) -> f32x4 {
    const LOG2_E_TWICE: f32 = 2.0 * core::f32::consts::LOG2_E;
    const SERIES: [f32; 5] =
        [LOG2_E_TWICE, LOG2_E_TWICE / 3.0, LOG2_E_TWICE / 5.0, LOG2_E_TWICE / 7.0, LOG2_E_TWICE / 9.0];
    let bits: i32x4 = bytemuck::cast(x);
    let sqrt_half = i32x4::splat(core::f32::consts::FRAC_1_SQRT_2.to_bits() as i32);
    let exponent = (bits - sqrt_half) >> 23;
    let mantissa: f32x4 = bytemuck::cast(bits - (exponent << 23));
    let one = f32x4::splat(1.0);
    let s = (mantissa - one) / (mantissa + one);
    s * horner(s * s, SERIES) + f32x4::from_i32x4(exponent)
}

/// Sines of four angles given in turns (1 is a full circle), for magnitudes up to 2²¹.
///
/// Absolute error below 3e-7: Taylor's series to the eleventh power, on the quarter turn to which an angle is folded.
/// (An angle that was rounded to float32 before adds up to 2π·2⁻²⁵·|x|.)
#[inline(always)]
pub fn sin_of_turns(x: f32x4) -> f32x4 {
    // (−1)ⁿ·(2π)²ⁿ⁺¹ / (2n + 1)!
    const SERIES: [f32; 6] = [6.283_185_5, -41.341_7, 81.605_25, -76.705_86, 42.058_693, -15.094_643];
    let nearest = (x + f32x4::splat(ROUND)) - f32x4::splat(ROUND);
    let fraction = x - nearest;
    // sin is symmetric about a quarter turn: half a turn less the angle has the same sine.
    let half = f32x4::splat(0.5);
    let magnitude = fraction.abs();
    let folded = magnitude.fast_min(half - magnitude);
    let sine = folded * horner(folded * folded, SERIES);
    fraction.simd_lt(f32x4::ZERO).select(-sine, sine)
}

/// Sines of angles given in turns, in place, for magnitudes up to 2⁵⁰.
///
/// Absolute error below 1e-11: as [`sin_of_turns`], to the fifteenth power.
#[inline(never)]
pub fn sines_of_turns(values: &mut [f64x2]) {
    let Sine { round, half, series: [c0, c1, c2, c3, c4, c5, c6, c7] } = *black_box(&SINE);
    for x in values {
        let fraction = *x - ((*x + round) - round);
        let magnitude = fraction.abs();
        let folded = magnitude.fast_min(half - magnitude);
        let square = folded * folded;
        let fourth = square * square;
        let upper = (c4 + c5 * square) + fourth * (c6 + c7 * square);
        let sine = folded * ((c0 + c1 * square) + fourth * ((c2 + c3 * square) + fourth * upper));
        *x = fraction.simd_lt(f64x2::ZERO).select(-sine, sine);
    }
}

/// The constants of [`sines_of_turns`]: data, as those of [`Tanh`] are, and for the same reason.
struct Sine {
    round: f64x2,
    half: f64x2,
    /// (−1)ⁿ·(2π)²ⁿ⁺¹ / (2n + 1)!
    series: [f64x2; 8],
}

static SINE: Sine = Sine {
    // Adding and subtracting 1.5·2⁵² rounds a float64 to the nearest integer.
    round: f64x2::splat(6_755_399_441_055_744.0),
    half: f64x2::splat(0.5),
    series: [
        f64x2::splat(TAU),
        f64x2::splat(-41.341_702_240_399_76),
        f64x2::splat(81.605_249_276_075_05),
        f64x2::splat(-76.705_859_753_061_39),
        f64x2::splat(42.058_693_944_897_65),
        f64x2::splat(-15.094_642_576_822_99),
        f64x2::splat(3.819_952_584_848_282),
        f64x2::splat(-0.718_122_301_780_005_3),
    ],
};

/// Tangents of four angles given in half turns: tan(π·x), for 0 ≤ x ≤ 0.49.
///
/// Relative error below 5e-7: Lambert's continued fraction, four terms deep, on the eighth of a turn to which an angle
/// is folded. tan(π/2 − y) is 1 / tan y.
#[inline(always)]
pub fn tan_of_half_turns(x: f32x4) -> f32x4 {
    // Of y·(945 − 105·y² + y⁴) / (945 − 420·y² + 15·y⁴) with y = π·x.
    const ABOVE: [f32; 3] = [2_968.805, -3_255.658_6, 306.019_68];
    const BELOW: [f32; 3] = [945.0, -4_145.234, 1_461.136_4];
    let folded = x.fast_min(f32x4::splat(0.5) - x);
    let square = folded * folded;
    let (above, below) = (folded * horner(square, ABOVE), horner(square, BELOW));
    let mirrored = x.simd_gt(f32x4::splat(0.25));
    mirrored.select(below, above) / mirrored.select(above, below)
}

/// Magnitudes below this (−300 dBFS) count as silence: what decays ends there in exactly 0, before it gets to the
/// denormals, on which processors can be a hundred times slower.
pub const SILENCE_FLOOR: f32 = 1e-15;

/// Both states of a section, a stream in each lane: at exactly 0 where both are below [`SILENCE_FLOOR`]. One alone
/// would be an input to the other, and kept a slow peaking equaliser at 3e-15 for ever.
#[inline(always)]
pub fn flush_states([one, other]: [f64x2; 2]) -> [f64x2; 2] {
    let floor = f64x2::splat(SILENCE_FLOOR as f64);
    let silent = one.abs().simd_lt(floor) & other.abs().simd_lt(floor);
    [silent.select(f64x2::ZERO, one), silent.select(f64x2::ZERO, other)]
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

/// Two to the power of x, for −1022 ≤ x ≤ 1023.
///
/// Relative error below 1e-15: Taylor's series of x·ln 2 on −½ … ½.
#[inline(never)]
pub fn exp2(x: f64) -> f64 {
    let whole = floor(x + 0.5);
    let t = (x - whole) * LN_2;
    let mut sum = 1.0;
    for n in (1..=14).rev() {
        sum = 1.0 + sum * t / n as f64;
    }
    sum * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// Logarithm to base two, for normal positive x.
///
/// Relative error below 1e-15: the series of artanh on mantissas from √½ to √2.
#[inline(never)]
pub fn log2(x: f64) -> f64 {
    const SQRT_HALF: u64 = core::f64::consts::FRAC_1_SQRT_2.to_bits();
    let exponent = (x.to_bits().wrapping_sub(SQRT_HALF) as i64) >> 52;
    let mantissa = f64::from_bits(x.to_bits().wrapping_sub((exponent as u64) << 52));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for n in (0..11).rev() {
        sum = sum * square + 1.0 / (2 * n + 1) as f64;
    }
    exponent as f64 + 2.0 * LOG2_E * s * sum
}

/// e to the power of x. Relative error below 1e-14 for magnitudes up to 20.
pub fn exp(x: f64) -> f64 {
    exp2(x * LOG2_E)
}

/// Ten to the power of x. Relative error below 1e-14 for magnitudes up to 20.
pub fn exp10(x: f64) -> f64 {
    exp2(x * LOG2_10)
}

/// Hyperbolic tangent, for magnitudes up to 20. Absolute error below 1e-14.
pub fn tanh(x: f64) -> f64 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// Tangent, for 0 ≤ x < π/2.
///
/// Relative error below 1e-15 up to π/4, by Lambert's continued fraction. Beyond, the angle is mirrored at π/4, and
/// close to π/2 the rounding of π/2 itself adds to the error.
#[inline(never)]
pub fn tan(x: f64) -> f64 {
    let reflected = x > FRAC_PI_4;
    let x = if reflected { FRAC_PI_2 - x } else { x };
    let mut fraction = 0.0;
    for n in (1..=10).rev() {
        fraction = x * x / ((2 * n + 1) as f64 - fraction);
    }
    let tangent = x / (1.0 - fraction);
    if reflected { 1.0 / tangent } else { tangent }
}

/// Square root, for 0 and normal positive x. Relative error below 1e-15.
///
/// Every processor has one, but outside the standard library only vectors get at it.
pub fn sqrt(x: f64) -> f64 {
    if VECTORS { f64x2::splat(x).sqrt().to_array()[0] } else { sqrt_by_newton(x) }
}

/// Square roots, for 0 and positive x that are normal.
pub fn sqrtx4(x: f32x4) -> f32x4 {
    if VECTORS { x.sqrt() } else { f32x4::new(x.to_array().map(|x| sqrt(x as f64) as f32)) }
}

/// [`sqrt`] for a machine without vectors: Newton's method from half the exponent.
pub fn sqrt_by_newton(x: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let mut root = f64::from_bits((x.to_bits() >> 1) + (1.0f64.to_bits() >> 1));
    for _ in 0..5 {
        root = 0.5 * (root + x / root);
    }
    root
}

/// The largest whole number not above x, for magnitudes below 2⁶³.
fn floor(x: f64) -> f64 {
    let whole = x as i64 as f64;
    if whole > x { whole - 1.0 } else { whole }
}
