//! Tremolo: x·(1 − depth·(1 − sin φ)/2), where φ is 0 at the first sample after a reset and grows by 2π·rate a second.

use super::Effect;
use crate::dsp::block::{Block, Envelope, LANES};
use crate::dsp::lanes::narrow;
use crate::dsp::math::sin_of_turns;
use crate::dsp::smooth::Smoothed;
use crate::params;
use wide::{f32x4, f64x2};

/// The tremolo. All channels swell together.
pub struct Tremolo {
    sample_rate: f64,
    rate: Smoothed,
    depth: Smoothed,
    /// φ at the next sample, in turns from 0 to 1.
    phase: f64,
}

impl Tremolo {
    /// A tremolo at its defaults; the sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            rate: Smoothed::new(params::TREMOLO_RATE, sample_rate),
            depth: Smoothed::new(params::TREMOLO_DEPTH, sample_rate),
            phase: 0.0,
        }
    }

    /// φ at each of so many frames, in turns from 0 to 1; moves on by them.
    ///
    /// Reckoned in float64 and rounded once, so that it is the same however the sound is cut into blocks. In a block it
    /// grows by less than a turn: at the lowest sample rate and the highest rate by 0.85.
    fn phases(&mut self, frames: usize) -> Envelope {
        let mut phases = Envelope::default();
        if self.rate.is_settled() {
            let step = self.rate.value() / self.sample_rate;
            let mut frame = f64x2::new([0.0, 1.0]);
            let pairs = phases.values_mut().as_chunks_mut().0;
            for [phase, next] in &mut pairs[..frames.div_ceil(2)] {
                let turns = f64x2::splat(self.phase) + f64x2::splat(step) * frame;
                let wrapped = turns - f64x2::ONE;
                narrow(turns.simd_lt(f64x2::ONE).select(turns, wrapped), phase, next);
                frame += f64x2::splat(2.0);
            }
            self.phase = fraction(self.phase + step * frames as f64);
        } else {
            let mut rates = Envelope::default();
            self.rate.fill(rates.vectors_mut(), frames);
            let frame = 1.0 / self.sample_rate;
            for (phase, &rate) in phases.values_mut()[..frames].iter_mut().zip(rates.values()) {
                *phase = self.phase as f32;
                self.phase = fraction(self.phase + rate as f64 * frame);
            }
        }
        phases
    }
}

/// What of a number from 0 to 2 is behind the point.
fn fraction(x: f64) -> f64 {
    if x < 1.0 { x } else { x - 1.0 }
}

impl Effect for Tremolo {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.rate);
        visit(&mut self.depth);
    }

    fn reset(&mut self) {
        self.rate.snap();
        self.depth.snap();
        self.phase = 0.0;
    }

    fn process(&mut self, block: &mut Block) {
        let mut gains = self.phases(block.frames());
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
        self.phases(frames);
        self.depth.advance(frames);
    }
}
