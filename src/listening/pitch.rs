//! The tuner: the pitch of a note from 40 to 1300 Hz, by YIN (A. de Cheveigné and H. Kawahara, "YIN, a fundamental
//! frequency estimator for speech and music", JASA 111(4), 2002). For the main thread, some 30 times a second: a look
//! takes 0.1 ms in WebAssembly, without SIMD 0.5.
//!
//! The sound is brought down to about 24 kHz. The squared difference between it and itself, later by a lag, is smallest
//! where the lag is a period. It is divided by its mean over all shorter lags, and the first minimum is taken that is
//! about as deep as the deepest: a later one is a multiple of the period. What YIN leaves coarse is refined: where the
//! minimum is, says a parabola through as many lags as noise and shape leave; and the minima at multiples of the period
//! say more than the first one does.

use crate::dsp::math::sin_of_turns;
use alloc::vec;
use alloc::vec::Vec;
use wide::f32x4;

/// The pitches that are found.
const LOWEST_HERTZ: f64 = 40.0;
const HIGHEST_HERTZ: f64 = 1300.0;
/// How far beyond them a period is looked for, so that theirs are minima with neighbours.
const MARGIN: f64 = 1.05;
/// The sample rate that it is brought down to, about, and where the low-pass before it is at −6 dB.
const RATE: f64 = 24000.0;
const CUTOFF_HERTZ: f64 = 4000.0;
/// The low-pass' length in samples of the lower rate.
const LOW_PASS_SAMPLES: usize = 16;
/// The window over which differences are summed.
const WINDOW_SECONDS: f64 = 0.05;
/// What is quieter than −70 dBFS has no pitch.
const QUIETEST: f32 = 3.2e-4;
/// How much shallower than the deepest minimum the first one may be.
const AS_DEEP: f64 = 0.1;

/// A note's pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pitch {
    /// Its fundamental frequency in Hz.
    pub frequency: f64,
    /// How periodic the sound is: 1 for a steady tone, near 0 for noise.
    pub confidence: f64,
}

/// Finds pitches; its memory is taken when it is built.
pub struct Tuner {
    /// Samples that become one.
    decimation: usize,
    /// The lower sample rate in Hz.
    rate: f64,
    low_pass: Vec<f32>,
    window: usize,
    sound: Vec<f32>,
    /// By lag: the squared difference, and the same over its mean for all shorter lags.
    differences: Vec<f64>,
    normalised: Vec<f64>,
}

impl Tuner {
    /// A tuner for sound of this sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        let decimation = ((sample_rate / RATE + 0.5) as usize).max(1);
        let rate = sample_rate / decimation as f64;
        let window = (WINDOW_SECONDS * rate) as usize;
        let lags = (rate / LOWEST_HERTZ * MARGIN) as usize + 2;
        Self {
            decimation,
            rate,
            low_pass: if decimation == 1 { vec![1.0] } else { low_pass(CUTOFF_HERTZ / sample_rate, decimation) },
            window,
            sound: vec![0.0; window + lags],
            differences: vec![0.0; lags],
            normalised: vec![0.0; lags],
        }
    }

    /// Frames that it looks at: about 77 ms.
    pub fn frames(&self) -> usize {
        (self.sound.len() - 1) * self.decimation + self.low_pass.len()
    }

    /// The pitch of the last [`Tuner::frames`] frames of these; `None` for silence, and where there are fewer.
    pub fn pitch(&mut self, samples: &[f32]) -> Option<Pitch> {
        let samples = &samples[samples.len().checked_sub(self.frames())?..];
        for (windows, y) in samples.windows(self.low_pass.len()).step_by(self.decimation).zip(&mut self.sound) {
            *y = dot(windows, &self.low_pass, |x, tap| x * tap);
        }
        let energy = dot(&self.sound, &self.sound, |x, y| x * y);
        // Not so for what is no number.
        let is_heard = energy > QUIETEST * QUIETEST * self.sound.len() as f32 && energy < f32::INFINITY;
        if !is_heard {
            return None;
        }
        self.compare();
        let (lag, depth) = self.first_minimum()?;
        let period = self.refined(lag);
        let frequency = self.rate / period;
        let is_in_range = (LOWEST_HERTZ / MARGIN..=HIGHEST_HERTZ * MARGIN).contains(&frequency);
        is_in_range.then_some(Pitch { frequency, confidence: (1.0 - depth).clamp(0.0, 1.0) })
    }

    /// The difference function, and the cumulative mean normalised one.
    fn compare(&mut self) {
        let now = &self.sound[..self.window];
        let mut sum = 0.0;
        for lag in 1..self.differences.len() {
            let later = &self.sound[lag..lag + self.window];
            let difference = dot(now, later, |x, y| (x - y) * (x - y)) as f64;
            sum += difference;
            self.differences[lag] = difference;
            self.normalised[lag] = if sum > 0.0 { difference * lag as f64 / sum } else { 1.0 };
        }
        self.normalised[0] = 1.0;
    }

    /// The first minimum that is about as deep as the deepest: its lag in whole samples, and how deep.
    fn first_minimum(&self) -> Option<(usize, f64)> {
        let shortest = (self.rate / (HIGHEST_HERTZ * MARGIN)) as usize;
        let minima = || {
            self.normalised.windows(3).enumerate().skip(shortest - 1).filter_map(|(before, near)| {
                let &[left, middle, right] = near else { return None };
                if middle > left || middle >= right {
                    return None;
                }
                // Between the samples it may be deeper.
                let slope = (right - left) / 2.0;
                let bend = left - 2.0 * middle + right;
                Some((before + 1, (middle - slope * slope / (2.0 * bend)).max(0.0)))
            })
        };
        let deepest = minima().map(|(_, depth)| depth).fold(f64::INFINITY, f64::min);
        minima().find(|&(_, depth)| depth <= deepest + AS_DEEP)
    }

    /// The period in samples, from the minimum near this lag and from those near its multiples.
    fn refined(&self, lag: usize) -> f64 {
        let mut period = self.minimum_near(lag as f64).unwrap_or(lag as f64);
        let mut times = 2.0;
        while times * period < (self.differences.len() - 2) as f64 {
            match self.minimum_near(times * period) {
                // It belongs to another period else.
                Some(minimum) if (minimum - times * period).abs() < period / 4.0 => period = minimum / times,
                _ => break,
            }
            times *= 2.0;
        }
        period
    }

    /// Where the difference is least near a lag: a parabola's vertex, fitted by least squares to the lags around that
    /// are not much worse. The more noise, the more there are.
    fn minimum_near(&self, lag: f64) -> Option<f64> {
        let differences = &self.differences;
        let mut middle = (lag + 0.5) as usize;
        let last = differences.len() - 2;
        if !(2..=last).contains(&middle) {
            return None;
        }
        while middle < last && differences[middle + 1] < differences[middle] {
            middle += 1;
        }
        while middle > 2 && differences[middle - 1] < differences[middle] {
            middle -= 1;
        }
        let mean = differences[1..=middle].iter().sum::<f64>() / middle as f64;
        let limit = 3.0 * differences[middle] + 0.002 * mean;
        let most = (middle - 1).min(differences.len() - 1 - middle);
        let is_near = |&reach: &usize| differences[middle - reach] < limit && differences[middle + reach] < limit;
        let reach = (1..=most).take_while(is_near).last().unwrap_or(1);
        // The fit's slope and bend in the middle.
        let (mut slope, mut bend, mut squares, mut fourths, mut flat) = (0.0, 0.0, 0.0, 0.0, differences[middle]);
        for distance in 1..=reach {
            let [left, right] = [differences[middle - distance], differences[middle + distance]];
            let square = (distance * distance) as f64;
            slope += distance as f64 * (right - left);
            bend += square * (left + right);
            flat += left + right;
            squares += 2.0 * square;
            fourths += 2.0 * square * square;
        }
        let count = (2 * reach + 1) as f64;
        slope /= squares;
        bend = (count * bend - squares * flat) / (count * fourths - squares * squares);
        let shift = -slope / (2.0 * bend);
        (shift.abs() <= reach as f64).then_some(middle as f64 + shift)
    }
}

/// The sum of what pairs of samples make.
fn dot(one: &[f32], other: &[f32], make: impl Fn(f32x4, f32x4) -> f32x4) -> f32 {
    let (one, one_rest) = one.as_chunks::<8>();
    let (other, other_rest) = other.as_chunks::<8>();
    let mut sums = [f32x4::ZERO; 2];
    for (x, y) in one.iter().zip(other) {
        let (x, y): ([[f32; 4]; 2], [[f32; 4]; 2]) = (bytemuck::cast(*x), bytemuck::cast(*y));
        sums[0] += make(f32x4::new(x[0]), f32x4::new(y[0]));
        sums[1] += make(f32x4::new(x[1]), f32x4::new(y[1]));
    }
    for (&x, &y) in one_rest.iter().zip(other_rest) {
        sums[0] += make(f32x4::new([x, 0.0, 0.0, 0.0]), f32x4::new([y, 0.0, 0.0, 0.0]));
    }
    let [a, b, c, d] = (sums[0] + sums[1]).to_array();
    (a + b) + (c + d)
}

/// A sinc in Blackman's window; the cutoff is a share of the sample rate.
fn low_pass(cutoff: f64, decimation: usize) -> Vec<f32> {
    let half = (LOW_PASS_SAMPLES * decimation / 2) as f64;
    let sine = |turns: f64| sin_of_turns(f32x4::splat(turns as f32)).to_array()[0] as f64;
    let cosine = |turns: f64| sine(turns + 0.25);
    let tap = |n: usize| {
        let distance = n as f64 - half;
        let sinc =
            if distance == 0.0 { 2.0 * cutoff } else { sine(cutoff * distance) / (core::f64::consts::PI * distance) };
        let across = distance / (2.0 * half + 2.0);
        sinc * (0.42 + 0.5 * cosine(across) + 0.08 * cosine(2.0 * across))
    };
    let taps: Vec<f64> = (0..=2 * half as usize).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / sum) as f32).collect()
}
