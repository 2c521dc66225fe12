//! Low-pass, then high-pass: second-order sections, each with a switch of its own, in one pass.

use super::tuned::Design;
use crate::dsp::svf::{Section, Sections};
use crate::params;

/// Both filters.
pub const DESIGN: Design =
    Design { parameters: [params::LPF_CUTOFF, params::LPF_ON, params::HPF_CUTOFF, params::HPF_ON], sections };

fn sections([low_cutoff, low_on, high_cutoff, high_on]: [f64; 4], sample_rate: f64) -> Sections {
    [
        Section::low_pass(low_cutoff, sample_rate).faded(low_on),
        Section::high_pass(high_cutoff, sample_rate).faded(high_on),
    ]
}
