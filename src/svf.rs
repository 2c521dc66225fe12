//! Second-order filters: a trapezoidal state-variable section, and cascades of them.
//!
//! The transfer functions are those of the Audio EQ Cookbook (R. Bristow-Johnson); the structure is the
//! state-variable filter by trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter", Cytomic, 2013). Its two states are the integrators' own, whatever the
//! coefficients, so a cutoff can move without a click. State and arithmetic are float64: at 20 Hz
//! and high sample rates float32 is not exact enough.
//!
//! That form serves while parameters move. Once they have settled, the same filter runs in the observer form,
//! whose state needs fewer multiplications; `Section::observer` says how the states carry over.
//!
//! A recursion cannot be spread over samples, only over what runs side by side. So a settled [`Cascade`] works
//! on two lanes: in stereo the two channels, in mono two sections, the second a vector of samples behind
//! the first. And it takes two samples in a step, multiplied out beforehand, which halves the way from state
//! to state.

use crate::block::{Block, LANES};
use crate::control::MAX_CHANNELS;
use crate::lanes::{deinterleave, narrow, pick, widen_high, widen_low};
use crate::math::{exp10, flush_state, sqrt, tan};
use core::f64::consts::{PI, SQRT_2};
use core::ops::Range;
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
    /// The section that changes nothing.
    pub const PLAIN: Self = Self { a: [[0.0; 2]; 2], b: [0.0; 2], c: [0.0; 2], d: 1.0 };

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
        let amplitude = exp10(gain / 40.0);
        let damping = 1.0 / (q * amplitude);
        let band = damping * (amplitude * amplitude - 1.0);
        Self::tuned(frequency, damping, [1.0, band, 0.0], sample_rate)
    }

    /// A section whose output is `m` of input, band-pass and low-pass; `k` is the damping, 1/Q.
    fn tuned(frequency: f64, k: f64, [m0, m1, m2]: [f64; 3], sample_rate: f64) -> Self {
        let share = frequency / sample_rate;
        let g = tan(PI * if share < HIGHEST { share } else { HIGHEST });
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
        // z = e^iω by the half angle's tangent, which at Nyquist there is none of, and beyond nothing to ask for.
        const NYQUIST: f64 = 0.499_999_9;
        let share = frequency / sample_rate;
        let t = tan(PI * if share < NYQUIST { share } else { NYQUIST });
        let z = [(1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)];
        let [[a, b], [c, d]] = self.a;
        // By Cramer's rule: the numerator C·adj(zI − A)·B over the determinant of zI − A.
        let determinant = times([z[0] - a, z[1]], [z[0] - d, z[1]]);
        let determinant = [determinant[0] - b * c, determinant[1]];
        let direct = self.c[0] * self.b[0] + self.c[1] * self.b[1];
        let constant = self.c[0] * (b * self.b[1] - d * self.b[0]) + self.c[1] * (c * self.b[0] - a * self.b[1]);
        let whole = [self.d * determinant[0] + direct * z[0] + constant, self.d * determinant[1] + direct * z[1]];
        sqrt(norm(whole) / norm(determinant))
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

/// Two sections in a row.
pub type Sections = [Section; 2];

/// Two sections in a row, for one or two channels.
pub struct Cascade {
    sections: Sections,
    /// By section, then channel: the states of the state-variable form.
    states: [[[f64; 2]; MAX_CHANNELS]; 2],
    /// What runs in their stead while the coefficients stay.
    settled: Option<Settled>,
    stereo: bool,
}

/// The observer forms and their states.
struct Settled {
    observers: [Observer; 2],
    /// In stereo a section each, its lanes alike; in mono a section in each lane of the first.
    steps: [PairStep; 2],
    /// By section; a lane is a channel.
    states: [[f64x2; 2]; 2],
}

impl Cascade {
    /// A cascade at rest that changes nothing yet.
    pub fn new(channels: usize) -> Self {
        let states = [[[0.0; 2]; MAX_CHANNELS]; 2];
        Self { sections: [Section::PLAIN; 2], states, settled: None, stereo: channels == 2 }
    }

    /// Takes new coefficients; the sound in the filters goes on.
    pub fn tune(&mut self, sections: Sections) {
        if let Some(settled) = self.settled.take() {
            for (at, section) in self.sections.iter().enumerate() {
                let (_, t) = section.observer();
                let [z1, z2] = settled.states[at].map(f64x2::to_array);
                self.states[at] = [0, 1].map(|channel| multiply(inverse(t), [z1[channel], z2[channel]]));
            }
        }
        self.sections = sections;
    }

    /// Says that the coefficients stay for a while, which makes [`Cascade::process`] fast.
    pub fn settle(&mut self) {
        let [(first, t1), (second, t2)] = self.sections.map(|section| section.observer());
        let steps = if self.stereo {
            [PairStep::new([first, first]), PairStep::new([second, second])]
        } else {
            [PairStep::new([first, second]); 2]
        };
        let carry = |t, states: [[f64; 2]; MAX_CHANNELS]| {
            let [[l1, l2], [r1, r2]] = states.map(|s| multiply(t, s));
            [f64x2::new([l1, r1]), f64x2::new([l2, r2])]
        };
        let states = [carry(t1, self.states[0]), carry(t2, self.states[1])];
        self.settled = Some(Settled { observers: [first, second], steps, states });
    }

    /// The sections in force.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.states = [[[0.0; 2]; MAX_CHANNELS]; 2];
        if let Some(settled) = &mut self.settled {
            settled.states = [[f64x2::ZERO; 2]; 2];
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
        let Some(settled) = &mut self.settled else {
            for (channel, samples) in block.samples_mut().enumerate() {
                for x in &mut samples[frames.clone()] {
                    let between = self.sections[0].tick(&mut self.states[0][channel], *x as f64);
                    *x = self.sections[1].tick(&mut self.states[1][channel], between) as f32;
                }
            }
            return;
        };
        if let Some([left, right]) = block.stereo_mut() {
            settled.process_stereo(&mut left[frames.clone()], &mut right[frames]);
        } else {
            settled.process_mono(&mut block.channel_mut(0)[frames]);
        }
    }
}

impl Settled {
    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut states = self.states;
        let (left_vectors, left_rest) = left.as_chunks_mut::<LANES>();
        let (right_vectors, right_rest) = right.as_chunks_mut::<LANES>();
        for (left, right) in left_vectors.iter_mut().zip(right_vectors) {
            let (l, r) = (f32x4::new(*left), f32x4::new(*right));
            let four = Four::interleaved(l, r).through(&self.steps[0], &mut states[0]);
            [*left, *right] = four.through(&self.steps[1], &mut states[1]).lanes().map(f32x4::to_array);
        }
        self.states = states;
        self.process_rest(0, left_rest);
        self.process_rest(1, right_rest);
    }

    /// Both sections at once: lane 0 is the first on a vector of samples, lane 1 the second on the vector
    /// before.
    fn process_mono(&mut self, samples: &mut [f32]) {
        let (vectors, rest) = samples.as_chunks_mut::<LANES>();
        let step = &self.steps[0];
        let second = self.states[1];
        let mut state = self.states[0];
        let mut four = Four::ZERO;
        for at in 0..=vectors.len() {
            // The second section goes last alone, on a vector that the first one is spared.
            let x = vectors.get(at).map_or(f32x4::ZERO, |&vector| f32x4::new(vector));
            if at == vectors.len() {
                self.states[0] = state.map(|z| pick::<0, 0>(z, z));
            }
            four = Four::behind(x, four).through(step, &mut state);
            if at == 0 {
                // And the first one goes ahead alone: the second one is put back.
                state = [pick::<0, 0>(state[0], second[0]), pick::<0, 0>(state[1], second[1])];
            } else {
                vectors[at - 1] = four.lanes()[1].to_array();
            }
        }
        if !vectors.is_empty() {
            self.states[1] = state.map(|z| pick::<1, 1>(z, z));
        }
        self.process_rest(0, rest);
    }

    /// What does not fill a vector at the end of a span.
    fn process_rest(&mut self, channel: usize, rest: &mut [f32]) {
        for sample in rest {
            let mut x = *sample as f64;
            for (Observer { a, b, d }, state) in self.observers.iter().zip(&mut self.states) {
                let mut lanes = state.map(f64x2::to_array);
                let [z1, z2] = lanes.map(|z| z[channel]);
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

    /// A channel in each lane.
    #[inline(always)]
    fn interleaved(left: f32x4, right: f32x4) -> Self {
        let [low, high] = [left.unpack_lo(right), left.unpack_hi(right)];
        Self([widen_low(low), widen_high(low), widen_low(high), widen_high(high)])
    }

    /// Samples in lane 0; in lane 1 what another has in its lane 0.
    #[inline(always)]
    fn behind(samples: f32x4, Four(other): Four) -> Self {
        let [low, high] = [widen_low(samples), widen_high(samples)];
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
    fn lanes(self) -> [f32x4; 2] {
        let [a, b, c, d] = self.0;
        deinterleave(narrow(a, b), narrow(c, d))
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

/// The product of two complex numbers.
fn times([x, y]: [f64; 2], [u, v]: [f64; 2]) -> [f64; 2] {
    [x * u - y * v, x * v + y * u]
}

/// The square of a complex number's magnitude.
fn norm([x, y]: [f64; 2]) -> f64 {
    x * x + y * y
}
