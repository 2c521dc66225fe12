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
/// A number for each line, four to a vector.
type PerLine = [f32x4; LINES / LANES];

/// A line's frames, four to a vector.
type Frames = [[f32; LANES]; BLOCK / LANES];

/// What each line does to its sound: factors of what comes out of the line, and of the result a frame ago.
#[derive(Clone, Copy, Default, PartialEq)]
struct Gains {
    direct: PerLine,
    back: PerLine,
}

impl Gains {
    /// What `with` makes of each vector of these and of others.
    #[inline(always)]
    fn zip(&self, other: &Self, with: impl Fn(f32x4, f32x4) -> f32x4) -> Self {
        let zip = |one: &PerLine, other: &PerLine| from_fn(|four| with(one[four], other[four]));
        Self { direct: zip(&self.direct, &other.direct), back: zip(&self.back, &other.back) }
    }
}

/// The network, with room for all of its sound: 0.7 s, 137 KB at 48 kHz.
pub struct Network {
    sample_rate: f64,
    lengths: [usize; LINES],
    /// Frames that are processed at a time, at most: fewer than in any line.
    span: usize,
    /// −log2 of what 60 dB in the decay time leave of a line's sound, times the decay time in seconds.
    losses: PerLine,
    lines: [Ring; LINES],
    /// What the lines' filters give, frame by frame, four frames together; and what they gave last.
    sounds: [[PerLine; LANES]; BLOCK / LANES],
    last: PerLine,
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
        let mut lines: [Ring; LINES] = Default::default();
        for (line, length) in lines.iter_mut().zip(lengths) {
            // What is written for the last frames of a vector overtakes the oldest.
            *line = Ring::new(length + LANES, BLOCK + LANES)?;
        }
        Ok(Self {
            sample_rate,
            lengths,
            span: BLOCK.min(lengths[0] - LANES),
            losses: from_fn(|four| f32x4::new(from_fn(|nth| loss(LANES * four + nth)))),
            lines,
            sounds: Default::default(),
            last: PerLine::default(),
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
        self.last = PerLine::default();
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
        self.slope = self.goal.zip(&self.gains, |goal, from| (goal - from) * each_frame);
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
            gains.direct[four] = gain * rest;
            gains.back[four] = pole;
        }
        gains
    }

    /// A span of the network, with what filters what comes out of the lines.
    #[inline(always)]
    fn sound(&mut self, block: &mut Block, at: usize, span: usize, filter: impl Fn(&mut Self, usize)) {
        let vectors = span.div_ceil(LANES);
        for (side, samples) in self.input.iter_mut().zip(block.samples()) {
            gather(side, &samples[at..at + span]);
        }
        let is_mono = block.stereo_mut().is_none();
        if is_mono {
            let [left, right] = &mut self.input;
            right[..vectors].copy_from_slice(&left[..vectors]);
        }
        filter(self, vectors);
        self.last = self.sounds.as_flattened()[span - 1];
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

    /// Filters what comes out of the lines.
    #[inline(never)]
    fn filter(&mut self, vectors: usize) {
        let gains = self.gains;
        self.filter_with(vectors, |_| gains);
    }

    /// The same while the gains move.
    #[inline(never)]
    fn filter_moving(&mut self, vectors: usize) {
        let (from, slope) = (self.gains, self.slope);
        let before = GRAIN - self.left;
        self.filter_with(vectors, |frame| {
            let passed = f32x4::splat((before + frame + 1) as f32);
            from.zip(&slope, |from, slope| from + slope * passed)
        });
    }

    /// Filters what comes out of the lines with the gains at each frame. A vector holds four frames of a line when it
    /// comes out of its ring, and a frame of four lines when it is filtered: so four lines wait together for what they
    /// gave last.
    #[inline(always)]
    fn filter_with(&mut self, vectors: usize, gains_at: impl Fn(usize) -> Gains) {
        let taps: [&Frames; LINES] =
            from_fn(|line| &bytemuck::cast_slice(self.lines[line].read(self.lengths[line], BLOCK))[0]);
        // Each four by its name: in a loop over them, what they gave last would go through memory.
        let [mut a, mut b, mut c, mut d] = self.last;
        for nth in 0..vectors.min(BLOCK / LANES) {
            let frames = &mut self.sounds[nth];
            let gains = |frame| gains_at(LANES * nth + frame);
            filter_four::<0>(&taps, nth, gains, &mut a, frames);
            filter_four::<1>(&taps, nth, gains, &mut b, frames);
            filter_four::<2>(&taps, nth, gains, &mut c, frames);
            filter_four::<3>(&taps, nth, gains, &mut d, frames);
        }
    }

    /// Mixes what the filters give into what is heard and, with the input, into the lines.
    #[inline(never)]
    fn mix(&mut self, span: usize) {
        let vectors = span.div_ceil(LANES);
        let [half, heard] = [0.5, OUTPUT].map(f32x4::splat);
        let Self { lines, sounds, input, output, .. } = self;
        let mut places: [&mut Frames; LINES] =
            lines.each_mut().map(|ring| &mut bytemuck::cast_slice_mut(ring.place(BLOCK))[0]);
        let mut loudest = f32x4::ZERO;
        for nth in 0..vectors.min(BLOCK / LANES) {
            let frames = sounds[nth];
            // The matrix's first factor, across the fours, frame by frame.
            let halves = frames.each_ref().map(|[a, b, c, d]| [*a + *b, *c + *d]);
            let [a, b, c, d] = f32x4::transpose(halves.map(|[upper, lower]| heard * (upper - lower)));
            let [left, right] = [a + d, b + c];
            loudest = loudest.fast_max(left.abs()).fast_max(right.abs());
            [output[0][nth], output[1][nth]] = [left, right];
            // The second factor, within each four, line by line.
            let sums = halves.map(|[upper, lower]| half * (upper + lower));
            let [left, right] = [input[0][nth], input[1][nth]];
            feed_four::<0>(&mut places, nth, &frames, &sums, [left, right]);
            feed_four::<1>(&mut places, nth, &frames, &sums, [-left, -right]);
            feed_four::<2>(&mut places, nth, &frames, &sums, [left, right]);
            feed_four::<3>(&mut places, nth, &frames, &sums, [-left, -right]);
        }
        // While anything is heard, the lines need no look.
        let floor = f32x4::splat(SILENCE_FLOOR);
        let silent = loudest.simd_lt(floor).all()
            && places.iter().all(|place| place[..vectors].iter().all(|&x| f32x4::new(x).abs().simd_lt(floor).all()));
        self.close(span, silent);
    }

    /// Ends a span. What is left of a decay ends in exactly 0.
    #[inline(always)]
    fn close(&mut self, span: usize, silent: bool) {
        if silent {
            self.last = PerLine::default();
        }
        for ring in &mut self.lines {
            if silent {
                ring.place(span).fill(0.0);
            }
            ring.close(span, silent);
        }
    }
}

/// Filters four frames of four lines.
#[inline(always)]
fn filter_four<const FOUR: usize>(
    taps: &[&Frames; LINES],
    nth: usize,
    gains_at: impl Fn(usize) -> Gains,
    last: &mut f32x4,
    frames: &mut [PerLine; LANES],
) {
    let mut next = |frame: usize, x: f32x4| {
        let Gains { direct, back } = gains_at(frame);
        *last = direct[FOUR] * x + back[FOUR] * *last;
        frames[frame][FOUR] = *last;
    };
    let [a, b, c, d] = f32x4::transpose(from_fn(|line| f32x4::new(taps[LANES * FOUR + line][nth])));
    next(0, a);
    next(1, b);
    next(2, c);
    next(3, d);
}

/// Feeds the mix of four lines, for four frames, to the lines before them, with the input of both sides.
#[inline(always)]
fn feed_four<const FOUR: usize>(
    places: &mut [&mut Frames; LINES],
    nth: usize,
    frames: &[PerLine; LANES],
    sums: &[f32x4; LANES],
    [left, right]: [f32x4; 2],
) {
    let [a, b, c, d] = f32x4::transpose(from_fn(|frame| frames[frame][FOUR] - sums[frame]));
    let half_sum = f32x4::splat(0.5) * ((a + b) + (c + d));
    let line = LANES * FOUR;
    places[(line + LINES - 1) % LINES][nth] = (a - half_sum - left).to_array();
    places[line][nth] = (b - half_sum + left).to_array();
    places[line + 1][nth] = (c - half_sum + right).to_array();
    places[line + 2][nth] = (d - half_sum + right).to_array();
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
