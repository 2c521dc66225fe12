//! Second-order filters: a trapezoidal state-variable section, and cascades of them.
//!
//! The transfer functions are those of the Audio EQ Cookbook (R. Bristow-Johnson); the structure is the
//! state-variable filter by trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter", Cytomic, 2013). Its two states are the integrators' own, whatever the
//! coefficients, so a cutoff can move without a click. State and arithmetic are float64: at 20 Hz
//! and high sample rates float32 is not exact enough.
//!
//! A recursion cannot be spread over samples, only over what runs side by side. So a [`Cascade`] works on
//! two lanes: in stereo the two channels, in mono two sections of which the second runs a pair of
//! samples behind the first. And it takes two samples in a step, with the matrices of the state-space form
//! multiplied out beforehand, which halves the way from state to state.

use crate::block::Block;
use crate::math::flush_state;
use std::f64::consts::{PI, SQRT_2};
use std::ops::Range;
use wide::f64x2;

/// The highest frequency that a filter is tuned to, as a share of the sample rate.
pub const HIGHEST: f64 = 0.49;

/// One section as a state-space system: s ← A·s + B·x, y = C·s + D·x.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    a: [[f64; 2]; 2],
    b: [f64; 2],
    c: [f64; 2],
    d: f64,
}

impl Section {
    /// Second-order low-pass, Q = 1/√2; the cutoff in Hz.
    pub fn low_pass(cutoff: f64, sample_rate: f64) -> Self {
        Self::tuned(cutoff, SQRT_2, [0.0, 0.0, 1.0], sample_rate)
    }

    /// Second-order high-pass, Q = 1/√2; the cutoff in Hz.
    pub fn high_pass(cutoff: f64, sample_rate: f64) -> Self {
        Self::tuned(cutoff, SQRT_2, [1.0, -SQRT_2, -1.0], sample_rate)
    }

    /// Peaking equaliser; the centre frequency in Hz, the gain in dB, Q as the cookbook has it.
    pub fn peaking(frequency: f64, gain: f64, q: f64, sample_rate: f64) -> Self {
        let amplitude = libm::exp10(gain / 40.0);
        let damping = 1.0 / (q * amplitude);
        let band = damping * (amplitude * amplitude - 1.0);
        Self::tuned(frequency, damping, [1.0, band, 0.0], sample_rate)
    }

    /// A section whose output is `m` of input, band-pass and low-pass; `k` is the damping, 1/Q.
    fn tuned(frequency: f64, k: f64, [m0, m1, m2]: [f64; 3], sample_rate: f64) -> Self {
        let g = libm::tan(PI * (frequency / sample_rate).min(HIGHEST));
        let a1 = 1.0 / (1.0 + g * (g + k));
        let a2 = g * a1;
        let a3 = g * a2;
        Self {
            a: [[2.0 * a1 - 1.0, -2.0 * a2], [2.0 * a2, 1.0 - 2.0 * a3]],
            b: [2.0 * a2, 2.0 * a3],
            c: [m1 * a1 + m2 * a2, m2 * (1.0 - a3) - m1 * a2],
            d: m0 + m1 * a2 + m2 * a3,
        }
    }

    /// The section faded towards its plain input: at `presence` 0 it changes nothing, at 1 it is itself.
    pub fn faded(self, presence: f64) -> Self {
        Self { c: self.c.map(|c| c * presence), d: 1.0 - presence + self.d * presence, ..self }
    }

    /// Whether the output is the input.
    pub fn is_plain(&self) -> bool {
        self.c == [0.0; 2] && self.d == 1.0
    }

    /// |H(f)| at a frequency in Hz: |D + C·(zI − A)⁻¹·B|, z on the unit circle.
    pub fn magnitude(&self, frequency: f64, sample_rate: f64) -> f64 {
        let w = 2.0 * PI * frequency / sample_rate;
        let z = [libm::cos(w), libm::sin(w)];
        let [[a, b], [c, d]] = self.a;
        let multiply = |[x, y]: [f64; 2], [u, v]: [f64; 2]| [x * u - y * v, x * v + y * u];
        // By Cramer's rule: the numerator C·adj(zI − A)·B over the determinant of zI − A.
        let determinant = multiply([z[0] - a, z[1]], [z[0] - d, z[1]]);
        let determinant = [determinant[0] - b * c, determinant[1]];
        let direct = self.c[0] * self.b[0] + self.c[1] * self.b[1];
        let constant = self.c[0] * (b * self.b[1] - d * self.b[0]) + self.c[1] * (c * self.b[0] - a * self.b[1]);
        let numerator = [direct * z[0] + constant, direct * z[1]];
        let whole = multiply([self.d, 0.0], determinant);
        libm::hypot(whole[0] + numerator[0], whole[1] + numerator[1]) / libm::hypot(determinant[0], determinant[1])
    }

    /// One sample.
    fn tick(&self, state: &mut [f64; 2], x: f64) -> f64 {
        let [s1, s2] = *state;
        let y = self.c[0] * s1 + self.c[1] * s2 + self.d * x;
        *state = [
            self.a[0][0] * s1 + self.a[0][1] * s2 + self.b[0] * x,
            self.a[1][0] * s1 + self.a[1][1] * s2 + self.b[1] * x,
        ];
        y
    }
}

/// Two sections side by side, and two samples at a time:
/// y₀ = C·s + D·x₀, y₁ = CA·s + CB·x₀ + D·x₁, s ← A²·s + AB·x₀ + B·x₁.
#[derive(Clone, Copy)]
struct PairStep {
    c: [f64x2; 2],
    d: f64x2,
    ca: [f64x2; 2],
    cb: f64x2,
    aa: [[f64x2; 2]; 2],
    ab: [f64x2; 2],
    b: [f64x2; 2],
}

impl PairStep {
    fn new(lanes: [&Section; 2]) -> Self {
        let lane = |map: &dyn Fn(&Section) -> f64| f64x2::new([map(lanes[0]), map(lanes[1])]);
        let times = |s: &Section, row: [f64; 2], column: usize| row[0] * s.a[0][column] + row[1] * s.a[1][column];
        let dot = |row: [f64; 2], column: [f64; 2]| row[0] * column[0] + row[1] * column[1];
        Self {
            c: [lane(&|s| s.c[0]), lane(&|s| s.c[1])],
            d: lane(&|s| s.d),
            ca: [lane(&|s| times(s, s.c, 0)), lane(&|s| times(s, s.c, 1))],
            cb: lane(&|s| dot(s.c, s.b)),
            aa: [0, 1].map(|row| [lane(&|s| times(s, s.a[row], 0)), lane(&|s| times(s, s.a[row], 1))]),
            ab: [0, 1].map(|row| lane(&|s| dot(s.a[row], s.b))),
            b: [lane(&|s| s.b[0]), lane(&|s| s.b[1])],
        }
    }

    /// Two samples; the sums are ordered so that the way from state to state is the shortest.
    #[inline(always)]
    fn run(&self, state: &mut [f64x2; 2], x0: f64x2, x1: f64x2) -> [f64x2; 2] {
        let [s1, s2] = *state;
        let y0 = (self.c[0] * s1 + self.d * x0) + self.c[1] * s2;
        let y1 = ((self.cb * x0 + self.d * x1) + self.ca[0] * s1) + self.ca[1] * s2;
        *state = [
            (self.aa[0][0] * s1 + (self.ab[0] * x0 + self.b[0] * x1)) + self.aa[0][1] * s2,
            (self.aa[1][0] * s1 + (self.ab[1] * x0 + self.b[1] * x1)) + self.aa[1][1] * s2,
        ];
        [y0, y1]
    }
}

/// Sections in a row, one or two, for one or two channels.
#[derive(Clone)]
pub struct Cascade<const SECTIONS: usize> {
    sections: [Section; SECTIONS],
    /// In stereo one per section, its lanes alike. In mono only the first, with a section in each lane.
    steps: [PairStep; SECTIONS],
    /// By section, then state; a lane is a channel.
    states: [[f64x2; 2]; SECTIONS],
    stereo: bool,
}

impl<const SECTIONS: usize> Cascade<SECTIONS> {
    /// A cascade at rest.
    pub fn new(sections: [Section; SECTIONS], channels: usize) -> Self {
        const { assert!(SECTIONS == 1 || SECTIONS == 2) };
        let steps = sections.map(|section| PairStep::new([&section, &section]));
        let mut cascade = Self { sections, steps, states: [[f64x2::ZERO; 2]; SECTIONS], stereo: channels == 2 };
        cascade.tune(sections);
        cascade
    }

    /// Takes new coefficients; the states stay.
    pub fn tune(&mut self, sections: [Section; SECTIONS]) {
        self.sections = sections;
        if self.stereo {
            self.steps = sections.map(|section| PairStep::new([&section, &section]));
        } else {
            self.steps[0] = PairStep::new([&sections[0], &sections[SECTIONS - 1]]);
        }
    }

    /// The sections in force.
    pub fn sections(&self) -> &[Section; SECTIONS] {
        &self.sections
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.states = [[f64x2::ZERO; 2]; SECTIONS];
    }

    /// Whether the states are exactly 0.
    pub fn is_at_rest(&self) -> bool {
        self.states.iter().flatten().all(|state| state.to_array() == [0.0; 2])
    }

    /// Brings what is left of a decay to exactly 0; once per block.
    pub fn flush(&mut self) {
        for state in self.states.iter_mut().flatten() {
            *state = f64x2::new(state.to_array().map(flush_state));
        }
    }

    /// Processes these frames of a block.
    pub fn process(&mut self, block: &mut Block, frames: Range<usize>) {
        if self.stereo {
            if let Some([left, right]) = block.stereo_mut() {
                self.process_stereo(&mut left[frames.clone()], &mut right[frames]);
            }
        } else {
            for samples in block.samples_mut() {
                self.process_mono(&mut samples[frames.clone()]);
            }
        }
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        let steps = self.steps;
        let mut states = self.states;
        let (left_pairs, left_rest) = left.as_chunks_mut::<2>();
        let (right_pairs, right_rest) = right.as_chunks_mut::<2>();
        for (l, r) in left_pairs.iter_mut().zip(right_pairs) {
            let mut pair = [widen(l[0], r[0]), widen(l[1], r[1])];
            for (step, state) in steps.iter().zip(&mut states) {
                pair = step.run(state, pair[0], pair[1]);
            }
            let [[l0, r0], [l1, r1]] = pair.map(narrow);
            *l = [l0, l1];
            *r = [r0, r1];
        }
        self.states = states;
        for (lane, rest) in [left_rest, right_rest].into_iter().enumerate() {
            self.process_rest(lane, rest);
        }
    }

    fn process_mono(&mut self, samples: &mut [f32]) {
        let (pairs, rest) = samples.as_chunks_mut::<2>();
        if SECTIONS == 1 {
            let step = self.steps[0];
            let mut state = self.states[0];
            for pair in pairs {
                let [y0, y1] = step.run(&mut state, widen(pair[0], 0.0), widen(pair[1], 0.0));
                *pair = [narrow(y0)[0], narrow(y1)[0]];
            }
            self.states[0] = state;
        } else {
            self.process_staggered(pairs);
        }
        self.process_rest(0, rest);
    }

    /// Two sections on one channel: lane 0 is the first section on one pair of samples, lane 1 the
    /// second section on the pair before.
    fn process_staggered(&mut self, pairs: &mut [[f32; 2]]) {
        let step = self.steps[0];
        let [first, second] = [self.states[0], self.states[SECTIONS - 1]].map(|s| s.map(|s| s.to_array()[0]));
        let mut state = [f64x2::new([first[0], second[0]]), f64x2::new([first[1], second[1]])];
        let Some((head, _)) = pairs.split_first() else { return };

        let rest = state;
        let mut between = step.run(&mut state, widen(head[0], 0.0), widen(head[1], 0.0));
        for (moved, kept) in state.iter_mut().zip(rest) {
            *moved = f64x2::new([moved.to_array()[0], kept.to_array()[1]]);
        }
        for at in 1..pairs.len() {
            let x = [0, 1].map(|n| f64x2::new([pairs[at][n] as f64, between[n].to_array()[0]]));
            between = step.run(&mut state, x[0], x[1]);
            pairs[at - 1] = between.map(|y| y.to_array()[1] as f32);
        }
        let done = state.map(|s| s.to_array()[0]);
        let x = between.map(|y| f64x2::new([0.0, y.to_array()[0]]));
        let last = step.run(&mut state, x[0], x[1]);
        pairs[pairs.len() - 1] = last.map(|y| y.to_array()[1] as f32);

        self.states[0] = done.map(f64x2::splat);
        self.states[SECTIONS - 1] = state.map(|s| f64x2::splat(s.to_array()[1]));
    }

    /// The odd sample at the end of a block, if there is one.
    fn process_rest(&mut self, lane: usize, rest: &mut [f32]) {
        for sample in rest {
            let mut x = *sample as f64;
            for (section, state) in self.sections.iter().zip(&mut self.states) {
                let mut lanes = state.map(|s| s.to_array());
                let mut own = lanes.map(|s| s[lane]);
                x = section.tick(&mut own, x);
                lanes[0][lane] = own[0];
                lanes[1][lane] = own[1];
                *state = lanes.map(f64x2::new);
            }
            *sample = x as f32;
        }
    }
}

#[inline(always)]
fn widen(lane0: f32, lane1: f32) -> f64x2 {
    f64x2::new([lane0 as f64, lane1 as f64])
}

#[inline(always)]
fn narrow(x: f64x2) -> [f32; 2] {
    x.to_array().map(|lane| lane as f32)
}
