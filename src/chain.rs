//! The chain: the effects in their order, behind a master bypass.
//!
//! gain → distortion → low-pass → high-pass → peaking → compressor → tremolo → delay → limiter.
//!
//! It takes blocks of any size, cuts them into at most [`BLOCK`] frames, and works in place. The first
//! block after [`Chain::new`] or [`Chain::reset`] has its parameters at once; later changes are smoothed.

use crate::dsp::block::{BLOCK, Block};
use crate::dsp::scrub::scrub;
use crate::effects::{
    Effect, compressor::Compressor, delay::Delay, distortion::Distortion, filters, gain::Gain, limiter::Limiter,
    peaking, switch::Switched, tremolo::Tremolo, tuned::Tuned,
};
use crate::params::{self, Values};

/// The effects in their order. Adding one: its line here, and nothing else in this file.
macro_rules! rack {
    ($($name:ident: $effect:ty = |$rate:ident, $channels:ident| $new:expr;)*) => {
        struct Rack { $($name: $effect),* }

        impl Rack {
            fn new(sample_rate: f64, channels: usize) -> Self {
                Self { $($name: { let ($rate, $channels) = (sample_rate, channels); $new }),* }
            }
        }

        impl Effect for Rack {
            fn set(&mut self, values: &Values) { $(self.$name.set(values);)* }
            fn reset(&mut self) { $(self.$name.reset();)* }
            fn process(&mut self, block: &mut Block) { $(self.$name.process(block);)* }
            fn is_at_rest(&self) -> bool { $(self.$name.is_at_rest())&&* }
        }
    };
}

rack! {
    gain: Gain = |rate, _channels| Gain::new(rate);
    distortion: Switched<Distortion> =
        |rate, channels| Switched::on(params::DISTORTION_ON, Distortion::new(rate), rate, channels);
    filters: Tuned = |rate, _channels| Tuned::new(filters::DESIGN, rate);
    peaking: Tuned = |rate, _channels| Tuned::new(peaking::DESIGN, rate);
    compressor: Switched<Compressor> =
        |rate, channels| Switched::on(params::COMPRESSOR_ON, Compressor::new(rate), rate, channels);
    tremolo: Switched<Tremolo> =
        |rate, channels| Switched::on(params::TREMOLO_ON, Tremolo::new(rate), rate, channels);
    delay: Switched<Delay> =
        |rate, channels| Switched::on(params::DELAY_ON, Delay::new(rate, channels), rate, channels);
    limiter: Switched<Limiter> =
        |rate, channels| Switched::on(params::LIMITER_ON, Limiter::new(rate), rate, channels);
}

/// The chain for one or two channels.
pub struct Chain {
    rack: Switched<Rack>,
    values: Values,
    /// Whether the next block is the first, in which parameters are at their values at once.
    fresh: bool,
}

impl Chain {
    /// A chain at rest with every parameter at its default; the sample rate in Hz.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        let rack = Rack::new(sample_rate, channels);
        Self {
            rack: Switched::bypassed(params::BYPASS, rack, sample_rate, channels),
            values: params::defaults(),
            fresh: true,
        }
    }

    /// Takes new values to move towards, clamped to the table's ranges.
    pub fn set(&mut self, values: &Values) {
        let clamped: Values = core::array::from_fn(|index| params::TABLE[index].clamp(values[index]));
        if clamped != self.values || self.fresh {
            self.values = clamped;
            self.rack.set(&clamped);
        }
    }

    /// The values in force, or being moved to.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Forgets all sound, and is at its values at once.
    pub fn reset(&mut self) {
        self.fresh = true;
    }

    /// Processes a block of finite samples in place.
    pub fn process(&mut self, block: &mut Block) {
        if self.fresh {
            self.fresh = false;
            self.rack.reset();
        }
        self.rack.process(block);
    }

    /// Processes planar channels of any length in place, scrubbed; all channels as long as the first.
    pub fn process_planar(&mut self, channels: &mut [&mut [f32]], scratch: &mut Block) {
        let frames = channels.first().map_or(0, |channel| channel.len());
        for start in (0..frames).step_by(BLOCK) {
            let end = (start + BLOCK).min(frames);
            scratch.set_frames(end - start);
            for (index, channel) in channels.iter().enumerate() {
                let samples = scratch.channel_mut(index);
                samples.copy_from_slice(&channel[start..end]);
                scrub(samples);
            }
            self.process(scratch);
            for (samples, channel) in scratch.samples().zip(channels.iter_mut()) {
                channel[start..end].copy_from_slice(samples);
            }
        }
    }

    /// Whether every state of every effect is exactly 0.
    pub fn is_at_rest(&self) -> bool {
        self.rack.is_at_rest()
    }
}
