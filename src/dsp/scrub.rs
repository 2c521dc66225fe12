//! The door through which sound comes in: what is not a sample does not get past it, and what is nothing
//! comes in as silence.

use crate::dsp::math::NOTHING;
use crate::dsp::meters::Reading;

/// The loudest sample that is let in: +120 dBFS. Louder is held here, far from any overflow.
pub const LOUDEST: f32 = 1e6;

/// Lets a channel's samples in. Puts 0 for NaN, and holds what is louder than [`LOUDEST`] there (infinities too).
/// Returns the reading of what came in, and how many samples were replaced.
#[inline(never)]
pub fn let_in(samples: &mut [f32]) -> (Reading, u32) {
    let reading = Reading::of(samples);
    if reading.is_below(NOTHING) {
        samples.fill(0.0);
        return (Reading::default(), 0);
    }
    if reading.is_within(LOUDEST) {
        return (reading, 0);
    }
    let replaced = scrub(samples);
    (Reading::of(samples), replaced)
}

fn scrub(samples: &mut [f32]) -> u32 {
    let mut replaced = 0;
    for x in samples {
        if x.is_nan() {
            *x = 0.0;
        } else if x.abs() > LOUDEST {
            *x = LOUDEST.copysign(*x);
        } else {
            continue;
        }
        replaced += 1;
    }
    replaced
}
