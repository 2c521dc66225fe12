//! Where a string's partials are, how strong they are, and how long they last, by formulas.

use super::player::*;
use std::f64::consts::{LN_10, PI, TAU};

#[test]
fn every_note_from_e1_to_e6_is_in_tune_within_2_cents() {
    for rate in [44_100.0, 48_000.0] {
        let mut worst = 0f64;
        for note in 28..=88 {
            let sound = pluck(rate, note as f64, [0.3, 0.1], [SECONDS, BRIGHTNESS, PICKUP], 32_768);
            let expected = TAU * hertz(note as f64) / rate;
            let off = cents(angle_near(&sound[2048..], expected), expected);
            worst = worst.max(off.abs());
            assert!(off.abs() < 2.0, "note {note} at {rate} Hz is off by {off} cents");
        }
        println!("the worst at {rate} Hz is off by {worst} cents");
    }
}

#[test]
fn notes_between_the_keys_are_in_tune_and_a_long_string_is_as_a_short_one() {
    for (rate, note) in [(48_000.0, 45.37), (48_000.0, 80.5), (8000.0, 88.0), (192_000.0, 40.0)] {
        let sound = pluck(rate, note, [0.3, 0.1], [SECONDS, 1.0, PICKUP], rate as usize);
        let expected = TAU * hertz(note) / rate;
        let off = cents(angle_near(&sound, expected), expected);
        assert!(off.abs() < 0.5, "note {note} at {rate} Hz is off by {off} cents");
    }
}

#[test]
fn partials_are_where_the_dispersion_relation_says() {
    let rate = 48_000.0;
    for (note, partials) in [(28.0, 30), (33.4, 30), (45.0, 30), (57.0, 20), (64.0, 15), (76.0, 10), (88.0, 7)] {
        let sound = pluck(rate, note, [0.13, 0.02], [20.0, 1.0, 0.07], 65_536);
        for nth in 1..=partials {
            let expected = dispersion(rate / hertz(note), nth);
            let (amplitude, _) = partial(&sound, expected);
            assert!(amplitude > 1e-4, "partial {nth} of note {note} is heard: {amplitude}");
            let off = cents(angle_near(&sound, expected), expected);
            assert!(off.abs() < 0.1, "partial {nth} of note {note} is off by {off} cents");
        }
    }
}

#[test]
fn the_dispersion_is_small_partials_below_5_khz_are_harmonic_within_3_cents() {
    let rate = 48_000.0;
    for note in 28..=88 {
        let period = rate / hertz(note as f64);
        for nth in 1..=(5000.0 / hertz(note as f64)) as usize {
            let off = cents(dispersion(period, nth), nth as f64 * TAU / period);
            assert!(off.abs() < 3.0, "partial {nth} of note {note}: {off} cents");
        }
    }
}

#[test]
fn a_pluck_in_the_middle_has_no_even_partials() {
    for note in [28.0, 40.0, 52.0] {
        let sound = pluck(48_000.0, note, [0.5, 0.1], [20.0, 1.0, 0.21], 32_768);
        let amplitudes: Vec<f64> =
            (1..=12).map(|nth| partial(&sound, dispersion(48_000.0 / hertz(note), nth)).0).collect();
        for nth in (2..=12).step_by(2) {
            let share = amplitudes[nth - 1] / amplitudes[nth - 2];
            assert!(share < 1e-3, "partial {nth} of note {note} has {share} of the one before");
        }
    }
}

#[test]
fn partials_have_the_strength_that_fourier_gives_a_plucked_string() {
    // A string of length 1, let go at rest in the shape h(x), has the nth partial bₙ = 2·∫ h(x)·sin(nπx) dx; its speed
    // at x₀ has nπ·bₙ·sin(nπx₀).
    let (position, width, pickup) = (0.23, 0.12, 0.17);
    let sound = pluck(48_000.0, 30.0, [position, width], [60.0, 1.0, pickup], 65_536);
    let strength = |nth: usize| {
        let shape = |x: f64| (1.0 - ((x - position) / width).powi(2)).max(0.0).powi(3);
        let sum: f64 =
            (0..20_000).map(|i| (i as f64 + 0.5) / 20_000.0).map(|x| shape(x) * (nth as f64 * PI * x).sin()).sum();
        (nth as f64 * PI * 2.0 * sum / 20_000.0 * (nth as f64 * PI * pickup).sin()).abs()
    };
    let heard = |nth| partial(&sound, dispersion(48_000.0 / hertz(30.0), nth)).0;
    let level = heard(1) / strength(1);
    for nth in 2..=10 {
        let (found, expected) = (heard(nth) / level, strength(nth));
        assert!((found - expected).abs() < 0.01 * expected + 1e-3, "partial {nth}: {found} for {expected}");
    }
}

/// How long a partial takes to fall by 60 dB, by its strength in two parts of the sound.
fn decay_seconds(sound: &[f32], angle: f64, rate: f64) -> f64 {
    let part = sound.len() / 2;
    let fall = 20.0 * (partial(&sound[..part], angle).0 / partial(&sound[part..], angle).0).log10();
    60.0 * part as f64 / rate / fall
}

#[test]
fn the_fundamental_decays_by_60_db_in_the_time_that_is_set() {
    let rate = 48_000.0;
    for note in [28.0, 40.0, 52.0, 64.0, 76.0, 88.0] {
        for seconds in [0.5, 2.0, 8.0] {
            for brightness in [0.15, 0.3, 1.0] {
                let sound = pluck(rate, note, [0.3, 0.1], [seconds, brightness, 0.2], (rate * seconds / 2.0) as usize);
                let found = decay_seconds(&sound, TAU * hertz(note) / rate, rate);
                let what = format!("note {note}, {seconds} s, brightness {brightness}: {found} s");
                assert!((found / seconds - 1.0).abs() < 0.02, "{what}");
            }
        }
    }
}

#[test]
fn what_is_at_4_khz_decays_faster_by_the_brightness_as_far_as_the_end_can_take_it() {
    let (rate, seconds) = (48_000.0, 4.0);
    for (note, nth) in [(28.0, 97), (40.0, 49), (57.0, 18), (76.0, 6), (88.0, 3)] {
        let angle = dispersion(rate / hertz(note), nth);
        assert!((angle * rate / TAU / 4000.0 - 1.0).abs() < 0.02, "the partial is near 4 kHz");
        // At the most the end takes the factor cos²(ω/2) each time around, beside what is lost on the way.
        let around = -2.0 * (0.5 * angle).cos().ln() * hertz(note);
        let limit = 3.0 * LN_10 / (3.0 * LN_10 / seconds + around);
        for brightness in [0.15, 0.5, 1.0] {
            let expected = limit.max(seconds * brightness);
            let sound = pluck(rate, note, [0.13, 0.02], [seconds, brightness, 0.07], (rate * expected / 2.0) as usize);
            let found = decay_seconds(&sound, angle, rate);
            assert!((found / expected - 1.0).abs() < 0.05, "note {note}, {brightness}: {found} s for {expected} s");
        }
    }
}

#[test]
fn a_string_of_whole_points_without_other_losses_repeats_itself_exactly_but_for_the_decay() {
    // A period of 2·M + 2: the end is one point further away, and there is no dispersion; d'Alembert's string.
    let (rate, period) = (48_000.0, 400);
    let sound = pluck(rate, note_of_period(rate, period as f64), [0.31, 0.07], [1.0, 1.0, 0.2], 48_000);
    let share = 10f64.powf(-3.0 * period as f64 / rate);
    assert!(sound[..period].iter().any(|x| x.abs() > 0.1));
    for (n, (&x, &later)) in sound.iter().zip(&sound[period..]).enumerate() {
        let expected = share * x as f64;
        assert!((later as f64 - expected).abs() < 2e-7, "frame {n}: {later} for {expected}");
    }
}
