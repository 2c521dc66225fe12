//! Reverb: x·(1−mix) + mix·w, where w is what a feedback delay network (`dsp::lines::network`, after J.-M. Jot) makes
//! of the sound a predelay ago.
//!
//! A new predelay is faded to from the old tap. While it moves, one fade follows the other.

use super::{Effect, OutOfMemory};
use crate::dsp::block::{BLOCK, Block, Envelope};
use crate::dsp::law::Change;
use crate::dsp::lines::network::Network;
use crate::dsp::lines::ring::Ring;
use crate::dsp::lines::tap::{Fade, Tap};
use crate::dsp::smooth::Smoothed;
use crate::params;
use alloc::vec::Vec;
use wide::f32x4;

/// The reverb. Besides its network it remembers the longest predelay of each channel, 49 KB at 48 kHz.
pub struct Reverb {
    predelay: Predelay,
    network: Network,
    time: Smoothed,
    decay: Smoothed,
    damping: Smoothed,
    mix: Smoothed,
    wet: Block,
}

impl Reverb {
    /// A reverb at its defaults.
    pub fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        let smoothed = |index| Smoothed::new(index, sample_rate);
        let mut reverb = Self {
            predelay: Predelay::new(sample_rate, channels)?,
            network: Network::new(sample_rate)?,
            time: smoothed(params::REVERB_PREDELAY),
            decay: smoothed(params::REVERB_DECAY),
            damping: smoothed(params::REVERB_DAMPING),
            mix: smoothed(params::REVERB_MIX),
            wet: Block::new(channels),
        };
        reverb.reset();
        Ok(reverb)
    }
}

impl Effect for Reverb {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        [&mut self.time, &mut self.decay, &mut self.damping, &mut self.mix].into_iter().for_each(visit);
    }

    fn take(&mut self, change: &Change) -> bool {
        // The tap fades, so the time itself need not be smooth.
        if self.time.take(&Change { glides: false, ..change.clone() }) {
            return true;
        }
        let stirs = self.decay.take(change) || self.damping.take(change);
        if stirs {
            self.network.stir();
        }
        stirs || self.mix.take(change)
    }

    fn reset(&mut self) {
        self.each_parameter(&mut Smoothed::snap);
        self.predelay.reset(self.time.value() as f32);
        self.network.reset(self.decay.value(), self.damping.value());
        if !(self.decay.is_settled() && self.damping.is_settled()) {
            // What follows a law goes on with it.
            self.network.stir();
        }
    }

    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        self.wet.set_frames(frames);
        let mut times = Envelope::default();
        self.time.fill(times.vectors_mut(), frames);
        self.predelay.process(block, &mut self.wet, times.values());
        self.network.process(&mut self.wet, [&mut self.decay, &mut self.damping]);
        let mut mix = Envelope::default();
        self.mix.fill(mix.vectors_mut(), frames);
        for (samples, wet) in block.vectors_mut().zip(self.wet.vectors_mut()) {
            for ((x, &mut wet), &mix) in samples.iter_mut().zip(wet).zip(mix.vectors()) {
                *x = *x * (f32x4::splat(1.0) - mix) + wet * mix;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.predelay.lines.iter().all(Ring::is_silent) && self.network.is_at_rest()
    }
}

/// A line per channel, and the tap in them.
struct Predelay {
    sample_rate: f64,
    lines: Vec<Ring>,
    tap: Tap,
}

impl Predelay {
    fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        let longest = frames_of(params::TABLE[params::REVERB_PREDELAY].max, sample_rate) + BLOCK;
        Ok(Self {
            sample_rate,
            lines: (0..channels).map(|_| Ring::new(longest, BLOCK)).collect::<Result<_, _>>()?,
            tap: Tap::new(0, sample_rate),
        })
    }

    fn reset(&mut self, seconds: f32) {
        self.lines.iter_mut().for_each(Ring::forget);
        self.tap.jump(frames_of(seconds, self.sample_rate));
    }

    /// Gives what the sound was a predelay ago, with the time for each frame.
    fn process(&mut self, sound: &Block, delayed: &mut Block, times: &[f32; BLOCK]) {
        let frames = sound.frames();
        self.lines.iter_mut().zip(sound.samples()).for_each(|(line, samples)| line.write(samples));
        let mut at = 0;
        while at < frames {
            let mut span = frames - at;
            if self.tap.fading.is_none() {
                let here = |&&time: &&f32| frames_of(time, self.sample_rate) == self.tap.heard;
                let stays = if times[at] == times[frames - 1] && here(&&times[at]) {
                    span
                } else {
                    times[at..frames].iter().take_while(here).count()
                };
                if stays == 0 {
                    self.tap.turn_to(frames_of(times[at], self.sample_rate));
                } else {
                    span = stays;
                }
            }
            span = self.tap.span(span);
            for (line, delayed) in self.lines.iter().zip(delayed.samples_mut()) {
                let delayed = &mut delayed[at..at + span];
                let tap = |delay: usize| line.read(delay + frames - at, span);
                delayed.copy_from_slice(tap(self.tap.heard));
                if let Some(Fade { coming, done }) = self.tap.fading {
                    let step = 1.0 / self.tap.frames as f32;
                    for ((nth, x), &to) in delayed.iter_mut().enumerate().zip(tap(coming)) {
                        *x += (to - *x) * ((done + nth) as f32 * step);
                    }
                }
            }
            self.tap.advance(span);
            at += span;
        }
    }
}

/// A predelay in whole frames.
fn frames_of(seconds: f32, sample_rate: f64) -> usize {
    (seconds as f64 * sample_rate + 0.5) as usize
}
