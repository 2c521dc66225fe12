//! The gate is its formula, and does what a gate is for: to the sample, and without chatter.

use crate::effects::only;
use crate::reference::{self, error_db, test_sound};
use crate::support::{render, sine};
use audio_dsp_wasm::params::{self, Values};

const RATES: [f64; 6] = [8000.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0];
/// Threshold and range in dB; attack, hold and release in seconds.
type Settings = [f64; 5];

fn values(settings: Settings) -> Values {
    let mut values = only(&[params::GATE_ON]);
    let rows =
        [params::GATE_THRESHOLD, params::GATE_RANGE, params::GATE_ATTACK, params::GATE_HOLD, params::GATE_RELEASE];
    rows.into_iter().zip(settings).for_each(|(row, value)| values[row] = value as f32);
    values
}

/// The gain at each frame of a sound that is nowhere 0.
fn gains(settings: Settings, rate: f64, sound: &[f32]) -> Vec<f64> {
    let gated = render(&values(settings), rate, 128, &[sound.to_vec()]).remove(0);
    gated.iter().zip(sound).map(|(&y, &x)| y as f64 / x as f64).collect()
}

fn decibels(gain: f64) -> f64 {
    20.0 * gain.log10()
}

#[test]
fn it_is_within_100_db_of_its_formula_with_both_channels_gated_alike() {
    for rate in RATES {
        for settings in [
            [-50.0, -60.0, 0.001, 0.05, 0.1],
            [-20.0, -90.0, 0.0001, 0.0, 0.005],
            [-12.0, -6.0, 0.1, 0.013, 0.3],
            [-90.0, -40.0, 0.01, 1.0, 2.0],
        ] {
            for channels in [1, 2] {
                // Bursts that die away, at other times in each channel.
                let burst = |n: usize, channel: usize| {
                    let since = (n + channel * rate as usize / 10) % (rate as usize / 2);
                    (-(since as f64) / (0.03 * rate)).exp() as f32
                };
                let channel = |at: usize| {
                    let sound = test_sound(2 * rate as usize, rate, at as u32);
                    sound.into_iter().enumerate().map(|(n, x)| x * burst(n, at)).collect::<Vec<f32>>()
                };
                let sound: Vec<_> = (0..channels).map(channel).collect();
                let exact: Vec<Vec<f64>> =
                    sound.iter().map(|channel| channel.iter().map(|&x| x as f64).collect()).collect();
                let want = reference::gate(settings, rate, &exact);
                for split in [128, 100] {
                    for (got, want) in render(&values(settings), rate, split, &sound).iter().zip(&want) {
                        let error = error_db(got, want);
                        assert!(error < -100.0, "{error:.1} dB: {settings:?} at {rate} Hz, {channels} × {split}");
                    }
                }
            }
        }
    }
}

#[test]
fn it_stays_open_for_as_many_frames_as_are_held_and_not_one_more() {
    const LOUD: usize = 4800;
    for rate in [44100.0, 48000.0] {
        for hold in [0.0, 0.05, 0.3, 1.0] {
            let mut sound = vec![0.5; LOUD];
            sound.resize(LOUD + 2 * rate as usize, 1e-4);
            let gains = gains([-20.0, -60.0, 0.001, hold, 0.1], rate, &sound);
            // 0.5·exp(−n / 20 ms) is below −26 dB for the first time.
            let below = 0.02 * rate * (0.5 / 10f64.powf(-26.0 / 20.0)).ln();
            let closes = LOUD - 1 + below.ceil() as usize + (hold as f32 as f64 * rate).round() as usize;
            assert!(gains[LOUD..closes].iter().all(|&gain| gain == 1.0), "open until {closes}: {hold} s at {rate} Hz");
            assert!(gains[closes] < 1.0, "closes at {closes}: {hold} s at {rate} Hz");
        }
    }
}

#[test]
fn it_opens_within_its_attack_and_closes_within_its_release() {
    for (attack, release) in [(0.0001, 0.005), (0.001, 0.1), (0.02, 0.5), (0.1, 2.0)] {
        let rate = 48000.0;
        let mut sound = vec![1e-4; 1000];
        sound.resize(1000 + 24000, 0.5);
        sound.resize(25000 + 4 * 48000, 1e-4);
        let gains = gains([-20.0, -60.0, attack, 0.0, release], rate, &sound);
        let opened = |share: f64| decibels(gains[1000 + (share * attack * rate) as usize]);
        assert!(opened(1.0) > -0.6 && opened(1.5) > -0.061, "{:.3} dB after {attack} s", opened(1.0));
        // Frame 1000 is on the way already.
        let quarter = -60.0 * 0.01f64.powf(((0.25 * attack * rate).floor() + 1.0) / (attack * rate));
        assert!((opened(0.25) - quarter).abs() < 0.01, "{:.3} dB after a quarter of {attack} s", opened(0.25));
        let shut = 25000 + gains[25000..].iter().position(|&gain| gain < 1.0).unwrap();
        let closed = decibels(gains[shut + (release * rate) as usize]);
        assert!(closed < -59.4, "{closed:.3} dB after {release} s");
    }
}

#[test]
fn open_it_changes_no_bit_and_closed_it_lets_through_its_range() {
    for range in [-90.0, -60.0, -7.0, 0.0] {
        let settings = [-20.0, range, 0.01, 0.05, 0.1];
        let loud = test_sound(48000, 48000.0, 0);
        let open = render(&values(settings), 48000.0, 128, std::slice::from_ref(&loud)).remove(0);
        assert!(open[4800..] == loud[4800..], "open, {range} dB");
        let quiet: Vec<f32> = loud.iter().map(|x| 0.1 * x + 1e-3 * x.signum()).collect();
        for gain in gains(settings, 48000.0, &quiet) {
            assert!((decibels(gain) - range).abs() < 1e-4, "{:.5} dB where {range} are due", decibels(gain));
        }
    }
}

#[test]
fn a_tone_that_dies_away_opens_it_once() {
    let rate = 48000.0;
    for frequency in [40.0, 110.0, 1000.0, 9000.0] {
        for seconds in [0.3, 2.0, 10.0] {
            // 60 dB down in so many seconds, with noise 20 dB below the tone.
            let frames = (2.0 * seconds * rate) as usize;
            let noise = test_sound(frames, rate, 3);
            let tone = sine(frequency, 0.8, rate, frames);
            let sound: Vec<f32> = tone
                .iter()
                .zip(&noise)
                .enumerate()
                .map(|(n, (tone, noise))| (tone + 0.08 * noise) * 0.001f32.powf(n as f32 / (seconds * rate) as f32))
                .collect();
            // As nervous as it can be.
            let gains = gains([-40.0, -60.0, 0.0001, 0.0, 0.005], rate, &sound);
            let openings = gains.windows(2).filter(|pair| pair[0] < 0.1 && pair[1] >= 0.1).count();
            assert_eq!(openings, 1, "{frequency} Hz over {seconds} s");
            assert!(*gains.last().unwrap() < 0.0011, "closed at last");
        }
    }
}
