//! The effects, one file each, and what they have in common.
//!
//! An effect keeps its own smoothed parameters and its own state, works in place on a block, and
//! never allocates once built. To add one: its rows in the parameter table, its file here, its line in
//! the rack.

pub mod chorus;
pub mod compressor;
pub mod delay;
pub mod distortion;
pub mod filters;
pub mod gain;
pub mod gate;
pub mod limiter;
pub mod oscillator;
pub mod reverb;
pub mod switch;
pub mod tremolo;

use crate::dsp::block::Block;
use crate::dsp::law::Change;
use crate::dsp::smooth::Smoothed;
use alloc::collections::TryReserveError;

/// There is no memory for what an effect has to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl From<TryReserveError> for OutOfMemory {
    fn from(_: TryReserveError) -> Self {
        Self
    }
}

/// What an effect that holds the sound back did to the last block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dynamics {
    /// The peak that came in, of all channels; a factor.
    pub level: f32,
    /// By how many decibels the sound was held back at the block's end.
    pub reduction: f32,
}

/// What the chain asks of an effect. All of it runs on the audio thread.
pub trait Effect {
    /// Shows each of its parameters.
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed));

    /// Takes the change of a parameter, which may be another effect's; says whether anything moves by it.
    fn take(&mut self, change: &Change) -> bool {
        let mut moves = false;
        self.each_parameter(&mut |parameter| moves |= parameter.take(change));
        moves
    }

    /// Is at its targets at once, and forgets all sound.
    fn reset(&mut self);

    /// Processes a block in place.
    fn process(&mut self, block: &mut Block);

    /// Whether every state is exactly 0: silence in is silence out.
    fn is_at_rest(&self) -> bool;

    /// Lets so many frames pass without processing them: it is off, or silence comes in and it is at rest.
    fn pass(&mut self, frames: usize) {
        self.each_parameter(&mut |parameter| parameter.advance(frames));
    }

    /// Whether it lets the sound through as it is.
    fn is_off(&self) -> bool {
        false
    }
}
