//! Two filter sections whose coefficients move: they run as they are designed (`svf`), where the states mean the same
//! under all coefficients.
//!
//! As in `steady`, two streams run side by side, one in each lane. In stereo they are the channels. In mono they are
//! the sections: the second one works on what the first one made of the frame before, and what is still between them
//! at the end of a run is finished there, so the sound is neither late nor different.

use crate::dsp::lanes::{narrow, widen};
use crate::dsp::svf::{Section, SectionStates};
use core::cell::Cell;
use core::hint::black_box;
use core::ops::Range;
use wide::f64x2;

/// What a section does to a sample. With v = x − s₂: s₁ ← a·s₁ + b·v, s₂ ← s₂ + b·s₁ + e·v, y = c·s + d·x, the same as
/// its state-space system in three multiplications less.
#[derive(Clone, Copy)]
pub struct Coefficients {
    a: f64x2,
    b: f64x2,
    e: f64x2,
    c: [f64x2; 2],
    d: f64x2,
}

impl From<Section<f64x2>> for Coefficients {
    #[inline(always)]
    fn from(Section { a, b, c, d }: Section<f64x2>) -> Self {
        Self { a: a[0][0], b: b[0], e: b[1], c, d }
    }
}

/// Two sections at two moments, which are the lanes.
pub type Pair = [Coefficients; 2];

impl Coefficients {
    /// Those of one moment of two, in both lanes.
    #[inline(always)]
    fn at(&self, moment: usize) -> Self {
        let both = |x: f64x2| f64x2::splat(x.to_array()[moment]);
        Self { a: both(self.a), b: both(self.b), e: both(self.e), c: self.c.map(both), d: both(self.d) }
    }

    /// The first lane of these, beside the second lane of others.
    #[inline(always)]
    fn beside(&self, other: &Self) -> Self {
        Self {
            a: beside(self.a, other.a),
            b: beside(self.b, other.b),
            e: beside(self.e, other.e),
            c: [beside(self.c[0], other.c[0]), beside(self.c[1], other.c[1])],
            d: beside(self.d, other.d),
        }
    }

    #[inline(always)]
    fn tick(&self, s: &mut [f64x2; 2], x: f64x2) -> f64x2 {
        let [s1, s2] = *s;
        let v = x - s2;
        *s = [self.a * s1 + self.b * v, (s2 + self.b * s1) + self.e * v];
        (self.c[0] * s1 + self.c[1] * s2) + self.d * x
    }
}

/// The first lane of one, and the second lane of the other.
#[inline(always)]
fn beside(one: f64x2, other: f64x2) -> f64x2 {
    f64x2::new([one.to_array()[0], other.to_array()[1]])
}

/// Two channels on their way through sections that move.
pub(super) struct Stereo([[f64x2; 2]; 2]);

impl Stereo {
    pub(super) fn new(states: &SectionStates) -> Self {
        Self(states.map(|[left, right]| [0, 1].map(|n| f64x2::new([left[n], right[n]]))))
    }

    /// Puts the states back.
    pub(super) fn finish(self, states: &mut SectionStates) {
        *states = self.0.map(|s| [0, 1].map(|channel| s.map(|s| s.to_array()[channel])));
    }

    /// Processes frames of both channels with the sections of one moment.
    #[inline(always)]
    pub(super) fn process(&mut self, pair: &Pair, moment: usize, left: &mut [f32], right: &mut [f32]) {
        let sections = [pair[0].at(moment), pair[1].at(moment)];
        let mut states = self.0;
        for (x, other) in left.iter_mut().zip(right) {
            // There are fewer vector registers than coefficients and states: these stay, those are fetched.
            let [first, second] = black_box(&sections);
            let between = first.tick(&mut states[0], widen(x, other));
            narrow(second.tick(&mut states[1], between), x, other);
        }
        self.0 = states;
    }
}

/// One channel on its way through sections that move, a section in each lane.
pub(super) struct Mono {
    states: [f64x2; 2],
    coefficients: Coefficients,
    /// What the sections made of their last frames.
    output: f64x2,
}

impl Mono {
    pub(super) fn new(states: &SectionStates) -> Self {
        let [[first, _], [second, _]] = *states;
        Self {
            states: [0, 1].map(|n| f64x2::new([first[n], second[n]])),
            coefficients: Section::plain().into(),
            output: f64x2::ZERO,
        }
    }

    /// Processes some frames of a run with the sections of one moment, but for what the second section makes of the
    /// last of them: that comes with the next frames, or with [`Mono::finish`].
    #[inline(always)]
    pub(super) fn process(&mut self, pair: &Pair, moment: usize, run: &mut [f32], frames: Range<usize>) {
        let coefficients = pair[0].at(moment).beside(&pair[1].at(moment));
        let run = Cell::from_mut(run).as_slice_of_cells();
        let Range { start, end } = frames;
        // The second section is at the frame before, where its last coefficients are in force.
        let mut states = self.states;
        let skewed = coefficients.beside(&self.coefficients);
        let mut y = skewed.tick(&mut states, feed(run[start].get(), self.output));
        if start == 0 {
            // It has nothing to work on yet.
            states = [0, 1].map(|n| beside(states[n], self.states[n]));
        } else {
            run[start - 1].set(second_of(y));
        }
        for frame in run[start..end].windows(2) {
            y = coefficients.tick(&mut states, feed(frame[1].get(), y));
            frame[0].set(second_of(y));
        }
        *self = Self { states, coefficients, output: y };
    }

    /// Finishes the last frame of a run, and puts the states back.
    pub(super) fn finish(self, run: &mut [f32], states: &mut SectionStates) {
        let mut ahead = self.states;
        let y = self.coefficients.tick(&mut ahead, feed(0.0, self.output));
        if let Some(last) = run.last_mut() {
            *last = second_of(y);
        }
        states[0][0] = self.states.map(|s| s.to_array()[0]);
        states[1][0] = ahead.map(|s| s.to_array()[1]);
    }
}

/// A sample for the first section, and for the second one what the first made of the sample before.
#[inline(always)]
fn feed(x: f32, output: f64x2) -> f64x2 {
    f64x2::new([x as f64, output.to_array()[0]])
}

/// What the second section made, as a sample.
#[inline(always)]
fn second_of(output: f64x2) -> f32 {
    output.to_array()[1] as f32
}
