//! The far end of a plucked string: where it is tuned, and where its high frequencies are lost.
//!
//! At a Courant number of 1 the wave equation's scheme is d'Alembert's solution itself: the string is the sum of a wave
//! that goes right, r, and one that goes left, l, a point a step, each decaying by the factor a. So what arrives at the
//! last point M can be told from what leaves it, exactly:
//!
//! ```text
//! r[M](t+1) = a·u[M−1](t) − a²·l[M](t−1)        u[M](t+1) = r[M](t+1) + l[M](t+1)
//! ```
//!
//! (How such a scheme joins with travelling waves: M. Karjalainen and C. Erkut, "Digital waveguides versus finite
//! difference structures: equivalence and mixed modeling", EURASIP Journal on Applied Signal Processing 2004.) A fixed
//! end answers l = −r. This one is a fixed end a fraction of a point further away, with a loss:
//!
//! ```text
//! l = −A(z)·H(z)·z⁻ᵉ·r     A(z) = (k + z⁻¹)/(1 + k·z⁻¹)     H(z) = b + (1 − 2·b)·z⁻¹ + b·z⁻²     e = 0 or 1
//! ```
//!
//! A wave is back after P = 2·M + 1 + e + D samples: H has a delay of exactly one, and A has one of D, from ½ to 1½.
//! With ω the angle 2π/P of the fundamental, k = sin((1−D)·ω/2) / sin((1+D)·ω/2) makes D exact there (D. A. Jaffe and
//! J. O. Smith, "Extensions of the Karplus-Strong plucked-string algorithm", Computer Music Journal 7(2), 1983). So the
//! fundamental is in tune; the nth partial is where
//!
//! ```text
//! ω·(2·M + 1 + e) + arg(−) of A = 2π·n
//! ```
//!
//! which for low ones is n·2π/P. On the way around a wave of angle ω is left with a²ᴹ·(1 − 2·b·(1 − cos ω)); a and b
//! follow from two times of decay, that of the fundamental and that at [`BRIGHT_HERTZ`]. The most that the end can take
//! is cos²(ω/2) on each way around, at b = ¼: twice what K. Karplus' and A. Strong's average takes. So on the lowest
//! strings, where a way around is long, the second time can come out longer than it was asked for.

use crate::dsp::math::{exp, log2, tan};
use core::f64::consts::{LN_2, LN_10, PI, TAU};

/// Where the second decay time holds, in Hz.
pub const BRIGHT_HERTZ: f64 = 4000.0;

/// The shortest period that there is a string for, in samples.
pub const SHORTEST_PERIOD: f64 = 5.5;

/// By so many nepers a sound falls by 60 dB.
const NEPERS_OF_60_DB: f64 = 3.0 * LN_10;

/// Where the waves of a string turn back.
pub struct Termination {
    /// The last point.
    last: usize,
    period: f64,
    sample_rate: f64,
    /// a
    decay: f64,
    /// b
    loss: f64,
    /// k
    allpass: f64,
    /// e
    waits: bool,
    /// r, this one and the three before.
    arrived: [f64; 4],
    /// What H made of it, last.
    softened: f64,
    /// l, this one and the one before.
    left: [f64; 2],
}

impl Termination {
    /// The end of a string whose fundamental has a period of so many samples, at least [`SHORTEST_PERIOD`]. It decays
    /// by 60 dB in `seconds`, and what is at [`BRIGHT_HERTZ`] in that times `brightness`, from 0.15 to 1.
    pub fn new(sample_rate: f64, period: f64, seconds: f64, brightness: f64) -> Self {
        let period = period.max(SHORTEST_PERIOD);
        let whole = (period - 1.5) as usize;
        let delay = period - 1.0 - whole as f64;
        let half = PI / period;
        let mut end = Self {
            last: whole / 2,
            period,
            sample_rate,
            decay: 1.0,
            loss: 0.0,
            allpass: sine((1.0 - delay) * half) / sine((1.0 + delay) * half),
            waits: !whole.is_multiple_of(2),
            arrived: [0.0; 4],
            softened: 0.0,
            left: [0.0; 2],
        };
        // (1 − 2·b·(1 − cos ω₁)) / (1 − 2·b·(1 − cos ω₀)) is what the bright partial loses more than the fundamental.
        let more = exp(-NEPERS_OF_60_DB * (1.0 / brightness - 1.0) * period / (sample_rate * seconds));
        let bright = versine((TAU * BRIGHT_HERTZ / sample_rate).min(PI));
        end.loss = (0.5 * (1.0 - more) / (bright - more * end.versine())).clamp(0.0, 0.25);
        end.set_decay_seconds(seconds);
        end
    }

    /// The number of points of the string that it ends.
    pub fn points(&self) -> usize {
        self.last + 1
    }

    /// From the first point to where the waves turn back at the fundamental, in points.
    pub fn length(&self) -> f64 {
        0.5 * self.period
    }

    /// The factor by which waves decay a step on their way along the string.
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// Lets the fundamental decay by 60 dB in so many seconds from now on, by what is lost along the string. What is
    /// lost at its end stays; where that alone is more, the string rings without any loss between its ends.
    pub fn set_decay_seconds(&mut self, seconds: f64) {
        let lost_here = -LN_2 * log2(1.0 - 2.0 * self.loss * self.versine());
        let lost = NEPERS_OF_60_DB * self.period / (self.sample_rate * seconds);
        self.decay = exp(-(lost - lost_here).max(0.0) / (2 * self.last) as f64);
    }

    /// 1 − cos ω of the fundamental.
    fn versine(&self) -> f64 {
        versine(TAU / self.period)
    }

    /// Where the last point is a step later, by where its neighbour is now.
    #[inline]
    pub fn step(&mut self, neighbour: f64) -> f64 {
        let [r0, r1, r2, _] = self.arrived;
        let arrives = self.decay * (neighbour - self.decay * self.left[1]);
        self.arrived = [arrives, r0, r1, r2];
        let wait = self.waits as usize;
        let [first, middle, third] = [self.arrived[wait], self.arrived[wait + 1], self.arrived[wait + 2]];
        let softened = middle + self.loss * (first - 2.0 * middle + third);
        let leaves = -(self.allpass * (softened + self.left[0]) + self.softened);
        self.softened = softened;
        self.left = [leaves, self.left[0]];
        arrives + leaves
    }
}

/// 1 − cos x, for 0 ≤ x ≤ π.
fn versine(x: f64) -> f64 {
    let half = sine(0.5 * x);
    2.0 * half * half
}

/// The sine, for −π < x < π.
fn sine(x: f64) -> f64 {
    let tangent = tan(0.5 * x.abs());
    let sine = 2.0 * tangent / (1.0 + tangent * tangent);
    if x < 0.0 { -sine } else { sine }
}
