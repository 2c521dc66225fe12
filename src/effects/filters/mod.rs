//! Low-pass, then high-pass: second-order sections, each with a switch of its own, in one pass.

pub mod peaking;
pub mod response;
pub mod tuned;

use self::tuned::{Design, Role, design_pairs};
use crate::dsp::svf::{Number, Section, Sections};
use crate::params;

/// Both filters.
pub const DESIGN: Design = Design {
    parameters: [params::LPF_CUTOFF, params::LPF_ON, params::HPF_CUTOFF, params::HPF_ON],
    roles: [Role::Frequency, Role::Plain, Role::Frequency, Role::Plain],
    sections: sections::<f64>,
    pairs: |moments, pairs| design_pairs(moments, pairs, sections),
};

fn sections<N: Number>([low_cutoff, low_on, high_cutoff, high_on]: [N; 4]) -> Sections<N> {
    [Section::low_pass(low_cutoff).faded(low_on), Section::high_pass(high_cutoff).faded(high_on)]
}
