//! A feedback delay network: delay lines whose outputs, mixed by an orthogonal matrix, are their inputs.
//!
//! J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators", 90th AES Convention,
//! 1991; the matrix is after Jot, "Efficient models for reverberation and distance rendering in computer music and
//! virtual audio reality", ICMC 1997. With inputs x, lines of mᵢ frames, sᵢ what comes out of line i:
//!
//! - sᵢ(z) = z^(−mᵢ)·gᵢ·(1 − pᵢ)/(1 − pᵢ·z⁻¹)·qᵢ(z), q = A·s + b·x, output = cᵀ·s
//! - gᵢ = 10^(−3·mᵢ/(rate·decay)), so that after the decay time 60 dB are gone. pᵢ is such that at the highest
//!   frequency it takes decay·(1 − 0.9·damping): with r the gain there over gᵢ, 1 − pᵢ = 2r/(1 + r); but at least
//!   ln 1000/(rate·decay), for no line shall ring longer than the whole.
//! - A = S·(H ⊗ H), H = I − ½·11ᵀ of 4×4 (Householder), all of whose entries have the same magnitude; S moves them by
//!   one line, since a symmetric matrix would have all its eigenvalues at ±1.
//! - The lines are 20 to 80 ms long, in equal ratios, each the next larger prime: so no two echoes fall together soon.
//! - Of each four lines the outer two belong to the left, the inner two to the right: the input's signs change from
//!   four to four, those of the output from eight to eight. In mono both are fed, and their mean is heard.

use crate::dsp::block::{BLOCK, Block, LANES, Samples};
use crate::dsp::lines::ring::Ring;
use crate::dsp::math::{SILENCE_FLOOR, exp2, exp2x4};
use crate::dsp::smooth::Smoothed;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::array::from_fn;
use core::f64::consts::{LN_10, LOG2_10};
use wide::f32x4;

/// How many lines there are: four by four.
pub const LINES: usize = SIDE * SIDE;
const SIDE: usize = 4;
/// Lengths of the first line and of the last one, as powers of two over the first one's.
const SHORTEST_SECONDS: f64 = 0.02;
const DOUBLINGS: f64 = 2.0;
/// What of a line is heard.
const OUTPUT: f32 = 0.25;
/// How much of the decay time the damping can take at the highest frequencies.
const MOST_DAMPING: f32 = 0.9;
/// Frames from one set of gains to the next while they move.
const GRAIN: usize = 32;
/// Frames that a line's filter looks back, besides its own last four.
const BEHIND: usize = LANES - 1;

/// A number for each line, four to a vector.
type PerLine = [f32x4; LINES / LANES];

/// What each line does to its sound: factors of the sound now and 1 … 3 frames ago, and of the result 4 frames ago.
///
/// It is the one-pole filter, four steps ahead: y₀ = c·(x₀ + p·x₁ + p²·x₂ + p³·x₃) + p⁴·y₄ with c = g·(1 − p). So four
/// frames are computed at once.
#[derive(Clone, Copy, Default, PartialEq)]
struct Gains([PerLine; LANES + 1]);

/// The network, with room for all of its sound: 0.7 s, 137 KB at 48 kHz.
pub struct Network {
    sample_rate: f64,
    lengths: [usize; LINES],
    /// Frames that are processed at a time, at most: fewer than in any line.
    span: usize,
    /// −log2 of what 60 dB in the decay time leave of a line's sound, times the decay time in seconds.
    losses: PerLine,
    lines: Vec<Ring>,
    /// What comes out of each line: the last four frames of the span before, then the span's.
    outputs: [[f32x4; 1 + BLOCK / LANES]; LINES],
    sums: Sums,
    input: Sides,
    output: Sides,
    gains: Gains,
    /// While the gains move: what they are after the grain, and by how much they change with a frame.
    goal: Gains,
    slope: Gains,
    /// Frames left of the grain.
    left: usize,
    /// Whether the gains stay.
    settled: bool,
}

/// Sound of both sides, for a span.
type Sides = [Samples; 2];

/// What is taken from the lines' outputs to make their inputs: of each half of its row's sum, and of its column's half
/// what is left, without the input or with it.
#[derive(Default)]
struct Sums {
    rows: [Samples; SIDE],
    columns: [[Samples; SIDE]; 2],
}

impl Network {
    /// A silent network; the sample rate in Hz.
    pub fn new(sample_rate: f64) -> Result<Self, TryReserveError> {
        let mut last = 0;
        let lengths = from_fn(|line| {
            let octaves = DOUBLINGS * line as f64 / (LINES - 1) as f64;
            let wanted = (SHORTEST_SECONDS * sample_rate * exp2(octaves) + 0.5) as usize;
            last = prime_from(wanted.max(last + 1));
            last
        });
        let loss = |line: usize| (3.0 * LOG2_10 * lengths[line] as f64 / sample_rate) as f32;
        Ok(Self {
            sample_rate,
            lengths,
            span: BLOCK.min(lengths[0] - LANES),
            losses: from_fn(|four| f32x4::new(from_fn(|nth| loss(LANES * four + nth)))),
            // What is written for the last frames of a vector overtakes the oldest.
            lines: lengths
                .iter()
                .map(|length| Ring::new(length + BEHIND + LANES, BLOCK + LANES))
                .collect::<Result<_, _>>()?,
            outputs: [[f32x4::ZERO; 1 + BLOCK / LANES]; LINES],
            sums: Sums::default(),
            input: Sides::default(),
            output: Sides::default(),
            gains: Gains::default(),
            goal: Gains::default(),
            slope: Gains::default(),
            left: 0,
            settled: false,
        })
    }

    /// Forgets all sound, and has the gains of this decay time in seconds and this damping at once.
    pub fn reset(&mut self, decay: f64, damping: f64) {
        self.lines.iter_mut().for_each(Ring::forget);
        self.outputs.iter_mut().for_each(|outputs| outputs[0] = f32x4::ZERO);
        self.gains = self.gains_of(decay as f32, damping as f32);
        self.left = 0;
        self.settled = true;
    }

    /// The decay time or the damping changes.
    pub fn stir(&mut self) {
        self.settled = false;
    }

    /// Whether all that it remembers is exactly 0.
    pub fn is_at_rest(&self) -> bool {
        self.lines.iter().all(Ring::is_silent)
    }

    /// Puts the reverberation of a block in its place, while decay time and damping are on their way.
    pub fn process(&mut self, block: &mut Block, [decay, damping]: [&mut Smoothed; 2]) {
        let frames = block.frames();
        let mut at = 0;
        while at < frames {
            if self.left == 0 && !self.settled {
                self.begin_grain([decay, damping]);
            }
            let mut span = self.span.min(frames - at);
            if self.settled {
                self.sound(block, at, span, Self::filter);
            } else {
                span = span.min(self.left);
                self.sound(block, at, span, Self::filter_moving);
                self.left -= span;
                if self.left == 0 {
                    self.gains = self.goal;
                }
            }
            decay.advance(span);
            damping.advance(span);
            at += span;
        }
    }

    /// Sets out for what the gains are at the end of the grain.
    #[inline(never)]
    fn begin_grain(&mut self, [decay, damping]: [&Smoothed; 2]) {
        let arrived = decay.is_settled() && damping.is_settled();
        let [decay, damping] = [decay, damping].map(|parameter| {
            let mut values = [f32x4::ZERO];
            parameter.values_after(GRAIN, GRAIN, &mut values);
            values[0].to_array()[0]
        });
        self.goal = self.gains_of(decay, damping);
        self.settled = arrived && self.goal == self.gains;
        if self.settled {
            return;
        }
        let each_frame = f32x4::splat(1.0 / GRAIN as f32);
        for ((slope, goal), from) in self.slope.0.iter_mut().zip(&self.goal.0).zip(&self.gains.0) {
            *slope = from_fn(|four| (goal[four] - from[four]) * each_frame);
        }
        self.left = GRAIN;
    }

    #[inline(never)]
    fn gains_of(&self, decay: f32, damping: f32) -> Gains {
        let highest = 1.0 / (1.0 - MOST_DAMPING * damping) - 1.0;
        let least = (3.0 * LN_10 / self.sample_rate) as f32 / decay;
        let mut gains = Gains::default();
        for (four, &loss) in self.losses.iter().enumerate() {
            let loss = -loss * f32x4::splat(1.0 / decay);
            let gain = exp2x4(loss);
            let ratio = exp2x4(loss * f32x4::splat(highest));
            let one = f32x4::splat(1.0);
            let rest = ((ratio + ratio) / (one + ratio)).fast_max(f32x4::splat(least)).fast_min(one);
            let pole = one - rest;
            let square = pole * pole;
            let first = gain * rest;
            let factors = [first, first * pole, first * square, first * (square * pole), square * square];
            gains.0.iter_mut().zip(factors).for_each(|(gains, factor)| gains[four] = factor);
        }
        gains
    }

    /// A span of the network, with what makes the outputs of a line and the next one.
    #[inline(always)]
    fn sound(&mut self, block: &mut Block, at: usize, span: usize, filter: impl Fn(&mut Self, usize, usize)) {
        let vectors = span.div_ceil(LANES);
        for (side, samples) in self.input.iter_mut().zip(block.samples()) {
            gather(side, &samples[at..at + span]);
        }
        let is_mono = block.stereo_mut().is_none();
        if is_mono {
            let [left, right] = &mut self.input;
            right[..vectors].copy_from_slice(&left[..vectors]);
        }
        (0..LINES).step_by(2).for_each(|line| filter(self, line, vectors));
        self.mix(span);
        if is_mono {
            let [left, right] = &mut self.output;
            let sides = left[..vectors].iter_mut().zip(right);
            sides.for_each(|(left, right)| *left = (*left + *right) * f32x4::splat(0.5));
        }
        for (side, samples) in self.output.iter().zip(block.samples_mut()) {
            samples[at..at + span].copy_from_slice(&bytemuck::cast_slice(side)[..span]);
        }
    }

    /// A line's gains, out of those of all.
    #[inline(always)]
    fn of_line(gains: &Gains, line: usize) -> [f32x4; LANES + 1] {
        gains.0.map(|gains| f32x4::splat(gains[line / LANES].to_array()[line % LANES]))
    }

    /// What comes out of a line and of the next one. Both at once, for either has to wait for its last sum.
    #[inline(always)]
    fn filter(&mut self, line: usize, vectors: usize) {
        let [one, other] = [line, line + 1].map(|line| Self::of_line(&self.gains, line));
        let (outputs, next_outputs) = self.outputs.split_at_mut(line + 1);
        let (mut y, places) = taps(&mut outputs[line], &self.lines[line], self.lengths[line], vectors);
        let (mut v, next_places) = taps(&mut next_outputs[0], &self.lines[line + 1], self.lengths[line + 1], vectors);
        for ((place, x), (next_place, w)) in places.zip(next_places) {
            y = step(&one, x, y);
            *place = y;
            v = step(&other, w, v);
            *next_place = v;
        }
    }

    /// The same while the gains move.
    #[inline(always)]
    fn filter_moving(&mut self, line: usize, vectors: usize) {
        let begins = f32x4::splat((GRAIN - self.left) as f32) + f32x4::new([1.0, 2.0, 3.0, 4.0]);
        for line in [line, line + 1] {
            let [from, slope] = [&self.gains, &self.slope].map(|gains| Self::of_line(gains, line));
            let (mut y, places) = taps(&mut self.outputs[line], &self.lines[line], self.lengths[line], vectors);
            let mut frame = begins;
            for (place, x) in places {
                y = step(&from_fn(|nth| from[nth] + slope[nth] * frame), x, y);
                *place = y;
                frame += f32x4::splat(LANES as f32);
            }
        }
    }

    /// Mixes the lines' outputs into what is heard and, with the input, into the lines.
    #[inline(never)]
    fn mix(&mut self, span: usize) {
        let vectors = span.div_ceil(LANES);
        let Sums { rows, columns } = &mut self.sums;
        let [half, heard] = [0.5, OUTPUT].map(f32x4::splat);
        for nth in 0..vectors {
            let mut sums = [f32x4::ZERO; SIDE];
            let mut sides = [f32x4::ZERO; 2];
            for (row, outputs) in self.outputs.as_chunks::<SIDE>().0.iter().enumerate() {
                let [a, b, c, d] = outputs.each_ref().map(|output| output[1 + nth]);
                let [outer, inner] = [a + d, b + c];
                rows[row][nth] = half * (outer + inner);
                [a, b, c, d].iter().zip(&mut sums).for_each(|(&s, sum)| *sum += s);
                if row < SIDE / 2 {
                    sides[0] += outer;
                    sides[1] += inner;
                } else {
                    sides[0] -= outer;
                    sides[1] -= inner;
                }
            }
            let all = half * ((sums[0] + sums[1]) + (sums[2] + sums[3]));
            for (column, sum) in sums.into_iter().enumerate() {
                // A line is fed by the mix at the next one's place.
                let x = self.input[usize::from(!matches!(column, 0 | 1))][nth];
                let sum = half * (sum - all);
                columns[0][column][nth] = sum - x;
                columns[1][column][nth] = sum + x;
            }
            self.output.iter_mut().zip(sides).for_each(|(output, side)| output[nth] = heard * side);
        }
        let mut highest = f32x4::ZERO;
        for (line, ring) in self.lines.iter_mut().enumerate() {
            let mixed = (line + 1) % LINES;
            let (row, column) = (&rows[mixed / SIDE], &columns[line / SIDE % 2][mixed % SIDE]);
            let written = ring.place(vectors * LANES).as_chunks_mut::<LANES>().0;
            let sounds = self.outputs[mixed][1..].iter().zip(row).zip(column);
            for (written, ((&s, &row), &column)) in written.iter_mut().zip(sounds) {
                let sum = s - row - column;
                highest = highest.fast_max(sum.abs());
                *written = sum.to_array();
            }
        }
        self.close(span, highest.simd_lt(f32x4::splat(SILENCE_FLOOR)).all());
    }

    /// Ends a span. What is left of a decay ends in exactly 0.
    #[inline(always)]
    fn close(&mut self, span: usize, silent: bool) {
        for (ring, outputs) in self.lines.iter_mut().zip(&mut self.outputs) {
            if silent {
                ring.place(span).fill(0.0);
                outputs[0] = f32x4::ZERO;
            } else {
                let samples: &[f32] = bytemuck::cast_slice(outputs);
                outputs[0] = samples[span..].first_chunk().map_or(f32x4::ZERO, |last| f32x4::new(*last));
            }
            ring.close(span, silent);
        }
    }
}

/// A line's filter: four outputs from what came out of its ring, now and 1 … 3 frames before, and the four before.
#[inline(always)]
fn step([c0, c1, c2, c3, back]: &[f32x4; LANES + 1], [x0, x1, x2, x3]: [f32x4; LANES], before: f32x4) -> f32x4 {
    ((*c0 * x0 + *c1 * x1) + (*c2 * x2 + *c3 * x3)) + *back * before
}

/// A line's last four outputs; and places for the next ones, with what came out of its ring then and 1 … 3 frames
/// before.
#[inline(always)]
fn taps<'a>(
    outputs: &'a mut [f32x4],
    ring: &'a Ring,
    length: usize,
    vectors: usize,
) -> (f32x4, impl Iterator<Item = (&'a mut f32x4, [f32x4; LANES])>) {
    let count = vectors * LANES;
    let samples = ring.read(length + BEHIND, count + BEHIND);
    let from = |nth: usize| samples[nth..nth + count].as_chunks::<LANES>().0;
    let (last, outputs) = outputs.split_at_mut(1);
    let taps = from(3).iter().zip(from(2)).zip(from(1)).zip(from(0));
    (last[0], outputs.iter_mut().zip(taps.map(|(((a, b), c), d)| [a, b, c, d].map(|&x| f32x4::new(x)))))
}

/// Puts samples into vectors; the last one ends in silence.
#[inline(always)]
fn gather(vectors: &mut [f32x4], samples: &[f32]) {
    let (whole, rest) = samples.as_chunks::<LANES>();
    vectors.iter_mut().zip(whole).for_each(|(vector, &samples)| *vector = f32x4::new(samples));
    if !rest.is_empty() {
        vectors[whole.len()] = f32x4::new(from_fn(|nth| rest.get(nth).copied().unwrap_or_default()));
    }
}

/// The first prime from a number on.
fn prime_from(mut number: usize) -> usize {
    while (2..).take_while(|divisor| divisor * divisor <= number).any(|divisor| number.is_multiple_of(divisor)) {
        number += 1;
    }
    number
}
