//! A parameter on its way: the path from its value to its target, at every sample of it.
//!
//! A path is a law that gives the value after any number of samples, in closed form: so a block's values are computed
//! four at a time, and it does not matter how the sound is cut into blocks. Today's one law is for changes that may
//! come at any moment and must not click: a critically damped follower, two equal one-pole low-passes in a row, so that
//! value and slope are both continuous however often the target jumps. It runs in the domain of the parameter's curve
//! (plain, logarithm, decibels), and arrives: once within a millionth of the range it is the target, and costs nothing.

use crate::dsp::block::{BLOCK, LANES};
use crate::dsp::lanes::demote;
use crate::dsp::math::{exp, exp2, exp2_each, log2};
use crate::params::{Curve, TABLE};
use wide::{f32x4, f64x2};

/// Time constant of each pole. A jump is 90 % done after 16 ms.
const TIME_CONSTANT_SECONDS: f64 = 0.004;
/// How near to the target counts as arrived, as a share of the range.
const TOLERANCE: f64 = 1e-6;
/// Where a decibel curve ends: gains below this (−100 dB) are smoothed as if they were this. Decibels have no zero.
const DECIBEL_FLOOR: f64 = 1e-5;

/// A parameter that moves without a click.
pub struct Smoothed {
    curve: Curve,
    /// The target as it was given, and in the curve's domain.
    target: f32,
    goal: f64,
    tolerance: f64,
    /// What is left of a pole's distance after a sample, and after a whole block.
    decay: f64,
    block_decay: f64,
    path: Path,
}

/// How the value gets to the target.
#[derive(Clone, Copy)]
enum Path {
    /// It is there.
    Rest,
    /// Smoothed: how far either pole is from the goal, in the curve's domain. The second one is the value.
    Approach { first: f64, second: f64 },
}

impl Smoothed {
    /// The parameter at `index` of the table, settled at its default; the sample rate in Hz.
    pub fn new(index: usize, sample_rate: f64) -> Self {
        let parameter = &TABLE[index];
        let range = to_domain(parameter.curve, parameter.max) - to_domain(parameter.curve, parameter.min);
        let decay = exp(-1.0 / (TIME_CONSTANT_SECONDS * sample_rate));
        Self {
            curve: parameter.curve,
            target: parameter.default,
            goal: to_domain(parameter.curve, parameter.default),
            tolerance: TOLERANCE * range,
            decay,
            block_decay: power(decay, BLOCK),
            path: Path::Rest,
        }
    }

    /// Sets the target, which is in range already.
    pub fn set(&mut self, target: f32) {
        if target != self.target {
            let goal = to_domain(self.curve, target);
            let (first, second) = match self.path {
                Path::Rest => (0.0, 0.0),
                Path::Approach { first, second } => (first, second),
            };
            let moved = goal - self.goal;
            self.target = target;
            self.goal = goal;
            self.path = self.towards(first + moved, second + moved);
        }
    }

    /// Goes to the target at once.
    pub fn snap(&mut self) {
        self.path = Path::Rest;
    }

    /// Whether the value is the target.
    #[inline]
    pub fn is_settled(&self) -> bool {
        matches!(self.path, Path::Rest)
    }

    /// The value now.
    #[inline]
    pub fn value(&self) -> f64 {
        match self.path {
            Path::Rest => self.target as f64,
            Path::Approach { second, .. } => from_domain(self.curve, self.goal - second),
        }
    }

    /// The values of the next so many frames; moves on by them.
    pub fn fill(&mut self, values: &mut [f32x4], frames: usize) {
        let path = self.after(frames);
        self.values(1, 1, &mut values[..frames.div_ceil(LANES)], matches!(path, Path::Rest));
        self.path = path;
    }

    /// The values after `first`, `first + stride`, `first + 2·stride` … samples.
    pub fn values_after(&self, first: usize, stride: usize, values: &mut [f32x4]) {
        let last = first + stride * (LANES * values.len()).saturating_sub(1);
        self.values(first, stride, values, matches!(self.after(last), Path::Rest));
    }

    /// The same, where it is known whether the value arrives on the way.
    #[inline(never)]
    fn values(&self, first: usize, stride: usize, values: &mut [f32x4], arrives: bool) {
        let Path::Approach { first: one, second } = self.path else {
            values.fill(f32x4::splat(self.target));
            return;
        };
        self.approach([one, second], first, stride, values);
        if matches!(self.curve, Curve::Logarithmic | Curve::Decibel) {
            exp2_each(values);
        }
        if arrives {
            let values: &mut [f32] = bytemuck::cast_slice_mut(values);
            let arrival = self.arrival(first + stride * values.len()).unwrap_or(0);
            let from = arrival.saturating_sub(first).div_ceil(stride);
            values[from..].fill(self.target);
        }
    }

    /// After how many samples the value is the target, where that is within so many.
    pub fn arrival(&self, within: usize) -> Option<usize> {
        if !matches!(self.after(within), Path::Rest) {
            return None;
        }
        // Once it is there it stays there, so halving the interval finds the first of these samples.
        let (mut earliest, mut latest) = (0, within);
        while earliest < latest {
            let middle = (earliest + latest) / 2;
            match self.after(middle) {
                Path::Rest => latest = middle,
                Path::Approach { .. } => earliest = middle + 1,
            }
        }
        Some(latest)
    }

    /// Moves on by so many samples.
    pub fn advance(&mut self, samples: usize) {
        self.path = self.after(samples);
    }

    /// The path that is left after so many samples.
    ///
    /// With p = `decay`, a pole that is e₁ from the goal is pⁿ·e₁ from it after n samples, and one that follows it from
    /// a distance e₂ is pⁿ·(e₂ + n·(1 − p)·e₁) from it.
    fn after(&self, samples: usize) -> Path {
        match self.path {
            Path::Rest => Path::Rest,
            Path::Approach { first, second } => {
                let left = self.decay_after(samples);
                self.towards(left * first, left * (second + samples as f64 * ((1.0 - self.decay) * first)))
            }
        }
    }

    /// The path from these distances. Two poles within the tolerance never leave it again.
    fn towards(&self, first: f64, second: f64) -> Path {
        if first.abs() < self.tolerance && second.abs() < self.tolerance {
            return Path::Rest;
        }
        Path::Approach { first, second }
    }

    fn decay_after(&self, samples: usize) -> f64 {
        if samples == BLOCK { self.block_decay } else { power(self.decay, samples) }
    }

    /// The positions of an approach in the curve's domain. In float64, rounded once: so they hardly depend on where a
    /// block begins, and neither do filters that are tuned by them.
    fn approach(&self, [one, second]: [f64; 2], first: usize, stride: usize, positions: &mut [f32x4]) {
        let slope = (1.0 - self.decay) * one;
        let step = self.decay_after(stride);
        let start = if first == stride { step } else { self.decay_after(first) };
        let square = step * step;
        let line = |nth: usize| second + (first + nth * stride) as f64 * slope;
        let mut left = f64x2::new([start, start * step]);
        let mut next_left = left * f64x2::splat(square);
        let mut distance = f64x2::new([line(0), line(1)]);
        let mut next_distance = f64x2::new([line(2), line(3)]);
        let (decay, rise) = (f64x2::splat(square * square), f64x2::splat((LANES * stride) as f64 * slope));
        let goal = f64x2::splat(self.goal);
        for position in positions {
            *position = demote(goal - left * distance, goal - next_left * next_distance);
            left *= decay;
            next_left *= decay;
            distance += rise;
            next_distance += rise;
        }
    }
}

/// The n-th power of x.
fn power(x: f64, mut n: usize) -> f64 {
    let (mut power, mut square) = (1.0, x);
    while n > 0 {
        if n % 2 == 1 {
            power *= square;
        }
        square *= square;
        n /= 2;
    }
    power
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
