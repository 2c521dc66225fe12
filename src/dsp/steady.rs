//! Two filter sections whose coefficients stay: the same transfer function as `svf`, in the observer form, whose states
//! need fewer multiplications. `Section::observer` says how the states convert.
//!
//! A recursion cannot be spread over samples, only over what runs side by side. So it works on two streams, one in each
//! lane: the channels of a stereo block, or the halves of a mono one. The second half starts from silence, and what the
//! first half leaves in the filters is added afterwards: the system is linear.

use crate::dsp::block::BLOCK;
use crate::dsp::lanes::{narrow, widen};
use crate::dsp::math::flush_states;
use crate::dsp::svf::{Section, SectionStates, Sections};
use core::hint::black_box;
use wide::f64x2;

/// Two by two, by row.
type Matrix = [[f64; 2]; 2];

/// Two sections in observer form, and their states.
pub(super) struct Steady {
    pair: Pair,
    /// A stream in each lane, in mono the first.
    states: States,
    /// What half a block leaves behind, in mono.
    ring: Ring,
}

impl Steady {
    /// The sections, going on from these states.
    pub(super) fn new(sections: &Sections, states: &SectionStates) -> Self {
        let (pair, transforms) = Pair::of(sections);
        let states = [0, 1].map(|at| {
            let [left, right] = states[at].map(|state| multiply(transforms[at], state));
            [f64x2::new([left[0], right[0]]), f64x2::new([left[1], right[1]])]
        });
        Self { pair, states, ring: Ring::of(&pair) }
    }

    /// Puts the states back where the sections themselves keep them; these are the sections that it was made of.
    pub(super) fn restore(&self, sections: &Sections, states: &mut SectionStates) {
        let transforms = Pair::of(sections).1;
        for (at, transform) in transforms.into_iter().enumerate() {
            let back = inverse(transform);
            let [z1, z2] = self.states[at].map(|z| z.to_array());
            states[at] = [0, 1].map(|channel| multiply(back, [z1[channel], z2[channel]]));
        }
    }

    /// Forgets all sound.
    pub(super) fn reset(&mut self) {
        self.states = [[f64x2::ZERO; 2]; 2];
    }

    /// Whether the states are exactly 0.
    pub(super) fn is_at_rest(&self) -> bool {
        self.states.iter().flatten().all(|z| z.to_array() == [0.0; 2])
    }

    /// Brings what is left of a decay to exactly 0.
    pub(super) fn flush(&mut self) {
        self.states = self.states.map(flush_states);
    }

    /// Processes two streams of the same length.
    #[inline(never)]
    pub(super) fn process(&mut self, first: &mut [f32], second: &mut [f32]) {
        let (mut pair, mut z) = (self.pair, self.states);
        for (x, other) in first.iter_mut().zip(second) {
            // There are fewer vector registers than coefficients, states and intermediate values. V8 would keep a
            // state in memory, which lengthens the critical path; so let it fetch some coefficients from there instead.
            let kept = black_box(&self.pair);
            pair.direct = kept.direct;
            pair.second.a[1] = kept.second.a[1];
            pair.second.b[1] = kept.second.b[1];
            narrow(pair.tick(&mut z, widen(x, other)), x, other);
        }
        self.states = z;
    }

    /// In a whole block the second half is the second stream; less than that is one stream beside silence.
    pub(super) fn process_mono(&mut self, samples: &mut [f32]) {
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

impl Section {
    /// The observer form for an input that is `before` times the section's and an output `after` times it, and the
    /// matrix T that takes the section's state there, z = T·s: z₁ is the output but for the direct part, C·s; z₂ is
    /// what z₁ becomes but for its feedback and the input, (C·A + a₁·C)·s. A plain section has no state to speak of:
    /// T is 0.
    fn observer(&self, before: f64, after: f64) -> (Observer, Matrix) {
        let [[a, b], [c, d]] = self.a;
        let a1 = -(a + d);
        let c0 = self.c.map(|c| c * after);
        let ca = [c0[0] * a + c0[1] * c, c0[0] * b + c0[1] * d];
        let t = [c0, [ca[0] + a1 * c0[0], ca[1] + a1 * c0[1]]];
        let splat = |values: [f64; 2]| values.map(f64x2::splat);
        (Observer { a: splat([a1, a * d - b * c]), b: splat(multiply(t, self.b.map(|b| b / before))) }, t)
    }
}

/// A section in observer form, a stream in each lane: y = z₁ + d·x, z₁ ← z₂ + b₁·x − a₁·z₁, z₂ ← b₂·x − a₂·z₁.
///
/// The output is off the critical path of the recursion, which is a multiplication and a subtraction long.
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
    fn of([first, second]: &Sections) -> (Self, [Matrix; 2]) {
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

fn multiply([[a, b], [c, d]]: Matrix, [x, y]: [f64; 2]) -> [f64; 2] {
    [a * x + b * y, c * x + d * y]
}

/// The inverse, or 0 where there is none.
fn inverse([[a, b], [c, d]]: Matrix) -> Matrix {
    let determinant = a * d - b * c;
    if determinant == 0.0 {
        return [[0.0; 2]; 2];
    }
    [[d / determinant, -b / determinant], [-c / determinant, a / determinant]]
}
