//! A chain as the audio thread runs it: with its control block, a block of sound and its meters, all taken when the
//! engine is built. Nothing here allocates, locks or panics afterwards.

use crate::block::{BLOCK, Block};
use crate::chain::Chain;
use crate::control::{self, MAX_CHANNELS};
use crate::meters::{Ballistics, Meter, Reading, clips, levels};
use crate::params::{self, Values};
use crate::scrub::let_in;

/// Sample rates an engine can run at, in Hz; the Web Audio API's own limits.
pub const SAMPLE_RATES: core::ops::RangeInclusive<f32> = 3000.0..=768000.0;

/// One engine.
pub struct Engine {
    control: [u32; control::WORDS],
    chain: Chain,
    block: Block,
    input_meters: [Meter; MAX_CHANNELS],
    output_meters: [Meter; MAX_CHANNELS],
    ballistics: Ballistics,
    channels: usize,
    /// Whether the control block has been read at all.
    started: bool,
}

impl Engine {
    /// An engine at rest with every parameter at its default, or `None` where the sample rate in Hz or the number of
    /// channels (1 … [`MAX_CHANNELS`]) is out of range.
    pub fn new(sample_rate: f32, channels: usize) -> Option<Self> {
        if !SAMPLE_RATES.contains(&sample_rate) || !(1..=MAX_CHANNELS).contains(&channels) {
            return None;
        }
        let mut control = [0; control::WORDS];
        control[control::MAGIC_WORD] = control::MAGIC;
        control[control::ABI_WORD] = control::ABI_VERSION;
        for (word, value) in control[control::PARAMETERS..].iter_mut().zip(params::defaults()) {
            *word = value.to_bits();
        }
        Some(Self {
            control,
            chain: Chain::new(sample_rate as f64, channels),
            block: Block::new(channels),
            input_meters: Default::default(),
            output_meters: Default::default(),
            ballistics: Ballistics::new(sample_rate as f64),
            channels,
            started: false,
        })
    }

    /// The control block.
    pub fn control(&mut self) -> &mut [u32; control::WORDS] {
        &mut self.control
    }

    /// A channel's sound, [`BLOCK`] frames: where its input goes, and its output is found.
    pub fn sound(&mut self, channel: usize) -> &mut [f32; BLOCK] {
        self.block.whole_mut(channel)
    }

    /// Renders `frames` frames (at most [`BLOCK`]) of the sound in place. Where nothing is connected the input counts as
    /// silence, whatever is there.
    pub fn process(&mut self, frames: usize, connected: bool) {
        self.take_parameters();
        let frames = frames.min(BLOCK);
        self.process_block(frames, connected);
        self.control[control::QUANTA] = self.control[control::QUANTA].wrapping_add(1);
        self.control[control::FRAMES] = self.control[control::FRAMES].wrapping_add(frames as u32);
        const WORDS: [usize; 4] = [control::INPUT_PEAK, control::INPUT_RMS, control::OUTPUT_PEAK, control::OUTPUT_RMS];
        for channel in 0..self.channels {
            let levels = levels(&self.input_meters[channel], &self.output_meters[channel]);
            for (word, level) in WORDS.into_iter().zip(levels) {
                self.control[word + channel] = level.to_bits();
            }
        }
    }

    fn take_parameters(&mut self) {
        let sequence = self.control[control::SEQUENCE];
        if self.started && sequence == self.control[control::APPLIED_SEQUENCE] {
            return;
        }
        let values: Values = core::array::from_fn(|index| f32::from_bits(self.control[control::PARAMETERS + index]));
        self.chain.set(&values);
        self.control[control::APPLIED_SEQUENCE] = sequence;
        self.started = true;
    }

    fn process_block(&mut self, frames: usize, connected: bool) {
        self.block.set_frames(frames);
        self.ballistics.set_frames(frames);
        for (samples, meter) in self.block.samples_mut().zip(&mut self.input_meters) {
            let mut reading = Reading::default();
            if connected {
                let replaced;
                (reading, replaced) = let_in(samples);
                self.control[control::SCRUBBED] = self.control[control::SCRUBBED].wrapping_add(replaced);
            } else {
                samples.fill(0.0);
            }
            meter.take(reading, &self.ballistics);
        }
        self.chain.process(&mut self.block);
        for (samples, meter) in self.block.samples().zip(&mut self.output_meters) {
            let reading = Reading::of(samples);
            if reading.clips() {
                self.control[control::CLIPS] = self.control[control::CLIPS].wrapping_add(clips(samples));
            }
            meter.take(reading, &self.ballistics);
        }
    }
}
