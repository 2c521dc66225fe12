//! The loudness meter and the tuner, against the standards, and signals whose loudness and pitch are known.

mod in_engine;
mod loudness;
mod pitch;
pub mod reference;
