//! A chain as the audio thread runs it: with its control block, a block of sound and its meters, all taken when the
//! engine is built. Nothing here allocates, locks or panics afterwards.

use crate::chain::{Chain, Refusal};
use crate::control;
use crate::dsp::block::{BLOCK, Block, MAX_CHANNELS};
use crate::dsp::meters::{Ballistics, Meter, Reading, clips};
use crate::dsp::scrub::scrub;
use crate::params::{self, Param, Values};

/// What an engine did and heard. Counts are modulo 2³²; levels are linear, one per channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meters {
    /// Calls of [`Engine::process`].
    pub quanta: u32,
    /// Frames rendered.
    pub frames: u32,
    /// Output samples beyond ±1.
    pub clips: u32,
    /// Input samples replaced by 0 because they were not finite, or louder than +120 dBFS.
    pub scrubbed: u32,
    /// The input's peaks, falling 20 dB in 1.7 s.
    pub input_peak: [f32; MAX_CHANNELS],
    /// The input's RMS levels over about 300 ms.
    pub input_rms: [f32; MAX_CHANNELS],
    /// The output's peaks.
    pub output_peak: [f32; MAX_CHANNELS],
    /// The output's RMS levels.
    pub output_rms: [f32; MAX_CHANNELS],
}

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
    /// An engine at rest with every parameter at its default; the sample rate in Hz, 3000 … 768000, and 1 … 2 channels.
    pub fn new(sample_rate: f32, channels: usize) -> Result<Self, Refusal> {
        let mut control = [0; control::WORDS];
        control[control::MAGIC_WORD] = control::MAGIC;
        control[control::ABI_WORD] = control::ABI_VERSION;
        for (word, value) in control[control::PARAMETERS..].iter_mut().zip(params::defaults()) {
            *word = value.to_bits();
        }
        Ok(Self {
            control,
            chain: Chain::new(sample_rate as f64, channels)?,
            block: Block::new(channels),
            meters: Default::default(),
            ballistics: Ballistics::new(sample_rate as f64),
            started: false,
        })
    }

    /// Sets a parameter, clamped to its range; heard, smoothly, from the next call of [`Engine::process`]. Returns the
    /// value in force.
    pub fn set(&mut self, param: Param, value: f32) -> f32 {
        let value = param.row().clamp(value);
        self.control[control::PARAMETERS + param as usize] = value.to_bits();
        self.control[control::SEQUENCE] = self.control[control::SEQUENCE].wrapping_add(1);
        value
    }

    /// The value of a parameter in force.
    pub fn get(&self, param: Param) -> f32 {
        f32::from_bits(self.control[control::PARAMETERS + param as usize])
    }

    /// What the engine did and heard so far.
    pub fn meters(&self) -> Meters {
        let levels = |word: usize| [0, 1].map(|channel| f32::from_bits(self.control[word + channel]));
        Meters {
            quanta: self.control[control::QUANTA],
            frames: self.control[control::FRAMES],
            clips: self.control[control::CLIPS],
            scrubbed: self.control[control::SCRUBBED],
            input_peak: levels(control::INPUT_PEAK),
            input_rms: levels(control::INPUT_RMS),
            output_peak: levels(control::OUTPUT_PEAK),
            output_rms: levels(control::OUTPUT_RMS),
        }
    }

    /// The control block, as the audio thread's door hands it to JavaScript.
    pub fn control(&mut self) -> &mut [u32; control::WORDS] {
        &mut self.control
    }

    /// A channel's sound, [`BLOCK`] frames: where its input goes, and its output is found.
    pub fn sound(&mut self, channel: usize) -> &mut [f32; BLOCK] {
        self.block.whole_mut(channel)
    }

    /// The address of an engine's control block, good for as long as the engine is.
    ///
    /// # Safety
    /// `engine` is a valid engine's.
    pub(crate) unsafe fn control_of(engine: *mut Self) -> *mut u32 {
        unsafe { &raw mut (*engine).control }.cast()
    }

    /// The address of a channel's sound, good for as long as the engine is.
    ///
    /// # Safety
    /// `engine` is a valid engine's, and `channel` below [`MAX_CHANNELS`].
    pub(crate) unsafe fn sound_of(engine: *mut Self, channel: usize) -> *mut f32 {
        unsafe { Block::channel_of(&raw mut (*engine).block, channel) }
    }

    /// Renders `frames` frames (at most [`BLOCK`]) of the sound in place. Where nothing is connected the input counts
    /// as silence, whatever is there.
    pub fn process(&mut self, frames: usize, connected: bool) {
        self.take_parameters();
        self.block.set_frames(frames);
        if !connected && self.is_idle() {
            self.block.samples_mut().for_each(|samples| samples.fill(0.0));
            self.chain.pass(self.block.frames());
            self.count(control::QUANTA, 1);
            self.count(control::FRAMES, self.block.frames() as u32);
            return;
        }
        self.ballistics.set_frames(self.block.frames());
        let inputs = self.read_input(connected);
        self.chain.process(&mut self.block);
        self.read_output(inputs);
        self.count(control::QUANTA, 1);
        self.count(control::FRAMES, self.block.frames() as u32);
    }

    /// Whether silence in is silence out: nothing rings on any more.
    pub fn is_at_rest(&self) -> bool {
        self.chain.is_at_rest()
    }

    /// Whether nothing rings on, nothing moves, and the meters have fallen: without input there is nothing to do.
    fn is_idle(&self) -> bool {
        self.meters.iter().all(Meter::has_fallen) && self.chain.is_idle()
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
