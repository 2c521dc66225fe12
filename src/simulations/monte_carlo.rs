//! A Monte Carlo estimate of pi: points drawn in the square −1 … 1, and how many of them fall inside
//! the unit circle. Runs on the main thread, or a share of it in each worker of a pool.
//!
//! # The sequence of points
//!
//! A seed names one endless sequence of points; a run of so many points is its beginning. How the run
//! is cut into slices, and on which thread a slice is counted, cannot change the count: point number
//! p is the same point wherever it is drawn. Native code, WebAssembly with SIMD and WebAssembly 1.0
//! count the same, because the lanes below belong to the algorithm, not to the machine.
//!
//! The sequence is a row of sub-streams of [`SUBSTREAM`] points. A sub-stream is [`LANES`] generators
//! side by side, xoshiro128+ (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
//! 2021), each giving every eighth point: first x, then y. Their low bits are the weak ones of this
//! generator, and those are rounded away where an integer becomes a float of 24 bits.
//!
//! # Why the sub-streams are sound
//!
//! The generators' first states are drawn from PCG32 (`rand_pcg`), jumped ahead: sub-stream i takes
//! outputs 32·i … 32·i + 31 of the one PCG32 stream of the seed, whose period of 2⁶⁴ no run exhausts, so
//! no two generators are seeded from the same numbers. Each of them then stands at a random place on
//! xoshiro's cycle of 2¹²⁸ − 1. That two of n stretches of length l on such a cycle meet has a
//! probability of at most n²·l / 2¹²⁸
//! (Vigna, "On the probability of overlap of random subsequences of pseudorandom number generators",
//! 2020): below 2⁻⁷⁰ for 10¹⁰ points, below 2⁻³⁵ for the longest run there is, 2⁵³ points.

use crate::dsp::lanes::VECTORS;
use crate::dsp::math::sqrt;
use core::ops::{BitOr, BitXor, Shl, Shr};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;
use wide::bytemuck::cast;
use wide::{f32x4, f32x8, i32x4, u32x8};

/// Points in a sub-stream, the unit in which workers share a run; about a millisecond of work.
pub const SUBSTREAM: u64 = 1 << 20;

/// Generators of a sub-stream, side by side.
pub const LANES: usize = 8;

/// 2³¹. A coordinate is a 32-bit integer over this; as it is a power of two, leaving the integers as they
/// are and comparing with its square gives the very same answer without the two multiplications.
const RADIUS: f32 = 2147483648.0;

/// What a generator works on: a 32-bit word, or a vector of a word for each lane.
trait Word:
    Copy + BitXor<Output = Self> + BitOr<Output = Self> + Shl<u32, Output = Self> + Shr<u32, Output = Self>
{
    const ZERO: Self;

    /// The sum modulo 2³².
    fn plus(self, other: Self) -> Self;

    /// 1 where the point of these coordinates is inside the circle, else 0.
    fn inside(x: Self, y: Self) -> Self;
}

impl Word for u32 {
    const ZERO: Self = 0;

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn inside(x: Self, y: Self) -> Self {
        let [x, y] = [x as i32 as f32, y as i32 as f32];
        (x * x + y * y <= RADIUS * RADIUS) as u32
    }
}

impl Word for u32x8 {
    const ZERO: Self = u32x8::ZERO;

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn inside(x: Self, y: Self) -> Self {
        let (x, y) = (to_float(x), to_float(y));
        let mask: u32x8 = cast((x * x + y * y).simd_le(f32x8::splat(RADIUS * RADIUS)));
        mask >> 31
    }
}

/// Signed integers as floats. By halves: `wide` converts eight one by one where registers hold four.
#[inline(always)]
fn to_float(words: u32x8) -> f32x8 {
    let [low, high]: [i32x4; 2] = cast(words);
    cast([f32x4::from_i32x4(low), f32x4::from_i32x4(high)])
}

/// xoshiro128+: a period of 2¹²⁸ − 1, from any state but 0.
#[derive(Clone, Copy)]
struct Generator<W>([W; 4]);

impl<W: Word> Generator<W> {
    /// The next 32 bits.
    #[inline(always)]
    fn next(&mut self) -> W {
        let [mut a, mut b, mut c, mut d] = self.0;
        let output = a.plus(d);
        let shifted = b << 9;
        c = c ^ a;
        d = d ^ b;
        b = b ^ c;
        a = a ^ d;
        c = c ^ shifted;
        d = (d << 11) | (d >> 21);
        self.0 = [a, b, c, d];
        output
    }

    /// Draws so many points (fewer than 2³²), and counts those inside the circle. Not inlined, lest the
    /// compiler take the vectors apart inside the loop, where its caller takes them apart after it.
    #[inline(never)]
    fn count(&mut self, points: u64) -> W {
        let mut inside = W::ZERO;
        for _ in 0..points {
            let (x, y) = (self.next(), self.next());
            inside = inside.plus(W::inside(x, y));
        }
        inside
    }
}

/// The generators of one sub-stream. They draw in rows, a point from each.
struct Substream([Generator<u32>; LANES]);

impl Substream {
    /// A sub-stream of a seed's sequence, before its first point.
    #[inline(never)]
    fn new(seed: u64, index: u64) -> Self {
        const OUTPUTS: u64 = 4 * LANES as u64;
        let mut seeder = Pcg32::seed_from_u64(seed);
        seeder.advance(OUTPUTS.wrapping_mul(index));
        let mut lanes = [Generator([0; 4]); LANES];
        for word in lanes.iter_mut().flat_map(|Generator(state)| state) {
            *word = seeder.next_u32();
        }
        Self(lanes)
    }

    /// Draws so many rows (fewer than 2³²), and counts the points inside.
    fn count(&mut self, rows: u64) -> u64 {
        let Self(lanes) = self;
        if !VECTORS {
            return lanes.iter_mut().map(|generator| generator.count(rows) as u64).sum();
        }
        let mut together =
            Generator(core::array::from_fn(|word| u32x8::new(lanes.map(|Generator(state)| state[word]))));
        let inside = together.count(rows).to_array();
        let states = together.0.map(u32x8::to_array);
        *lanes = core::array::from_fn(|lane| Generator(states.map(|word| word[lane])));
        inside.iter().map(|&count| count as u64).sum()
    }

    /// Draws the first `points` points of a row, and counts those inside. The row is used up.
    fn count_part(&mut self, points: u64) -> u64 {
        self.0.iter_mut().take(points as usize).map(|generator| generator.count(1) as u64).sum()
    }
}

/// A run that can be counted in slices.
pub struct Run {
    seed: u64,
    substream: Substream,
    /// The next point, and the end of the run, as places in the seed's sequence.
    next: u64,
    end: u64,
    start: u64,
    inside: u64,
}

impl Run {
    /// A run of the first `total` points of a seed's sequence (at most 2⁵³, as JavaScript counts).
    pub fn new(seed: u64, total: u64) -> Self {
        Self::part(seed, 0, total)
    }

    /// A share of a run: `total` points from the beginning of a sub-stream. The counts of shares that
    /// cover a run without gap or overlap add up to the run's.
    pub fn part(seed: u64, first_substream: u64, total: u64) -> Self {
        let start = first_substream * SUBSTREAM;
        let substream = Substream::new(seed, first_substream);
        Self { seed, substream, next: start, end: start + total, start, inside: 0 }
    }

    /// Counts `points` more points, rounded up to whole rows of [`LANES`], or what is left of the run.
    pub fn advance(&mut self, points: u64) {
        let row = LANES as u64;
        let target = self.next.saturating_add(points).div_ceil(row).saturating_mul(row).min(self.end);
        while self.next < target {
            if self.next.is_multiple_of(SUBSTREAM) {
                self.substream = Substream::new(self.seed, self.next / SUBSTREAM);
            }
            let to_boundary = SUBSTREAM - self.next % SUBSTREAM;
            let slice = to_boundary.min(target - self.next);
            self.inside += self.substream.count(slice / row) + self.substream.count_part(slice % row);
            self.next += slice;
        }
    }

    /// Points counted so far.
    pub fn points(&self) -> u64 {
        self.next - self.start
    }

    /// Points in the whole run.
    pub fn total(&self) -> u64 {
        self.end - self.start
    }

    /// Points inside the circle so far.
    pub fn inside(&self) -> u64 {
        self.inside
    }

    /// The estimate of pi so far, 4·inside/points; not a number before the first point.
    pub fn estimate(&self) -> f64 {
        4.0 * self.inside as f64 / self.points() as f64
    }

    /// The standard error of the estimate, 4·√(p·(1 − p)/points) with p the share inside.
    pub fn standard_error(&self) -> f64 {
        let points = self.points() as f64;
        let share = self.inside as f64 / points;
        4.0 * sqrt(share * (1.0 - share) / points)
    }
}

/// The estimate of pi, 4·inside/points, from the first `points` points of a seed's sequence.
pub fn estimate_pi(seed: u64, points: u64) -> f64 {
    let mut run = Run::new(seed, points);
    run.advance(points);
    run.estimate()
}

/// The first points of a sub-stream, for a picture: `points` gets x, y, x, y …, each in −1 … 1, the
/// very points that a run counts.
pub fn draw_points(seed: u64, substream: u64, points: &mut [f32]) {
    let Substream(mut lanes) = Substream::new(seed, substream);
    for row in points.chunks_mut(2 * LANES) {
        for (point, generator) in row.chunks_mut(2).zip(&mut lanes) {
            point.fill_with(|| generator.next() as i32 as f32 / RADIUS);
        }
    }
}
