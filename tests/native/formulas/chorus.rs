//! The chorus is its formula, with ideal interpolation.

use crate::effects::only;
use crate::reference::{self, error_db};
use crate::support::{bend, peak, render, sine};
use audio_dsp_wasm::params::{self, Values};

/// Rate in Hz; depth and delay in seconds; mix.
type Settings = [f64; 4];

const SETTINGS: [Settings; 4] =
    [[0.8, 0.002, 0.012, 0.5], [10.0, 0.01, 0.03, 1.0], [0.05, 0.0, 0.001, 1.0], [3.0, 0.0005, 0.0011, 0.3]];

fn values(settings: Settings) -> Values {
    let mut values = only(&[params::CHORUS_ON]);
    let rows = [params::CHORUS_RATE, params::CHORUS_DEPTH, params::CHORUS_DELAY, params::CHORUS_MIX];
    rows.into_iter().zip(settings).for_each(|(row, value)| values[row] = value as f32);
    values
}

/// What the engine is given is a float32.
fn exact(settings: Settings) -> Settings {
    settings.map(|value| value as f32 as f64)
}

/// A sine that begins and ends smoothly: one that is cut has every frequency.
fn smooth_sine(frequency: f64, sample_rate: f64, frames: usize) -> Vec<f32> {
    let share = |n: usize| (n.min(frames - n) as f64 / (frames / 4) as f64).min(1.0);
    let fade = |n: usize| (0.5 - 0.5 * (std::f64::consts::PI * share(n)).cos()) as f32;
    sine(frequency, 0.9, sample_rate, frames).into_iter().enumerate().map(|(n, x)| x * fade(n)).collect()
}

#[test]
fn it_is_the_formula_with_ideal_interpolation_to_80_db_up_to_two_fifths_of_the_sample_rate() {
    for rate in [44100.0, 96000.0] {
        for settings in SETTINGS {
            for share in [0.001, 0.01, 0.1, 0.2, 0.3, 0.35, 0.4] {
                let sound = smooth_sine(share * rate, rate, 6000);
                let plain: Vec<f64> = sound.iter().map(|&x| x as f64).collect();
                let stereo = render(&values(settings), rate, 128, &[sound.clone(), sound.clone()]);
                let mono = render(&values(settings), rate, 100, &[sound]);
                for (channel, begins, what) in
                    [(&stereo[0], 0.0, "left"), (&stereo[1], 0.25, "right"), (&mono[0], 0.0, "mono")]
                {
                    let want = reference::chorus(exact(settings), begins, rate, &plain);
                    let error = error_db(channel, &want);
                    assert!(error < -80.0, "{error:.1} dB: {settings:?}, {what}, {share} of {rate} Hz");
                }
            }
        }
    }
}

#[test]
fn a_delay_that_is_shorter_than_its_depth_sways_less_and_does_not_click() {
    for rate in [3000.0, 8000.0, 48000.0, 192000.0] {
        for delay in [0.001, 0.003, 0.03] {
            let sound = sine(rate / 480.0, 0.5, rate, rate as usize / 4);
            let settings = [10.0, 0.01, delay, 1.0];
            let got = render(&values(settings), rate, 128, std::slice::from_ref(&sound)).remove(0);
            let shortest = 14.0 / rate;
            let held = (delay as f32 as f64).max(shortest);
            let plain: Vec<f64> = sound.iter().map(|&x| x as f64).collect();
            let depth = (0.01f32 as f64).min(held - shortest);
            let want = reference::chorus([10.0, depth, held, 1.0], 0.0, rate, &plain);
            // Where it begins and where it ends the sine has every frequency.
            let inside = (0.05 * rate) as usize..sound.len() - 150;
            let error = error_db(&got[inside.clone()], &want[inside.clone()]);
            assert!(error < -80.0, "{error:.1} dB: {delay} s at {rate} Hz");
            // It is read at up to 1 + 2π·10 Hz·10 ms times its speed.
            let steepest = 1.0 + 2.0 * std::f64::consts::PI * 10.0 * depth;
            let allowed = 1.5 * bend(&sound) * steepest * steepest + 1e-5;
            assert!(bend(&got[inside]) < allowed && peak(&got) < 0.6, "{delay} s at {rate} Hz");
        }
    }
}

#[test]
fn its_first_sound_comes_after_its_delay() {
    let mut impulse = vec![0.0f32; 4800];
    impulse[0] = 1.0;
    // Without depth, and at a whole number of frames, the interpolation is exact: one sample.
    let got = render(&values([1.0, 0.0, 0.0125, 1.0]), 48000.0, 128, &[impulse]).remove(0);
    for (n, &x) in got.iter().enumerate() {
        let want = if n == 600 { 1.0 } else { 0.0 };
        assert!((x - want).abs() < 1e-5, "{x} at frame {n}");
    }
}
