//! A peaking equaliser band: a bell of so many decibels around a frequency.

use super::tuned::Design;
use crate::dsp::svf::{Section, Sections};
use crate::params;

/// The band.
pub const DESIGN: Design =
    Design { parameters: [params::PEAK_FREQUENCY, params::PEAK_GAIN, params::PEAK_Q, params::PEAK_ON], sections };

fn sections([frequency, gain, q, on]: [f64; 4], sample_rate: f64) -> Sections {
    [Section::peaking(frequency, gain, q, sample_rate).faded(on), Section::PLAIN]
}
