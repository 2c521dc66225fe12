//! What every effect keeps, whichever it is: one list of effects, one test per promise.

use crate::reference::{error_db, test_sound};
use crate::support::{Player, only, peak, render};
use audio_dsp_wasm::params::{self, TABLE, Values};

const RATE: f64 = 48000.0;

/// An effect's switch, and settings with which it is plainly heard.
const EFFECTS: &[(usize, &[(usize, f32)])] = &[
    (params::DISTORTION_ON, &[(params::DISTORTION, 0.7)]),
    (params::LPF_ON, &[(params::LPF_CUTOFF, 800.0)]),
    (params::HPF_ON, &[(params::HPF_CUTOFF, 800.0)]),
    (params::PEAK_ON, &[(params::PEAK_FREQUENCY, 400.0), (params::PEAK_GAIN, 12.0), (params::PEAK_Q, 2.0)]),
    (params::COMPRESSOR_ON, &[(params::COMPRESSOR_THRESHOLD, -30.0), (params::COMPRESSOR_RELEASE, 0.05)]),
    (params::DELAY_ON, &[(params::DELAY_TIME, 0.01)]),
    (params::LIMITER_ON, &[(params::GAIN, 4.0)]),
];

fn values(&(switch, settings): &(usize, &[(usize, f32)])) -> Values {
    let mut values = only(&[switch]);
    for &(index, value) in settings {
        values[index] = value;
    }
    values
}

/// Runs a check on every effect, in mono and stereo.
fn each(check: impl Fn(&Values, Vec<Vec<f32>>, &str)) {
    for effect in EFFECTS {
        for channels in [1, 2] {
            let sound = (0..channels).map(|channel| test_sound(24000, RATE, channel)).collect();
            check(&values(effect), sound, &format!("{} on {channels} channel(s)", TABLE[effect.0].id));
        }
    }
}

#[test]
fn every_switch_but_bypass_is_in_the_list() {
    let switches = TABLE.iter().filter(|parameter| parameter.id.ends_with("_on")).count();
    assert_eq!(EFFECTS.len(), switches);
}

#[test]
fn it_sounds_and_switched_off_it_does_not() {
    each(|values, sound, what| {
        let mut off = only(&[]);
        off[params::GAIN] = values[params::GAIN];
        let [on, off] = [values, &off].map(|values| render(values, RATE, 128, &sound));
        for (on, off) in on.iter().zip(&off) {
            let off: Vec<f64> = off.iter().map(|&x| x as f64).collect();
            assert!(error_db(on, &off) > -20.0, "{what} is heard");
        }
        let plain: Vec<f64> = sound[0].iter().map(|&x| x as f64 * values[params::GAIN] as f64).collect();
        assert!(error_db(&off[0], &plain) < -140.0, "{what}, switched off, is the input");
    });
}

#[test]
fn silence_in_is_silence_out() {
    each(|values, sound, what| {
        let silence = vec![vec![0.0; 4800]; sound.len()];
        assert!(render(values, RATE, 128, &silence) == silence, "{what}");
    });
}

#[test]
fn it_settles_to_nothing_after_the_sound() {
    each(|values, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(values);
        player.play(&sound, 128);
        player.play(&vec![vec![0.0; 48000 * 6]; sound.len()], 128);
        assert!(player.chain.is_at_rest(), "{what}");
    });
}

#[test]
fn splits_into_multiples_of_128_give_the_same_bits_and_any_other_is_within_140_db() {
    each(|values, sound, what| {
        let whole = render(values, RATE, 128, &sound);
        assert!(render(values, RATE, 1024, &sound) == whole, "{what}");
        for split in [1, 64, 333] {
            for (got, want) in render(values, RATE, split, &sound).iter().zip(&whole) {
                let want: Vec<f64> = want.iter().map(|&x| x as f64).collect();
                let error = error_db(got, &want);
                assert!(error <= -140.0, "{error:.1} dB: {what} in blocks of {split}");
            }
        }
    });
}

#[test]
fn it_survives_what_is_no_number() {
    each(|values, mut sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(values);
        sound.iter_mut().for_each(|channel| channel[100..200].fill(f32::NAN));
        let output = player.play(&sound, 128);
        assert!(output.iter().flatten().all(|x| x.is_finite()), "{what}");
        assert!(peak(&output[0][1000..]) > 0.1, "{what} plays on");
    });
}

#[test]
fn a_reset_forgets_everything() {
    each(|values, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(values);
        let first = player.play(&sound, 128);
        player.chain.reset();
        assert!(player.play(&sound, 128) == first, "{what}");
    });
}

#[test]
fn a_reset_while_parameters_move_lands_on_their_targets() {
    each(|values, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.play(&sound, 128);
        player.chain.set(values);
        player.play(&sound.iter().map(|channel| channel[..256].to_vec()).collect::<Vec<_>>(), 128);
        player.chain.reset();
        assert!(player.play(&sound, 128) == render(values, RATE, 128, &sound), "{what}");
    });
}
