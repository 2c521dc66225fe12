//! Distortion: tanh(x·drive) / tanh(drive), drive = 1 + 10·distortion.

use super::Effect;
use crate::block::{Block, Curve};
use crate::math::tanh;
use crate::params::{self, Values};
use crate::smooth::Smoothed;
use wide::f32x4;

/// The soft clipper.
pub struct Distortion {
    distortion: Smoothed,
    /// 1/tanh(drive) of the settled drive, kept because it takes a while to compute.
    makeup: f32,
}

fn drive(distortion: f64) -> f64 {
    1.0 + 10.0 * distortion
}

impl Distortion {
    /// Distortion at its default.
    pub fn new(sample_rate: f64) -> Self {
        let mut effect = Self { distortion: Smoothed::new(params::DISTORTION, sample_rate), makeup: 1.0 };
        effect.reset();
        effect
    }

    fn settle(&mut self) {
        self.makeup = (1.0 / libm::tanh(drive(self.distortion.value()))) as f32;
    }
}

impl Effect for Distortion {
    fn set(&mut self, values: &Values) {
        self.distortion.set(values[params::DISTORTION]);
    }

    fn reset(&mut self) {
        self.distortion.snap();
        self.settle();
    }

    fn process(&mut self, block: &mut Block) {
        if self.distortion.is_settled() {
            let drive = f32x4::splat(drive(self.distortion.value()) as f32);
            let makeup = f32x4::splat(self.makeup);
            for x in block.vectors_mut().flatten() {
                *x = tanh(*x * drive) * makeup;
            }
        } else {
            let mut curve = Curve::default();
            self.distortion.fill(curve.values_mut(block.frames()), drive);
            for samples in block.vectors_mut() {
                for (x, &drive) in samples.iter_mut().zip(curve.vectors()) {
                    *x = tanh(*x * drive) / tanh(drive);
                }
            }
            if self.distortion.is_settled() {
                self.settle();
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }
}
