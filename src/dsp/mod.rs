//! What effects are made of: blocks of sound, filters, parameters on their way, and mathematics that gives the same
//! bits on every machine. Nothing here knows of effects, of the chain or of the control block.

pub mod block;
pub mod cascade;
pub(crate) mod lanes;
pub mod law;
pub mod lines;
pub mod math;
pub mod meters;
pub mod moving;
pub mod scrub;
pub mod smooth;
mod steady;
pub mod svf;
