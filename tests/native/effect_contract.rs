//! What every effect promises, whichever it is: one test per promise, each on every effect in mono and in stereo.

use crate::reference::{error_db, test_sound};
use crate::support::{Player, difference_decibels, each_effect, peak, render};
use audio_dsp_wasm::params;

const RATE: f64 = 48000.0;

fn silence(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    vec![vec![0.0; frames]; channels]
}

#[test]
fn it_sounds_and_switched_off_it_does_not() {
    each_effect(RATE, |effect, sound, what| {
        let [on, off] = [effect.on(), effect.off()].map(|values| render(&values, RATE, 128, sound));
        for ((on, off), sound) in on.iter().zip(&off).zip(sound) {
            let difference = difference_decibels(on, off);
            assert!(difference > -20.0, "{what} is plainly heard: {difference:.1} dB");
            let plain: Vec<f32> = sound.iter().map(|x| x * effect.off()[params::GAIN]).collect();
            assert!(*off == plain, "{what}, switched off, is the input");
        }
    });
}

#[test]
fn its_switch_brings_it_and_takes_it_away_while_sound_plays() {
    each_effect(RATE, |effect, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(&effect.off());
        let before = player.play(sound, 128);
        player.chain.set(&effect.on());
        player.play(sound, 128);
        let during = player.play(sound, 128);
        player.chain.set(&effect.off());
        player.play(sound, 128);
        let after = player.play(sound, 128);
        for (before, during) in before.iter().zip(&during) {
            assert!(difference_decibels(before, during) > -20.0, "{what} has come");
        }
        assert!(before == after, "{what} has gone");
    });
}

#[test]
fn silence_in_is_silence_out() {
    each_effect(RATE, |effect, sound, what| {
        let silence = silence(sound.len(), 4800);
        assert!(render(&effect.on(), RATE, 128, &silence) == silence, "{what}");
    });
}

#[test]
fn it_settles_to_nothing_after_the_sound() {
    each_effect(RATE, |effect, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(&effect.on());
        player.play(sound, 128);
        player.play(&silence(sound.len(), 6 * RATE as usize), 128);
        assert!(player.chain.is_at_rest(), "{what}");
        let end = player.play(&silence(sound.len(), 1280), 128);
        assert!(end.iter().flatten().all(|&x| x == 0.0), "{what}");
    });
}

#[test]
fn it_is_at_rest_where_nothing_of_the_sound_is_kept_and_only_there() {
    each_effect(RATE, |effect, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(&effect.on());
        player.play(&silence(sound.len(), sound[0].len()), 128);
        let as_after_silence = player.play(sound, 128);
        player.chain.reset();
        player.play(sound, 128);
        let at_rest = player.chain.is_at_rest();
        assert_eq!(player.play(sound, 128) == as_after_silence, at_rest, "{what}");
    });
}

#[test]
fn splits_into_multiples_of_128_give_the_same_bits_and_any_other_is_within_140_db() {
    each_effect(RATE, |effect, sound, what| {
        let values = effect.on();
        let whole = render(&values, RATE, 128, sound);
        assert!(render(&values, RATE, 1024, sound) == whole, "{what}");
        for split in [1, 64, 333] {
            for (got, want) in render(&values, RATE, split, sound).iter().zip(&whole) {
                let want: Vec<f64> = want.iter().map(|&x| x as f64).collect();
                let error = error_db(got, &want);
                assert!(error <= -140.0, "{error:.1} dB: {what} in blocks of {split}");
            }
        }
    });
}

#[test]
fn it_survives_what_is_no_number() {
    each_effect(RATE, |effect, sound, what| {
        let mut sound = sound.to_vec();
        sound.iter_mut().for_each(|channel| channel[100..200].fill(f32::NAN));
        let output = render(&effect.on(), RATE, 128, &sound);
        assert!(output.iter().flatten().all(|x| x.is_finite()), "{what}");
        assert!(output.iter().all(|channel| peak(&channel[1000..]) > 0.1), "{what} plays on");
    });
}

#[test]
fn a_reset_forgets_everything() {
    each_effect(RATE, |effect, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.chain.set(&effect.on());
        let first = player.play(sound, 128);
        player.chain.reset();
        assert!(player.play(sound, 128) == first, "{what}");
    });
}

#[test]
fn a_reset_while_parameters_move_lands_on_their_targets() {
    each_effect(RATE, |effect, sound, what| {
        let mut player = Player::new(RATE, sound.len());
        player.play(sound, 128);
        player.chain.set(&effect.on());
        player.play(&sound.iter().map(|channel| channel[..256].to_vec()).collect::<Vec<_>>(), 128);
        player.chain.reset();
        assert!(player.play(sound, 128) == render(&effect.on(), RATE, 128, sound), "{what}");
    });
}

#[test]
fn it_is_heard_and_stays_finite_at_every_sample_rate() {
    for rate in [3000.0, 8000.0, 44100.0, 192000.0, 768000.0] {
        each_effect(rate, |effect, _, what| {
            let sound = test_sound(24000, rate, 0);
            let output = render(&effect.on(), rate, 128, &[sound]);
            assert!(output[0].iter().all(|x| x.is_finite()), "{what} at {rate} Hz");
        });
    }
}
