//! Compressor: feed-forward, in decibels, both channels held back alike.
//!
//! After D. Giannoulis, M. Massberg and J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60(6),
//! 2012: the static curve with a soft knee (eq. 4), then the smooth branching peak detector (eq. 16) on the
//! gain reduction.

use super::{Dynamics, Effect};
use crate::dsp::block::{Block, Envelope};
use crate::dsp::math::{SILENCE_FLOOR, exp, exp2x4, log2x4};
use crate::dsp::smooth::Smoothed;
use crate::params;
use wide::f32x4;

/// Width of the knee.
const KNEE_DECIBELS: f32 = 6.0;
/// Decibels per factor of two: 20·log10 2.
const DECIBELS_PER_DOUBLING: f32 = 6.020_6;

/// The compressor.
pub struct Compressor {
    sample_rate: f64,
    threshold: Smoothed,
    ratio: Smoothed,
    makeup: Smoothed,
    attack: Smoothed,
    release: Smoothed,
    /// Attack and release in seconds, and what is left of a distance after a sample.
    times: [f64; 2],
    poles: [f64; 2],
    /// How far the gain is held back, in decibels.
    reduction: f64,
    /// The peak of the last block that came in.
    level: f32,
}

impl Compressor {
    /// A compressor at its defaults, at rest.
    pub fn new(sample_rate: f64) -> Self {
        let smoothed = |index| Smoothed::new(index, sample_rate);
        Self {
            sample_rate,
            threshold: smoothed(params::COMPRESSOR_THRESHOLD),
            ratio: smoothed(params::COMPRESSOR_RATIO),
            makeup: smoothed(params::COMPRESSOR_MAKEUP),
            attack: smoothed(params::COMPRESSOR_ATTACK),
            release: smoothed(params::COMPRESSOR_RELEASE),
            times: [0.0; 2],
            poles: [0.0; 2],
            reduction: 0.0,
            level: 0.0,
        }
    }

    /// What it did to the last block; the make-up apart.
    pub fn dynamics(&self) -> Dynamics {
        Dynamics { level: self.level, reduction: self.reduction as f32 }
    }
}

impl Compressor {
    /// Puts the gain for each frame in the place of its level: in decibels both, but the gain in doublings.
    fn follow(&mut self, levels: &mut [f32]) {
        let settings = [&mut self.threshold, &mut self.ratio, &mut self.makeup, &mut self.attack, &mut self.release];
        if settings.iter().all(|setting| setting.is_settled()) {
            let [threshold, ratio, makeup, attack, release] = settings.map(|setting| setting.value());
            if self.times != [attack, release] {
                self.times = [attack, release];
                self.poles = self.times.map(|seconds| pole(seconds, self.sample_rate));
            }
            let ([threshold, ratio, makeup], poles) = ([threshold, ratio, makeup].map(|x| x as f32), self.poles);
            return self.follow_with(levels, |_| ([threshold, ratio, makeup], poles));
        }
        let mut envelopes = [(); 5].map(|_| Envelope::default());
        for (setting, envelope) in settings.into_iter().zip(&mut envelopes) {
            setting.fill(envelope.vectors_mut(), levels.len());
        }
        let [threshold, ratio, makeup, attack, release] = envelopes.each_ref().map(Envelope::values);
        let rate = self.sample_rate;
        self.follow_with(levels, |n| {
            ([threshold[n], ratio[n], makeup[n]], [attack[n], release[n]].map(|seconds| pole(seconds as f64, rate)))
        });
    }

    /// The same with threshold, ratio, make-up and both poles at each frame.
    #[inline(always)]
    fn follow_with(&mut self, levels: &mut [f32], settings: impl Fn(usize) -> ([f32; 3], [f64; 2])) {
        for (n, value) in levels.iter_mut().enumerate() {
            let ([threshold, ratio, makeup], [attack, release]) = settings(n);
            let wanted = reduction(*value, threshold, ratio) as f64;
            let pole = if wanted > self.reduction { attack } else { release };
            self.reduction = wanted + (self.reduction - wanted) * pole;
            *value = (makeup - self.reduction as f32) * (1.0 / DECIBELS_PER_DOUBLING);
        }
    }
}

impl Effect for Compressor {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        let settings = [&mut self.threshold, &mut self.ratio, &mut self.makeup, &mut self.attack, &mut self.release];
        settings.into_iter().for_each(visit);
    }

    fn reset(&mut self) {
        self.each_parameter(&mut Smoothed::snap);
        self.reduction = 0.0;
        self.level = 0.0;
    }

    fn pass(&mut self, frames: usize) {
        self.each_parameter(&mut |parameter| parameter.advance(frames));
        self.level = 0.0;
    }

    fn process(&mut self, block: &mut Block) {
        let mut gain = Envelope::default();
        for samples in block.vectors_mut() {
            for (level, x) in gain.vectors_mut().iter_mut().zip(samples) {
                *level = level.fast_max(x.abs());
            }
        }
        self.level = gain.largest(block.frames());
        for level in gain.vectors_mut() {
            *level = log2x4(level.fast_max(f32x4::splat(SILENCE_FLOOR))) * f32x4::splat(DECIBELS_PER_DOUBLING);
        }
        self.follow(&mut gain.values_mut()[..block.frames()]);
        if self.reduction < SILENCE_FLOOR as f64 {
            self.reduction = 0.0;
        }
        for value in gain.vectors_mut() {
            *value = exp2x4(*value);
        }
        for samples in block.vectors_mut() {
            for (x, &gain) in samples.iter_mut().zip(gain.vectors()) {
                *x *= gain;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.reduction == 0.0
    }
}

/// What is left of a distance after a sample, with a time constant in seconds.
fn pole(seconds: f64, sample_rate: f64) -> f64 {
    exp(-1.0 / (seconds * sample_rate))
}

/// How far a steady level is held back; all in decibels.
fn reduction(level: f32, threshold: f32, ratio: f32) -> f32 {
    let over = level - threshold;
    let slope = 1.0 - 1.0 / ratio;
    if over <= -KNEE_DECIBELS / 2.0 {
        0.0
    } else if over < KNEE_DECIBELS / 2.0 {
        let into = over + KNEE_DECIBELS / 2.0;
        slope * into * into / (2.0 * KNEE_DECIBELS)
    } else {
        slope * over
    }
}
