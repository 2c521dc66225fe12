//! What the filter effects share: a cascade whose coefficients follow smoothed parameters.

use super::Effect;
use crate::dsp::block::Block;
use crate::dsp::cascade::Cascade;
use crate::dsp::smooth::Smoothed;
use crate::dsp::svf::{Section, Sections};
use crate::params::Values;

/// Samples from one set of coefficients to the next while a parameter moves.
const TUNING_INTERVAL: usize = 8;

/// How many parameters a design has.
const PARAMETERS: usize = 4;

/// What a filter effect is: four of the table's parameters, and the sections that they mean.
#[derive(Clone, Copy)]
pub struct Design {
    /// The parameters, as indices of the table.
    pub parameters: [usize; PARAMETERS],
    /// The sections, from the parameters' values in that order and the sample rate in Hz.
    pub sections: fn([f64; PARAMETERS], f64) -> Sections,
}

impl Design {
    /// The sections with these values in force; the sample rate in Hz.
    pub fn at(&self, values: &Values, sample_rate: f64) -> Sections {
        (self.sections)(self.parameters.map(|index| values[index] as f64), sample_rate)
    }
}

/// Two sections designed from the values of four parameters.
///
/// A switch among the parameters fades its section towards its plain input ([`Section::faded`]), so the
/// recursion runs on meanwhile and no second path is needed. When both sections are plain, it costs nothing.
pub struct Tuned {
    sample_rate: f64,
    design: Design,
    parameters: [Smoothed; PARAMETERS],
    cascade: Cascade,
    /// Whether the coefficients are those of the settled parameters.
    settled: bool,
    /// Whether both sections are plain and will stay so: there is nothing to do.
    idle: bool,
    /// Samples until the next coefficients; counted through all blocks, so their sizes do not matter.
    until_tuning: usize,
}

impl Tuned {
    /// At rest, with the parameters at their defaults; the sample rate in Hz.
    #[inline(never)]
    pub fn new(design: Design, sample_rate: f64) -> Self {
        let mut tuned = Self {
            sample_rate,
            design,
            parameters: design.parameters.map(|index| Smoothed::new(index, sample_rate)),
            cascade: Cascade::default(),
            settled: false,
            idle: false,
            until_tuning: 0,
        };
        tuned.tune();
        tuned
    }

    #[inline(never)]
    fn tune(&mut self) {
        let values = self.parameters.each_ref().map(Smoothed::value);
        self.cascade.tune((self.design.sections)(values, self.sample_rate));
        self.settled = self.parameters.iter().all(Smoothed::is_settled);
        if self.settled {
            self.cascade.hold();
        }
        self.idle = self.settled && self.cascade.sections().iter().all(Section::is_plain);
        if self.idle {
            self.cascade.reset();
        }
    }

    /// Frames, of those left in the block, for which the coefficients stay.
    fn span(&mut self, left: usize) -> usize {
        if self.settled {
            return left;
        }
        if self.until_tuning == 0 {
            self.parameters.iter_mut().for_each(|parameter| parameter.advance(TUNING_INTERVAL));
            self.tune();
            self.until_tuning = TUNING_INTERVAL;
        }
        let span = self.until_tuning.min(left);
        self.until_tuning -= span;
        span
    }
}

impl Effect for Tuned {
    fn set(&mut self, values: &Values) {
        for (parameter, &index) in self.parameters.iter_mut().zip(&self.design.parameters) {
            parameter.set(values[index]);
            self.settled &= parameter.is_settled();
            self.idle &= self.settled;
        }
    }

    fn reset(&mut self) {
        self.parameters.iter_mut().for_each(Smoothed::snap);
        self.tune();
        self.until_tuning = 0;
        self.cascade.reset();
    }

    fn process(&mut self, block: &mut Block) {
        if self.idle {
            return;
        }
        let mut at = 0;
        while at < block.frames() {
            let span = self.span(block.frames() - at);
            self.cascade.process(block, at..at + span);
            at += span;
        }
        self.cascade.flush();
    }

    fn is_at_rest(&self) -> bool {
        self.cascade.is_at_rest()
    }
}
