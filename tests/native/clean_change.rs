//! Nothing clicks: a smooth sound stays smooth whatever is turned, switched or jumped to.

use crate::support::{self, Player, peak, roughness, sine, with};
use audio_dsp_wasm::params::{self, Curve, TABLE, Values};

const RATE: f64 = 48000.0;
/// Slow enough that its harmonics, which distortion at its end makes, bend by far less than the limit.
const FREQUENCY: f64 = 100.0;
/// The second difference of what does not click, as a share of the peak.
const LIMIT: f64 = 0.02;

/// All effects on, so that every parameter is heard.
fn everything_on() -> Values {
    let mut values = with(&[(params::PEAK_GAIN, 6.0), (params::COMPRESSOR_THRESHOLD, -30.0)]);
    for index in [params::PEAK_ON, params::COMPRESSOR_ON, params::LIMITER_ON] {
        values[index] = 1.0;
    }
    values
}

/// Plays a sine that fades in, a part with the base's values and then one with each of the changes'.
fn play_changes(base: &Values, changes: &[Values], seconds_each: f64) -> Vec<f32> {
    let part = (RATE * seconds_each) as usize;
    let mut sound = sine(FREQUENCY, 0.5, RATE, part * (changes.len() + 1));
    for (n, x) in sound.iter_mut().take(4800).enumerate() {
        *x *= 0.5 - 0.5 * (std::f32::consts::PI * n as f32 / 4800.0).cos();
    }
    let mut player = Player::new(RATE, 1);
    player.chain.set(base);
    let mut output = player.play_mono(&sound[..part]);
    for (at, values) in changes.iter().enumerate() {
        player.chain.set(values);
        output.extend(player.play_mono(&sound[part * (at + 1)..part * (at + 2)]));
    }
    output
}

fn changed(base: &Values, index: usize, value: f32) -> Values {
    let mut values = *base;
    values[index] = value;
    values
}

#[test]
fn a_sine_through_any_parameter_that_jumps_between_the_ends_of_its_range_does_not_click() {
    for (base, what) in [(params::defaults(), "the defaults"), (everything_on(), "everything on")] {
        for (index, parameter) in TABLE.iter().enumerate() {
            let [low, high] = [parameter.min, parameter.max].map(|end| changed(&base, index, end));
            let output = play_changes(&low, &[high, low, high, low], 0.34);
            let roughness = roughness(&output);
            assert!(roughness < LIMIT, "{} with {what}: {:.2} %", parameter.id, 100.0 * roughness);
            assert!(output.iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn a_parameter_that_jumps_again_before_it_has_settled_does_not_click() {
    for (index, parameter) in TABLE.iter().enumerate() {
        let [low, high] = [parameter.min, parameter.max].map(|end| changed(&params::defaults(), index, end));
        let changes: Vec<Values> = (0..60).map(|n| if n % 2 == 0 { high } else { low }).collect();
        // 7 ms apart, in the middle of every fade.
        let roughness = roughness(&play_changes(&low, &changes, 0.007));
        assert!(roughness < LIMIT, "{}: {:.2} %", parameter.id, 100.0 * roughness);
    }
}

#[test]
fn the_measure_of_clicks_finds_a_click() {
    let mut output = sine(FREQUENCY, 0.5, RATE, 4800);
    assert!(roughness(&output) < 0.001);
    output[2400..].iter_mut().for_each(|x| *x *= 0.9);
    output[1234] += 0.05;
    assert!(roughness(&output) > LIMIT);
}

#[test]
fn a_changed_parameter_arrives_exactly_and_within_a_tenth_of_a_second() {
    for (index, parameter) in TABLE.iter().enumerate().filter(|(_, p)| p.curve != Curve::Switch) {
        let base = params::defaults();
        let target = changed(&base, index, parameter.max);
        // With nothing in the lines, a chain that has arrived and one that began there are one.
        let mut moved = Player::new(RATE, 1);
        moved.chain.set(&base);
        moved.play_mono(&[0.0; 128]);
        moved.chain.set(&target);
        moved.play_mono(&[0.0; 4864]);
        let mut began = Player::new(RATE, 1);
        began.chain.set(&target);
        began.play_mono(&[0.0; 128]);
        let sound = sine(440.0, 0.5, RATE, 1280);
        assert!(moved.play_mono(&sound) == began.play_mono(&sound), "{}", parameter.id);
    }
}

#[test]
fn a_switch_leaves_nothing_of_its_effect_behind() {
    for index in [params::DISTORTION_ON, params::LPF_ON, params::HPF_ON, params::DELAY_ON, params::PEAK_ON] {
        let on = changed(&everything_on(), index, 1.0);
        let off = changed(&everything_on(), index, 0.0);
        let mut player = Player::new(RATE, 1);
        player.chain.set(&on);
        player.play_mono(&sine(440.0, 0.5, RATE, 24000));
        player.chain.set(&off);
        player.play_mono(&[0.0; 9600]);
        assert!(player.chain.values()[index] == 0.0);
        // What remains is the other effects' business; a bypass shows nothing at all.
        player.chain.set(&changed(&off, params::BYPASS, 1.0));
        player.play_mono(&[0.0; 9600]);
        let sound = sine(440.0, 0.5, RATE, 1280);
        assert!(player.play_mono(&sound) == sound, "{}", TABLE[index].id);
    }
}

#[test]
fn bypass_gives_the_input_bit_for_bit() {
    let sound = sine(1000.0, 0.9, RATE, 4800);
    let output = support::render(&with(&[(params::BYPASS, 1.0)]), RATE, 128, std::slice::from_ref(&sound));
    assert!(output[0] == sound);
    assert!(peak(&sound) > 0.8);
}
