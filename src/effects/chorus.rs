//! Chorus: x·(1−mix) + mix·x(t − delay − depth·sin φ), where φ is 0 at the first sample after a reset and grows by
//! 2π·rate a second; in stereo the right φ is a quarter turn ahead.
//!
//! The delay that sways is J. Dattorro's, "Effect Design, Part 2: Delay-Line Modulation and Chorus", JAES 45(10), 1997;
//! what is between two samples comes from a windowed sinc (`dsp::lines::sinc`), so that no frequency is dulled.
//!
//! A sample is made of 14 on either side of it, so no delay is shorter than 14 frames: depth is held at what the delay
//! allows, and at sample rates below 14 kHz the delay itself at 14 frames.

use super::{Effect, OutOfMemory, oscillator::Oscillator};
use crate::dsp::block::{BLOCK, Block, Envelope};
use crate::dsp::lines::ring::Ring;
use crate::dsp::lines::sinc::{Sinc, TAPS};
use crate::dsp::math::sines_of_turns;
use crate::dsp::smooth::Smoothed;
use crate::params;
use alloc::vec::Vec;
use wide::f64x2;

/// Frames of the shortest delay.
const SHORTEST: f64 = (TAPS / 2) as f64;
/// How far φ is ahead in the right channel, in turns.
const AHEAD: f64 = 0.25;

/// The chorus. It remembers 40 ms of each channel, 9 KB at 48 kHz, and has the kernel's table of 29 KB.
pub struct Chorus {
    sample_rate: f64,
    oscillator: Oscillator,
    depth: Smoothed,
    delay: Smoothed,
    mix: Smoothed,
    sinc: Sinc,
    rings: Vec<Ring>,
}

impl Chorus {
    /// A chorus at its defaults.
    pub fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        let longest: f32 = [params::CHORUS_DELAY, params::CHORUS_DEPTH].iter().map(|&row| params::TABLE[row].max).sum();
        let longest = (longest as f64 * sample_rate) as usize + TAPS + BLOCK;
        let smoothed = |index| Smoothed::new(index, sample_rate);
        Ok(Self {
            sample_rate,
            oscillator: Oscillator::new(params::CHORUS_RATE, sample_rate),
            depth: smoothed(params::CHORUS_DEPTH),
            delay: smoothed(params::CHORUS_DELAY),
            mix: smoothed(params::CHORUS_MIX),
            sinc: Sinc::new()?,
            rings: (0..channels).map(|_| Ring::new(longest, BLOCK)).collect::<Result<_, _>>()?,
        })
    }

    /// The formula on a block, with the delay and its depth in frames for each pair of frames.
    #[inline(always)]
    fn sway(&mut self, block: &mut Block, delays: impl Fn(usize) -> [f64x2; 2]) {
        let frames = block.frames();
        let mut turns = [f64x2::ZERO; BLOCK / 2];
        self.oscillator.turn(frames, &mut turns, |turns, place| *place = turns);
        let mut mix = Envelope::default();
        self.mix.fill(mix.vectors_mut(), frames);
        for (channel, (samples, ring)) in block.samples_mut().zip(&mut self.rings).enumerate() {
            let ahead = f64x2::splat(AHEAD * channel as f64);
            let mut places = turns;
            let pairs = &mut places[..frames.div_ceil(2)];
            pairs.iter_mut().for_each(|turns| *turns += ahead);
            sines_of_turns(pairs);
            for (nth, place) in pairs.iter_mut().enumerate() {
                let [delay, depth] = delays(nth);
                *place = delay + depth * *place;
            }
            delayed(samples, ring, &self.sinc, bytemuck::cast_slice(&places), mix.values());
        }
    }
}

/// Mixes into a channel's samples what they were so many frames ago.
#[inline(never)]
fn delayed(samples: &mut [f32], ring: &mut Ring, sinc: &Sinc, delays: &[f64], mix: &[f32; BLOCK]) {
    ring.write(samples);
    let frames = samples.len();
    for (n, ((x, &delay), &mix)) in samples.iter_mut().zip(delays).zip(mix).enumerate() {
        // By way of i32, which is faster in WebAssembly.
        let whole = delay as i32 as usize;
        if let Some(around) = ring.read(frames - n + whole + TAPS / 2, TAPS).first_chunk::<TAPS>() {
            *x = *x * (1.0 - mix) + sinc.between(around, delay - whole as f64) * mix;
        }
    }
}

/// Delay and depth in frames, from seconds.
#[inline(always)]
fn in_frames([delay, depth]: [f64x2; 2], sample_rate: f64) -> [f64x2; 2] {
    let (rate, shortest) = (f64x2::splat(sample_rate), f64x2::splat(SHORTEST));
    let delay = (delay * rate).fast_max(shortest);
    [delay, (depth * rate).fast_min(delay - shortest)]
}

impl Effect for Chorus {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        [&mut self.oscillator.rate, &mut self.depth, &mut self.delay, &mut self.mix].into_iter().for_each(visit);
    }

    fn reset(&mut self) {
        self.each_parameter(&mut Smoothed::snap);
        self.oscillator.reset();
        self.rings.iter_mut().for_each(Ring::forget);
    }

    fn process(&mut self, block: &mut Block) {
        let rate = self.sample_rate;
        if self.delay.is_settled() && self.depth.is_settled() {
            let delays = in_frames([&self.delay, &self.depth].map(|x| f64x2::splat(x.value())), rate);
            return self.sway(block, |_| delays);
        }
        let mut envelopes = [(); 2].map(|_| Envelope::default());
        for (parameter, envelope) in [&mut self.delay, &mut self.depth].into_iter().zip(&mut envelopes) {
            parameter.fill(envelope.vectors_mut(), block.frames());
        }
        let pair = |envelope: &Envelope, nth: usize| {
            let [one, other] = envelope.values().as_chunks().0[nth];
            f64x2::new([one as f64, other as f64])
        };
        self.sway(block, |nth| in_frames(envelopes.each_ref().map(|envelope| pair(envelope, nth)), rate));
    }

    fn is_at_rest(&self) -> bool {
        self.rings.iter().all(Ring::is_silent)
    }

    fn pass(&mut self, frames: usize) {
        self.oscillator.pass(frames);
        [&mut self.depth, &mut self.delay, &mut self.mix].into_iter().for_each(|parameter| parameter.advance(frames));
    }
}
