//! Noise gate: closes on what stays below a threshold. Both channels open and close together.
//!
//! The stages are those of U. Zölzer (ed.), "DAFX: Digital Audio Effects", 2nd edition, 2011, section 4.2.3: a peak
//! follower, a threshold with hysteresis, a hold time, then attack and release on the gain.
//!
//! - It opens where a sample of either channel comes up to the threshold.
//! - While it is open, the level is the peak of both channels, which falls with a time constant of 20 ms. Once it has
//!   been 6 dB below the threshold for more frames than are to be held, the gate closes.
//! - How far it is closed, a share of the range in decibels, follows by one pole: it gets 99 % of the way in the time
//!   that attack or release say. In decibels, so that even a fast attack begins gently.

use super::{Dynamics, Effect};
use crate::dsp::block::{Block, Envelope, LANES};
use crate::dsp::math::{exp, exp2x4, exp10};
use crate::dsp::smooth::Smoothed;
use crate::params;
use core::f64::consts::{LN_10, LOG2_10};
use wide::f32x4;

/// Time constant with which the level falls. In half a period of 36 Hz these are 6 dB.
const FALL_SECONDS: f64 = 0.02;
/// Where the open gate closes, as a share of the threshold: 6 dB below.
const HYSTERESIS: f64 = 0.501_187_233_627_272_3;
/// Time constants in which one pole gets 99 % of the way.
const TIME_CONSTANTS: f64 = 2.0 * LN_10;
/// A share within this of its goal has arrived. Of a range of 90 dB it is 0.000 009 dB.
const TOLERANCE: f64 = 1e-7;
/// Factors of two per decibel.
const DOUBLINGS_PER_DECIBEL: f64 = LOG2_10 / 20.0;

/// The gate.
pub struct Gate {
    sample_rate: f64,
    threshold: Smoothed,
    range: Smoothed,
    attack: Smoothed,
    hold: Smoothed,
    release: Smoothed,
    /// What is left of the level after a frame without sound.
    fall: f64,
    settled: Settled,
    is_open: bool,
    /// The followed peak; 0 while it is closed.
    level: f64,
    /// Frames since the level was last high enough to stay open.
    quiet: u32,
    /// How much of the range is in force: at last 1 while it is closed, and 0 while it is open.
    share: f64,
    /// The peak of the last block that came in.
    peak: f32,
}

/// What the gate goes by while its parameters stay.
#[derive(Default)]
struct Settled {
    /// Threshold in decibels, and hold, attack and release in seconds.
    values: [f64; 4],
    threshold: f64,
    hold: u32,
    /// Of attack and release.
    poles: [f64; 2],
}

impl Settled {
    fn new(values: [f64; 4], sample_rate: f64) -> Self {
        let [threshold, hold, attack, release] = values;
        let poles = [attack, release].map(|seconds| pole(seconds, sample_rate));
        Self { values, threshold: exp10(threshold / 20.0), hold: frames_of(hold, sample_rate), poles }
    }
}

impl Gate {
    /// A gate at its defaults, closed.
    pub fn new(sample_rate: f64) -> Self {
        let smoothed = |index| Smoothed::new(index, sample_rate);
        Self {
            sample_rate,
            threshold: smoothed(params::GATE_THRESHOLD),
            range: smoothed(params::GATE_RANGE),
            attack: smoothed(params::GATE_ATTACK),
            hold: smoothed(params::GATE_HOLD),
            release: smoothed(params::GATE_RELEASE),
            fall: exp(-1.0 / (FALL_SECONDS * sample_rate)),
            settled: Settled::default(),
            level: 0.0,
            is_open: false,
            quiet: 0,
            share: 1.0,
            peak: 0.0,
        }
    }

    /// What it did to the last block.
    pub fn dynamics(&self) -> Dynamics {
        Dynamics { level: self.peak, reduction: -(self.share * self.range.value()) as f32 }
    }

    /// Puts the share of the range for each frame in the place of its peak.
    fn follow(&mut self, peaks: &mut [f32]) {
        let rate = self.sample_rate;
        let settings = [&mut self.threshold, &mut self.hold, &mut self.attack, &mut self.release];
        if settings.iter().all(|setting| setting.is_settled()) {
            let values = settings.map(|setting| setting.value());
            if self.settled.values != values {
                self.settled = Settled::new(values, rate);
            }
            let Settled { threshold, hold, poles: [attack, release], .. } = self.settled;
            return self.follow_with(peaks, |_| (threshold, hold), |_, open| if open { attack } else { release });
        }
        let mut envelopes = [(); 4].map(|_| Envelope::default());
        for (setting, envelope) in settings.into_iter().zip(&mut envelopes) {
            setting.fill(envelope.vectors_mut(), peaks.len());
        }
        factors(envelopes[0].vectors_mut());
        let [threshold, hold, attack, release] = envelopes.each_ref().map(Envelope::values);
        self.follow_with(
            peaks,
            |n| (threshold[n] as f64, frames_of(hold[n] as f64, rate)),
            |n, open| pole(if open { attack[n] } else { release[n] } as f64, rate),
        );
    }

    /// The same with threshold and hold at each frame, and the pole there for an open or a closed gate.
    #[inline(always)]
    fn follow_with(
        &mut self,
        peaks: &mut [f32],
        settings: impl Fn(usize) -> (f64, u32),
        pole: impl Fn(usize, bool) -> f64,
    ) {
        for (n, value) in peaks.iter_mut().enumerate() {
            let (threshold, hold) = settings(n);
            let peak = *value as f64;
            self.is_open |= peak >= threshold;
            if self.is_open {
                let fallen = self.level * self.fall;
                self.level = if peak > fallen { peak } else { fallen };
                if self.level >= threshold * HYSTERESIS {
                    self.quiet = 0;
                } else if self.quiet < hold {
                    self.quiet += 1;
                } else {
                    self.close();
                }
            }
            let goal = if self.is_open { 0.0 } else { 1.0 };
            let away = self.share - goal;
            if away != 0.0 {
                let away = away * pole(n, self.is_open);
                self.share = if away.abs() < TOLERANCE { goal } else { goal + away };
            }
            *value = self.share as f32;
        }
    }

    fn close(&mut self) {
        self.is_open = false;
        self.level = 0.0;
        self.quiet = 0;
    }
}

impl Effect for Gate {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        let settings = [&mut self.threshold, &mut self.range, &mut self.attack, &mut self.hold, &mut self.release];
        settings.into_iter().for_each(visit);
    }

    fn reset(&mut self) {
        self.each_parameter(&mut Smoothed::snap);
        self.close();
        self.share = 1.0;
        self.peak = 0.0;
    }

    fn pass(&mut self, frames: usize) {
        self.each_parameter(&mut |parameter| parameter.advance(frames));
        self.peak = 0.0;
    }

    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        let mut gains = Envelope::default();
        for samples in block.vectors_mut() {
            for (peak, x) in gains.vectors_mut().iter_mut().zip(samples) {
                *peak = peak.fast_max(x.abs());
            }
        }
        self.peak = gains.largest(frames);
        self.follow(&mut gains.values_mut()[..frames]);
        let mut ranges = Envelope::default();
        self.range.fill(ranges.vectors_mut(), frames);
        let gains = &mut gains.vectors_mut()[..frames.div_ceil(LANES)];
        gains.iter_mut().zip(ranges.vectors()).for_each(|(gain, &range)| *gain *= range);
        factors(gains);
        for samples in block.vectors_mut() {
            for (x, &gain) in samples.iter_mut().zip(&*gains) {
                *x *= gain;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        !self.is_open && self.share == 1.0
    }
}

/// Makes a factor of each of these, which are in decibels.
fn factors(decibels: &mut [f32x4]) {
    let doublings = f32x4::splat(DOUBLINGS_PER_DECIBEL as f32);
    decibels.iter_mut().for_each(|x| *x *= doublings);
    decibels.iter_mut().for_each(|x| *x = exp2x4(*x));
}

/// What is left of a distance after a frame, where 99 % of it take so many seconds.
fn pole(seconds: f64, sample_rate: f64) -> f64 {
    exp(-TIME_CONSTANTS / (seconds * sample_rate))
}

fn frames_of(seconds: f64, sample_rate: f64) -> u32 {
    (seconds * sample_rate + 0.5) as u32
}
