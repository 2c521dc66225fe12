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
//! on two streams, one in each lane: the channels of a stereo block, or the halves of a mono one. The second half
//! starts from silence, and what the first half leaves in the filters is added afterwards: the system is linear.

use crate::dsp::block::{BLOCK, Block, MAX_CHANNELS};
use crate::dsp::lanes::{narrow, widen};
use crate::dsp::math::{exp10, flush_states, sqrt, tan};
use core::f64::consts::{PI, SQRT_2};
use core::hint::black_box;
use core::ops::Range;
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
    #[inline(never)]
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

    /// The observer form for an input that is `before` times the section's and an output `after` times it, and the
    /// matrix T that takes the section's state there, z = T·s: z₁ is the output but for the direct part, C·s; z₂ is
    /// what z₁ becomes but for its feedback and the input, (C·A + a₁·C)·s. A plain section has no state to speak of:
    /// T is 0.
    fn observer(&self, before: f64, after: f64) -> (Observer, [[f64; 2]; 2]) {
        let [[a, b], [c, d]] = self.a;
        let a1 = -(a + d);
        let c0 = self.c.map(|c| c * after);
        let ca = [c0[0] * a + c0[1] * c, c0[0] * b + c0[1] * d];
        let t = [c0, [ca[0] + a1 * c0[0], ca[1] + a1 * c0[1]]];
        let splat = |values: [f64; 2]| values.map(f64x2::splat);
        (Observer { a: splat([a1, a * d - b * c]), b: splat(multiply(t, self.b.map(|b| b / before))) }, t)
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

/// A section in observer form, a stream in each lane: y = z₁ + d·x, z₁ ← z₂ + b₁·x − a₁·z₁, z₂ ← b₂·x − a₂·z₁.
///
/// The output is no part of the way from state to state, which is only a multiplication and a subtraction long.
#[derive(Clone, Copy)]
struct Observer {
    a: [f64x2; 2],
    b: [f64x2; 2],
}

impl Observer {
    /// One sample, whose direct part is given.
    #[inline(always)]
    fn tick(&self, z: &mut [f64x2; 2], x: f64x2, direct: f64x2) -> f64x2 {
        let y = z[0] + direct;
        *z = [(z[1] + self.b[0] * x) - self.a[0] * z[0], self.b[1] * x - self.a[1] * z[0]];
        y
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

/// The sections in observer form, and their states.
struct Settled {
    pair: Pair,
    /// By section, then state; a stream in each lane, in mono the first.
    states: States,
    /// What half a block leaves behind, in mono.
    ring: Ring,
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
            let ways = Pair::of(&self.sections).1;
            for (at, way) in ways.into_iter().enumerate() {
                let way = inverse(way);
                let [z1, z2] = settled.states[at].map(|z| z.to_array());
                self.states[at] = [0, 1].map(|channel| multiply(way, [z1[channel], z2[channel]]));
            }
        }
        self.sections = sections;
    }

    /// Says that the coefficients stay for a while, which makes [`Cascade::process`] fast.
    pub fn settle(&mut self) {
        let (pair, ways) = Pair::of(&self.sections);
        let states = [0, 1].map(|at| {
            let [left, right] = self.states[at].map(|state| multiply(ways[at], state));
            [f64x2::new([left[0], right[0]]), f64x2::new([left[1], right[1]])]
        });
        self.settled = Some(Settled { pair, states, ring: Ring::of(&pair) });
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
            Some(settled) => settled.states.iter_mut().flatten().for_each(|z| *z = flush_states(*z)),
            None => self.states.iter_mut().flatten().for_each(|s| *s = flush_states(f64x2::new(*s)).to_array()),
        }
    }

    /// Processes these frames of a block.
    pub fn process(&mut self, block: &mut Block, frames: Range<usize>) {
        match &mut self.settled {
            Some(settled) => match block.stereo_mut() {
                Some([left, right]) => settled.process(&mut left[frames.clone()], &mut right[frames]),
                None => settled.process_mono(&mut block.channel_mut(0)[frames]),
            },
            None => {
                for (channel, samples) in block.samples_mut().enumerate() {
                    self.process_moving(channel, &mut samples[frames.clone()]);
                }
            }
        }
    }

    #[inline(never)]
    fn process_moving(&mut self, channel: usize, samples: &mut [f32]) {
        for x in samples {
            let between = self.sections[0].tick(&mut self.states[0][channel], *x as f64);
            *x = self.sections[1].tick(&mut self.states[1][channel], between) as f32;
        }
    }
}

impl Settled {
    /// Processes two streams of the same length.
    #[inline(never)]
    fn process(&mut self, first: &mut [f32], second: &mut [f32]) {
        let (mut pair, mut z) = (self.pair, self.states);
        for (x, other) in first.iter_mut().zip(second) {
            // There are fewer vector registers than coefficients, states and intermediate values. V8 would keep a
            // state in memory, which lengthens the way from state to state; so let it fetch some coefficients there.
            let kept = black_box(&self.pair);
            pair.direct = kept.direct;
            pair.second.a[1] = kept.second.a[1];
            pair.second.b[1] = kept.second.b[1];
            narrow(pair.tick(&mut z, widen(x, other)), x, other);
        }
        self.states = z;
    }

    /// In a whole block the second half is the second stream; less than that is one stream beside silence.
    fn process_mono(&mut self, samples: &mut [f32]) {
        if samples.len() < BLOCK {
            self.process(samples, &mut [0.0; BLOCK][..samples.len()]);
            return;
        }
        let (first, second) = samples.split_at_mut(HALF);
        self.process(first, second);
        let from = stream(&self.states, 0);
        self.ring.add(from, second);
        let [a, b, c, d] = self.ring.end(from);
        let [e, f, g, h] = stream(&self.states, 1);
        self.states = beside_rest([a + e, b + f, c + g, d + h]);
    }
}

/// Two sections in observer form, in a row. Only their product counts, so the first one has the second one's direct
/// part too, which is 1 then and needs no multiplication.
#[derive(Clone, Copy)]
struct Pair {
    direct: f64x2,
    first: Observer,
    second: Observer,
}

/// By section, then state, of two streams.
type States = [[f64x2; 2]; 2];

impl Pair {
    /// Of two sections; and the matrices that take their states there.
    #[inline(never)]
    fn of([first, second]: &Sections) -> (Self, [[[f64; 2]; 2]; 2]) {
        let ((before, t1), (after, t2)) = (first.observer(1.0, second.d), second.observer(second.d, 1.0));
        (Self { direct: f64x2::splat(first.d * second.d), first: before, second: after }, [t1, t2])
    }

    /// One sample of each stream.
    #[inline(always)]
    fn tick(&self, [first, second]: &mut States, x: f64x2) -> f64x2 {
        let between = self.first.tick(first, x, self.direct * x);
        self.second.tick(second, between, between)
    }
}

/// Frames of half a block.
const HALF: usize = BLOCK / 2;

/// How a pair of sections rings on without input for half a block, from each of its four states being 1.
struct Ring {
    /// By pair of frames, then state.
    sound: [[f64x2; 4]; HALF / 2],
    /// By state: what becomes of all four.
    end: [[f64; 4]; 4],
}

impl Ring {
    fn of(pair: &Pair) -> Self {
        let mut ring = Self { sound: [[f64x2::ZERO; 4]; HALF / 2], end: [[0.0; 4]; 4] };
        for from in 0..4 {
            let mut states = [0.0; 4];
            states[from] = 1.0;
            let mut z = beside_rest(states);
            let mut next = || pair.tick(&mut z, f64x2::ZERO).to_array()[0];
            for frames in &mut ring.sound {
                frames[from] = f64x2::new([next(), next()]);
            }
            ring.end[from] = stream(&z, 0);
        }
        ring
    }

    /// Adds the sound from these states.
    fn add(&self, states: [f64; 4], samples: &mut [f32]) {
        let [a, b, c, d] = states.map(f64x2::splat);
        for ([x, next], [e, f, g, h]) in samples.as_chunks_mut().0.iter_mut().zip(&self.sound) {
            narrow(widen(x, next) + ((a * e + b * f) + (c * g + d * h)), x, next);
        }
    }

    /// What becomes of these states.
    fn end(&self, [a, b, c, d]: [f64; 4]) -> [f64; 4] {
        let [e, f, g, h] = &self.end;
        [0, 1, 2, 3].map(|n| (a * e[n] + b * f[n]) + (c * g[n] + d * h[n]))
    }
}

/// The states of one stream: of the first section, then of the second.
fn stream(states: &States, lane: usize) -> [f64; 4] {
    let [[a, b], [c, d]] = states.map(|section| section.map(|z| z.to_array()[lane]));
    [a, b, c, d]
}

/// States of the first stream, beside a second one at rest.
fn beside_rest([a, b, c, d]: [f64; 4]) -> States {
    let first = |z| f64x2::new([z, 0.0]);
    [[first(a), first(b)], [first(c), first(d)]]
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
