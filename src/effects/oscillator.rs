//! The clock of an effect that swells or sways: an angle that turns at a smoothed rate, from 0 at the first sample
//! after a reset.

use crate::dsp::block::{BLOCK, Envelope};
use crate::dsp::smooth::Smoothed;
use wide::f64x2;

/// A slow oscillator's angle.
pub struct Oscillator {
    sample_rate: f64,
    /// Turns a second.
    pub rate: Smoothed,
    /// The angle at the next sample, in turns from 0 to 1.
    phase: f64,
}

impl Oscillator {
    /// At rest at the angle 0; its rate in Hz is the parameter at `index` of the table.
    pub fn new(index: usize, sample_rate: f64) -> Self {
        Self { sample_rate, rate: Smoothed::new(index, sample_rate), phase: 0.0 }
    }

    /// Is at its rate at once, and at the angle 0.
    pub fn reset(&mut self) {
        self.rate.snap();
        self.phase = 0.0;
    }

    /// Gives the angles of so many frames, at most [`BLOCK`], two at a time; moves on by them.
    ///
    /// Reckoned in float64, so that they are the same however the sound is cut into blocks. In a block the angle grows
    /// by less than a turn: at the lowest sample rate and the highest rate in the table by 0.85.
    #[inline(always)]
    pub fn turn<'a, T: 'a>(
        &mut self,
        frames: usize,
        places: impl IntoIterator<Item = &'a mut T>,
        put: impl Fn(f64x2, &mut T),
    ) {
        let places = places.into_iter().take(frames.div_ceil(2));
        if self.rate.is_settled() {
            let step = self.rate.value() / self.sample_rate;
            let mut frame = f64x2::new([0.0, 1.0]);
            for place in places {
                let turns = f64x2::splat(self.phase) + f64x2::splat(step) * frame;
                let wrapped = turns - f64x2::ONE;
                put(turns.simd_lt(f64x2::ONE).select(turns, wrapped), place);
                frame += f64x2::splat(2.0);
            }
            self.phase = fraction(self.phase + step * frames as f64);
        } else {
            let mut steps = Envelope::default();
            self.rate.fill(steps.vectors_mut(), frames);
            steps.values_mut()[frames..].fill(0.0);
            let frame = 1.0 / self.sample_rate;
            let mut next = |rate: f32| {
                let phase = self.phase;
                self.phase = fraction(phase + rate as f64 * frame);
                phase
            };
            for (place, &[one, other]) in places.zip(steps.values().as_chunks().0) {
                put(f64x2::new([next(one), next(other)]), place);
            }
        }
    }

    /// Moves on by so many frames, at most [`BLOCK`].
    pub fn pass(&mut self, frames: usize) {
        self.turn(frames, &mut [(); BLOCK / 2], |_, ()| {});
    }
}

/// What of a number from 0 to 2 is behind the point.
fn fraction(x: f64) -> f64 {
    if x < 1.0 { x } else { x - 1.0 }
}
