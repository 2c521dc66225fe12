//! Distortion: tanh(x·drive) / tanh(drive), drive = 1 + 10·distortion.

use super::Effect;
use crate::dsp::block::{Block, Envelope, LANES};
use crate::dsp::math::{Tanh, tanh};
use crate::dsp::smooth::Smoothed;
use crate::params::{self, Values};
use wide::f32x4;

/// The soft clipper.
pub struct Distortion {
    distortion: Smoothed,
    /// What makes the curve at any drive.
    plain: Tanh,
    /// The curve, and the distortion that it is for.
    curve: Tanh,
    amount: f64,
}

impl Distortion {
    /// Distortion at its default.
    pub fn new(sample_rate: f64) -> Self {
        let distortion = Smoothed::new(params::DISTORTION, sample_rate);
        let amount = distortion.value();
        Self { distortion, plain: Tanh::default(), curve: curve(amount), amount }
    }

    #[inline(never)]
    fn process_moving(&mut self, block: &mut Block) {
        let (mut drives, mut makeups) = (Envelope::default(), Envelope::default());
        self.distortion.fill(&mut drives, block.frames());
        let vectors = block.frames().div_ceil(LANES);
        let tanh = self.plain.clone();
        for (drive, makeup) in drives.vectors_mut()[..vectors].iter_mut().zip(makeups.vectors_mut()) {
            *drive = f32x4::splat(1.0) + f32x4::splat(10.0) * *drive;
            *makeup = tanh.reciprocal_of(*drive);
        }
        for samples in block.vectors_mut() {
            for ((x, &drive), &makeup) in samples.iter_mut().zip(drives.vectors()).zip(makeups.vectors()) {
                *x = tanh.of(*x * drive) * makeup;
            }
        }
    }
}

/// The curve at a distortion that stays.
#[inline(never)]
fn curve(amount: f64) -> Tanh {
    let drive = 1.0 + 10.0 * amount;
    Tanh::new(drive, 1.0 / tanh(drive))
}

impl Effect for Distortion {
    fn set(&mut self, values: &Values) {
        self.distortion.set(values[params::DISTORTION]);
    }

    fn reset(&mut self) {
        self.distortion.snap();
    }

    fn process(&mut self, block: &mut Block) {
        if !self.distortion.is_settled() {
            return self.process_moving(block);
        }
        if self.amount != self.distortion.value() {
            self.amount = self.distortion.value();
            self.curve = curve(self.amount);
        }
        let curve = self.curve.clone();
        for samples in block.vectors_mut() {
            for x in samples {
                *x = curve.of(*x);
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }
}
