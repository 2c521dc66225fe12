//! The chain's formulas in float64, written as plainly as they are defined. What all else is measured against.
#![allow(dead_code)] // each test file uses its own part

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The formulas' parameters, at the table's defaults.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub gain: f64,
    pub distortion: f64,
    pub lpf_cutoff: f64,
    pub hpf_cutoff: f64,
    pub delay_time: f64,
    pub delay_feedback: f64,
    pub delay_mix: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gain: 1.0,
            distortion: 0.2,
            lpf_cutoff: 20000.0,
            hpf_cutoff: 20.0,
            delay_time: 0.5,
            delay_feedback: 0.5,
            delay_mix: 0.3,
        }
    }
}

/// Normalised coefficients b0, b1, b2, a1, a2.
pub type Coefficients = [f64; 5];

/// The cookbook's low-pass or high-pass, Q = 1/√2, held below Nyquist.
pub fn pass(low: bool, cutoff: f64, sample_rate: f64) -> Coefficients {
    let w = 2.0 * PI * cutoff.min(0.49 * sample_rate) / sample_rate;
    let alpha = w.sin() / (2.0 * FRAC_1_SQRT_2);
    let (edge, sign) = if low { (1.0 - w.cos(), 1.0) } else { (1.0 + w.cos(), -1.0) };
    let a0 = 1.0 + alpha;
    [edge / 2.0 / a0, sign * edge / a0, edge / 2.0 / a0, -2.0 * w.cos() / a0, (1.0 - alpha) / a0]
}

/// The cookbook's peaking equaliser.
pub fn peaking(frequency: f64, gain: f64, q: f64, sample_rate: f64) -> Coefficients {
    let w = 2.0 * PI * frequency.min(0.49 * sample_rate) / sample_rate;
    let a = 10f64.powf(gain / 40.0);
    let alpha = w.sin() / (2.0 * q);
    let a0 = 1.0 + alpha / a;
    [(1.0 + alpha * a) / a0, -2.0 * w.cos() / a0, (1.0 - alpha * a) / a0, -2.0 * w.cos() / a0, (1.0 - alpha / a) / a0]
}

/// A biquad in direct form I.
pub fn biquad([b0, b1, b2, a1, a2]: Coefficients, x: &[f64]) -> Vec<f64> {
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    x.iter()
        .map(|&x0| {
            let y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, x0, y1, y0);
            y0
        })
        .collect()
}

/// |H(f)| of a biquad.
pub fn magnitude([b0, b1, b2, a1, a2]: Coefficients, frequency: f64, sample_rate: f64) -> f64 {
    let w = 2.0 * PI * frequency / sample_rate;
    let polynomial = |c: [f64; 3]| {
        let re = c[0] + c[1] * w.cos() + c[2] * (2.0 * w).cos();
        let im = c[1] * w.sin() + c[2] * (2.0 * w).sin();
        re.hypot(im)
    };
    polynomial([b0, b1, b2]) / polynomial([1.0, a1, a2])
}

/// A parameter that moves: its value at each frame.
pub type Along<'a> = &'a dyn Fn(usize) -> f64;

pub fn distort(distortion: f64, x: &[f64]) -> Vec<f64> {
    distort_along(&|_| distortion, x)
}

pub fn distort_along(distortion: Along, x: &[f64]) -> Vec<f64> {
    let drive = |n: usize| 1.0 + 10.0 * distortion(n);
    x.iter().enumerate().map(|(n, x)| (x * drive(n)).tanh() / drive(n).tanh()).collect()
}

pub fn delay(time: f64, feedback: f64, mix: f64, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    delay_along(time, &|_| feedback, &|_| mix, sample_rate, x)
}

pub fn delay_along(time: f64, feedback: Along, mix: Along, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    let delay = ((time * sample_rate).round() as usize).max(1);
    let mut line = vec![0.0; x.len()];
    (0..x.len())
        .map(|n| {
            let delayed = if n >= delay { line[n - delay] } else { 0.0 };
            line[n] = x[n] + delayed * feedback(n);
            x[n] * (1.0 - mix(n)) + delayed * mix(n)
        })
        .collect()
}

pub fn tremolo(rate: f64, depth: f64, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    tremolo_along(rate, &|_| depth, sample_rate, x)
}

pub fn tremolo_along(rate: f64, depth: Along, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    let phase = |n: usize| 2.0 * PI * rate * n as f64 / sample_rate;
    x.iter().enumerate().map(|(n, x)| x * (1.0 - depth(n) * (1.0 - phase(n).sin()) / 2.0)).collect()
}

/// A peaking equaliser that is moved, its frequency in Hz and its gain in dB at each frame: A. Simper's bell with its
/// two integrators.
pub fn peaking_along(frequency: Along, gain: Along, q: f64, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    let (mut ic1, mut ic2) = (0.0, 0.0);
    x.iter()
        .enumerate()
        .map(|(n, &v0)| {
            let a = 10f64.powf(gain(n) / 40.0);
            let g = (PI * frequency(n) / sample_rate).tan();
            let k = 1.0 / (q * a);
            let a1 = 1.0 / (1.0 + g * (g + k));
            let v3 = v0 - ic2;
            let v1 = a1 * ic1 + g * a1 * v3;
            let v2 = ic2 + g * v1;
            (ic1, ic2) = (2.0 * v1 - ic1, 2.0 * v2 - ic2);
            v0 + k * (a * a - 1.0) * v1
        })
        .collect()
}

/// The whole chain on one channel.
pub fn chain(s: &Settings, sample_rate: f64, x: &[f32]) -> Vec<f64> {
    let x: Vec<f64> = x.iter().map(|&x| x as f64 * s.gain).collect();
    let x = distort(s.distortion, &x);
    let x = biquad(pass(true, s.lpf_cutoff, sample_rate), &x);
    let x = biquad(pass(false, s.hpf_cutoff, sample_rate), &x);
    delay(s.delay_time, s.delay_feedback, s.delay_mix, sample_rate, &x)
}

/// RMS of the difference relative to the RMS of what was wanted, in dB.
pub fn error_db(got: &[f32], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    let error: f64 = got.iter().zip(want).map(|(&g, &w)| (g as f64 - w).powi(2)).sum();
    let signal: f64 = want.iter().map(|w| w * w).sum();
    10.0 * (error / signal).log10()
}

/// Sine plus noise, peak below 0.9; each channel its own.
pub fn test_sound(frames: usize, sample_rate: f64, channel: u32) -> Vec<f32> {
    let mut noise = 0x9e37_79b9_u32 ^ channel.wrapping_mul(0x85eb_ca6b);
    let step = 2.0 * PI * (220.0 + 110.0 * channel as f64) / sample_rate;
    (0..frames)
        .map(|n| {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            (0.5 * (step * n as f64).sin() + 0.4 * (noise as i32 as f64 / 2147483648.0)) as f32
        })
        .collect()
}

/// The compressor of Giannoulis, Massberg and Reiss (JAES 60(6), 2012) in their own terms: threshold and make-up in
/// dB, ratio, attack and release in seconds; knee 6 dB wide.
pub fn compress(settings: [f64; 5], sample_rate: f64, x: &[f64]) -> Vec<f64> {
    compress_along(&|_| settings, sample_rate, x)
}

/// The same with all five settings at each frame.
pub fn compress_along(settings: &dyn Fn(usize) -> [f64; 5], sample_rate: f64, x: &[f64]) -> Vec<f64> {
    const KNEE: f64 = 6.0;
    let pole = |seconds: f64| (-1.0 / (seconds as f32 as f64 * sample_rate)).exp();
    let mut held = 0.0;
    x.iter()
        .enumerate()
        .map(|(n, &x)| {
            let [threshold, ratio, attack, release, makeup] = settings(n);
            let level = 20.0 * x.abs().max(1e-15).log10();
            let output = if 2.0 * (level - threshold) < -KNEE {
                level
            } else if 2.0 * (level - threshold).abs() <= KNEE {
                level + (1.0 / ratio - 1.0) * (level - threshold + KNEE / 2.0).powi(2) / (2.0 * KNEE)
            } else {
                threshold + (level - threshold) / ratio
            };
            let wanted = level - output;
            let pole = pole(if wanted > held { attack } else { release });
            held = pole * held + (1.0 - pole) * wanted;
            x * 10f64.powf((makeup - held) / 20.0)
        })
        .collect()
}

/// The limiter: a peak follower over all channels that rises at once and falls with a time constant of 100 ms. From
/// −3 dB on, the peak is brought onto a curve that bends by tanh towards 1, and the sound with it.
pub fn limit(sample_rate: f64, channels: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let knee = 10f64.powf(-3.0 / 20.0);
    // In float32, as the engine has it: at high rates that is another release time, by up to a thousandth.
    let fall = (-1.0 / (0.1 * sample_rate)).exp() as f32 as f64;
    let mut held = 0.0f64;
    let gains: Vec<f64> = (0..channels[0].len())
        .map(|n| {
            held = channels.iter().fold(held * fall, |held, channel| held.max(channel[n].abs()));
            let over = (held - knee).max(0.0) / (1.0 - knee);
            if over == 0.0 { 1.0 } else { (knee + (1.0 - knee) * over.tanh()) / held }
        })
        .collect();
    channels.iter().map(|channel| channel.iter().zip(&gains).map(|(x, gain)| x * gain).collect()).collect()
}

/// A noise gate as "DAFX" has it (Zölzer, 2nd edition, 4.2.3): threshold and range in dB; attack, hold and release in
/// seconds. Peaks are followed over all channels, falling with a time constant of 20 ms; 6 dB of hysteresis; the gain
/// in dB gets 99 % of the way in attack and release.
pub fn gate(
    [threshold, range, attack, hold, release]: [f64; 5],
    sample_rate: f64,
    channels: &[Vec<f64>],
) -> Vec<Vec<f64>> {
    let opens = 10f64.powf(threshold / 20.0);
    let closes = 10f64.powf((threshold - 6.0) / 20.0);
    let fall = (-1.0 / (0.02 * sample_rate)).exp();
    let pole = |seconds: f64| 0.01f64.powf(1.0 / (seconds as f32 as f64 * sample_rate));
    let (attack, release) = (pole(attack), pole(release));
    let hold = (hold as f32 as f64 * sample_rate).round() as usize;
    let (mut open, mut level, mut quiet, mut decibels) = (false, 0.0f64, 0, range);
    let gains: Vec<f64> = (0..channels[0].len())
        .map(|n| {
            let peak = channels.iter().fold(0.0f64, |peak, channel| peak.max(channel[n].abs()));
            if !open && peak >= opens {
                (open, level) = (true, 0.0);
            }
            level = peak.max(level * fall);
            quiet = if level >= closes { 0 } else { quiet + 1 };
            open &= quiet <= hold;
            decibels = if open { decibels * attack } else { range + (decibels - range) * release };
            10f64.powf(decibels / 20.0)
        })
        .collect();
    channels.iter().map(|channel| channel.iter().zip(&gains).map(|(x, gain)| x * gain).collect()).collect()
}

/// A chorus on one channel, whose φ begins at so many turns, with ideal interpolation: a sinc for each sample, cut to a
/// Kaiser window so long (256 samples) that up to 0.45 of the sample rate it is exact to −120 dB. Rate in Hz; depth and
/// delay in seconds.
pub fn chorus([rate, depth, delay, mix]: [f64; 4], begins: f64, sample_rate: f64, x: &[f64]) -> Vec<f64> {
    const HALF: isize = 128;
    const BETA: f64 = 13.0;
    let bessel = |x: f64| {
        let term = |sum: &mut [f64; 2], n: usize| {
            sum[1] *= (x / 2.0 / n as f64).powi(2);
            sum[0] += sum[1];
        };
        (1..60).fold([1.0, 1.0], |mut sum, n| {
            term(&mut sum, n);
            sum
        })[0]
    };
    // The window as a table, as smooth as it is.
    let window: Vec<f64> =
        (0..=4096).map(|n| bessel(BETA * (1.0 - (n as f64 / 4096.0).powi(2)).sqrt()) / bessel(BETA)).collect();
    let windowed = |t: f64| {
        let place = t.abs() / HALF as f64 * 4096.0;
        let (whole, share) = ((place as usize).min(4095), place.fract());
        window[whole] + (window[whole + 1] - window[whole]) * share
    };
    let sinc = |t: f64| if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
    (0..x.len())
        .map(|n| {
            let phase = 2.0 * PI * (begins + rate * n as f64 / sample_rate);
            let place = n as f64 - (delay + depth * phase.sin()) * sample_rate;
            let nearest = place.floor() as isize;
            let around = (nearest - HALF + 1..=nearest + HALF).filter(|&k| k >= 0 && (k as usize) < x.len());
            let wet: f64 = around.map(|k| x[k as usize] * sinc(place - k as f64) * windowed(place - k as f64)).sum();
            x[n] * (1.0 - mix) + wet * mix
        })
        .collect()
}

/// A complex number: real and imaginary part.
pub type Complex = [f64; 2];

pub fn times([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a * c - b * d, a * d + b * c]
}

fn minus([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a - c, b - d]
}

pub fn over(x: Complex, [c, d]: Complex) -> Complex {
    let square = c * c + d * d;
    times(x, [c / square, -d / square])
}

/// e^(j·angle).
pub fn turned(angle: f64) -> Complex {
    [angle.cos(), angle.sin()]
}

/// Lines of the feedback delay network.
pub const LINES: usize = 16;

/// The lengths of its lines in frames: 20 ms to 80 ms in equal ratios, each the next prime above the one before.
pub fn network_lengths(sample_rate: f64) -> [usize; LINES] {
    let is_prime = |n: usize| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    let mut last = 1;
    std::array::from_fn(|line| {
        let wanted = (0.02 * sample_rate * 4f64.powf(line as f64 / 15.0)).round() as usize;
        last = (wanted.max(last + 1)..).find(|&n| is_prime(n)).unwrap();
        last
    })
}

/// Whether a line belongs to the left: the outer two of each four.
pub fn is_left(line: usize) -> bool {
    matches!(line % 4, 0 | 3)
}

/// What a line does to its sound on the unit circle: its delay, and Jot's absorbent filter, which leaves 60 dB less
/// after `decay` seconds at DC, and after decay·(1 − 0.9·damping) at Nyquist.
pub fn network_line(length: usize, [decay, damping]: [f64; 2], sample_rate: f64, angle: f64) -> Complex {
    let passes = length as f64 / sample_rate / decay;
    let (lowest, highest) = (10f64.powf(-3.0 * passes), 10f64.powf(-3.0 * passes / (1.0 - 0.9 * damping)));
    let ratio = highest / lowest;
    let rest = (2.0 * ratio / (1.0 + ratio)).max(1000f64.ln() / (sample_rate * decay)).min(1.0);
    let [re, im] = turned(-angle);
    let pole = 1.0 - rest;
    over(times([lowest * rest, 0.0], turned(-angle * length as f64)), [1.0 - pole * re, -pole * im])
}

/// H(z) = cᵀ(D(z)⁻¹ − A)⁻¹b of the network at an angle on the unit circle, for what goes in on the left and on the
/// right: what comes out on the left and on the right.
pub fn network(settings: [f64; 2], sample_rate: f64, angle: f64) -> [[Complex; 2]; 2] {
    let lengths = network_lengths(sample_rate);
    let half = |a: usize, b: usize| if a == b { 0.5 } else { -0.5 };
    let mixed = |i: usize, k: usize| half(i / 4, k / 4) * half(i % 4, k % 4);
    let side = |line: usize| usize::from(!is_left(line));
    // Rows of the equations for what comes out of the lines, with a right-hand side for each input.
    let mut rows: Vec<[Complex; LINES + 2]> = (0..LINES)
        .map(|i| {
            let mut row = [[0.0; 2]; LINES + 2];
            (0..LINES).for_each(|k| row[k] = [-mixed((i + 1) % LINES, k), 0.0]);
            let own = over([1.0, 0.0], network_line(lengths[i], settings, sample_rate, angle));
            row[i] = minus(own, [-row[i][0], 0.0]);
            row[LINES + side(i)] = [if i / 4 % 2 == 0 { 1.0 } else { -1.0 }, 0.0];
            row
        })
        .collect();
    // Gauss and Jordan, with the largest pivot.
    for at in 0..LINES {
        let size = |row: &[Complex; LINES + 2]| row[at][0].hypot(row[at][1]);
        let pivot = (at..LINES).max_by(|&a, &b| size(&rows[a]).total_cmp(&size(&rows[b]))).unwrap();
        rows.swap(at, pivot);
        let pivot = rows[at];
        for (_, row) in rows.iter_mut().enumerate().filter(|(nth, _)| *nth != at) {
            let factor = over(row[at], pivot[at]);
            (0..LINES + 2).for_each(|k| row[k] = minus(row[k], times(factor, pivot[k])));
        }
    }
    [0, 1].map(|input| {
        let mut sides = [[0.0; 2]; 2];
        for (line, row) in rows.iter().enumerate() {
            let [re, im] = over(row[LINES + input], row[line]);
            let sign = if line < 8 { 0.25 } else { -0.25 };
            sides[side(line)][0] += sign * re;
            sides[side(line)][1] += sign * im;
        }
        sides
    })
}
