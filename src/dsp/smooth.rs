//! A parameter on its way: the path from its value to its target, at every sample of it.
//!
//! It has a path that gives the value after any number of samples, in closed form: so a block's values are computed
//! four at a time, and it does not matter how the sound is cut into blocks. There are two kinds of path.
//!
//! Changes that may come at any moment and must not click are approached: by a critically damped follower, two equal
//! one-pole low-passes in a row, so that value and slope are both continuous however often the target jumps. It runs in
//! the domain of the parameter's curve (plain, logarithm, decibels), and arrives: once within a millionth of the range
//! it is the target, and costs nothing.
//!
//! Automation is a course (`law`), which is followed exactly. Where a course is taken up on the way, what the value was
//! away from it decays in the same manner: as a ratio where the curve is logarithmic, or else in the parameter's own
//! unit.

use crate::dsp::block::{BLOCK, LANES};
use crate::dsp::lanes::demote;
use crate::dsp::law::{Change, Course, Law};
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
    /// Its index in the table, and what the table says of it.
    param: usize,
    curve: Curve,
    limits: [f32; 2],
    /// Where the path ends, as it was given, and in the curve's domain.
    target: f32,
    goal: f64,
    tolerance: f64,
    /// The same for the way to a course.
    away_tolerance: f64,
    /// What is left of a pole's distance after a sample, and after a whole block.
    decay: f64,
    block_decay: f64,
    path: Path,
}

/// How the value gets to the target.
enum Path {
    /// It is there.
    Rest,
    /// It is approached in the curve's domain.
    Approach(Distance),
    /// It follows a course, from which it was away at first.
    Course {
        course: Course,
        /// The position now.
        position: u64,
        /// How far the value is away from the course, which is in range there: below it, by what [`to_away`] says.
        away: Distance,
    },
}

/// How far either pole is from where it is to be; the second one is the value.
#[derive(Clone, Copy, Default)]
struct Distance {
    first: f64,
    second: f64,
}

impl Distance {
    fn is_within(&self, tolerance: f64) -> bool {
        self.first.abs() < tolerance && self.second.abs() < tolerance
    }
}

impl Smoothed {
    /// The parameter at `index` of the table, settled at its default; the sample rate in Hz.
    pub fn new(index: usize, sample_rate: f64) -> Self {
        let parameter = &TABLE[index];
        let range = to_domain(parameter.curve, parameter.max) - to_domain(parameter.curve, parameter.min);
        let decay = exp(-1.0 / (TIME_CONSTANT_SECONDS * sample_rate));
        let away = |value: f64| to_away(parameter.curve, value);
        Self {
            param: index,
            curve: parameter.curve,
            limits: [parameter.min, parameter.max],
            target: parameter.default,
            goal: to_domain(parameter.curve, parameter.default),
            tolerance: TOLERANCE * range,
            away_tolerance: TOLERANCE * (away(parameter.max as f64) - away(parameter.min as f64)),
            decay,
            block_decay: power(decay, BLOCK),
            path: Path::Rest,
        }
    }

    /// Its index in the table.
    pub fn index(&self) -> usize {
        self.param
    }

    /// Takes a change, if it is this parameter's; says whether anything moves by it. A switch has no values between off
    /// and on: it always goes over smoothly.
    #[inline(never)]
    pub fn take(&mut self, change: &Change) -> bool {
        if change.param != self.param {
            return false;
        }
        let glides = change.glides || self.curve == Curve::Switch;
        match (&change.law, Course::new(change)) {
            (_, Some(course)) => self.follow(course, glides),
            (&Law::Hold(value), None) => {
                let value = TABLE[self.param].clamp(value);
                if matches!(self.path, Path::Rest | Path::Approach(_)) && value == self.target && glides {
                    return false;
                }
                self.aim_at(value);
                if !glides {
                    self.path = Path::Rest;
                }
            }
            _ => {}
        }
        true
    }

    /// Sets the target, which is in range already.
    fn aim_at(&mut self, target: f32) {
        let goal = to_domain(self.curve, target);
        let distance = match &self.path {
            Path::Rest => both(goal - self.goal),
            Path::Approach(Distance { first, second }) => {
                let moved = goal - self.goal;
                Distance { first: first + moved, second: second + moved }
            }
            Path::Course { .. } => both(goal - to_domain(self.curve, self.value() as f32)),
        };
        self.target = target;
        self.goal = goal;
        self.path = self.towards(distance);
    }

    fn follow(&mut self, course: Course, glides: bool) {
        let place = |value: f64| to_away(self.curve, value);
        let away = both(place(self.in_range(course.at(1))) - place(self.value()));
        let away = if glides { away } else { Distance::default() };
        self.target = TABLE[self.param].clamp(course.last);
        self.goal = to_domain(self.curve, self.target);
        self.path = Path::Course { course, position: 0, away };
    }

    /// Goes to the target at once, or to where its course is.
    pub fn snap(&mut self) {
        match &mut self.path {
            Path::Course { away, .. } => *away = Distance::default(),
            path => *path = Path::Rest,
        }
    }

    /// Whether the value is the target.
    #[inline]
    pub fn is_settled(&self) -> bool {
        matches!(self.path, Path::Rest)
    }

    /// The value now.
    #[inline]
    pub fn value(&self) -> f64 {
        match &self.path {
            Path::Rest => self.target as f64,
            Path::Approach(distance) => from_domain(self.curve, self.goal - distance.second),
            Path::Course { course, position, away } => {
                let value = self.in_range(course.at(*position));
                self.in_range(match self.curve {
                    Curve::Logarithmic => value * exp2(-away.second),
                    _ => value - away.second,
                })
            }
        }
    }

    fn in_range(&self, value: f64) -> f64 {
        // Not f64::clamp: the message of its panic is 20 KB of code.
        value.max(self.limits[0] as f64).min(self.limits[1] as f64)
    }

    /// The values of the next so many frames; moves on by them.
    pub fn fill(&mut self, values: &mut [f32x4], frames: usize) {
        let arrives = self.arrives_within(frames);
        self.values(1, 1, &mut values[..frames.div_ceil(LANES)], arrives);
        self.advance(frames);
    }

    /// The values after `first`, `first + stride`, `first + 2·stride` … samples.
    pub fn values_after(&self, first: usize, stride: usize, values: &mut [f32x4]) {
        let last = first + stride * (LANES * values.len()).saturating_sub(1);
        self.values(first, stride, values, self.arrives_within(last));
    }

    /// The same, where it is known whether the value arrives on the way.
    #[inline(never)]
    fn values(&self, first: usize, stride: usize, values: &mut [f32x4], arrives: bool) {
        match &self.path {
            Path::Rest => return values.fill(f32x4::splat(self.target)),
            Path::Approach(distance) => {
                self.approach(self.goal, *distance, first, stride, values);
                if matches!(self.curve, Curve::Logarithmic | Curve::Decibel) {
                    exp2_each(values);
                }
            }
            Path::Course { course, position, away } => {
                course.values(position + first as u64, stride, values);
                if !away.is_within(self.away_tolerance) {
                    self.glide(*away, first, stride, values);
                }
                let [least, most] = self.limits.map(f32x4::splat);
                values.iter_mut().for_each(|value| *value = value.fast_max(least).fast_min(most));
            }
        }
        if arrives {
            let values: &mut [f32] = bytemuck::cast_slice_mut(values);
            let arrival = self.arrival(first + stride * values.len()).unwrap_or(0);
            let from = arrival.saturating_sub(first).div_ceil(stride);
            values[from..].fill(self.target);
        }
    }

    /// Takes what is left of the way to a course off the course's values.
    #[inline(never)]
    fn glide(&self, away: Distance, first: usize, stride: usize, values: &mut [f32x4]) {
        let [least, most] = self.limits.map(f32x4::splat);
        for (nth, values) in values.iter_mut().enumerate() {
            let mut left = [f32x4::ZERO];
            self.approach(0.0, away, first + nth * LANES * stride, stride, &mut left);
            *values = values.fast_max(least).fast_min(most);
            if self.curve == Curve::Logarithmic {
                exp2_each(&mut left);
                *values *= left[0];
            } else {
                *values += left[0];
            }
        }
    }

    /// After how many samples the value is the target, where that is within so many.
    pub fn arrival(&self, within: usize) -> Option<usize> {
        if !self.arrives_within(within) {
            return None;
        }
        // Once it is there it stays there, so halving the interval finds the first of these samples.
        let (mut earliest, mut latest) = (0, within);
        while earliest < latest {
            let middle = (earliest + latest) / 2;
            if self.arrives_within(middle) { latest = middle } else { earliest = middle + 1 }
        }
        Some(latest)
    }

    /// Whether the value is the target after so many samples. Two poles within the tolerance never leave it again.
    fn arrives_within(&self, samples: usize) -> bool {
        match &self.path {
            Path::Rest => true,
            Path::Approach(distance) => self.left_after(*distance, samples).is_within(self.tolerance),
            Path::Course { course, position, away } => {
                position + samples as u64 >= course.end
                    && self.left_after(*away, samples).is_within(self.away_tolerance)
            }
        }
    }

    /// Moves on by so many samples.
    pub fn advance(&mut self, samples: usize) {
        if self.arrives_within(samples) {
            self.path = Path::Rest;
            return;
        }
        let distance = match &self.path {
            Path::Rest => return,
            Path::Approach(distance) | Path::Course { away: distance, .. } => self.left_after(*distance, samples),
        };
        match &mut self.path {
            Path::Rest => {}
            Path::Approach(left) => *left = distance,
            Path::Course { position, away, .. } => {
                *position += samples as u64;
                *away = distance;
            }
        }
    }

    /// What is left of a distance after so many samples.
    ///
    /// With p = `decay`, a pole that is e₁ from the goal is pⁿ·e₁ from it after n samples, and one that follows it from
    /// a distance e₂ is pⁿ·(e₂ + n·(1 − p)·e₁) from it.
    fn left_after(&self, Distance { first, second }: Distance, samples: usize) -> Distance {
        let left = self.decay_after(samples);
        let second = left * (second + samples as f64 * ((1.0 - self.decay) * first));
        Distance { first: left * first, second }
    }

    /// The path from this distance.
    fn towards(&self, distance: Distance) -> Path {
        if distance.is_within(self.tolerance) { Path::Rest } else { Path::Approach(distance) }
    }

    fn decay_after(&self, samples: usize) -> f64 {
        if samples == BLOCK { self.block_decay } else { power(self.decay, samples) }
    }

    /// The positions of an approach in the curve's domain. In float64, rounded once: so they hardly depend on where a
    /// block begins, and neither do filters that are tuned by them.
    fn approach(&self, goal: f64, from: Distance, first: usize, stride: usize, positions: &mut [f32x4]) {
        let second = from.second;
        let slope = (1.0 - self.decay) * from.first;
        let step = self.decay_after(stride);
        let start = if first == stride { step } else { self.decay_after(first) };
        let square = step * step;
        let line = |nth: usize| second + (first + nth * stride) as f64 * slope;
        let mut left = f64x2::new([start, start * step]);
        let mut next_left = left * f64x2::splat(square);
        let mut distance = f64x2::new([line(0), line(1)]);
        let mut next_distance = f64x2::new([line(2), line(3)]);
        let (decay, rise) = (f64x2::splat(square * square), f64x2::splat((LANES * stride) as f64 * slope));
        let goal = f64x2::splat(goal);
        for position in positions {
            *position = demote(goal - left * distance, goal - next_left * next_distance);
            left *= decay;
            next_left *= decay;
            distance += rise;
            next_distance += rise;
        }
    }
}

/// Both poles at the same distance: the value stands there.
fn both(distance: f64) -> Distance {
    Distance { first: distance, second: distance }
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

/// What the way to a course is measured in: doublings where the curve is logarithmic, or else the parameter's own unit,
/// for decibels have no zero.
fn to_away(curve: Curve, value: f64) -> f64 {
    if curve == Curve::Logarithmic { log2(value) } else { value }
}

fn from_domain(curve: Curve, position: f64) -> f64 {
    match curve {
        Curve::Linear | Curve::Switch => position,
        Curve::Logarithmic | Curve::Decibel => exp2(position),
    }
}
