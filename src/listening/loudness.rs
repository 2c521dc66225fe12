//! The loudness of a programme, after ITU-R BS.1770-4 and EBU R 128 (Tech 3341, Tech 3342): momentary, short-term,
//! integrated, its range and its true peak. It runs where the sound is computed: its memory, under 8 KB, is taken when
//! it is built, and does not grow however long it listens.
//!
//! Sound is weighted, and its energy summed over steps of 10 ms. Of these, the windows are made: 400 ms for the
//! momentary loudness, 3 s for the short-term one, both anew with every step. Ten times a second such a window is taken
//! into the programme's statistics (`gate`). Before the first sample counts as silence.

use super::gate::{Histogram, Programme, lufs};
use super::k_weighting::KWeighting;
use super::true_peak::TruePeak;
use crate::dsp::block::Block;
use crate::dsp::math::log2;
use core::f64::consts::LOG2_10;
use wide::f64x2;

const STEPS_PER_SECOND: usize = 100;
/// Steps of the momentary loudness' window.
const MOMENTARY_STEPS: usize = 40;
/// Steps of the short-term loudness' window.
const SHORT_TERM_STEPS: usize = 300;
/// Steps from one block of the statistics to the next.
const BLOCK_STEPS: u64 = 10;

/// How far below the loudness of all blocks the relative gates are, in LU: for the integrated loudness and for the
/// range.
const INTEGRATED_GATE: f64 = -10.0;
const RANGE_GATE: f64 = -20.0;
/// The range goes from the one percentile to the other.
const RANGE_PERCENTILES: [f64; 2] = [10.0, 95.0];

/// What a meter reads. Each is −∞ where there was nothing to measure: silence, or not enough of a programme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readings {
    /// The last 400 ms, in LUFS.
    pub momentary: f32,
    /// The last 3 s, in LUFS.
    pub short_term: f32,
    /// The programme so far, gated, in LUFS; from 400 ms on.
    pub integrated: f32,
    /// The range of the programme's short-term loudness, in LU; from 3 s on.
    pub range: f32,
    /// The programme's true peak so far, in dBTP.
    pub true_peak: f32,
}

impl Readings {
    /// Of nothing.
    pub const NONE: Self = {
        const NONE: f32 = f32::NEG_INFINITY;
        Self { momentary: NONE, short_term: NONE, integrated: NONE, range: NONE, true_peak: NONE }
    };
}

/// A meter of a programme in one or two channels.
#[derive(Clone)]
pub struct Loudness {
    sample_rate: f64,
    weighting: KWeighting,
    true_peak: TruePeak,
    /// The energies of the last steps; step n is at n modulo the window.
    steps: [f32; SHORT_TERM_STEPS],
    /// Steps completed.
    completed: u64,
    /// Of the step under way: its energy so far, and the frames that are still to come.
    energy: f64,
    frames_left: usize,
    programme: Programme,
    short_term_blocks: Histogram,
    readings: Readings,
}

impl Loudness {
    /// A meter that has heard nothing; the sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        let mut meter = Self {
            sample_rate,
            weighting: KWeighting::new(sample_rate),
            true_peak: TruePeak::new(),
            steps: [0.0; SHORT_TERM_STEPS],
            completed: 0,
            energy: 0.0,
            frames_left: 0,
            programme: Programme::EMPTY,
            short_term_blocks: Histogram::EMPTY,
            readings: Readings::NONE,
        };
        meter.frames_left = meter.step_frames();
        meter
    }

    /// Forgets all sound: another programme begins.
    pub fn reset(&mut self) {
        self.weighting.reset();
        self.true_peak.reset();
        self.steps = [0.0; SHORT_TERM_STEPS];
        self.completed = 0;
        self.energy = 0.0;
        self.frames_left = self.step_frames();
        self.programme = Programme::EMPTY;
        self.short_term_blocks = Histogram::EMPTY;
        self.readings = Readings::NONE;
    }

    /// What it reads now.
    pub fn readings(&self) -> Readings {
        self.readings
    }

    /// Takes in a block. All blocks of a programme have the same channels: one, or left and right.
    pub fn process(&mut self, block: &Block) {
        let frames = block.frames();
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.frames_left);
            let mut channels = block.samples().map(|samples| samples[at..end].iter().map(|&x| x as f64));
            self.energy += match [channels.next(), channels.next()] {
                [Some(left), Some(right)] => self.weighting.energy(left.zip(right).map(|(l, r)| f64x2::new([l, r]))),
                [Some(mono), _] => self.weighting.energy(mono.map(|x| f64x2::new([x, 0.0]))),
                _ => 0.0,
            };
            self.frames_left -= end - at;
            at = end;
            if self.frames_left == 0 {
                self.complete_step();
            }
        }
        for (channel, samples) in block.samples().enumerate() {
            self.true_peak.take(channel, samples);
        }
        self.readings.true_peak = decibels(self.true_peak.peak());
    }

    #[inline(never)]
    fn complete_step(&mut self) {
        // What is no number would stay in the filters for ever.
        if !self.energy.is_finite() {
            self.energy = 0.0;
            self.weighting.reset();
        }
        self.steps[self.place()] = self.energy as f32;
        self.energy = 0.0;
        self.completed += 1;
        self.frames_left = self.step_frames();
        let momentary = self.mean_square(MOMENTARY_STEPS);
        let short_term = self.mean_square(SHORT_TERM_STEPS);
        self.readings.momentary = lufs(momentary) as f32;
        self.readings.short_term = lufs(short_term) as f32;
        if !self.completed.is_multiple_of(BLOCK_STEPS) {
            return;
        }
        if self.completed >= MOMENTARY_STEPS as u64 {
            self.programme.take(momentary);
            self.readings.integrated = self.programme.gated_loudness(INTEGRATED_GATE) as f32;
        }
        if self.completed >= SHORT_TERM_STEPS as u64 {
            self.short_term_blocks.take(short_term);
            let range = self.short_term_blocks.gated_range(RANGE_GATE, RANGE_PERCENTILES);
            self.readings.range = range.map_or(f32::NEG_INFINITY, |range| range as f32);
        }
    }

    /// The mean square over the last so many steps, summed over the channels.
    fn mean_square(&self, steps: usize) -> f64 {
        let (newest, oldest) = self.steps.split_at(self.place());
        let from_newest = newest.iter().rev().chain(oldest.iter().rev());
        let energy: f64 = from_newest.take(steps).map(|&energy| energy as f64).sum();
        energy * STEPS_PER_SECOND as f64 / (steps as f64 * self.sample_rate)
    }

    /// The place of the step under way: the oldest one's.
    fn place(&self) -> usize {
        (self.completed % SHORT_TERM_STEPS as u64) as usize
    }

    /// Frames of the next step: the steps begin at whole frames, and do not drift.
    fn step_frames(&self) -> usize {
        let start = |step: u64| (step as f64 * self.sample_rate / STEPS_PER_SECOND as f64 + 0.5) as u64;
        (start(self.completed + 1) - start(self.completed)) as usize
    }
}

/// A linear level in decibels; −∞ for 0.
fn decibels(level: f32) -> f32 {
    if level < f32::MIN_POSITIVE { f32::NEG_INFINITY } else { (20.0 / LOG2_10 * log2(level as f64)) as f32 }
}
