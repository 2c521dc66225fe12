//! Cleans the sound that comes in: samples that cannot be sound become 0, and what is too quiet to matter becomes
//! silence.

use crate::dsp::math::SILENCE_FLOOR;
use crate::dsp::meters::Reading;

/// The loudest sample that is let in: +120 dBFS. No sound is louder, so what is louder is a fault of whoever made it.
pub const LOUDEST: f32 = 1e6;

/// Cleans a channel's samples. NaN, infinities and whatever is louder than [`LOUDEST`] are lost samples: 0 in their
/// place. (Held at the limit instead, one of them would ring in the delay and hold the limiter down for minutes.)
/// Returns the reading of what came in, and how many samples were lost.
#[inline(never)]
pub fn scrub(samples: &mut [f32]) -> (Reading, u32) {
    let reading = Reading::of(samples);
    if reading.is_below(SILENCE_FLOOR) {
        samples.fill(0.0);
        return (Reading::default(), 0);
    }
    if reading.is_within(LOUDEST) {
        return (reading, 0);
    }
    let lost = silence_lost(samples);
    (Reading::of(samples), lost)
}

fn silence_lost(samples: &mut [f32]) -> u32 {
    let mut lost = 0;
    // Infinity and NaN are in no range.
    for x in samples.iter_mut().filter(|x| !(-LOUDEST..=LOUDEST).contains(*x)) {
        *x = 0.0;
        lost += 1;
    }
    lost
}
