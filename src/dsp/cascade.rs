//! Two second-order sections in a row, for one or two channels, whose coefficients may change at any sample.
//!
//! While the coefficients move, the sections run as they are designed (`svf`): their states mean the same under all
//! coefficients. While the coefficients stay, the same filter runs in its steady form (`steady`), which takes half the
//! time; the states are converted on the way there and back, so the sound goes on.

use crate::dsp::block::Block;
use crate::dsp::math::flush_states;
use crate::dsp::steady::Steady;
use crate::dsp::svf::{Section, SectionStates, Sections};
use core::ops::Range;
use wide::f64x2;

/// Two sections in a row, for one or two channels.
pub struct Cascade {
    sections: Sections,
    states: SectionStates,
    /// What runs in their stead while the coefficients stay.
    steady: Option<Steady>,
}

impl Default for Cascade {
    /// A cascade at rest that changes nothing yet.
    fn default() -> Self {
        Self { sections: [Section::PLAIN; 2], states: Default::default(), steady: None }
    }
}

impl Cascade {
    /// Takes new coefficients; the sound in the filters goes on.
    pub fn tune(&mut self, sections: Sections) {
        if let Some(steady) = self.steady.take() {
            steady.restore(&self.sections, &mut self.states);
        }
        self.sections = sections;
    }

    /// Says that the coefficients stay for a while, which makes [`Cascade::process`] fast.
    pub fn hold(&mut self) {
        self.steady = Some(Steady::new(&self.sections, &self.states));
    }

    /// The sections in force.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.states = Default::default();
        if let Some(steady) = &mut self.steady {
            steady.reset();
        }
    }

    /// Whether the states in use are exactly 0.
    pub fn is_at_rest(&self) -> bool {
        match &self.steady {
            Some(steady) => steady.is_at_rest(),
            None => self.states.iter().flatten().flatten().all(|&s| s == 0.0),
        }
    }

    /// Brings what is left of a decay to exactly 0; once per block.
    pub fn flush(&mut self) {
        match &mut self.steady {
            Some(steady) => steady.flush(),
            None => self.states.iter_mut().flatten().for_each(|s| *s = flush_states(f64x2::new(*s)).to_array()),
        }
    }

    /// Processes these frames of a block.
    pub fn process(&mut self, block: &mut Block, frames: Range<usize>) {
        match &mut self.steady {
            Some(steady) => match block.stereo_mut() {
                Some([left, right]) => steady.process(&mut left[frames.clone()], &mut right[frames]),
                None => steady.process_mono(&mut block.channel_mut(0)[frames]),
            },
            None => {
                for (channel, samples) in block.samples_mut().enumerate() {
                    self.process_moving(channel, &mut samples[frames.clone()]);
                }
            }
        }
    }

    #[inline(never)]
    fn process_moving(&mut self, channel: usize, samples: &mut [f32]) {
        for x in samples {
            let between = self.sections[0].tick(&mut self.states[0][channel], *x as f64);
            *x = self.sections[1].tick(&mut self.states[1][channel], between) as f32;
        }
    }
}
