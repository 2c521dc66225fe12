//! Second-order filters as state-space sections: their design, and their magnitude at a frequency.
//!
//! The transfer functions are those of the Audio EQ Cookbook (R. Bristow-Johnson); the structure is the
//! state-variable filter by trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter", Cytomic, 2013). Its two states are the integrators' own, whatever the
//! coefficients, so a cutoff can move without a click. State and arithmetic are float64: at 20 Hz
//! and high sample rates float32 is not exact enough.

use crate::dsp::block::MAX_CHANNELS;
use crate::dsp::math::{exp2_each, exp10, sqrt, tan, tan_of_half_turns};
use core::f64::consts::{LOG2_10, PI, SQRT_2};
use core::ops::{Add, Div, Mul, Sub};
use wide::{f32x4, f64x2};

/// The highest frequency that a filter is tuned to, as a share of the sample rate.
pub const HIGHEST: f64 = 0.49;

/// What a section is designed in: one float64, or two side by side, which are two sections then.
pub trait Number:
    Copy + From<f64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
}

impl Number for f64 {}
impl Number for f64x2 {}

/// What tunes a section to a frequency: tan(π·frequency / sample rate); both in Hz.
pub fn tangent(frequency: f64, sample_rate: f64) -> f64 {
    let share = frequency / sample_rate;
    tan(PI * if share < HIGHEST { share } else { HIGHEST })
}

/// [`tangent`] of each, in place, with the precision of float32.
pub fn tangents(frequencies: &mut [f32x4], sample_rate: f64) {
    let (period, highest) = (f32x4::splat((1.0 / sample_rate) as f32), f32x4::splat(HIGHEST as f32));
    for x in frequencies {
        *x = tan_of_half_turns((*x * period).fast_min(highest));
    }
}

/// The factor whose square is a gain in decibels: what a peaking equaliser is designed with.
pub fn amplitude(decibels: f64) -> f64 {
    exp10(decibels / 40.0)
}

/// [`amplitude`] of each, in place, with the precision of float32.
pub fn amplitudes(decibels: &mut [f32x4]) {
    let doublings = f32x4::splat((LOG2_10 / 40.0) as f32);
    decibels.iter_mut().for_each(|x| *x *= doublings);
    exp2_each(decibels);
}

/// One section as a state-space system: s ← A·s + B·x, y = C·s + D·x.
#[derive(Clone, Copy, Debug)]
pub struct Section<N = f64> {
    pub(super) a: [[N; 2]; 2],
    pub(super) b: [N; 2],
    pub(super) c: [N; 2],
    pub(super) d: N,
}

impl<N: Number> Section<N> {
    /// The section that changes nothing.
    pub fn plain() -> Self {
        let (zero, one) = (N::from(0.0), N::from(1.0));
        Self { a: [[zero; 2]; 2], b: [zero; 2], c: [zero; 2], d: one }
    }

    /// Second-order low-pass, Q = 1/√2, by its cutoff's [`tangent`].
    pub fn low_pass(cutoff: N) -> Self {
        Self::tuned(cutoff, N::from(SQRT_2), |[_, a2, a3]| ([a2, N::from(1.0) - a3], a3))
    }

    /// Second-order high-pass, Q = 1/√2, by its cutoff's [`tangent`].
    pub fn high_pass(cutoff: N) -> Self {
        let (one, damping) = (N::from(1.0), N::from(SQRT_2));
        Self::tuned(cutoff, damping, |[a1, a2, a3]| {
            ([N::from(-SQRT_2) * a1 - a2, damping * a2 - (one - a3)], one - damping * a2 - a3)
        })
    }

    /// Peaking equaliser, by its centre's [`tangent`] and its gain's [`amplitude`]; Q as the cookbook has it.
    pub fn peaking(centre: N, amplitude: N, q: N) -> Self {
        let (zero, one) = (N::from(0.0), N::from(1.0));
        let damping = one / (q * amplitude);
        let band = damping * (amplitude * amplitude - one);
        Self::tuned(centre, damping, |[a1, a2, _]| ([band * a1, zero - band * a2], one + band * a2))
    }

    /// A section of damping `k`, 1/Q. Its outputs are low-pass `[a2, 1 − a3]·s + a3·x`, band-pass `[a1, −a2]·s + a2·x`
    /// and the input, which `output` mixes: it gives C and D.
    fn tuned(g: N, k: N, output: impl FnOnce([N; 3]) -> ([N; 2], N)) -> Self {
        let (one, two) = (N::from(1.0), N::from(2.0));
        let a1 = one / (one + g * (g + k));
        let a2 = g * a1;
        let a3 = g * a2;
        let (c, d) = output([a1, a2, a3]);
        Self { a: [[two * a1 - one, N::from(-2.0) * a2], [two * a2, one - two * a3]], b: [two * a2, two * a3], c, d }
    }

    /// The section faded towards its plain input: at `presence` 0 it changes nothing, at 1 it is itself.
    pub fn faded(self, presence: N) -> Self {
        Self { c: self.c.map(|c| c * presence), d: N::from(1.0) - presence + self.d * presence, ..self }
    }
}

impl Section {
    /// Whether the output is the input.
    pub fn is_plain(&self) -> bool {
        self.c == [0.0; 2] && self.d == 1.0
    }

    /// |H(f)| at a frequency in Hz: |D + C·(zI − A)⁻¹·B|, z on the unit circle.
    pub fn magnitude(&self, frequency: f64, sample_rate: f64) -> f64 {
        // z = e^iω by t = tan ω/2. That is infinite at Nyquist, so frequencies from there on count as just below it.
        const NYQUIST: f64 = 0.499_999_9;
        let share = frequency / sample_rate;
        let t = tan(PI * if share < NYQUIST { share } else { NYQUIST });
        let z = [(1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)];
        let [[a, b], [c, d]] = self.a;
        // By Cramer's rule: the numerator C·adj(zI − A)·B over the determinant of zI − A.
        let determinant = times([z[0] - a, z[1]], [z[0] - d, z[1]]);
        let determinant = [determinant[0] - b * c, determinant[1]];
        let direct = self.c[0] * self.b[0] + self.c[1] * self.b[1];
        let constant = self.c[0] * (b * self.b[1] - d * self.b[0]) + self.c[1] * (c * self.b[0] - a * self.b[1]);
        let whole = [self.d * determinant[0] + direct * z[0] + constant, self.d * determinant[1] + direct * z[1]];
        sqrt(norm(whole) / norm(determinant))
    }
}

/// Two sections in a row.
pub type Sections<N = f64> = [Section<N>; 2];

/// The states of two sections: by section, then channel.
pub(super) type SectionStates = [[[f64; 2]; MAX_CHANNELS]; 2];

/// The product of two complex numbers.
fn times([x, y]: [f64; 2], [u, v]: [f64; 2]) -> [f64; 2] {
    [x * u - y * v, x * v + y * u]
}

/// The square of a complex number's magnitude.
fn norm([x, y]: [f64; 2]) -> f64 {
    x * x + y * y
}
