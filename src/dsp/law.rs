//! Laws: what a parameter does from a frame on, as an AudioParam's automation has it, in closed form. And the change
//! of a parameter, which is a law and how it is taken up.
//!
//! Times are in frames of the engine's clock, as float64 and not rounded: a ramp from 0.3 to 0.7 frames after a frame
//! goes through the values that it has at the frames themselves.

use crate::dsp::block::LANES;
use crate::dsp::lanes::demote;
use crate::dsp::math::{exp2, exp2_each, log2};
use alloc::{sync::Arc, vec::Vec};
use core::f64::consts::LOG2_E;
use wide::{f32x4, f64x2};

/// A law, with the values in the parameter's unit.
#[derive(Clone, Debug)]
pub enum Law {
    /// The value is this.
    Hold(f32),
    /// A straight line in time.
    Linear(Ramp),
    /// Equal times are equal ratios. Where there is no way from one value to the other, through 0 or from it, it holds
    /// the first one until the end.
    Exponential(Ramp),
    /// It approaches a value exponentially: to + (from − to)·e^(−(t − start) / time constant).
    Target {
        /// Frame at which it begins.
        start: f64,
        /// The value there.
        from: f64,
        /// What it approaches.
        to: f32,
        /// Frames in which the distance becomes 1/e of what it was.
        time_constant: f64,
    },
    /// Straight lines through points at equal distances; afterwards it stays at the last one.
    Curve {
        /// Frame of the first point.
        start: f64,
        /// Frames from the first point to the last.
        duration: f64,
        /// The points, at least two.
        points: Arc<Vec<f32>>,
    },
}

/// From a value at a frame to a value at another.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    /// Frame at which it begins.
    pub start: f64,
    /// The value there.
    pub from: f64,
    /// Frame at which it ends.
    pub end: f64,
    /// The value from there on.
    pub to: f32,
}

/// What one parameter does from the next frame on.
#[derive(Clone, Debug)]
pub struct Change {
    /// The parameter, as an index of the table.
    pub param: usize,
    /// What it does.
    pub law: Law,
    /// The next frame, by the clock that the law's times are told by.
    pub frame: f64,
    /// Whether the value now goes over smoothly into the law's, instead of jumping there.
    pub glides: bool,
}

impl Change {
    /// A new value, taken up smoothly: what a slider does.
    pub fn set(param: usize, value: f32) -> Self {
        Self { param, law: Law::Hold(value), frame: 0.0, glides: true }
    }

    /// The value that the law ends at.
    pub fn last(&self) -> f32 {
        match &self.law {
            Law::Hold(value) => *value,
            Law::Linear(ramp) | Law::Exponential(ramp) => ramp.to,
            Law::Target { to, .. } => *to,
            Law::Curve { points, .. } => points.last().copied().unwrap_or_default(),
        }
    }

    /// After how many frames the law has come to its end.
    pub fn frames(&self) -> u64 {
        Course::new(self).map_or(0, |course| course.end)
    }
}

/// A target counts as reached after so many time constants: less than 1e-8 of the way is left then.
const TIME_CONSTANTS: f64 = 18.5;
/// The exponents of two that float32 has numbers for.
const EXPONENTS: [f32; 2] = [-126.0, 126.0];

/// A law under way that ends: at a position, in frames from the one before the law was taken up, it has a value.
#[derive(Clone)]
pub struct Course {
    shape: Shape,
    /// The law's own time at position 0, in frames from its start.
    offset: f64,
    /// The position from which on the value is the last one.
    pub end: u64,
    /// The last value.
    pub last: f32,
}

/// What a course follows until its end, over the law's own time t.
#[derive(Clone)]
enum Shape {
    /// a + b·t
    Line([f64; 2]),
    /// base + scale·2^(a + b·t)
    Power { base: f64, scale: f64, exponent: [f64; 2] },
    /// Points, and how many of them pass in a frame.
    Points(Arc<Vec<f32>>, f64),
}

impl Course {
    /// The course of a change from its frame on; `None` where there is none: the law holds a value.
    pub fn new(change: &Change) -> Option<Self> {
        // Position 1 is the change's frame. Position 0 can be a frame before the clock's first.
        let origin = change.frame - 1.0;
        let until = |end: f64| ((end + 0.5) as u64 as f64 - origin) as u64;
        let (shape, start, end, last) = match &change.law {
            Law::Hold(_) => return None,
            Law::Linear(ramp) => (ramp.line(), ramp.start, until(ramp.end), ramp.to),
            Law::Exponential(ramp) => (ramp.power(), ramp.start, until(ramp.end), ramp.to),
            Law::Target { start, from, to, time_constant } => {
                let exponent = [0.0, -LOG2_E / time_constant];
                let shape = Shape::Power { base: *to as f64, scale: from - *to as f64, exponent };
                (shape, *start, until(start + time_constant * TIME_CONSTANTS), *to)
            }
            Law::Curve { start, duration, points } => {
                let steps = points.len() as f64 - 1.0;
                let last = points.last().copied().unwrap_or_default();
                (Shape::Points(points.clone(), steps / duration), *start, until(start + duration), last)
            }
        };
        Some(Self { shape, offset: origin - start, end, last })
    }

    /// The value at a position.
    pub fn at(&self, position: u64) -> f64 {
        if position >= self.end {
            return self.last as f64;
        }
        let time = self.time(position);
        match &self.shape {
            Shape::Line([a, b]) => a + b * time,
            Shape::Power { base, scale, exponent: [a, b] } => base + scale * exp2(a + b * time),
            Shape::Points(points, rate) => between(points, rate * time),
        }
    }

    /// The law's own time. It begins at 0, though the first frame can be up to half a frame earlier.
    fn time(&self, position: u64) -> f64 {
        let time = self.offset + position as f64;
        if time > 0.0 { time } else { 0.0 }
    }

    /// The values at a position and every `stride` frames after it; those from the end on are the last one.
    #[inline(never)]
    pub fn values(&self, position: u64, stride: usize, values: &mut [f32x4]) {
        let time = self.offset + position as f64;
        match &self.shape {
            Shape::Line(line) => along(*line, time, stride, values),
            Shape::Power { base, scale, exponent } => {
                along(*exponent, time, stride, values);
                let [least, most] = EXPONENTS.map(f32x4::splat);
                values.iter_mut().for_each(|exponent| *exponent = exponent.fast_max(least).fast_min(most));
                exp2_each(values);
                let (base, scale) = (f32x4::splat(*base as f32), f32x4::splat(*scale as f32));
                values.iter_mut().for_each(|value| *value = base + scale * *value);
            }
            Shape::Points(points, rate) => {
                let values: &mut [f32] = bytemuck::cast_slice_mut(values);
                for (nth, value) in values.iter_mut().enumerate() {
                    *value = between(points, rate * (time + (nth * stride) as f64)) as f32;
                }
            }
        }
        let left = self.end.saturating_sub(position).div_ceil(stride as u64);
        let values: &mut [f32] = bytemuck::cast_slice_mut(values);
        // Before its start, where only its first frame can be, it is where it begins.
        if let Some(first) = values.first_mut().filter(|_| time < 0.0) {
            *first = self.at(position) as f32;
        }
        if left < values.len() as u64 {
            values[left as usize..].fill(self.last);
        }
    }
}

impl Ramp {
    fn line(&self) -> Shape {
        let slope = (self.to as f64 - self.from) / (self.end - self.start);
        Shape::Line([self.from, if slope.is_finite() { slope } else { 0.0 }])
    }

    fn power(&self) -> Shape {
        let ratio = self.to as f64 / self.from;
        let slope = if ratio > 0.0 && ratio.is_finite() { log2(ratio) / (self.end - self.start) } else { 0.0 };
        Shape::Power { base: 0.0, scale: self.from, exponent: [0.0, if slope.is_finite() { slope } else { 0.0 }] }
    }
}

/// A line's values from a time on, reckoned in float64 and rounded once.
fn along([a, b]: [f64; 2], time: f64, stride: usize, values: &mut [f32x4]) {
    let at = |nth: usize| a + b * (time + (nth * stride) as f64);
    let (mut pair, mut next) = (f64x2::new([at(0), at(1)]), f64x2::new([at(2), at(3)]));
    let rise = f64x2::splat(b * (LANES * stride) as f64);
    for value in values {
        *value = demote(pair, next);
        pair += rise;
        next += rise;
    }
}

/// What a line through the points is at so many points after the first.
fn between(points: &[f32], place: f64) -> f64 {
    let Some(last) = points.len().checked_sub(1) else { return 0.0 };
    let place = if place > 0.0 { place } else { 0.0 };
    let before = (place as usize).min(last);
    let (from, to) = (points[before] as f64, points[(before + 1).min(last)] as f64);
    from + (to - from) * (place - before as f64)
}
