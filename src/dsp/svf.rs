//! Second-order filters as state-space sections: their design, and their magnitude at a frequency.
//!
//! The transfer functions are those of the Audio EQ Cookbook (R. Bristow-Johnson); the structure is the
//! state-variable filter by trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter", Cytomic, 2013). Its two states are the integrators' own, whatever the
//! coefficients, so a cutoff can move without a click. State and arithmetic are float64: at 20 Hz
//! and high sample rates float32 is not exact enough.

use crate::dsp::block::MAX_CHANNELS;
use crate::dsp::math::{exp10, sqrt, tan};
use core::f64::consts::{PI, SQRT_2};

/// The highest frequency that a filter is tuned to, as a share of the sample rate.
pub const HIGHEST: f64 = 0.49;

/// One section as a state-space system: s ← A·s + B·x, y = C·s + D·x.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub(super) a: [[f64; 2]; 2],
    pub(super) b: [f64; 2],
    pub(super) c: [f64; 2],
    pub(super) d: f64,
}

impl Section {
    /// The section that changes nothing.
    pub const PLAIN: Self = Self { a: [[0.0; 2]; 2], b: [0.0; 2], c: [0.0; 2], d: 1.0 };

    /// Second-order low-pass, Q = 1/√2; the cutoff in Hz.
    pub fn low_pass(cutoff: f64, sample_rate: f64) -> Self {
        Self::tuned(cutoff, SQRT_2, [0.0, 0.0, 1.0], sample_rate)
    }

    /// Second-order high-pass, Q = 1/√2; the cutoff in Hz.
    pub fn high_pass(cutoff: f64, sample_rate: f64) -> Self {
        Self::tuned(cutoff, SQRT_2, [1.0, -SQRT_2, -1.0], sample_rate)
    }

    /// Peaking equaliser; the centre frequency in Hz, the gain in dB, Q as the cookbook has it.
    pub fn peaking(frequency: f64, gain: f64, q: f64, sample_rate: f64) -> Self {
        let amplitude = exp10(gain / 40.0);
        let damping = 1.0 / (q * amplitude);
        let band = damping * (amplitude * amplitude - 1.0);
        Self::tuned(frequency, damping, [1.0, band, 0.0], sample_rate)
    }

    /// A section whose output is `m` of input, band-pass and low-pass; `k` is the damping, 1/Q.
    #[inline(never)]
    fn tuned(frequency: f64, k: f64, [m0, m1, m2]: [f64; 3], sample_rate: f64) -> Self {
        let share = frequency / sample_rate;
        let g = tan(PI * if share < HIGHEST { share } else { HIGHEST });
        let a1 = 1.0 / (1.0 + g * (g + k));
        let a2 = g * a1;
        let a3 = g * a2;
        Self {
            a: [[2.0 * a1 - 1.0, -2.0 * a2], [2.0 * a2, 1.0 - 2.0 * a3]],
            b: [2.0 * a2, 2.0 * a3],
            c: [m1 * a1 + m2 * a2, m2 * (1.0 - a3) - m1 * a2],
            d: m0 + m1 * a2 + m2 * a3,
        }
    }

    /// The section faded towards its plain input: at `presence` 0 it changes nothing, at 1 it is itself.
    pub fn faded(self, presence: f64) -> Self {
        Self { c: self.c.map(|c| c * presence), d: 1.0 - presence + self.d * presence, ..self }
    }

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

    /// One sample.
    #[inline(always)]
    pub(super) fn tick(&self, state: &mut [f64; 2], x: f64) -> f64 {
        let [s1, s2] = *state;
        let y = self.c[0] * s1 + self.c[1] * s2 + self.d * x;
        *state = [
            self.a[0][0] * s1 + self.a[0][1] * s2 + self.b[0] * x,
            self.a[1][0] * s1 + self.a[1][1] * s2 + self.b[1] * x,
        ];
        y
    }
}

/// Two sections in a row.
pub type Sections = [Section; 2];

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
