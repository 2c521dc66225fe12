//! Level meters: peak and RMS of a channel, with the ballistics that people read meters by.

use crate::block::LANES;
use crate::lanes::larger;
use crate::math::{exp, exp10, sqrt};
use wide::{f32x4, i32x4};

/// Peaks fall by 20 dB in this time, in seconds (IEC 60268-10, type I).
const PEAK_FALL: f64 = 1.7;
/// Time constant of the RMS level, in seconds.
const RMS_TIME: f64 = 0.3;
/// Levels below this (−140 dBFS) read 0.
const DARK: f32 = 1e-7;

/// What one block had.
#[derive(Clone, Copy, Default)]
pub struct Reading {
    /// The largest magnitude.
    pub peak: f32,
    /// The sum of squares.
    pub energy: f32,
}

impl Reading {
    /// Whether all samples were numbers and at most so loud. One that was not shows in the energy, if not
    /// in the peak.
    pub fn is_within(&self, loudest: f32) -> bool {
        self.peak <= loudest && self.energy < f32::INFINITY
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

/// A reading in lanes, of four vectors side by side: one sum would be a long way from end to end.
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
        let square = f32::from_bits(self.squares.reduce_max() as u32);
        let [e, f, g, h] = self.energies;
        let [e, f, g, h] = ((e + f) + (g + h)).to_array();
        Reading { peak: sqrt(square as f64) as f32, energy: (e + f) + (g + h) }
    }
}

fn louder(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

/// One channel's meter.
#[derive(Clone, Default)]
pub struct Meter {
    peak: f32,
    square: f32,
}

/// What passes for all meters of an engine in a block of so many frames.
#[derive(Clone)]
pub struct Ballistics {
    sample_rate: f64,
    frames: usize,
    fall: f32,
    blend: f32,
}

impl Ballistics {
    /// For blocks at a sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self { sample_rate, frames: 0, fall: 1.0, blend: 0.0 }
    }

    /// For a block of so many frames; costs nothing while that stays the same.
    pub fn set_frames(&mut self, frames: usize) {
        if frames != self.frames {
            let seconds = frames as f64 / self.sample_rate;
            self.frames = frames;
            self.fall = exp10(-seconds / PEAK_FALL) as f32;
            self.blend = (1.0 - exp(-seconds / RMS_TIME)) as f32;
        }
    }
}

impl Meter {
    /// Takes a block's reading.
    #[inline(never)]
    pub fn take(&mut self, reading: Reading, ballistics: &Ballistics) {
        let fallen = self.peak * ballistics.fall;
        self.peak = louder(if fallen < DARK { 0.0 } else { fallen }, reading.peak);
        let square = reading.energy / ballistics.frames as f32;
        self.square += (square - self.square) * ballistics.blend;
        if self.square < DARK * DARK {
            self.square = 0.0;
        }
    }

    /// The peak, linear.
    pub fn peak(&self) -> f32 {
        self.peak
    }

    /// The RMS level, linear.
    pub fn rms(&self) -> f32 {
        sqrt(self.square as f64) as f32
    }
}

/// How many samples are beyond ±1.
pub fn clips(samples: &[f32]) -> u32 {
    samples.iter().filter(|x| x.abs() > 1.0).count() as u32
}
