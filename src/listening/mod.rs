//! What listens to sound and changes none of it: the loudness meter and the tuner. Made of [`crate::dsp`] alone.

mod gate;
pub mod k_weighting;
pub mod loudness;
pub mod pitch;
mod true_peak;
