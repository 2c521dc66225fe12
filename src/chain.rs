//! The chain: the effects in their order, behind a master bypass.
//!
//! By default gate → gain → distortion → low-pass and high-pass → peaking → compressor → tremolo → chorus → delay →
//! reverb → limiter. The limiter stays last; the others can be in any order (`rack`).
//!
//! It takes blocks of any size, cuts them into at most [`BLOCK`] frames, and works in place. The first
//! block after [`Chain::new`] or [`Chain::reset`] has its parameters at once; later changes are smoothed.

use crate::dsp::block::{BLOCK, Block, MAX_CHANNELS};
use crate::dsp::law::Change;
use crate::dsp::scrub::scrub;
use crate::effects::{Dynamics, Effect, OutOfMemory, switch::Switched};
use crate::params::{self, Values};
use crate::rack::{Order, Rack};
use core::fmt::{self, Display, Formatter};
use core::ops::{Range, RangeInclusive};

/// Sample rates that a chain can run at, in Hz; the Web Audio API's own limits.
pub const SAMPLE_RATES: RangeInclusive<f64> = 3000.0..=768000.0;

/// Why there is no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sample rate or the number of channels is out of range.
    OutOfRange,
    /// There is no memory for it.
    OutOfMemory,
}

impl From<OutOfMemory> for Refusal {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::OutOfRange => "the sample rate must be from 3000 to 768000 Hz, and the channels 1 or 2",
            Self::OutOfMemory => "there is no memory for another engine",
        })
    }
}

impl core::error::Error for Refusal {}

/// After this time every parameter and every switch has arrived, and every fade has ended.
const ARRIVAL_SECONDS: f64 = 0.25;

/// The chain for one or two channels.
pub struct Chain {
    rack: Switched<Rack>,
    values: Values,
    channels: usize,
    /// Whether the next block is the first, in which parameters are at their values at once.
    fresh: bool,
    /// A part of a block that is processed by itself.
    part: Block,
    /// Frames until all that was set has arrived, at the latest; and how many that is at first.
    arriving: usize,
    arrival: usize,
}

impl Chain {
    /// A chain at rest with every parameter at its default; the sample rate in Hz ([`SAMPLE_RATES`]), 1 …
    /// [`MAX_CHANNELS`] channels.
    pub fn new(sample_rate: f64, channels: usize) -> Result<Self, Refusal> {
        if !Self::accepts(sample_rate, channels) {
            return Err(Refusal::OutOfRange);
        }
        let rack = Rack::new(sample_rate, channels)?;
        Ok(Self {
            rack: Switched::bypassed(params::BYPASS, rack, sample_rate, channels),
            values: params::defaults(),
            channels,
            fresh: true,
            part: Block::new(channels),
            arriving: 0,
            arrival: (ARRIVAL_SECONDS * sample_rate) as usize,
        })
    }

    /// Whether there can be a chain of this sample rate in Hz and so many channels.
    pub fn accepts(sample_rate: f64, channels: usize) -> bool {
        SAMPLE_RATES.contains(&sample_rate) && (1..=MAX_CHANNELS).contains(&channels)
    }

    /// Takes new values to move towards, clamped to the table's ranges.
    pub fn set(&mut self, values: &Values) {
        for (index, parameter) in params::TABLE.iter().enumerate() {
            let value = parameter.clamp(values[index]);
            if value != self.values[index] || self.fresh {
                self.take(&Change::set(index, value));
            }
        }
    }

    /// Takes the change of a parameter.
    pub fn take(&mut self, change: &Change) {
        self.values[change.param] = change.last();
        self.arriving = self.arriving.max(self.arrival.saturating_add(change.frames() as usize));
        self.rack.take(change);
    }

    /// Goes over to another order of the effects.
    pub fn set_order(&mut self, order: Order) {
        if self.rack.effect_mut().set_order(order) {
            self.arriving = self.arriving.max(self.arrival);
        }
    }

    /// What gate and compressor did to the last block; nothing while they are off, or all is bypassed.
    pub fn dynamics(&self) -> [Dynamics; 2] {
        self.rack.heard().map(Rack::dynamics).unwrap_or_default()
    }

    /// The values in force, or on the way.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Forgets all sound, and is at its values at once.
    pub fn reset(&mut self) {
        self.fresh = true;
    }

    /// Processes a block of finite samples in place.
    pub fn process(&mut self, block: &mut Block) {
        self.process_part(block, 0..block.frames());
    }

    /// Processes some frames of a block of finite samples in place.
    pub fn process_part(&mut self, block: &mut Block, frames: Range<usize>) {
        self.begin();
        let Range { start: mut at, end } = frames;
        while at < end {
            let next = end.min(at.saturating_add(self.rack.effect_mut().span()));
            if next - at == block.frames() {
                self.rack.process(block);
            } else {
                self.part.take(block, at..next);
                self.rack.process(&mut self.part);
                self.part.give(block, at);
            }
            self.arriving = self.arriving.saturating_sub(next - at);
            at = next;
        }
    }

    /// The first block has its parameters at once.
    fn begin(&mut self) {
        if self.fresh {
            self.fresh = false;
            self.rack.reset();
        }
    }

    /// Whether silence would go through without a trace: nothing rings on, and nothing moves.
    pub fn is_idle(&self) -> bool {
        !self.fresh && self.arriving == 0 && self.is_at_rest()
    }

    /// Lets so many frames of silence pass, where it is idle: the same as to process them, and next to no work.
    pub fn pass(&mut self, frames: usize) {
        self.rack.pass(frames);
    }

    /// Processes planar channels of any length in place, scrubbed; all channels as long as the first.
    ///
    /// # Panics
    /// Where there are more or fewer channels than the chain has, or they are not of one length.
    pub fn process_planar(&mut self, channels: &mut [&mut [f32]], scratch: &mut Block) {
        assert_eq!(channels.len(), self.channels, "as many channels as the chain has");
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
