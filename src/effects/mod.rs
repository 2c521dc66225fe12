//! The effects, one file each, and what they have in common.
//!
//! An effect keeps its own smoothed parameters and its own state, works in place on a block, and
//! never allocates once built. To add one: its rows in the parameter table, its file here, its line in
//! the chain.

pub mod compressor;
pub mod delay;
pub mod distortion;
pub mod filters;
pub mod gain;
pub mod limiter;
pub mod peaking;
pub mod response;
pub mod switch;
pub mod tremolo;
pub mod tuned;

use crate::dsp::block::Block;
use crate::params::Values;

/// There is no memory for what an effect has to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// What the chain asks of an effect. All of it runs on the audio thread.
pub trait Effect {
    /// Takes new values (clamped) to move towards, without a click.
    fn set(&mut self, values: &Values);

    /// Is at its targets at once, and forgets all sound.
    fn reset(&mut self);

    /// Processes a block in place.
    fn process(&mut self, block: &mut Block);

    /// Whether every state is exactly 0: silence in is silence out.
    fn is_at_rest(&self) -> bool;

    /// Lets so many frames pass without processing them: it is at rest, nothing moves, and silence comes in. For
    /// effects with a clock of their own.
    fn pass(&mut self, _frames: usize) {}
}
