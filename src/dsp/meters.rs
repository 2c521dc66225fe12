//! Level meters: peak and RMS of a channel, with the ballistics that people read meters by.

use crate::dsp::block::LANES;
use crate::dsp::lanes::larger;
use crate::dsp::math::{exp, exp10, sqrtx4};
use wide::{f32x4, i32x4};

/// Peaks fall by 20 dB in this time (IEC 60268-10, type I).
const PEAK_FALL_SECONDS: f64 = 1.7;
/// Time constant of the RMS level.
const RMS_SECONDS: f64 = 0.3;
/// Levels below this (−140 dBFS) read 0.
const METER_FLOOR: f32 = 1e-7;

/// What one block had, in squares: roots are taken of what is shown.
#[derive(Clone, Copy, Default)]
pub struct Reading {
    /// The largest square.
    peak: f32,
    /// The sum of squares.
    energy: f32,
}

impl Reading {
    /// Whether all samples were numbers and at most so loud. One that was not shows in the energy, if not
    /// in the peak.
    pub fn is_within(&self, loudest: f32) -> bool {
        self.peak <= loudest * loudest && self.energy < f32::INFINITY
    }

    /// Whether all samples were below a magnitude.
    pub fn is_below(&self, magnitude: f32) -> bool {
        self.peak < magnitude * magnitude && self.energy < f32::INFINITY
    }

    /// Whether a sample was beyond ±1.
    pub fn clips(&self) -> bool {
        self.peak > 1.0
    }

    /// Reads a block's samples.
    #[inline(never)]
    pub fn of(samples: &[f32]) -> Self {
        let mut sums = Sums::default();
        let (steps, rest) = samples.as_chunks::<STEP>();
        steps.iter().for_each(|step| sums.add(step));
        sums.reading(rest)
    }
}

/// Samples that are taken in at a time.
const STEP: usize = 4 * LANES;

/// A reading in lanes, of four vectors side by side: a single sum would be one long chain of additions.
#[derive(Default)]
struct Sums {
    /// The largest squares, by their bits: not negative, they are in order as integers too, NaN above all.
    squares: i32x4,
    energies: [f32x4; 4],
}

impl Sums {
    /// Written out: as a loop the sums would live in memory.
    #[inline(always)]
    fn add(&mut self, samples: &[f32; STEP]) {
        let vectors: &[[f32; LANES]; 4] = bytemuck::cast_ref(samples);
        self.take(0, f32x4::new(vectors[0]));
        self.take(1, f32x4::new(vectors[1]));
        self.take(2, f32x4::new(vectors[2]));
        self.take(3, f32x4::new(vectors[3]));
    }

    #[inline(always)]
    fn take(&mut self, vector: usize, x: f32x4) {
        let square = x * x;
        self.squares = larger(self.squares, bytemuck::cast(square));
        self.energies[vector] += square;
    }

    fn reading(mut self, rest: &[f32]) -> Reading {
        // In WebAssembly to copy nothing costs as much as to copy something.
        if !rest.is_empty() {
            let mut last = [0.0; STEP];
            last[..rest.len()].copy_from_slice(rest);
            self.add(&last);
        }
        let [e, f, g, h] = self.energies;
        let [e, f, g, h] = ((e + f) + (g + h)).to_array();
        Reading { peak: f32::from_bits(self.squares.reduce_max() as u32), energy: (e + f) + (g + h) }
    }
}

/// How much of a level is left after a block, and how much a reading counts: the same for all meters of an engine.
#[derive(Clone)]
pub struct Ballistics {
    sample_rate: f64,
    frames: usize,
    /// What is left of a level: peaks fall, means fade.
    left: f32x4,
    /// What of a reading counts: all of a peak, and of an energy the share that makes it a mean and blends it in.
    counts: f32x4,
}

impl Ballistics {
    /// For blocks at a sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self { sample_rate, frames: 0, left: f32x4::ONE, counts: f32x4::ZERO }
    }

    /// For a block of so many frames; costs nothing while that stays the same.
    pub fn set_frames(&mut self, frames: usize) {
        if frames != self.frames {
            let seconds = frames as f64 / self.sample_rate;
            self.frames = frames;
            let fall = exp10(-2.0 * seconds / PEAK_FALL_SECONDS) as f32;
            let fade = exp(-seconds / RMS_SECONDS);
            let share = if frames == 0 { 0.0 } else { (1.0 - fade) / frames as f64 } as f32;
            self.left = f32x4::new([fall, fade as f32, fall, fade as f32]);
            self.counts = f32x4::new([1.0, share, 1.0, share]);
        }
    }
}

/// One channel's levels in squares: the input's peak and mean, the output's peak and mean.
#[derive(Clone, Default)]
pub struct Meter(f32x4);

impl Meter {
    /// Whether all levels read 0.
    pub fn has_fallen(&self) -> bool {
        self.0.to_array() == [0.0; 4]
    }

    /// Takes a block's readings. Returns the levels, linear: the input's peak and RMS, the output's peak and RMS.
    pub fn take(&mut self, input: Reading, output: Reading, ballistics: &Ballistics) -> [f32; 4] {
        let read = f32x4::new([input.peak, input.energy, output.peak, output.energy]) * ballistics.counts;
        let left = self.0 * ballistics.left;
        let (peaks, means) = (left.fast_max(read).to_array(), (left + read).to_array());
        let levels = f32x4::new([peaks[0], means[1], peaks[2], means[3]]);
        self.0 = levels.simd_lt(f32x4::splat(METER_FLOOR * METER_FLOOR)).select(f32x4::ZERO, levels);
        sqrtx4(self.0).to_array()
    }
}

/// How many samples are beyond ±1.
pub fn clips(samples: &[f32]) -> u32 {
    samples.iter().filter(|x| x.abs() > 1.0).count() as u32
}
