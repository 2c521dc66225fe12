//! Gain: x·gain, smoothed in decibels.

use super::Effect;
use crate::dsp::block::{Block, Envelope};
use crate::dsp::smooth::Smoothed;
use crate::params;
use wide::f32x4;

/// The chain's input level.
pub struct Gain {
    gain: Smoothed,
    /// The gain of each frame while it moves.
    gains: Envelope,
}

impl Gain {
    /// Gain at its default.
    pub fn new(sample_rate: f64) -> Self {
        Self { gain: Smoothed::new(params::GAIN, sample_rate), gains: Envelope::default() }
    }
}

impl Effect for Gain {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.gain);
    }

    fn reset(&mut self) {
        self.gain.snap();
    }

    fn process(&mut self, block: &mut Block) {
        if self.gain.is_settled() {
            let gain = f32x4::splat(self.gain.value() as f32);
            for samples in block.vectors_mut() {
                samples.iter_mut().for_each(|x| *x *= gain);
            }
            return;
        }
        self.gain.fill(self.gains.vectors_mut(), block.frames());
        for samples in block.vectors_mut() {
            for (x, &gain) in samples.iter_mut().zip(self.gains.vectors()) {
                *x *= gain;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }
}
