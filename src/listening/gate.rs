//! The gated statistics of a whole programme in fixed memory: a list of its blocks while they are few, then a histogram
//! of their loudness. Any thread; nothing is allocated.
//!
//! From the list the integrated loudness is exact: for the first 750 blocks, 75 s. The histogram's bins are 0.1 LU
//! wide. It sums the energy of all blocks exactly, and takes away what is below the relative gate by its bins. Each
//! of those blocks has less than a tenth of the mean energy, so that the bins' width changes the result by less
//! than 0.006 LU. The gate itself stands at the edge of a bin, within 0.05 LU of its place: a block between the two
//! makes a difference of at most 0.006 LU, for it is one of 750 or more. So the result is within 0.05 LU of the
//! exact one while less than 1 % of the blocks are there. A percentile is the middle of its bin.

use crate::dsp::math::{exp10, log2};
use core::f64::consts::LOG2_10;

/// The absolute gate in LUFS: what is not louder does not count.
const ABSOLUTE_GATE: f64 = -70.0;
/// The bins' width in LU.
const BIN_LU: f64 = 0.1;
/// Up to +5 LUFS: a 1 kHz sine of full scale in both channels has 0. The last bin holds all that is louder, too.
const BINS: usize = 750;
/// What BS.1770 adds to the energy's decibels: the K-weighting's gain at 1 kHz.
const OFFSET: f64 = -0.691;

/// The blocks of a programme, for its integrated loudness.
#[derive(Clone)]
pub enum Programme {
    /// The energies of those louder than the absolute gate, one by one.
    Short { energies: [f32; BINS], count: usize },
    /// More than that.
    Long(Histogram),
}

impl Programme {
    /// No blocks.
    pub const EMPTY: Self = Self::Short { energies: [0.0; BINS], count: 0 };

    /// Takes in a block of this mean square.
    pub fn take(&mut self, energy: f64) {
        match self {
            Self::Long(histogram) => histogram.take(energy),
            Self::Short { .. } if lufs(energy) <= ABSOLUTE_GATE => {}
            Self::Short { energies, count } if *count < BINS => {
                energies[*count] = energy as f32;
                *count += 1;
            }
            Self::Short { energies, .. } => {
                let mut histogram = Histogram::EMPTY;
                energies.iter().for_each(|&energy| histogram.take(energy as f64));
                histogram.take(energy);
                *self = Self::Long(histogram);
            }
        }
    }

    /// The loudness in LUFS of the blocks above the relative gate, so many LU below that of all; −∞ if there are none.
    pub fn gated_loudness(&self, gate: f64) -> f64 {
        let (energies, count) = match self {
            Self::Short { energies, count } => (&energies[..*count], *count),
            Self::Long(histogram) => return histogram.gated_loudness(gate),
        };
        let all: f64 = energies.iter().map(|&energy| energy as f64).sum();
        let least = all / count.max(1) as f64 * exp10(gate / 10.0);
        let (mut sum, mut above) = (0.0, 0);
        for energy in energies.iter().map(|&energy| energy as f64).filter(|&energy| energy > least) {
            sum += energy;
            above += 1;
        }
        if above == 0 { f64::NEG_INFINITY } else { lufs(sum / above as f64) }
    }
}

/// A mean square, summed over the channels, in LUFS; −∞ for silence.
pub fn lufs(energy: f64) -> f64 {
    if energy < f64::MIN_POSITIVE { f64::NEG_INFINITY } else { OFFSET + 10.0 / LOG2_10 * log2(energy) }
}

fn energy_of(lufs: f64) -> f64 {
    exp10((lufs - OFFSET) / 10.0)
}

/// The blocks of a programme that are louder than the absolute gate.
#[derive(Clone)]
pub struct Histogram {
    bins: [u32; BINS],
    count: u32,
    energy: f64,
}

impl Histogram {
    /// No blocks.
    pub const EMPTY: Self = Self { bins: [0; BINS], count: 0, energy: 0.0 };

    /// Takes in a block of this mean square.
    pub fn take(&mut self, energy: f64) {
        let loudness = lufs(energy);
        if loudness > ABSOLUTE_GATE {
            // A number beyond an integer's range becomes the nearest that is in it.
            let bin = ((loudness - ABSOLUTE_GATE) / BIN_LU) as usize;
            self.bins[bin.min(BINS - 1)] += 1;
            self.count += 1;
            self.energy += energy;
        }
    }

    fn gated_loudness(&self, gate: f64) -> f64 {
        let (mut count, mut energy) = (self.count, self.energy);
        let mut bin_energy = energy_of(ABSOLUTE_GATE + BIN_LU / 2.0);
        let step = exp10(BIN_LU / 10.0);
        for &blocks in &self.bins[..self.gate_bin(gate)] {
            count -= blocks;
            energy -= blocks as f64 * bin_energy;
            bin_energy *= step;
        }
        if count == 0 { f64::NEG_INFINITY } else { lufs(energy / count as f64) }
    }

    /// From one percentile to another of the blocks above the relative gate, in LU; `None` if there are none.
    pub fn gated_range(&self, gate: f64, percentiles: [f64; 2]) -> Option<f64> {
        let gate_bin = self.gate_bin(gate);
        let bins = &self.bins[gate_bin..];
        let count: u32 = bins.iter().sum();
        if count == 0 {
            return None;
        }
        let [low, high] = percentiles.map(|percentile| {
            // The block's place in the order of loudness, as Tech 3342 rounds it.
            let place = ((count - 1) as f64 * percentile / 100.0 + 0.5) as u32;
            let mut passed = 0;
            let is_before = |&&blocks: &&u32| {
                passed += blocks;
                passed <= place
            };
            bins.iter().take_while(is_before).count()
        });
        Some((high - low) as f64 * BIN_LU)
    }

    /// The first bin above the gate. The loudest bin always is.
    fn gate_bin(&self, gate: f64) -> usize {
        let mean = lufs(self.energy / self.count.max(1) as f64);
        let bin = (mean + gate - ABSOLUTE_GATE) / BIN_LU + 0.5;
        (bin as usize).min(BINS - 1)
    }
}
