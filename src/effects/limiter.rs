//! Output limiter: holds ±1.0, adds no latency, and leaves alone what stays below −3 dBFS.
//!
//! A peak follower that rises at once and falls slowly, both channels alike. The gain brings the
//! followed peak onto a curve that is straight up to the knee and bends, by tanh, towards 1 above it.
//! With no look-ahead the very first peak is shaped rather than foreseen: the price of no latency.

use super::Effect;
use crate::dsp::block::{Block, Envelope, LANES};
use crate::dsp::math::{SILENCE_FLOOR, Tanh, exp};
use crate::dsp::smooth::Smoothed;
use wide::f32x4;

/// Where the curve begins to bend: −3 dBFS.
const KNEE: f32 = 0.707_945_8;
/// What no sample exceeds.
const CEILING: f32 = 1.0;
/// Time constant of the fall.
const RELEASE_SECONDS: f64 = 0.1;

/// The limiter.
pub struct Limiter {
    fall: f32,
    peak: f32,
    tanh: Tanh,
}

impl Limiter {
    /// A limiter at rest.
    pub fn new(sample_rate: f64) -> Self {
        Self { fall: exp(-1.0 / (RELEASE_SECONDS * sample_rate)) as f32, peak: 0.0, tanh: Tanh::default() }
    }

    /// Where the curve brings a peak, as a gain: curve(peak) / peak above the knee, 1 below.
    fn gain(&self, peak: f32x4) -> f32x4 {
        let [knee, room] = [KNEE, CEILING - KNEE].map(f32x4::splat);
        let peak = peak.fast_max(knee);
        (knee + room * self.tanh.of((peak - knee) / room)) / peak
    }

    /// Puts the followed peak of each frame into `peaks`, and says whether any is above the knee.
    fn follow(&mut self, block: &mut Block, peaks: &mut Envelope) -> bool {
        for samples in block.vectors_mut() {
            for (peak, x) in peaks.vectors_mut().iter_mut().zip(samples) {
                *peak = peak.fast_max(x.abs());
            }
        }
        let mut loud = false;
        for peak in &mut peaks.values_mut()[..block.frames()] {
            let fallen = self.peak * self.fall;
            self.peak = if *peak > fallen { *peak } else { fallen };
            *peak = self.peak;
            loud |= self.peak > KNEE;
        }
        if self.peak < SILENCE_FLOOR {
            self.peak = 0.0;
        }
        loud
    }
}

impl Effect for Limiter {
    fn each_parameter(&mut self, _visit: &mut dyn FnMut(&mut Smoothed)) {}

    fn reset(&mut self) {
        self.peak = 0.0;
    }

    fn process(&mut self, block: &mut Block) {
        let mut peaks = Envelope::default();
        if !self.follow(block, &mut peaks) {
            return;
        }
        let vectors = block.frames().div_ceil(LANES);
        for peak in &mut peaks.vectors_mut()[..vectors] {
            *peak = self.gain(*peak);
        }
        // The bounds only catch the last bit of rounding.
        let (ceiling, floor) = (f32x4::splat(CEILING), f32x4::splat(-CEILING));
        for samples in block.vectors_mut() {
            for (x, &gain) in samples.iter_mut().zip(peaks.vectors()) {
                *x = (*x * gain).fast_min(ceiling).fast_max(floor);
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.peak == 0.0
    }
}
