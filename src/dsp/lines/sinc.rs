//! Sound between two samples: ideal interpolation, which is the sum of a sinc for each sample, cut to a window.
//!
//! The window is Kaiser's (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974),
//! 28 samples long, with β for least error up to 0.4 of the sample rate: there every frequency is within −80 dB of
//! what it should be. The kernel is tabled at 256 places between two samples, with straight lines from one to the next,
//! which adds an error below −98 dB.

use crate::dsp::block::LANES;
use crate::dsp::math::sines_of_turns;
use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::f64::consts::PI;
use wide::{f32x4, f64x2};

/// Samples that make one between them.
pub const TAPS: usize = 28;
/// Kaiser's β.
const BETA: f64 = 8.8;
/// Places between two samples.
const PLACES: usize = 256;

/// The kernel's values at the taps, for one place between two samples.
type Row = [f32x4; TAPS / LANES];

/// The tabled kernel; 29 KB.
pub struct Sinc {
    rows: Box<[Row]>,
}

impl Sinc {
    /// The table.
    pub fn new() -> Result<Self, TryReserveError> {
        let mut rows = Vec::new();
        rows.try_reserve_exact(PLACES + 1)?;
        for place in 0..=PLACES {
            let mut row = [f32x4::ZERO; TAPS / LANES];
            for (tap, value) in bytemuck::cast_slice_mut::<f32x4, f32>(&mut row).iter_mut().enumerate() {
                let away = (TAPS / 2) as i64 - tap as i64;
                *value = kernel(away * PLACES as i64 - place as i64) as f32;
            }
            rows.push(row);
        }
        Ok(Self { rows: rows.into_boxed_slice() })
    }

    /// The sound `fraction` of a sample, from 0 to 1, before the sample in the middle: that with the index TAPS / 2.
    #[inline(always)]
    pub fn between(&self, samples: &[f32; TAPS], fraction: f64) -> f32 {
        let place = fraction * PLACES as f64;
        let row = (place as usize).min(PLACES - 1);
        let share = f32x4::splat((place - row as f64) as f32);
        let (from, to) = (&self.rows[row], &self.rows[row + 1]);
        let mut sums = [f32x4::ZERO; 2];
        for (nth, &taps) in samples.as_chunks::<LANES>().0.iter().enumerate() {
            sums[nth % 2] += f32x4::new(taps) * (from[nth] + (to[nth] - from[nth]) * share);
        }
        (sums[0] + sums[1]).reduce_add()
    }
}

/// The kernel so many places from its middle.
fn kernel(places: i64) -> f64 {
    let away = places as f64 / PLACES as f64;
    let inside = 1.0 - (away / (TAPS / 2) as f64) * (away / (TAPS / 2) as f64);
    if inside <= 0.0 {
        return 0.0;
    }
    let window = bessel(BETA * BETA / 4.0 * inside) / bessel(BETA * BETA / 4.0);
    if places == 0 {
        return 1.0;
    }
    // sin πx is that of a turn's half, whose whole turns do not matter.
    let turn = places.rem_euclid(2 * PLACES as i64) as f64 / (2 * PLACES) as f64;
    sines_of_turns(f64x2::splat(turn)).to_array()[0] / (PI * away) * window
}

/// I₀(2·√x), the modified Bessel function of the first kind: the sum of (xⁿ⁄²/n!)² … x^n / (n!)².
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..30 {
        term *= x / (n * n) as f64;
        sum += term;
    }
    sum
}
