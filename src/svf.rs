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
//! on two lanes, a section in each, the second a vector of samples behind the first; and on both channels in turn,
//! so that one's arithmetic fills the other's waiting.

use crate::block::{Block, LANES};
use crate::control::MAX_CHANNELS;
use crate::lanes::{narrow, pick, widen_high, widen_low};
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
        let observer = Observer {
            a: [f64x2::splat(a1), f64x2::splat(a * d - b * c)],
            b: multiply(t, self.b).map(f64x2::splat),
            d: f64x2::splat(self.d),
        };
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

/// A section in observer form, a lane each for what runs side by side:
/// y = z₁ + d·x, z₁ ← z₂ + b₁·x − a₁·z₁, z₂ ← b₂·x − a₂·z₁.
///
/// The output is no part of the way from state to state, which is only a multiplication and a subtraction long.
#[derive(Clone, Copy)]
struct Observer {
    a: [f64x2; 2],
    b: [f64x2; 2],
    d: f64x2,
}

impl Observer {
    /// A lane of one and a lane of another.
    fn beside(self, other: Self) -> Self {
        Self {
            a: [0, 1].map(|n| pick::<0, 1>(self.a[n], other.a[n])),
            b: [0, 1].map(|n| pick::<0, 1>(self.b[n], other.b[n])),
            d: pick::<0, 1>(self.d, other.d),
        }
    }

    /// One sample.
    #[inline(always)]
    fn tick(&self, z: &mut [f64x2; 2], x: f64x2) -> f64x2 {
        let y = z[0] + self.d * x;
        *z = [(z[1] + self.b[0] * x) - self.a[0] * z[0], self.b[1] * x - self.a[1] * z[0]];
        y
    }

    /// One sample through the first lane's section and then the second's.
    fn tick_through(&self, z: &mut [f64x2; 2], x: f64) -> f64 {
        let before = *z;
        let between = self.tick(z, f64x2::splat(x));
        let first = *z;
        *z = before;
        let y = self.tick(z, pick::<0, 0>(between, between));
        *z = [pick::<0, 1>(first[0], z[0]), pick::<0, 1>(first[1], z[1])];
        y.to_array()[1]
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
}

/// The observer forms and their states.
struct Settled {
    /// A section in each lane.
    sections: Observer,
    /// By channel; a section in each lane.
    states: [[f64x2; 2]; MAX_CHANNELS],
}

impl Default for Cascade {
    /// A cascade at rest that changes nothing yet.
    fn default() -> Self {
        Self { sections: [Section::PLAIN; 2], states: [[[0.0; 2]; MAX_CHANNELS]; 2], settled: None }
    }
}

impl Cascade {
    /// Takes new coefficients; the sound in the filters goes on.
    pub fn tune(&mut self, sections: Sections) {
        if let Some(settled) = self.settled.take() {
            for (at, section) in self.sections.iter().enumerate() {
                let (_, t) = section.observer();
                self.states[at] = settled.states.map(|z| multiply(inverse(t), z.map(|z| z.to_array()[at])));
            }
        }
        self.sections = sections;
    }

    /// Says that the coefficients stay for a while, which makes [`Cascade::process`] fast.
    pub fn settle(&mut self) {
        let [(first, t1), (second, t2)] = self.sections.map(|section| section.observer());
        let states = [0, 1].map(|channel| {
            let [a, b] = [multiply(t1, self.states[0][channel]), multiply(t2, self.states[1][channel])];
            [f64x2::new([a[0], b[0]]), f64x2::new([a[1], b[1]])]
        });
        self.settled = Some(Settled { sections: first.beside(second), states });
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
        match &mut self.settled {
            Some(settled) => match block.stereo_mut() {
                Some([left, right]) => settled.process_stereo(&mut left[frames.clone()], &mut right[frames]),
                None => settled.process_mono(&mut block.channel_mut(0)[frames]),
            },
            None => {
                for (channel, samples) in block.samples_mut().enumerate() {
                    for x in &mut samples[frames.clone()] {
                        let between = self.sections[0].tick(&mut self.states[0][channel], *x as f64);
                        *x = self.sections[1].tick(&mut self.states[1][channel], between) as f32;
                    }
                }
            }
        }
    }
}

impl Settled {
    fn process_mono(&mut self, samples: &mut [f32]) {
        let sections = self.sections;
        let (vectors, rest) = samples.as_chunks_mut::<LANES>();
        if let Some(first) = vectors.first() {
            let mut run = Staggered::begin(&sections, self.states[0], f32x4::new(*first));
            for at in 1..vectors.len() {
                let y = run.next(&sections, f32x4::new(vectors[at]));
                vectors[at - 1] = narrow(y[0], y[1]).to_array();
            }
            let (y, z) = run.end(&sections);
            vectors[vectors.len() - 1] = narrow(y[0], y[1]).to_array();
            self.states[0] = z;
        }
        self.process_rest(0, rest);
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        let sections = self.sections;
        let (lefts, left_rest) = left.as_chunks_mut::<LANES>();
        let (rights, right_rest) = right.as_chunks_mut::<LANES>();
        if let (Some(left), Some(right)) = (lefts.first(), rights.first()) {
            let mut left_run = Staggered::begin(&sections, self.states[0], f32x4::new(*left));
            let mut right_run = Staggered::begin(&sections, self.states[1], f32x4::new(*right));
            let vectors = lefts.len().min(rights.len());
            for at in 1..vectors {
                let left = left_run.next(&sections, f32x4::new(lefts[at]));
                let right = right_run.next(&sections, f32x4::new(rights[at]));
                [lefts[at - 1], rights[at - 1]] = [left, right].map(|y| narrow(y[0], y[1]).to_array());
            }
            let (left, left_z) = left_run.end(&sections);
            let (right, right_z) = right_run.end(&sections);
            [lefts[vectors - 1], rights[vectors - 1]] = [left, right].map(|y| narrow(y[0], y[1]).to_array());
            self.states = [left_z, right_z];
        }
        self.process_rest(0, left_rest);
        self.process_rest(1, right_rest);
    }

    /// What does not fill a vector at the end of a span.
    fn process_rest(&mut self, channel: usize, rest: &mut [f32]) {
        for x in rest {
            *x = self.sections.tick_through(&mut self.states[channel], *x as f64) as f32;
        }
    }
}

/// Two sections on one channel, under way: the first on a vector of samples, the second on the vector before.
struct Staggered {
    four: Four,
    z: [f64x2; 2],
}

impl Staggered {
    /// The first section goes ahead alone on the first vector: the second one is put back.
    #[inline(always)]
    fn begin(sections: &Observer, z: [f64x2; 2], x: f32x4) -> Self {
        let mut run = Self { four: Four::ZERO, z };
        run.next(sections, x);
        run.z = [pick::<0, 1>(run.z[0], z[0]), pick::<0, 1>(run.z[1], z[1])];
        run
    }

    /// Takes a vector in, and gives the one before out, as two pairs.
    #[inline(always)]
    fn next(&mut self, sections: &Observer, x: f32x4) -> [f64x2; 2] {
        self.four = Four::behind(x, self.four);
        for x in &mut self.four.0 {
            *x = sections.tick(&mut self.z, *x);
        }
        let [a, b, c, d] = self.four.0;
        [pick::<1, 1>(a, b), pick::<1, 1>(c, d)]
    }

    /// The second section goes last alone, for which the first one waits: the last vector, and the states.
    #[inline(always)]
    fn end(mut self, sections: &Observer) -> ([f64x2; 2], [f64x2; 2]) {
        let first = self.z;
        let y = self.next(sections, f32x4::ZERO);
        (y, [pick::<0, 1>(first[0], self.z[0]), pick::<0, 1>(first[1], self.z[1])])
    }
}

/// Four samples in each of two lanes.
#[derive(Clone, Copy)]
struct Four([f64x2; 4]);

impl Four {
    const ZERO: Self = Self([f64x2::ZERO; 4]);

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
