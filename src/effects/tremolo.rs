//! Tremolo: x·(1 − depth·(1 − sin φ)/2), where φ is 0 at the first sample after a reset and grows by 2π·rate a second.

use super::{Effect, oscillator::Oscillator};
use crate::dsp::block::{Block, Envelope, LANES};
use crate::dsp::lanes::narrow;
use crate::dsp::math::sin_of_turns;
use crate::dsp::smooth::Smoothed;
use crate::params;
use wide::f32x4;

/// The tremolo. All channels swell together.
pub struct Tremolo {
    oscillator: Oscillator,
    depth: Smoothed,
}

impl Tremolo {
    /// A tremolo at its defaults; the sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            oscillator: Oscillator::new(params::TREMOLO_RATE, sample_rate),
            depth: Smoothed::new(params::TREMOLO_DEPTH, sample_rate),
        }
    }
}

impl Effect for Tremolo {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.oscillator.rate);
        visit(&mut self.depth);
    }

    fn reset(&mut self) {
        self.oscillator.reset();
        self.depth.snap();
    }

    fn process(&mut self, block: &mut Block) {
        let mut gains = Envelope::default();
        let pairs = gains.values_mut().as_chunks_mut().0;
        self.oscillator.turn(block.frames(), pairs, |turns, [phase, next]| narrow(turns, phase, next));
        let mut depths = Envelope::default();
        self.depth.fill(depths.vectors_mut(), block.frames());
        let vectors = block.frames().div_ceil(LANES);
        for (gain, &depth) in gains.vectors_mut()[..vectors].iter_mut().zip(depths.vectors()) {
            let half = f32x4::splat(0.5) * depth;
            *gain = (f32x4::splat(1.0) - half) + half * sin_of_turns(*gain);
        }
        for samples in block.vectors_mut() {
            for (x, &gain) in samples.iter_mut().zip(gains.vectors()) {
                *x *= gain;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        true
    }

    fn pass(&mut self, frames: usize) {
        self.oscillator.pass(frames);
        self.depth.advance(frames);
    }
}
