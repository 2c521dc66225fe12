//! The K-weighting of ITU-R BS.1770-4, Annex 1: a high shelf for the head, then a high-pass, both of second order. It
//! gives the energy of what it filters. Any thread; nothing is allocated.

use crate::dsp::math::{flush_states, tan};
use core::f64::consts::PI;
use wide::f64x2;

/// b₀, b₁, b₂, a₁, a₂ of a second-order filter; a₀ is 1.
pub type Coefficients = [f64; 5];

/// The filters as the standard has them, for 48 kHz.
const PUBLISHED_RATE: f64 = 48000.0;
const PUBLISHED: [Coefficients; 2] = [
    [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621],
];
/// The resonances of their analog prototypes in Hz: where the bilinear transform of another rate is held to theirs.
const RESONANCES: [f64; 2] = [1681.974450955533, 38.13547087602444];
/// At low sample rates a resonance is held below Nyquist.
const HIGHEST_RESONANCE: f64 = 0.49;

/// Both filters' coefficients for a sample rate in Hz: the published ones at 48 kHz. For others their bilinear
/// transform is undone, and done again for that rate.
pub fn coefficients(sample_rate: f64) -> [Coefficients; 2] {
    let redesign = |stage: usize| {
        let [b0, b1, b2, a1, a2] = PUBLISHED[stage];
        let tangent = |rate: f64| tan(PI * (RESONANCES[stage] / rate).min(HIGHEST_RESONANCE));
        // s, of (1 − z⁻¹)/(1 + z⁻¹), is so many times what it is at the other rate.
        let ratio = tangent(PUBLISHED_RATE) / tangent(sample_rate);
        let [b0, b1, b2] = transform([b0, b1, b2], ratio);
        let [a0, a1, a2] = transform([1.0, a1, a2], ratio);
        [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0]
    };
    [redesign(0), redesign(1)]
}

/// A polynomial in z⁻¹, with `ratio` times s in the place of s, up to a common factor.
fn transform([c0, c1, c2]: [f64; 3], ratio: f64) -> [f64; 3] {
    let [s0, s1, s2] = [c0 + c1 + c2, 2.0 * (c0 - c2) * ratio, (c0 - c1 + c2) * ratio * ratio];
    [s0 + s1 + s2, 2.0 * (s0 - s2), s0 - s1 + s2]
}

/// The filters, with a channel in each lane.
#[derive(Clone)]
pub struct KWeighting {
    coefficients: [Coefficients; 2],
    states: [[f64x2; 2]; 2],
}

impl KWeighting {
    /// Filters at rest, for a sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self { coefficients: coefficients(sample_rate), states: Default::default() }
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.states = Default::default();
    }

    /// Filters frames, a channel in each lane. Returns the sum of squares, over both channels.
    pub fn energy(&mut self, frames: impl Iterator<Item = f64x2>) -> f64 {
        let [head, pass] = self.coefficients.map(|stage| stage.map(f64x2::splat));
        let [mut head_states, mut pass_states] = self.states;
        let mut energy = f64x2::ZERO;
        for frame in frames {
            let weighted = filter(filter(frame, &head, &mut head_states), &pass, &mut pass_states);
            energy += weighted * weighted;
        }
        self.states = [head_states, pass_states].map(flush_states);
        let [left, right] = energy.to_array();
        left + right
    }
}

/// Direct form II, transposed.
#[inline(always)]
fn filter(x: f64x2, [b0, b1, b2, a1, a2]: &[f64x2; 5], states: &mut [f64x2; 2]) -> f64x2 {
    let y = *b0 * x + states[0];
    states[0] = *b1 * x - *a1 * y + states[1];
    states[1] = *b2 * x - *a2 * y;
    y
}
