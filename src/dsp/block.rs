//! A block of sound on its way through the chain: up to [`BLOCK`] frames of one or two channels.

use core::ops::Range;
use wide::f32x4;

/// Frames of a block, at most: the usual render quantum.
pub const BLOCK: usize = 128;
/// Channels of a block, at most.
pub const MAX_CHANNELS: usize = 2;
/// Samples of a vector.
pub const LANES: usize = 4;

/// One channel's samples, on a vector's boundary.
pub type Samples = [f32x4; BLOCK / LANES];

/// A block of sound. The samples behind the last frame, up to a whole vector, are finite but mean nothing.
#[derive(Clone)]
pub struct Block {
    samples: [Samples; MAX_CHANNELS],
    channels: usize,
    frames: usize,
}

impl Block {
    /// Silence: a full block.
    pub fn new(channels: usize) -> Self {
        Self { samples: [[f32x4::ZERO; BLOCK / LANES]; MAX_CHANNELS], channels, frames: BLOCK }
    }

    /// How many frames it has.
    #[inline]
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Makes it a block of so many frames, at most [`BLOCK`]. What was behind them, up to a whole vector, is silenced.
    pub fn set_frames(&mut self, frames: usize) {
        self.frames = frames.min(BLOCK);
        let behind = self.frames..self.frames.next_multiple_of(LANES);
        if !behind.is_empty() {
            (0..self.channels).for_each(|channel| self.whole_mut(channel)[behind.clone()].fill(0.0));
        }
    }

    /// A channel's samples, those behind the last frame too.
    pub fn whole_mut(&mut self, channel: usize) -> &mut [f32; BLOCK] {
        bytemuck::cast_mut(&mut self.samples[channel])
    }

    /// The address of a channel's samples, [`BLOCK`] of them, good for as long as the block is.
    ///
    /// # Safety
    /// `block` is a valid block's, and `channel` below [`MAX_CHANNELS`].
    pub(crate) unsafe fn channel_of(block: *mut Self, channel: usize) -> *mut f32 {
        unsafe { (&raw mut (*block).samples).cast::<Samples>().add(channel) }.cast()
    }

    /// A channel's samples.
    pub fn channel(&self, channel: usize) -> &[f32] {
        &bytemuck::cast_slice(&self.samples[channel])[..self.frames]
    }

    /// A channel's samples, to change.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        &mut bytemuck::cast_slice_mut(&mut self.samples[channel])[..self.frames]
    }

    /// Each channel's samples.
    pub fn samples(&self) -> impl Iterator<Item = &[f32]> {
        (0..self.channels).map(|channel| self.channel(channel))
    }

    /// Each channel's samples, to change.
    pub fn samples_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let frames = self.frames;
        self.samples[..self.channels].iter_mut().map(move |samples| &mut bytemuck::cast_slice_mut(samples)[..frames])
    }

    /// Each channel's samples in vectors.
    #[inline]
    pub fn vectors_mut(&mut self) -> impl Iterator<Item = &mut [f32x4]> {
        let vectors = self.frames.div_ceil(LANES);
        self.samples[..self.channels].iter_mut().map(move |samples| &mut samples[..vectors])
    }

    /// Becomes a part of another block.
    pub fn take(&mut self, whole: &Self, frames: Range<usize>) {
        self.set_frames(frames.len());
        for channel in 0..self.channels {
            self.channel_mut(channel).copy_from_slice(&whole.channel(channel)[frames.clone()]);
        }
    }

    /// Puts its frames into another block, from a frame on.
    pub fn give(&self, whole: &mut Self, at: usize) {
        for channel in 0..self.channels {
            whole.channel_mut(channel)[at..at + self.frames].copy_from_slice(self.channel(channel));
        }
    }

    /// Both channels of a stereo block; `None` in mono.
    pub fn stereo_mut(&mut self) -> Option<[&mut [f32]; 2]> {
        let mut channels = self.samples_mut();
        Some([channels.next()?, channels.next()?])
    }
}

/// A value per frame: a parameter on its way, or a gain.
#[derive(Clone, Default)]
pub struct Envelope(Samples);

impl Envelope {
    /// The values.
    #[inline]
    pub fn values(&self) -> &[f32; BLOCK] {
        bytemuck::cast_ref(&self.0)
    }

    /// The values, to change.
    #[inline]
    pub fn values_mut(&mut self) -> &mut [f32; BLOCK] {
        bytemuck::cast_mut(&mut self.0)
    }

    /// The largest of the first `count` values; 0 where all are below.
    pub fn largest(&self, count: usize) -> f32 {
        let whole = count / LANES;
        let largest = self.0[..whole].iter().fold(f32x4::ZERO, |largest, &values| largest.fast_max(values));
        let rest = &self.values()[whole * LANES..count];
        largest.to_array().iter().chain(rest).fold(0.0, |largest, &value| largest.max(value))
    }

    /// The values in vectors.
    #[inline]
    pub fn vectors(&self) -> &Samples {
        &self.0
    }

    /// The values in vectors, to change.
    #[inline]
    pub fn vectors_mut(&mut self) -> &mut Samples {
        &mut self.0
    }
}
