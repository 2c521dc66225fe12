//! A parameter that moves without a click.
//!
//! A critically damped follower: two equal one-pole low-passes in a row, so that value and slope are
//! both continuous however often the target jumps. It runs in the domain of the parameter's curve
//! (plain, logarithm, decibels), and settles: once within a millionth of the range it
//! is set to the target, and costs nothing. It counts samples, not blocks, so block sizes do not matter to it.

use crate::dsp::block::{BLOCK, Envelope};
use crate::dsp::math::{exp, exp2, log2};
use crate::params::{Curve, TABLE};

/// Time constant of each pole. A jump is 90 % done after 16 ms.
const TIME_CONSTANT_SECONDS: f64 = 0.004;
/// How near to the target counts as arrived, as a share of the range.
const TOLERANCE: f64 = 1e-6;
/// Where a decibel curve ends: gains below this (−100 dB) are smoothed as if they were this. Decibels have no zero.
const DECIBEL_FLOOR: f64 = 1e-5;

/// A smoothed parameter.
pub struct Smoothed {
    curve: Curve,
    tolerance: f64,
    coefficient: f64,
    /// The target as it was given.
    target: f32,
    /// The target and both poles, in the curve's domain.
    goal: f64,
    first: f64,
    second: f64,
    envelope: Envelope,
    /// Whether the envelope is the target throughout.
    still: bool,
}

impl Smoothed {
    /// The parameter at `index` of the table, settled at its default; the sample rate in Hz.
    pub fn new(index: usize, sample_rate: f64) -> Self {
        let parameter = &TABLE[index];
        let goal = to_domain(parameter.curve, parameter.default);
        let range = to_domain(parameter.curve, parameter.max) - to_domain(parameter.curve, parameter.min);
        Self {
            curve: parameter.curve,
            tolerance: TOLERANCE * range,
            coefficient: 1.0 - exp(-1.0 / (TIME_CONSTANT_SECONDS * sample_rate)),
            target: parameter.default,
            goal,
            first: goal,
            second: goal,
            envelope: Envelope::default(),
            still: false,
        }
    }

    /// Sets the target, which is in range already.
    pub fn set(&mut self, target: f32) {
        if target != self.target {
            self.target = target;
            self.goal = to_domain(self.curve, target);
            self.still = false;
        }
    }

    /// Goes to the target at once.
    pub fn snap(&mut self) {
        if !self.is_settled() {
            self.first = self.goal;
            self.second = self.goal;
            self.still = false;
        }
    }

    /// Whether the value is the target.
    #[inline]
    pub fn is_settled(&self) -> bool {
        self.second == self.goal && self.first == self.goal
    }

    /// The value now.
    pub fn value(&self) -> f64 {
        if self.is_settled() { self.target as f64 } else { from_domain(self.curve, self.second) }
    }

    /// Moves on by so many samples.
    pub fn advance(&mut self, samples: usize) {
        for _ in 0..samples {
            self.first += self.coefficient * (self.goal - self.first);
            self.second += self.coefficient * (self.first - self.second);
            if (self.goal - self.first).abs() < self.tolerance && (self.goal - self.second).abs() < self.tolerance {
                return self.snap();
            }
        }
    }

    /// The values for a block of so many frames; moves on by that many samples.
    pub fn envelope(&mut self, frames: usize) -> &Envelope {
        if !self.still {
            self.still = self.is_settled();
            let frames = if self.still { BLOCK } else { frames };
            for n in 0..frames {
                self.advance(1);
                self.envelope.values_mut()[n] = self.value() as f32;
            }
        }
        &self.envelope
    }

    /// The envelope of the last block.
    pub fn last(&self) -> &Envelope {
        &self.envelope
    }
}

#[inline(never)]
fn to_domain(curve: Curve, value: f32) -> f64 {
    match curve {
        Curve::Linear | Curve::Switch => value as f64,
        Curve::Logarithmic => log2(value as f64),
        Curve::Decibel => log2(if value as f64 > DECIBEL_FLOOR { value as f64 } else { DECIBEL_FLOOR }),
    }
}

fn from_domain(curve: Curve, position: f64) -> f64 {
    match curve {
        Curve::Linear | Curve::Switch => position,
        Curve::Logarithmic | Curve::Decibel => exp2(position),
    }
}
