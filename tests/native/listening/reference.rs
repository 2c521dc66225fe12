//! ITU-R BS.1770-4 and EBU Tech 3342 in float64, written as plainly as they are: for a whole programme at 48 kHz, with
//! all of its blocks in a list.

use crate::reference::{Coefficients, biquad};

/// The K-weighting's filters, from BS.1770-4, tables 1 and 2.
pub const SHELF: Coefficients =
    [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585];
pub const HIGH_PASS: Coefficients = [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621];

const SAMPLE_RATE: usize = 48000;
/// From one block to the next: 100 ms.
const STEP: usize = SAMPLE_RATE / 10;

fn loudness(energy: f64) -> f64 {
    -0.691 + 10.0 * energy.log10()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The energies of the blocks of so many frames, with as much overlap as a step of 100 ms leaves.
fn energies(channels: &[Vec<f32>], frames: usize) -> Vec<f64> {
    let weighted: Vec<Vec<f64>> = channels
        .iter()
        .map(|channel| {
            let sound: Vec<f64> = channel.iter().map(|&x| x as f64).collect();
            biquad(HIGH_PASS, &biquad(SHELF, &sound))
        })
        .collect();
    (frames..=weighted[0].len())
        .step_by(STEP)
        .map(|end| {
            weighted.iter().map(|y| y[end - frames..end].iter().map(|y| y * y).sum::<f64>() / frames as f64).sum()
        })
        .collect()
}

/// The energies that are above the absolute gate, and then above the relative one.
fn gated(energies: Vec<f64>, relative_gate: f64) -> Vec<f64> {
    let absolute: Vec<f64> = energies.into_iter().filter(|&energy| loudness(energy) > -70.0).collect();
    let gate = loudness(mean(&absolute)) + relative_gate;
    absolute.into_iter().filter(|&energy| loudness(energy) > gate).collect()
}

/// The integrated loudness in LUFS.
pub fn integrated(channels: &[Vec<f32>]) -> f64 {
    loudness(mean(&gated(energies(channels, 4 * STEP), -10.0)))
}

/// The loudness range in LU.
pub fn range(channels: &[Vec<f32>]) -> f64 {
    let mut blocks: Vec<f64> = gated(energies(channels, 30 * STEP), -20.0).into_iter().map(loudness).collect();
    blocks.sort_by(f64::total_cmp);
    let percentile = |percent: f64| blocks[((blocks.len() - 1) as f64 * percent / 100.0).round() as usize];
    percentile(95.0) - percentile(10.0)
}
