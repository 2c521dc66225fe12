//! Second-order filters: a trapezoidal state-variable section, and cascades of them.
//!
//! The transfer functions are those of the Audio EQ Cookbook (R. Bristow-Johnson); the structure is the
//! state-variable filter by trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter", Cytomic, 2013). Its two states are the integrators' own, whatever the
//! coefficients, so a cutoff can move without a click. State and arithmetic are float64: at 20 Hz
//! and high sample rates float32 is not exact enough.
//!
//! That form serves while parameters move. Once they have settled, the same filter runs in the observer form,
//! whose state needs fewer multiplications; [`Section::observer`] says how the states carry over.
//!
//! A recursion cannot be spread over samples, only over what runs side by side. So a settled [`Cascade`] works
//! on two lanes: in stereo the two channels, in mono two sections, the second a vector of samples behind
//! the first. And it takes two samples in a step, multiplied out beforehand, which halves the way from state
//! to state.

use crate::block::{Block, LANES};
use crate::control::MAX_CHANNELS;
use crate::lanes::{deinterleave, narrow, pick, widen_high, widen_low};
use crate::math::flush_state;
use std::f64::consts::{PI, SQRT_2};
use std::ops::Range;
use wide::{f32x4, f64x2};

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
        let times = |[x, y]: [f64; 2], [u, v]: [f64; 2]| [x * u - y * v, x * v + y * u];
        // By Cramer's rule: the numerator C·adj(zI − A)·B over the determinant of zI − A.
        let determinant = times([z[0] - a, z[1]], [z[0] - d, z[1]]);
        let determinant = [determinant[0] - b * c, determinant[1]];
        let direct = self.c[0] * self.b[0] + self.c[1] * self.b[1];
        let constant = self.c[0] * (b * self.b[1] - d * self.b[0]) + self.c[1] * (c * self.b[0] - a * self.b[1]);
        let numerator = [direct * z[0] + constant, direct * z[1]];
        let whole = [self.d * determinant[0], self.d * determinant[1]];
        libm::hypot(whole[0] + numerator[0], whole[1] + numerator[1]) / libm::hypot(determinant[0], determinant[1])
    }

    /// The observer form of the same transfer function, and the matrix T that takes the section's state
    /// there, z = T·s: z₁ is the output but for the direct part, C·s; z₂ is what z₁ becomes but for its
    /// feedback and the input, (C·A + a₁·C)·s. A plain section has no state to speak of: T is 0.
    fn observer(&self) -> (Observer, [[f64; 2]; 2]) {
        let [[a, b], [c, d]] = self.a;
        let a1 = -(a + d);
        let ca = [self.c[0] * a + self.c[1] * c, self.c[0] * b + self.c[1] * d];
        let t = [self.c, [ca[0] + a1 * self.c[0], ca[1] + a1 * self.c[1]]];
        let observer = Observer { a: [a1, a * d - b * c], b: multiply(t, self.b), d: self.d };
        (observer, t)
    }

    /// One sample.
    #[inline(always)]
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

/// A section in observer form: y = z₁ + D·x, z₁ ← z₂ − a₁·z₁ + b₁·x, z₂ ← −a₂·z₁ + b₂·x.
#[derive(Clone, Copy)]
struct Observer {
    a: [f64; 2],
    b: [f64; 2],
    d: f64,
}

/// Two sections in observer form side by side, two samples at a time.
#[derive(Clone, Copy)]
struct PairStep {
    a: [f64x2; 2],
    b: [f64x2; 2],
    d: f64x2,
    /// z ← `aa`·z + `ab`·x₀ + `b`·x₁.
    aa: [[f64x2; 2]; 2],
    ab: [f64x2; 2],
}

impl PairStep {
    fn new(lanes: [Observer; 2]) -> Self {
        let lane = |map: &dyn Fn(Observer) -> f64| f64x2::new(lanes.map(map));
        Self {
            a: [0, 1].map(|n| lane(&|o| o.a[n])),
            b: [0, 1].map(|n| lane(&|o| o.b[n])),
            d: lane(&|o| o.d),
            aa: [
                [lane(&|o| o.a[0] * o.a[0] - o.a[1]), lane(&|o| -o.a[0])],
                [lane(&|o| o.a[0] * o.a[1]), lane(&|o| -o.a[1])],
            ],
            ab: [lane(&|o| o.b[1] - o.a[0] * o.b[0]), lane(&|o| -o.a[1] * o.b[0])],
        }
    }

    /// Two samples. The sums are ordered so that the way from state to state is short.
    #[inline(always)]
    fn run(&self, z: &mut [f64x2; 2], [x0, x1]: [f64x2; 2]) -> [f64x2; 2] {
        let [z1, z2] = *z;
        let between = (z2 + self.b[0] * x0) - self.a[0] * z1;
        *z = [
            (self.ab[0] * x0 + self.b[0] * x1) + (self.aa[0][0] * z1 + self.aa[0][1] * z2),
            (self.ab[1] * x0 + self.b[1] * x1) + (self.aa[1][0] * z1 + self.aa[1][1] * z2),
        ];
        [z1 + self.d * x0, between + self.d * x1]
    }
}

/// Sections in a row, one or two, for one or two channels.
#[derive(Clone)]
pub struct Cascade<const SECTIONS: usize> {
    sections: [Section; SECTIONS],
    /// By section, then channel: the states of the state-variable form.
    states: [[[f64; 2]; MAX_CHANNELS]; SECTIONS],
    /// What runs in their stead while the coefficients stay.
    settled: Option<Settled<SECTIONS>>,
    channels: usize,
}

/// The observer forms and their states.
#[derive(Clone)]
struct Settled<const SECTIONS: usize> {
    /// In stereo a section each, its lanes alike. In mono only the first, a section in each lane.
    steps: [PairStep; SECTIONS],
    /// By section; a lane is a channel.
    states: [[f64x2; 2]; SECTIONS],
    observers: [Observer; SECTIONS],
}

impl<const SECTIONS: usize> Cascade<SECTIONS> {
    /// A cascade at rest.
    pub fn new(sections: [Section; SECTIONS], channels: usize) -> Self {
        const { assert!(SECTIONS == 1 || SECTIONS == 2) };
        Self { sections, states: [[[0.0; 2]; MAX_CHANNELS]; SECTIONS], settled: None, channels }
    }

    /// Takes new coefficients; the sound in the filters goes on.
    pub fn tune(&mut self, sections: [Section; SECTIONS]) {
        if let Some(settled) = self.settled.take() {
            for (at, section) in self.sections.iter().enumerate() {
                let (_, t) = section.observer();
                let back = inverse(t);
                for channel in 0..MAX_CHANNELS {
                    let z = settled.states[at].map(|z| z.to_array()[channel]);
                    self.states[at][channel] = multiply(back, z);
                }
            }
        }
        self.sections = sections;
    }

    /// Says that the coefficients stay for a while, which makes [`Cascade::process`] fast.
    pub fn settle(&mut self) {
        let forms = self.sections.map(|section| section.observer());
        let observers = forms.map(|(observer, _)| observer);
        let lanes =
            |section: Observer| if self.channels == 2 { [section; 2] } else { [observers[0], observers[SECTIONS - 1]] };
        let mut states = [[f64x2::ZERO; 2]; SECTIONS];
        for (at, (_, t)) in forms.iter().enumerate() {
            let [[l1, l2], [r1, r2]] = self.states[at].map(|s| multiply(*t, s));
            states[at] = [f64x2::new([l1, r1]), f64x2::new([l2, r2])];
        }
        self.settled = Some(Settled { steps: observers.map(|o| PairStep::new(lanes(o))), states, observers });
    }

    /// The sections in force.
    pub fn sections(&self) -> &[Section; SECTIONS] {
        &self.sections
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.states = [[[0.0; 2]; MAX_CHANNELS]; SECTIONS];
        if let Some(settled) = &mut self.settled {
            settled.states = [[f64x2::ZERO; 2]; SECTIONS];
        }
    }

    /// Whether the states in use are exactly 0.
    pub fn is_at_rest(&self) -> bool {
        match &self.settled {
            Some(settled) => settled.states.iter().flatten().all(|z| z.to_array() == [0.0; 2]),
            None => self.states.iter().flatten().flatten().all(|&s| s == 0.0),
        }
    }

    /// Brings what is left of a decay to exactly 0; once per block.
    pub fn flush(&mut self) {
        match &mut self.settled {
            Some(settled) => {
                settled.states.iter_mut().flatten().for_each(|z| *z = f64x2::new(z.to_array().map(flush_state)));
            }
            None => self.states.iter_mut().flatten().flatten().for_each(|s| *s = flush_state(*s)),
        }
    }

    /// Processes these frames of a block.
    pub fn process(&mut self, block: &mut Block, frames: Range<usize>) {
        match &mut self.settled {
            Some(settled) if self.channels == 2 => {
                if let Some([left, right]) = block.stereo_mut() {
                    settled.process_stereo(&mut left[frames.clone()], &mut right[frames]);
                }
            }
            Some(settled) => {
                block.samples_mut().for_each(|samples| settled.process_mono(&mut samples[frames.clone()]));
            }
            None => {
                for (channel, samples) in block.samples_mut().enumerate() {
                    for (section, states) in self.sections.iter().zip(&mut self.states) {
                        for x in &mut samples[frames.clone()] {
                            *x = section.tick(&mut states[channel], *x as f64) as f32;
                        }
                    }
                }
            }
        }
    }
}

impl<const SECTIONS: usize> Settled<SECTIONS> {
    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut states = self.states;
        let (left_vectors, left_rest) = left.as_chunks_mut::<LANES>();
        let (right_vectors, right_rest) = right.as_chunks_mut::<LANES>();
        for (left, right) in left_vectors.iter_mut().zip(right_vectors) {
            let (l, r) = (f32x4::new(*left), f32x4::new(*right));
            let [low, high] = [l.unpack_lo(r), l.unpack_hi(r)].map(|pair| {
                let mut frames = [widen_low(pair), widen_high(pair)];
                for (step, state) in self.steps.iter().zip(&mut states) {
                    frames = step.run(state, frames);
                }
                narrow(frames[0], frames[1])
            });
            [*left, *right] = deinterleave(low, high).map(f32x4::to_array);
        }
        self.states = states;
        self.process_rest(0, left_rest);
        self.process_rest(1, right_rest);
    }

    fn process_mono(&mut self, samples: &mut [f32]) {
        let (vectors, rest) = samples.as_chunks_mut::<LANES>();
        if SECTIONS == 1 {
            let mut state = self.states[0];
            for vector in vectors {
                let four = Four::from(f32x4::new(*vector), Four::ZERO).through(&self.steps[0], &mut state);
                *vector = four.lane::<0>().to_array();
            }
            self.states[0] = state;
        } else {
            self.process_staggered(vectors);
        }
        self.process_rest(0, rest);
    }

    /// Two sections on one channel: lane 0 is the first section on a vector of samples, lane 1 the second
    /// section on the vector before.
    fn process_staggered(&mut self, vectors: &mut [[f32; LANES]]) {
        if vectors.is_empty() {
            return;
        }
        let step = &self.steps[0];
        let second = self.states[SECTIONS - 1];
        // The first section goes ahead alone: the second one's state is put back.
        let mut state = self.states[0];
        let mut four = Four::from(f32x4::new(vectors[0]), Four::ZERO).through(step, &mut state);
        state = [pick::<0, 0>(state[0], second[0]), pick::<0, 0>(state[1], second[1])];
        for at in 1..vectors.len() {
            four = Four::from(f32x4::new(vectors[at]), four).through(step, &mut state);
            vectors[at - 1] = four.lane::<1>().to_array();
        }
        // And the second one goes last alone.
        self.states[0] = state.map(|z| pick::<0, 0>(z, z));
        four = Four::from(f32x4::ZERO, four).through(step, &mut state);
        vectors[vectors.len() - 1] = four.lane::<1>().to_array();
        self.states[SECTIONS - 1] = state.map(|z| pick::<1, 1>(z, z));
    }

    /// What does not fill a vector at the end of a span.
    fn process_rest(&mut self, channel: usize, rest: &mut [f32]) {
        for sample in rest {
            let mut x = *sample as f64;
            for (Observer { a, b, d }, state) in self.observers.iter().zip(&mut self.states) {
                let mut lanes = state.map(|z| z.to_array());
                let [z1, z2] = [lanes[0][channel], lanes[1][channel]];
                lanes[0][channel] = (z2 + b[0] * x) - a[0] * z1;
                lanes[1][channel] = b[1] * x - a[1] * z1;
                *state = lanes.map(f64x2::new);
                x = z1 + d * x;
            }
            *sample = x as f32;
        }
    }
}

/// Four samples in each of two lanes.
#[derive(Clone, Copy)]
struct Four([f64x2; 4]);

impl Four {
    const ZERO: Self = Self([f64x2::ZERO; 4]);

    /// Samples in lane 0; in lane 1 what another has in its lane 0.
    #[inline(always)]
    fn from(samples: f32x4, Four(other): Four) -> Self {
        let (low, high) = (widen_low(samples), widen_high(samples));
        Self([
            pick::<0, 0>(low, other[0]),
            pick::<1, 0>(low, other[1]),
            pick::<0, 0>(high, other[2]),
            pick::<1, 0>(high, other[3]),
        ])
    }

    #[inline(always)]
    fn through(self, step: &PairStep, state: &mut [f64x2; 2]) -> Self {
        let [x0, x1, x2, x3] = self.0;
        let [y0, y1] = step.run(state, [x0, x1]);
        let [y2, y3] = step.run(state, [x2, x3]);
        Self([y0, y1, y2, y3])
    }

    #[inline(always)]
    fn lane<const LANE: usize>(self) -> f32x4 {
        let [a, b, c, d] = self.0;
        narrow(pick::<LANE, LANE>(a, b), pick::<LANE, LANE>(c, d))
    }
}

fn multiply([[a, b], [c, d]]: [[f64; 2]; 2], [x, y]: [f64; 2]) -> [f64; 2] {
    [a * x + b * y, c * x + d * y]
}

/// The inverse, or 0 where there is none.
fn inverse([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let determinant = a * d - b * c;
    if determinant == 0.0 {
        return [[0.0; 2]; 2];
    }
    [[d / determinant, -b / determinant], [-c / determinant, a / determinant]]
}
