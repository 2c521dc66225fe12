//! A peaking equaliser band: a bell of so many decibels around a frequency.

use super::tuned::Tuned;
use crate::dsp::svf::{Section, Sections};
use crate::params;

/// The band at its defaults, at rest.
pub fn new(sample_rate: f64) -> Tuned {
    let indices = [params::PEAK_FREQUENCY, params::PEAK_GAIN, params::PEAK_Q, params::PEAK_ON];
    Tuned::new(indices, design, sample_rate)
}

fn design([frequency, gain, q, on]: [f64; 4], sample_rate: f64) -> Sections {
    [Section::peaking(frequency, gain, q, sample_rate).faded(on), Section::PLAIN]
}
