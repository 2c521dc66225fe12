//! A parameter that moves without a click.
//!
//! A critically damped follower: two equal one-pole low-passes in a row, so that value and slope are
//! both continuous however often the target jumps. It runs in the domain of the parameter's curve
//! (plain, logarithm, decibels), and settles: once within a hair of the target it is the target, and
//! costs nothing. It counts samples, not blocks, so block sizes do not matter to it.

use crate::params::{Curve, TABLE};

/// Time constant of each pole. A jump is 90 % done after 16 ms.
const TIME_CONSTANT: f64 = 0.004;
/// What counts as arrived, as a share of the range.
const HAIR: f64 = 1e-6;
/// Gains below this (−100 dB) are silence; decibels have no zero.
const FLOOR: f64 = 1e-5;

/// A smoothed parameter.
#[derive(Clone, Debug)]
pub struct Smoothed {
    curve: Curve,
    hair: f64,
    coefficient: f64,
    /// The target as it was given.
    target: f32,
    /// The target and both poles, in the curve's domain.
    goal: f64,
    first: f64,
    second: f64,
}

impl Smoothed {
    /// The parameter at `index` of the table, settled at its default.
    pub fn new(index: usize, sample_rate: f64) -> Self {
        let parameter = &TABLE[index];
        let [min, max] = [parameter.min, parameter.max].map(|end| to_domain(parameter.curve, end));
        let goal = to_domain(parameter.curve, parameter.default);
        Self {
            curve: parameter.curve,
            hair: HAIR * (max - min),
            coefficient: 1.0 - libm::exp(-1.0 / (TIME_CONSTANT * sample_rate)),
            target: parameter.default,
            goal,
            first: goal,
            second: goal,
        }
    }

    /// Sets the target, which is in range already.
    pub fn set(&mut self, target: f32) {
        if target != self.target {
            self.target = target;
            self.goal = to_domain(self.curve, target);
        }
    }

    /// Goes to the target at once.
    pub fn snap(&mut self) {
        self.first = self.goal;
        self.second = self.goal;
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
            if (self.goal - self.first).abs() < self.hair && (self.goal - self.second).abs() < self.hair {
                return self.snap();
            }
        }
    }

    /// The next values, one per sample, with `map` applied; moves on by that many samples.
    pub fn fill(&mut self, values: &mut [f32], map: impl Fn(f64) -> f64) {
        for value in values {
            self.advance(1);
            *value = map(self.value()) as f32;
        }
    }
}

fn to_domain(curve: Curve, value: f32) -> f64 {
    match curve {
        Curve::Linear | Curve::Switch => value as f64,
        Curve::Logarithmic => libm::log2(value as f64),
        Curve::Decibel => libm::log2((value as f64).max(FLOOR)),
    }
}

fn from_domain(curve: Curve, position: f64) -> f64 {
    match curve {
        Curve::Linear | Curve::Switch => position,
        Curve::Logarithmic | Curve::Decibel => libm::exp2(position),
    }
}
