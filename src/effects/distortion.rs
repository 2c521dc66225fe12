//! Distortion: tanh(x·drive) / tanh(drive), drive = 1 + 10·distortion.

use super::Effect;
use crate::dsp::block::{BLOCK, Block, Envelope, LANES};
use crate::dsp::math::{Tanh, tanh};
use crate::dsp::smooth::Smoothed;
use crate::params;
use wide::f32x4;

/// The soft clipper.
pub struct Distortion {
    distortion: Smoothed,
    /// What makes the curve at any drive.
    plain: Tanh,
    /// The curve, and the distortion that it is for.
    curve: Tanh,
    amount: f64,
    /// While it moves, for each frame: the drive, and tanh(drive) as a fraction.
    drives: Envelope,
    tanhs: [[f32x4; 2]; BLOCK / LANES],
}

impl Distortion {
    /// Distortion at its default.
    pub fn new(sample_rate: f64) -> Self {
        let distortion = Smoothed::new(params::DISTORTION, sample_rate);
        let amount = distortion.value();
        Self {
            distortion,
            plain: Tanh::default(),
            curve: curve(amount),
            amount,
            drives: Envelope::default(),
            tanhs: Default::default(),
        }
    }

    #[inline(never)]
    fn process_moving(&mut self, block: &mut Block) {
        self.distortion.fill(self.drives.vectors_mut(), block.frames());
        let vectors = block.frames().div_ceil(LANES);
        let tanh = self.plain.clone();
        let (drives, tanhs) = (&mut self.drives.vectors_mut()[..vectors], &mut self.tanhs);
        for (drive, tanhs) in drives.iter_mut().zip(tanhs.iter_mut()) {
            *drive = f32x4::splat(1.0) + f32x4::splat(10.0) * *drive;
            *tanhs = tanh.fraction(*drive);
        }
        for samples in block.vectors_mut() {
            for ((x, &drive), &[above, below]) in samples.iter_mut().zip(&*drives).zip(&*tanhs) {
                let [x_above, x_below] = tanh.fraction(*x * drive);
                *x = (x_above * below) / (x_below * above);
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
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.distortion);
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
