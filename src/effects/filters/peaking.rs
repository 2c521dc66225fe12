//! A peaking equaliser band: a bell of so many decibels around a frequency.

use super::tuned::{Design, Role, design_pairs};
use crate::dsp::svf::{Number, Section, Sections};
use crate::params;

/// The band.
pub const DESIGN: Design = Design {
    parameters: [params::PEAK_FREQUENCY, params::PEAK_GAIN, params::PEAK_Q, params::PEAK_ON],
    roles: [Role::Frequency, Role::Decibels, Role::Plain, Role::Plain],
    sections: sections::<f64>,
    pairs: |moments, pairs| design_pairs(moments, pairs, sections),
};

fn sections<N: Number>([frequency, gain, q, on]: [N; 4]) -> Sections<N> {
    [Section::peaking(frequency, gain, q).faded(on), Section::plain()]
}
