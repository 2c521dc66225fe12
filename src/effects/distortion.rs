//! Distortion: tanh(x·drive) / tanh(drive), drive = 1 + 10·distortion.

use super::Effect;
use crate::block::{Block, Envelope};
use crate::math::Tanh;
use crate::params::{self, Values};
use crate::smooth::Smoothed;
use wide::f32x4;

/// The soft clipper.
pub struct Distortion {
    distortion: Smoothed,
    tanh: Tanh,
    drive: Envelope,
    /// 1/tanh(drive).
    makeup: Envelope,
}

impl Distortion {
    /// Distortion at its default.
    pub fn new(sample_rate: f64) -> Self {
        let distortion = Smoothed::new(params::DISTORTION, sample_rate);
        Self { distortion, tanh: Tanh::default(), drive: Envelope::default(), makeup: Envelope::default() }
    }
}

impl Effect for Distortion {
    fn set(&mut self, values: &Values) {
        self.distortion.set(values[params::DISTORTION]);
    }

    fn reset(&mut self) {
        self.distortion.snap();
    }

    fn process(&mut self, block: &mut Block) {
        let Self { distortion, tanh, drive, makeup } = self;
        if !distortion.is_still() {
            let amounts = distortion.envelope(block.frames()).vectors();
            let one = f32x4::splat(1.0);
            for ((drive, makeup), &amount) in drive.vectors_mut().iter_mut().zip(makeup.vectors_mut()).zip(amounts) {
                *drive = one + f32x4::splat(10.0) * amount;
                *makeup = one / tanh.of(*drive);
            }
        }
        for samples in block.vectors_mut() {
            for ((x, &drive), &makeup) in samples.iter_mut().zip(drive.vectors()).zip(makeup.vectors()) {
                *x = tanh.of(*x * drive) * makeup;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }
}
