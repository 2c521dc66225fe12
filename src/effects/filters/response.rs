//! What the filters together do to each frequency, from the very designs that the audio runs on.

use super::tuned::Design;
use super::{DESIGN, peaking};
use crate::params::Values;

/// The effects that have a frequency response.
const DESIGNS: [Design; 2] = [DESIGN, peaking::DESIGN];

/// |H(f)| of low-pass, high-pass and peaking equaliser with these values in force, as a function of the frequency in
/// Hz; the sample rate in Hz too. Above Nyquist it is what it is at Nyquist.
pub fn magnitude(values: &Values, sample_rate: f64) -> impl Fn(f64) -> f64 + use<> {
    let designs = DESIGNS.map(|design| design.at(values, sample_rate));
    move |frequency| designs.iter().flatten().map(|section| section.magnitude(frequency, sample_rate)).product()
}
