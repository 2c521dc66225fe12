//! What the filter effects share: a cascade whose coefficients follow smoothed parameters.

use crate::dsp::block::{BLOCK, Block, LANES};
use crate::dsp::cascade::{Cascade, GRAIN};
use crate::dsp::lanes::promote;
use crate::dsp::law::Change;
use crate::dsp::moving::{Coefficients, Pair};
use crate::dsp::smooth::Smoothed;
use crate::dsp::svf::{Section, Sections, amplitude, amplitudes, tangent, tangents};
use crate::effects::Effect;
use crate::params::Values;
use core::ops::Range;
use wide::{f32x4, f64x2};

/// How many parameters a design has.
const PARAMETERS: usize = 4;

/// Vectors for a value in each grain that a block can have a part of.
const GRAIN_VECTORS: usize = (BLOCK / GRAIN + 1).div_ceil(LANES);

/// What a design makes of a parameter before it is designed with.
#[derive(Clone, Copy)]
pub enum Role {
    /// A frequency in Hz, of which it takes the [`tangent`].
    Frequency,
    /// A gain in dB, of which it takes the [`amplitude`].
    Decibels,
    /// Anything that it takes as it is.
    Plain,
}

impl Role {
    fn of(self, value: f64, sample_rate: f64) -> f64 {
        match self {
            Role::Frequency => tangent(value, sample_rate),
            Role::Decibels => amplitude(value),
            Role::Plain => value,
        }
    }

    fn of_each(self, values: &mut [f32x4], sample_rate: f64) {
        match self {
            Role::Frequency => tangents(values, sample_rate),
            Role::Decibels => amplitudes(values),
            Role::Plain => {}
        }
    }
}

/// What a filter effect is: four of the table's parameters, and the sections that they mean.
#[derive(Clone, Copy)]
pub struct Design {
    /// The parameters, as indices of the table.
    pub parameters: [usize; PARAMETERS],
    /// What is made of each of them first.
    pub roles: [Role; PARAMETERS],
    /// The sections, from what was made of the parameters' values.
    pub sections: fn([f64; PARAMETERS]) -> Sections,
    /// The same for many moments: [`design_pairs`] of the same function.
    pub pairs: fn(&Moments, &mut [Pair]),
}

/// What was made of each parameter's value at some moments.
pub type Moments = [[f32x4; GRAIN_VECTORS]; PARAMETERS];

/// Designs the sections of two moments at a time.
#[inline(always)]
pub fn design_pairs(moments: &Moments, pairs: &mut [Pair], sections: impl Fn([f64x2; PARAMETERS]) -> Sections<f64x2>) {
    for (nth, pair) in pairs.iter_mut().enumerate() {
        *pair = sections(moments.each_ref().map(|values| promote(values[nth / 2])[nth % 2])).map(Coefficients::from);
    }
}

impl Design {
    /// The sections with these values in force; the sample rate in Hz.
    pub fn at(&self, values: &Values, sample_rate: f64) -> Sections {
        self.with(self.parameters.map(|index| values[index] as f64), sample_rate)
    }

    fn with(&self, values: [f64; PARAMETERS], sample_rate: f64) -> Sections {
        (self.sections)(core::array::from_fn(|nth| self.roles[nth].of(values[nth], sample_rate)))
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
    /// Frames left of the grain while the coefficients move; counted through all blocks, so their sizes do not matter.
    left_of_grain: usize,
    /// What is made of each parameter's value at the end of each grain, while they move.
    moments: Moments,
    /// The sections for each two grains.
    pairs: [Pair; GRAIN_VECTORS * LANES / 2],
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
            left_of_grain: GRAIN,
            moments: Default::default(),
            pairs: [[Section::plain().into(); 2]; GRAIN_VECTORS * LANES / 2],
        };
        tuned.settle();
        tuned
    }

    /// Takes the exact coefficients of parameters that have arrived.
    #[inline(never)]
    fn settle(&mut self) {
        let values = self.parameters.each_ref().map(Smoothed::value);
        self.cascade.hold(self.design.with(values, self.sample_rate));
        self.settled = true;
        self.left_of_grain = GRAIN;
        self.idle = self.cascade.sections().iter().all(Section::is_plain);
        if self.idle {
            self.cascade.reset();
        }
    }

    /// After how many frames all parameters have arrived; `most` where it takes longer.
    fn arrival(&self, most: usize) -> usize {
        let arrivals = self.parameters.iter().map(|parameter| parameter.arrival(most).unwrap_or(most));
        arrivals.max().unwrap_or(0)
    }

    /// Processes these frames, at the end of which no parameter has arrived before the last one has.
    #[inline(never)]
    fn process_moving(&mut self, block: &mut Block, frames: Range<usize>) {
        let span = frames.len();
        let left = self.left_of_grain;
        let grains = 1 + span.saturating_sub(left).div_ceil(GRAIN);
        for ((values, parameter), role) in self.moments.iter_mut().zip(&self.parameters).zip(self.design.roles) {
            let vectors = &mut values[..grains.div_ceil(LANES)];
            let (first, others) = if parameter.is_settled() { vectors.split_at_mut(1) } else { (vectors, &mut [][..]) };
            parameter.values_after(left, GRAIN, first);
            role.of_each(first, self.sample_rate);
            others.fill(first[0]);
        }
        let pairs = &mut self.pairs[..grains.div_ceil(2)];
        (self.design.pairs)(&self.moments, pairs);
        self.cascade.process_moving(block, frames, left, pairs);
        self.parameters.iter_mut().for_each(|parameter| parameter.advance(span));
        self.left_of_grain = grains * GRAIN + left - GRAIN - span;
        if self.left_of_grain == 0 {
            self.left_of_grain = GRAIN;
        }
    }
}

impl Effect for Tuned {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        self.parameters.iter_mut().for_each(visit);
    }

    fn take(&mut self, change: &Change) -> bool {
        let mut moves = false;
        self.each_parameter(&mut |parameter| moves |= parameter.take(change));
        // A step leaves the parameters settled, but not where the coefficients are.
        self.settled &= !moves;
        self.idle &= !moves;
        moves
    }

    fn reset(&mut self) {
        self.parameters.iter_mut().for_each(Smoothed::snap);
        self.settle();
        self.cascade.reset();
        // What follows a law goes on with it.
        self.settled = self.parameters.iter().all(Smoothed::is_settled);
        self.idle &= self.settled;
    }

    fn process(&mut self, block: &mut Block) {
        if self.idle {
            return;
        }
        let frames = block.frames();
        let mut at = 0;
        if !self.settled {
            at = self.arrival(frames);
            if at > 0 {
                self.process_moving(block, 0..at);
            }
            if self.parameters.iter().all(Smoothed::is_settled) {
                self.settle();
            }
        }
        if self.settled && at < frames {
            self.cascade.process(block, at..frames);
        }
        self.cascade.flush();
    }

    fn is_at_rest(&self) -> bool {
        self.cascade.is_at_rest()
    }

    fn is_off(&self) -> bool {
        self.idle
    }
}
