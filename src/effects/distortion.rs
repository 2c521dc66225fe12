//! Distortion: tanh(x·drive) / tanh(drive), drive = 1 + 10·distortion.

use super::Effect;
use crate::block::{Block, Curve};
use crate::math::Tanh;
use crate::params::{self, Values};
use crate::smooth::Smoothed;

/// The soft clipper.
pub struct Distortion {
    distortion: Smoothed,
    /// tanh as it is, for a drive on the move.
    tanh: Tanh,
    /// The whole formula, for the settled drive.
    settled: Tanh,
}

fn drive(distortion: f64) -> f64 {
    1.0 + 10.0 * distortion
}

fn formula(distortion: f64) -> Tanh {
    let drive = drive(distortion);
    Tanh::scaled(drive, 1.0 / libm::tanh(drive))
}

impl Distortion {
    /// Distortion at its default.
    pub fn new(sample_rate: f64) -> Self {
        let distortion = Smoothed::new(params::DISTORTION, sample_rate);
        let settled = formula(distortion.value());
        Self { distortion, tanh: Tanh::scaled(1.0, 1.0), settled }
    }
}

impl Effect for Distortion {
    fn set(&mut self, values: &Values) {
        self.distortion.set(values[params::DISTORTION]);
    }

    fn reset(&mut self) {
        self.distortion.snap();
        self.settled = formula(self.distortion.value());
    }

    fn process(&mut self, block: &mut Block) {
        if self.distortion.is_settled() {
            for x in block.vectors_mut().flatten() {
                *x = self.settled.of(*x);
            }
            return;
        }
        let mut drives = Curve::default();
        self.distortion.fill(drives.values_mut(block.frames()), drive);
        for samples in block.vectors_mut() {
            for (x, &drive) in samples.iter_mut().zip(drives.vectors()) {
                *x = self.tanh.of(*x * drive) / self.tanh.of(drive);
            }
        }
        if self.distortion.is_settled() {
            self.settled = formula(self.distortion.value());
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }
}
