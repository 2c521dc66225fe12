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
//! 2021), each giving every sixteenth point: first x, then y. Their low bits are the weak ones of this
//! generator, and those are rounded away where an integer becomes a float of 24 bits.
//!
//! # Why the sub-streams are sound
//!
//! The generators' first states are drawn from PCG64 (`rand_pcg`), jumped ahead: sub-stream i takes
//! outputs 32·i … 32·i + 31 of the one PCG64 stream of the seed, so no two generators are seeded from
//! the same numbers. Each of them then stands at a random place on xoshiro's cycle of 2¹²⁸ − 1. That
//! two of n stretches of length l on such a cycle meet has a probability of at most n²·l / 2¹²⁸
//! (Vigna, "On the probability of overlap of random subsequences of pseudorandom number generators",
//! 2020): below 2⁻⁷⁰ for 10¹⁰ points, below 2⁻³⁵ for the longest run there is, 2⁵³ points.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;

/// Points in a sub-stream, the unit in which workers share a run; about a millisecond of work.
pub const SUBSTREAM: u64 = 1 << 20;

/// Generators side by side, wide enough to fill the vector registers of any machine.
pub const LANES: usize = 16;

/// One number for each lane.
type Lanes<T> = [T; LANES];

/// Four words of state for every lane, as xoshiro128+ names them: s0, s1, s2, s3.
#[derive(Clone)]
struct Generators {
    a: Lanes<u32>,
    b: Lanes<u32>,
    c: Lanes<u32>,
    d: Lanes<u32>,
}

impl Generators {
    /// The generators of one sub-stream, before their first point.
    fn substream(seed: u64, index: u64) -> Self {
        const OUTPUTS: u128 = 2 * LANES as u128;
        let mut seeder = Pcg64::seed_from_u64(seed);
        seeder.advance(OUTPUTS * index as u128);
        let mut new = Self { a: [0; LANES], b: [0; LANES], c: [0; LANES], d: [0; LANES] };
        for lane in 0..LANES {
            let [ab, cd] = [seeder.next_u64(), seeder.next_u64()];
            [new.a[lane], new.b[lane]] = [ab as u32, (ab >> 32) as u32];
            [new.c[lane], new.d[lane]] = [cd as u32, (cd >> 32) as u32];
        }
        new
    }

    /// The next coordinate of one lane, times 2³¹: an exact scale, so that no multiplication is needed.
    #[inline(always)]
    fn coordinate(&mut self, lane: usize) -> f32 {
        let Self { a, b, c, d } = self;
        let output = a[lane].wrapping_add(d[lane]);
        let shifted = b[lane] << 9;
        c[lane] ^= a[lane];
        d[lane] ^= b[lane];
        b[lane] ^= c[lane];
        a[lane] ^= d[lane];
        c[lane] ^= shifted;
        d[lane] = d[lane].rotate_left(11);
        output as i32 as f32
    }

    /// Draws one row, a point for each lane, and returns which are inside.
    #[inline(always)]
    fn row(&mut self) -> Lanes<bool> {
        const RADIUS: f32 = 2147483648.0;
        std::array::from_fn(|lane| {
            let [x, y] = [self.coordinate(lane), self.coordinate(lane)];
            x * x + y * y <= RADIUS * RADIUS
        })
    }

    /// Draws so many rows (fewer than 2³²) and counts the points inside.
    fn count(&mut self, rows: u64) -> u64 {
        let mut state = self.clone();
        let mut inside = [0u32; LANES];
        for _ in 0..rows {
            for (count, hit) in inside.iter_mut().zip(state.row()) {
                *count += hit as u32;
            }
        }
        *self = state;
        inside.iter().map(|&count| count as u64).sum()
    }
}

/// A run that can be counted in slices.
pub struct Run {
    seed: u64,
    generators: Generators,
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
        let generators = Generators::substream(seed, first_substream);
        Self { seed, generators, next: start, end: start + total, start, inside: 0 }
    }

    /// Counts `points` more points, rounded up to whole rows of [`LANES`], or what is left of the run.
    pub fn advance(&mut self, points: u64) {
        let row = LANES as u64;
        let target = self.next.saturating_add(points).div_ceil(row).saturating_mul(row).min(self.end);
        while self.next < target {
            if self.next.is_multiple_of(SUBSTREAM) {
                self.generators = Generators::substream(self.seed, self.next / SUBSTREAM);
            }
            let to_boundary = SUBSTREAM - self.next % SUBSTREAM;
            let slice = to_boundary.min(target - self.next);
            self.inside += self.generators.count(slice / row);
            let rest = (slice % row) as usize;
            if rest > 0 {
                self.inside += self.generators.row().iter().take(rest).filter(|&&hit| hit).count() as u64;
            }
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
        4.0 * (share * (1.0 - share) / points).sqrt()
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
    const SCALE: f32 = 1.0 / 2147483648.0;
    let mut generators = Generators::substream(seed, substream);
    for (index, point) in points.chunks_exact_mut(2).enumerate() {
        let lane = index % LANES;
        point.fill_with(|| generators.coordinate(lane) * SCALE);
    }
}
