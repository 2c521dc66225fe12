//! Two second-order sections in a row, for one or two channels, whose coefficients may change at any sample.
//!
//! While the coefficients move, the sections run as they are designed (`moving`): their states mean the same under all
//! coefficients. While the coefficients stay, the same filter runs in its steady form (`steady`), which takes half the
//! time; the states are converted on the way there and back, so the sound goes on.

use crate::dsp::block::Block;
use crate::dsp::math::flush_states;
use crate::dsp::moving::{Mono, Pair, Stereo};
use crate::dsp::steady::Steady;
use crate::dsp::svf::{Section, SectionStates, Sections};
use core::iter;
use core::ops::Range;
use wide::f64x2;

/// Frames from one set of coefficients to the next while they move.
pub const GRAIN: usize = 8;

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
        Self { sections: [Section::plain(); 2], states: Default::default(), steady: None }
    }
}

impl Cascade {
    /// Takes new coefficients, which stay for a while; the sound in the filters goes on.
    pub fn hold(&mut self, sections: Sections) {
        self.release();
        self.sections = sections;
        self.steady = Some(Steady::new(&sections, &self.states));
    }

    fn release(&mut self) {
        if let Some(steady) = self.steady.take() {
            steady.restore(&self.sections, &mut self.states);
        }
    }

    /// The sections that were held last.
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
            None => self.states.iter_mut().flatten().for_each(|s| {
                *s = flush_states(s.map(f64x2::splat)).map(|state| state.to_array()[0]);
            }),
        }
    }

    /// Processes these frames of a block while the coefficients stay.
    pub fn process(&mut self, block: &mut Block, frames: Range<usize>) {
        let Some(steady) = &mut self.steady else { return };
        match block.stereo_mut() {
            Some([left, right]) => steady.process(&mut left[frames.clone()], &mut right[frames]),
            None => steady.process_mono(&mut block.channel_mut(0)[frames]),
        }
    }

    /// Processes these frames of a block while the coefficients move: each of them are in force for [`GRAIN`] frames,
    /// the first ones for as many as are left of their grain.
    pub fn process_moving(&mut self, block: &mut Block, frames: Range<usize>, left: usize, pairs: &[Pair]) {
        self.release();
        if frames.is_empty() {
            return;
        }
        let grains = grains(left, frames.len());
        let moments = pairs.iter().flat_map(|pair| [(pair, 0), (pair, 1)]);
        match block.stereo_mut() {
            Some([left, right]) => {
                let (left, right) = (&mut left[frames.clone()], &mut right[frames]);
                let mut stereo = Stereo::new(&self.states);
                for (grain, (pair, moment)) in grains.zip(moments) {
                    stereo.process(pair, moment, &mut left[grain.clone()], &mut right[grain]);
                }
                stereo.finish(&mut self.states);
            }
            None => {
                let run = &mut block.channel_mut(0)[frames];
                let mut mono = Mono::new(&self.states);
                for (grain, (pair, moment)) in grains.zip(moments) {
                    mono.process(pair, moment, run, grain);
                }
                mono.finish(run, &mut self.states);
            }
        }
    }
}

/// The grains of a run of frames, of which the first one has so many frames left.
fn grains(left: usize, frames: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    iter::from_fn(move || {
        let end = (if start == 0 { left } else { start + GRAIN }).min(frames);
        let grain = start..end;
        start = end;
        (!grain.is_empty()).then_some(grain)
    })
}
