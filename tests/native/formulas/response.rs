//! The response that is drawn is the Audio EQ Cookbook's, and the one that is heard.

use crate::reference;
use crate::support::{render, with};
use audio_dsp_wasm::effects::filters::response;
use audio_dsp_wasm::params::{self, Values};
use std::f64::consts::PI;

const RATES: [f64; 6] = [8000.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0];

/// Low-pass and high-pass cutoffs in Hz; the peak's frequency in Hz, gain in dB and Q.
const SETTINGS: [[f64; 5]; 3] =
    [[20000.0, 20.0, 1000.0, 0.0, 1.0], [500.0, 100.0, 300.0, 12.0, 4.0], [20.0, 20000.0, 20.0, -24.0, 0.125]];

fn values([low, high, frequency, gain, q]: [f64; 5]) -> Values {
    with(&[
        (params::LPF_CUTOFF, low),
        (params::HPF_CUTOFF, high),
        (params::PEAK_ON, 1.0),
        (params::PEAK_FREQUENCY, frequency),
        (params::PEAK_GAIN, gain),
        (params::PEAK_Q, q),
    ])
}

#[test]
fn the_response_is_the_cookbooks_at_every_frequency() {
    for rate in RATES {
        for settings in SETTINGS {
            let [low, high, frequency, gain, q] = settings;
            let sections = [
                reference::pass(true, low, rate),
                reference::pass(false, high, rate),
                reference::peaking(frequency, gain, q, rate),
            ];
            let magnitude = response::magnitude(&values(settings), rate);
            for step in 0..200 {
                let f = 10.0 * (0.499 * rate / 10.0).powf(step as f64 / 199.0);
                let want: f64 = sections.iter().map(|&section| reference::magnitude(section, f, rate)).product();
                let got = magnitude(f);
                assert!((got - want).abs() <= 1e-6 * want + 1e-12, "{got} for {want} at {f} Hz of {rate}");
            }
        }
    }
}

#[test]
fn a_filter_that_is_off_is_not_in_the_response() {
    let mut off = values(SETTINGS[1]);
    for index in [params::LPF_ON, params::HPF_ON, params::PEAK_ON] {
        off[index] = 0.0;
    }
    let magnitude = response::magnitude(&off, 48000.0);
    assert!([20.0, 300.0, 5000.0, 23999.0].into_iter().all(|frequency| magnitude(frequency) == 1.0));
}

/// |X(f)| of a sound, by the Fourier transform's definition.
fn transform(sound: &[f32], frequency: f64, rate: f64) -> f64 {
    let step = 2.0 * PI * frequency / rate;
    let sum = |part: fn(f64) -> f64| -> f64 {
        sound.iter().enumerate().map(|(n, &x)| x as f64 * part(step * n as f64)).sum()
    };
    sum(f64::cos).hypot(sum(f64::sin))
}

#[test]
fn the_response_is_the_fourier_transform_of_what_an_impulse_sounds_like() {
    let rate = 48000.0;
    let mut impulse = vec![0.0; 48000];
    impulse[0] = 1.0;
    for settings in &SETTINGS[..2] {
        let mut values = values(*settings);
        values[params::DISTORTION_ON] = 0.0;
        values[params::DELAY_ON] = 0.0;
        let heard = render(&values, rate, 128, std::slice::from_ref(&impulse)).remove(0);
        let magnitude = response::magnitude(&values, rate);
        for frequency in [30.0, 100.0, 300.0, 440.0, 1000.0, 3000.0, 10000.0, 20000.0, 23000.0] {
            let (got, want) = (magnitude(frequency), transform(&heard, frequency, rate));
            assert!((got - want).abs() < 1e-5 * want + 1e-7, "{got} drawn, {want} heard at {frequency} Hz");
        }
    }
}
