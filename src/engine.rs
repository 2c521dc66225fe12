//! A chain as the audio thread runs it: with its control block, its input and output buffers and its
//! meters, all taken when the engine is built. Nothing here allocates, locks or panics afterwards.

use crate::chain::Chain;
use crate::control::{self, MAX_CHANNELS};
use crate::params;

/// Sample rates an engine can run at, in Hz; the Web Audio API's own limits.
pub const SAMPLE_RATES: std::ops::RangeInclusive<f32> = 3000.0..=768000.0;

/// One engine.
pub struct Engine {
    control: [u32; control::WORDS],
    channels: Vec<Chain>,
    inputs: Vec<f32>,
    outputs: Vec<f32>,
    capacity: usize,
}

impl Engine {
    /// An engine at rest with every parameter at its default, or `None` where the sample rate, the
    /// number of channels (1 … [`MAX_CHANNELS`]) or the capacity in frames is out of range.
    pub fn new(sample_rate: f32, channels: usize, capacity: usize) -> Option<Self> {
        let possible = SAMPLE_RATES.contains(&sample_rate) && (1..=MAX_CHANNELS).contains(&channels) && capacity > 0;
        if !possible {
            return None;
        }
        let mut control = [0; control::WORDS];
        control[control::MAGIC_WORD] = control::MAGIC;
        control[control::ABI_WORD] = control::ABI_VERSION;
        for (index, value) in params::defaults().iter().enumerate() {
            control[control::PARAMETERS + index] = value.to_bits();
        }
        Some(Self {
            control,
            channels: vec![Chain::new(sample_rate); channels],
            inputs: vec![0.0; channels * capacity],
            outputs: vec![0.0; channels * capacity],
            capacity,
        })
    }

    /// The control block.
    pub fn control(&mut self) -> &mut [u32; control::WORDS] {
        &mut self.control
    }

    /// Where a channel's input goes: `capacity` frames.
    pub fn input(&mut self, channel: usize) -> &mut [f32] {
        &mut self.inputs[channel * self.capacity..][..self.capacity]
    }

    /// Where a channel's output is found: `capacity` frames.
    pub fn output(&mut self, channel: usize) -> &mut [f32] {
        &mut self.outputs[channel * self.capacity..][..self.capacity]
    }

    /// Renders `frames` frames (at most the capacity) from the input buffers to the output buffers.
    /// Where nothing is connected the input counts as silence, whatever its buffers hold.
    pub fn process(&mut self, frames: usize, connected: bool) {
        let frames = frames.min(self.capacity);
        let mut values = params::defaults();
        for (index, value) in values.iter_mut().enumerate() {
            *value = params::TABLE[index].clamp(f32::from_bits(self.control[control::PARAMETERS + index]));
        }
        for (index, chain) in self.channels.iter_mut().enumerate() {
            chain.set(&values);
            let start = index * self.capacity;
            let output = &mut self.outputs[start..start + frames];
            if connected {
                output.copy_from_slice(&self.inputs[start..start + frames]);
            } else {
                output.fill(0.0);
            }
            chain.process(output);
            let peak = output.iter().fold(0f32, |peak, x| peak.max(x.abs()));
            self.control[control::OUTPUT_PEAK + index] = peak.to_bits();
        }
        self.control[control::APPLIED_SEQUENCE] = self.control[control::SEQUENCE];
        self.control[control::QUANTA] = self.control[control::QUANTA].wrapping_add(1);
        self.control[control::FRAMES] = self.control[control::FRAMES].wrapping_add(frames as u32);
    }
}
