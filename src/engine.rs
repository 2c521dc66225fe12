//! A chain as the audio thread runs it: with its control block, a block of sound and its meters, all taken when the
//! engine is built. Nothing here allocates, locks or panics afterwards.

use crate::chain::Chain;
use crate::control;
use crate::dsp::block::{BLOCK, Block, MAX_CHANNELS};
use crate::dsp::meters::{Ballistics, Meter, Reading, clips};
use crate::dsp::scrub::scrub;
use crate::params::{self, Values};

/// Sample rates an engine can run at, in Hz; the Web Audio API's own limits.
pub const SAMPLE_RATES: core::ops::RangeInclusive<f32> = 3000.0..=768000.0;

/// One engine.
pub struct Engine {
    control: [u32; control::WORDS],
    chain: Chain,
    block: Block,
    meters: [Meter; MAX_CHANNELS],
    ballistics: Ballistics,
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
            meters: Default::default(),
            ballistics: Ballistics::new(sample_rate as f64),
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

    /// Renders `frames` frames (at most [`BLOCK`]) of the sound in place. Where nothing is connected the input counts
    /// as silence, whatever is there.
    pub fn process(&mut self, frames: usize, connected: bool) {
        self.take_parameters();
        self.block.set_frames(frames);
        self.ballistics.set_frames(self.block.frames());
        let inputs = self.read_input(connected);
        self.chain.process(&mut self.block);
        self.read_output(inputs);
        self.count(control::QUANTA, 1);
        self.count(control::FRAMES, self.block.frames() as u32);
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

    fn read_input(&mut self, connected: bool) -> [Reading; MAX_CHANNELS] {
        let mut readings = [Reading::default(); MAX_CHANNELS];
        let mut replaced = 0;
        for (samples, reading) in self.block.samples_mut().zip(&mut readings) {
            if connected {
                let more;
                (*reading, more) = scrub(samples);
                replaced += more;
            } else {
                samples.fill(0.0);
            }
        }
        self.count(control::SCRUBBED, replaced);
        readings
    }

    fn read_output(&mut self, inputs: [Reading; MAX_CHANNELS]) {
        const WORDS: [usize; 4] = [control::INPUT_PEAK, control::INPUT_RMS, control::OUTPUT_PEAK, control::OUTPUT_RMS];
        let mut clipped = 0;
        for (channel, (samples, input)) in self.block.samples().zip(inputs).enumerate() {
            let output = Reading::of(samples);
            if output.clips() {
                clipped += clips(samples);
            }
            let levels = self.meters[channel].take(input, output, &self.ballistics);
            for (word, level) in WORDS.into_iter().zip(levels) {
                self.control[word + channel] = level.to_bits();
            }
        }
        self.count(control::CLIPS, clipped);
    }

    fn count(&mut self, word: usize, more: u32) {
        self.control[word] = self.control[word].wrapping_add(more);
    }
}
