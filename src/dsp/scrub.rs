//! The door through which sound comes in: what is not a sample does not get past it, and what is nothing
//! comes in as silence.

use crate::dsp::math::NOTHING;
use crate::dsp::meters::Reading;

/// The loudest sample that is let in: +120 dBFS. No sound is louder, so what is louder is a fault of whoever made it.
pub const LOUDEST: f32 = 1e6;

/// Lets a channel's samples in. NaN, infinities and whatever is louder than [`LOUDEST`] are lost samples: 0 in their
/// place. (Held at the limit instead, one of them would ring in the delay and hold the limiter down for minutes.)
/// Returns the reading of what came in, and how many samples were lost.
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
    let lost = scrub(samples);
    (Reading::of(samples), lost)
}

fn scrub(samples: &mut [f32]) -> u32 {
    let mut lost = 0;
    // Infinity and NaN are in no range.
    for x in samples.iter_mut().filter(|x| !(-LOUDEST..=LOUDEST).contains(*x)) {
        *x = 0.0;
        lost += 1;
    }
    lost
}
