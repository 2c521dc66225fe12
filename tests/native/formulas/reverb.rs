//! The reverb is its network's formula, and sounds as a good room does: it decays as it is told, densely, and no tone
//! stands out.

use crate::effects::only;
use crate::reference::{self, Complex, error_db, is_left, network_lengths, test_sound, times, turned};
use crate::support::render;
use audio_dsp_wasm::dsp::{block::Block, lines::network::Network, smooth::Smoothed};
use audio_dsp_wasm::params::{self, Values};
use std::f64::consts::{PI, TAU};

const RATE: f64 = 48000.0;

/// Nothing but reverberation; decay and predelay in seconds.
fn values(decay: f64, damping: f64, predelay: f64) -> Values {
    let mut values = only(&[params::REVERB_ON]);
    let rows = [params::REVERB_DECAY, params::REVERB_DAMPING, params::REVERB_PREDELAY, params::REVERB_MIX];
    rows.into_iter().zip([decay, damping, predelay, 1.0]).for_each(|(row, value)| values[row] = value as f32);
    values
}

/// What becomes of an impulse in the channels that have one, of so many seconds.
fn response<const CHANNELS: usize>(values: &Values, rate: f64, seconds: f64, has: [bool; CHANNELS]) -> Vec<Vec<f32>> {
    let impulse = has.map(|has| {
        let mut sound = vec![0.0; (seconds * rate) as usize];
        sound[0] = if has { 1.0 } else { 0.0 };
        sound
    });
    render(values, rate, 128, &impulse)
}

/// The Fourier transform at an angle in radians a frame.
fn transform(sound: &[f32], angle: f64) -> Complex {
    let step = turned(-angle);
    let (mut turn, mut sum) = ([1.0, 0.0], [0.0; 2]);
    for &x in sound {
        sum = [sum[0] + x as f64 * turn[0], sum[1] + x as f64 * turn[1]];
        turn = times(turn, step);
    }
    sum
}

#[test]
fn its_impulse_response_is_that_of_the_networks_formula_to_80_db() {
    for rate in [8000.0, 48000.0, 96000.0] {
        for (decay, damping, predelay) in [(0.5, 0.5, 0.02), (0.3, 0.0, 0.0), (0.8, 1.0, 0.25), (0.1, 1.0, 0.003)] {
            for input in [0, 1] {
                let values = values(decay, damping, predelay);
                let got = response(&values, rate, 2.5 * decay + 0.5, [input == 0, input == 1]);
                let exact = [decay, damping].map(|value| value as f32 as f64);
                let waits = ((predelay as f32 as f64) * rate).round();
                let (mut error, mut energy) = (0.0, 0.0);
                for step in 0..100 {
                    let angle = PI * (step as f64 + 0.31) / 100.0;
                    let want = reference::network(exact, rate, angle)[input];
                    for (got, want) in got.iter().zip(want) {
                        let want = times(want, turned(-angle * waits));
                        let got = transform(got, angle);
                        error += (got[0] - want[0]).powi(2) + (got[1] - want[1]).powi(2);
                        energy += want[0].powi(2) + want[1].powi(2);
                    }
                }
                let error = 10.0 * (error / energy).log10();
                assert!(error < -80.0, "{error:.1} dB: {decay} s, {damping}, {predelay} s at {rate} Hz");
            }
        }
    }
}

/// Seconds in which sounds fall by 60 dB together, after Schroeder: by the slope of what energy is still to come, from
/// −5 to −45 dB.
fn decay_time(sounds: &[Vec<f64>], rate: f64) -> f64 {
    let mut left = 0.0;
    let still_to_come = |n: usize| {
        left += sounds.iter().map(|sound| sound[n] * sound[n]).sum::<f64>();
        left
    };
    let mut curve: Vec<f64> = (0..sounds[0].len()).rev().map(still_to_come).collect();
    curve.reverse();
    let decibels = |n: usize| 10.0 * (curve[n] / curve[0]).log10();
    let first = |level: f64| (0..curve.len()).find(|&n| decibels(n) < level).unwrap();
    let range = first(-5.0)..first(-45.0);
    let (middle, count) = ((range.start + range.end - 1) as f64 / 2.0, range.len() as f64);
    let slope = range.clone().map(|n| (n as f64 - middle) * decibels(n)).sum::<f64>() * 12.0 / count.powi(3);
    -60.0 / slope / rate
}

#[test]
fn it_decays_in_its_time_at_the_lowest_frequencies_and_in_the_dampings_share_of_it_at_the_highest() {
    // Frequencies up to the cutoff in Hz, by eight poles.
    let below = |cutoff: f64, sound: &mut dyn Iterator<Item = f64>| {
        (0..4)
            .fold(sound.collect(), |sound: Vec<f64>, _| reference::biquad(reference::pass(true, cutoff, RATE), &sound))
    };
    for (decay, damping) in [(0.5, 0.3), (1.0, 0.0), (2.0, 0.5), (2.0, 0.8), (6.0, 0.5), (20.0, 1.0)] {
        let each = |has| response(&values(decay, damping, 0.0), RATE, 1.2 * decay, has);
        let ways = [each([true, false]), each([false, true])].concat();
        let parts: Vec<_> = ways.iter().map(|way| below(500.0, &mut way.iter().map(|&x| x as f64))).collect();
        let low = decay_time(&parts, RATE);
        assert!((low / decay - 1.0).abs() < 0.02, "{low:.3} s at the lowest frequencies for {decay} s, {damping}");
        // With every other sign turned, Nyquist is at 0.
        let turned = |way: &Vec<f32>| {
            let mut turned = way.iter().enumerate().map(|(n, &x)| if n % 2 == 0 { x as f64 } else { -x as f64 });
            below(1000.0, &mut turned)
        };
        let (high, share) = (decay_time(&ways.iter().map(turned).collect::<Vec<_>>(), RATE), 1.0 - 0.9 * damping);
        let ratio = high / decay / share;
        assert!((ratio - 1.0).abs() < 0.02, "{high:.3} s at the highest frequencies for {decay} s, {damping}");
    }
}

#[test]
fn without_decay_its_energy_stays_for_five_minutes() {
    let mut network = Network::new(RATE).unwrap();
    network.reset(f64::INFINITY, 0.0);
    let [mut decay, mut damping] =
        [params::REVERB_DECAY, params::REVERB_DAMPING].map(|index| Smoothed::new(index, RATE));
    let mut block = Block::new(2);
    block.channel_mut(0)[0] = 1.0;
    let mut windows = Vec::new();
    for _ in 0..31 {
        let mut energy = 0.0;
        for _ in 0..3750 {
            network.process(&mut block, [&mut decay, &mut damping]);
            energy += block.samples().flatten().map(|&x| (x as f64).powi(2)).sum::<f64>();
            block.samples_mut().for_each(|samples| samples.fill(0.0));
        }
        windows.push(energy);
    }
    for energy in &windows[1..] {
        let decibels = 10.0 * (energy / windows[1]).log10();
        assert!(decibels.abs() < 0.05, "{decibels:.4} dB in ten seconds of five minutes");
    }
}

#[test]
fn its_echoes_come_when_ways_through_its_lines_end_and_soon_at_every_frame() {
    // Without damping an echo is one frame.
    let sound = response(&values(5.0, 0.0, 0.0), RATE, 0.4, [true, false]).remove(0);
    let lengths = network_lengths(RATE);
    let ways = |last: &dyn Fn(usize) -> bool| {
        // Whether a way that began on the left ends in any line, and in one of these lines.
        let mut ends = vec![[false; 2]; sound.len()];
        for n in 0..sound.len() {
            for (line, &length) in lengths.iter().enumerate().filter(|(_, length)| **length <= n) {
                let begins = n == length && is_left(line);
                if begins || ends[n - length][0] {
                    ends[n][0] = true;
                    ends[n][1] |= last(line);
                }
            }
        }
        ends
    };
    let ends = ways(&is_left);
    let echo = |n: &usize| sound[*n].abs() > 1e-7;
    assert!((0..sound.len()).filter(echo).all(|n| ends[n][1]), "no echo but where a way ends");
    let due: Vec<usize> = (0..sound.len()).filter(|&n| ends[n][1]).collect();
    let heard = due.iter().filter(|n| echo(n)).count();
    assert!(heard as f64 > 0.97 * due.len() as f64, "{heard} of {} echoes", due.len());
    // The density of a room rises: from one in a hundred frames or so to every one in a fifth of a second.
    let density = |from: f64| {
        let from = (from * RATE) as usize;
        (from..from + 2400).filter(echo).count() as f64 / 2400.0
    };
    assert!(density(0.02) < 0.02 && density(0.08) < 0.5 * density(0.2), "{} {}", density(0.02), density(0.08));
    assert!(density(0.2) > 0.95, "{:.3} of the frames after a fifth of a second", density(0.2));
}

#[test]
fn soon_its_tail_is_as_noise_is() {
    // J. S. Abel and P. Huang, "A simple, robust measure of reverberation echo density", 121st AES Convention, 2006:
    // the share of samples beyond a standard deviation, over what it is in Gaussian noise.
    let sound = response(&values(2.0, 0.3, 0.0), RATE, 1.0, [true]).remove(0);
    let profile = |seconds: f64| {
        let window = &sound[(seconds * RATE) as usize..][..1440];
        let deviation = (window.iter().map(|&x| (x as f64).powi(2)).sum::<f64>() / 1440.0).sqrt();
        window.iter().filter(|x| x.abs() as f64 > deviation).count() as f64 / 1440.0 / 0.3173
    };
    assert!(profile(0.02) < 0.5, "{:.2} at first", profile(0.02));
    for n in 25..80 {
        let seconds = n as f64 / 100.0;
        assert!((profile(seconds) - 1.0).abs() < 0.17, "{:.2} after {seconds} s", profile(seconds));
    }
}

#[test]
fn left_and_right_of_one_impulse_correlate_by_less_than_a_tenth() {
    for (decay, damping) in [(0.5, 0.5), (2.0, 0.0), (2.0, 0.5), (5.0, 1.0)] {
        for has in [[true, true], [true, false], [false, true]] {
            let sound = response(&values(decay, damping, 0.0), RATE, decay, has);
            let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| a as f64 * b as f64).sum::<f64>();
            let energies = product(&sound[0], &sound[0]) * product(&sound[1], &sound[1]);
            for lag in 0..48 {
                let both = [[0, 1], [1, 0]].map(|[a, b]| product(&sound[a][lag..], &sound[b]) / energies.sqrt());
                assert!(both.iter().all(|c| c.abs() < 0.1), "{both:?} at {lag} frames: {decay} s, {damping}, {has:?}");
            }
        }
    }
}

/// The power at each of the frequencies of a Hann-windowed transform: Cooley and Tukey's, of a power of two.
fn powers(sound: &[f32]) -> Vec<f64> {
    fn fourier(x: &[Complex]) -> Vec<Complex> {
        if x.len() == 1 {
            return x.to_vec();
        }
        let half = |from: usize| fourier(&x.iter().skip(from).step_by(2).copied().collect::<Vec<_>>());
        let (even, odd) = (half(0), half(1));
        let n = even.len();
        let at = |k: usize, sign: f64| {
            let [re, im] = times(odd[k], turned(-PI * k as f64 / n as f64));
            [even[k][0] + sign * re, even[k][1] + sign * im]
        };
        (0..2 * n).map(|k| at(k % n, if k < n { 1.0 } else { -1.0 })).collect()
    }
    let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / sound.len() as f64).cos();
    let windowed: Vec<Complex> = sound.iter().enumerate().map(|(n, &x)| [x as f64 * hann(n), 0.0]).collect();
    fourier(&windowed)[..sound.len() / 2].iter().map(|[re, im]| re * re + im * im).collect()
}

#[test]
fn no_tone_stands_out_of_its_late_tail() {
    const AROUND: usize = 50;
    const FRAMES: usize = 4096;
    for (decay, damping, from) in [(4.0, 0.0, 1.0), (4.0, 0.0, 6.0), (4.0, 0.5, 1.0), (20.0, 0.2, 20.0)] {
        for has in [[true, false], [true, true]] {
            for (side, sound) in response(&values(decay, damping, 0.0), RATE, from + 0.5, has).iter().enumerate() {
                let powers = powers(&sound[(from * RATE) as usize..][..FRAMES]);
                let what = format!("{decay} s, {damping}, after {from} s, {has:?}, side {side}");
                // Over 20 Hz; each beside its neighbours, for the damping bends the whole.
                let whitened: Vec<f64> = (AROUND..powers.len() - AROUND)
                    .map(|k| powers[k] * (2 * AROUND) as f64 / powers[k - AROUND..k + AROUND].iter().sum::<f64>())
                    .collect();
                let mean = whitened.iter().sum::<f64>() / whitened.len() as f64;
                let flatness = (whitened.iter().map(|p| p.ln()).sum::<f64>() / whitened.len() as f64).exp() / mean;
                // Of Gaussian noise it is e^−γ = 0.561, and the highest of 2,000 is 6 to 13 times the mean.
                assert!(flatness > 0.52, "flatness {flatness:.3}: {what}");
                let highest = whitened.iter().fold(0.0, |a: f64, &b| a.max(b));
                assert!(highest < 14.0, "{highest:.1} times the mean: {what}");
                let bottom = &powers[2..2 + 2 * AROUND];
                let usual = bottom.iter().sum::<f64>() / bottom.len() as f64;
                assert!(
                    bottom.iter().all(|&p| p < 14.0 * usual),
                    "a tone below {} Hz: {what}",
                    400.0 * RATE / FRAMES as f64
                );
            }
        }
    }
}

#[test]
fn in_mono_it_is_the_middle_of_stereo() {
    for rate in [8000.0, 48000.0] {
        let sound = test_sound(rate as usize, rate, 0);
        let values = values(1.0, 0.5, 0.01);
        let mono = render(&values, rate, 128, std::slice::from_ref(&sound)).remove(0);
        let stereo = render(&values, rate, 128, &[sound.clone(), sound]);
        let middle: Vec<f64> = stereo[0].iter().zip(&stereo[1]).map(|(&l, &r)| (l as f64 + r as f64) / 2.0).collect();
        let error = error_db(&mono, &middle);
        assert!(error < -120.0, "{error:.1} dB at {rate} Hz");
    }
}
