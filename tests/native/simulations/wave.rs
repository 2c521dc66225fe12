//! The wave against solutions that are known without it: d'Alembert's, standing waves at the frequency
//! of the discrete dispersion relation, conserved energy, and what a boundary ought to reflect.

use audio_dsp_wasm::simulations::wave::{Boundary, Wave};
use std::f64::consts::PI;

/// The largest magnitude. What is no number is above all.
fn largest(data: impl IntoIterator<Item = f64>) -> f64 {
    data.into_iter().fold(0.0, |peak, u| if u.is_nan() { f64::INFINITY } else { peak.max(u.abs()) })
}

fn difference(data: &[f64], expected: impl Fn(usize) -> f64) -> f64 {
    largest(data.iter().enumerate().map(|(i, u)| u - expected(i)))
}

/// A smooth bump around 0, as the pluck's documentation has it.
fn bump(x: f64, width: f64) -> f64 {
    (1.0 - (x / width).powi(2)).max(0.0).powi(3)
}

#[test]
fn a_step_is_the_leapfrog_formula() {
    for c in [0.1, 0.5, 0.9, 1.0] {
        let mut wave = Wave::new(50, c).unwrap();
        let mut previous = vec![0.0; 50];
        let mut u = previous.clone();
        for step in 0..500 {
            if step % 40 == 0 {
                let (position, amplitude) = (1 + step % 48, 1.0 / (1.0 + step as f64));
                assert!(wave.add_impulse(position, amplitude));
                u[position] += amplitude;
            }
            let mut next = vec![0.0; 50];
            for i in 1..49 {
                next[i] = 2.0 * u[i] - previous[i] + c * c * (u[i + 1] - 2.0 * u[i] + u[i - 1]);
            }
            previous = std::mem::replace(&mut u, next);
            wave.step(1);
            assert!(difference(wave.data(), |i| u[i]) < 1e-10, "c {c}, step {step}");
        }
    }
}

#[test]
fn many_steps_in_one_call_are_as_many_single_steps() {
    let mut waves = [0, 1].map(|_| {
        let mut wave = Wave::new(101, 0.7).unwrap();
        wave.pluck(30.0, 10.0, 1.0);
        wave
    });
    waves[0].step(3000);
    (0..3000).for_each(|_| waves[1].step(1));
    assert_eq!(waves[0].data(), waves[1].data());
    assert_eq!(waves[0].steps(), 3000);
}

#[test]
fn at_c_1_a_pluck_travels_as_d_alembert_says_and_comes_back_upside_down() {
    const POINTS: i64 = 401;
    // The third and fourth reach over an end.
    for (position, width, height) in [(120.0, 37.5, 0.8), (200.5, 3.0, -1.0), (9.25, 30.0, 0.5), (395.0, 37.5, 0.8)] {
        let mut wave = Wave::new(POINTS as usize, 1.0).unwrap();
        assert!(wave.pluck(position, width, height));
        // Fixed ends: the initial shape, continued as an odd function with a period of twice the length.
        let period = 2 * (POINTS - 1);
        let initial = |i: i64| {
            let i = i.rem_euclid(period);
            match i % (POINTS - 1) {
                0 => 0.0,
                _ if i < POINTS => height * bump(i as f64 - position, width),
                _ => -height * bump((period - i) as f64 - position, width),
            }
        };
        for step in 0..3000 {
            let expected = |i: usize| 0.5 * (initial(i as i64 - step) + initial(i as i64 + step));
            assert!(difference(wave.data(), expected) < 1e-12, "a pluck at {position}, step {step}");
            wave.step(1);
        }
    }
}

#[test]
fn at_c_1_free_ends_reflect_as_d_alembert_says() {
    const POINTS: i64 = 401;
    for position in [250.0, 12.5, 390.25, 400.0] {
        let mut wave = Wave::new(POINTS as usize, 1.0).unwrap();
        wave.set_boundary(Boundary::Free);
        assert!(wave.pluck(position, 60.0, 1.0));
        let period = 2 * (POINTS - 1);
        let initial = |i: i64| {
            let i = i.rem_euclid(period);
            bump(if i < POINTS { i } else { period - i } as f64 - position, 60.0)
        };
        for step in 0..2000 {
            let expected = |i: usize| 0.5 * (initial(i as i64 - step) + initial(i as i64 + step));
            assert!(difference(wave.data(), expected) < 1e-12, "a pluck at {position}, step {step}");
            wave.step(1);
        }
    }
}

/// The frequency at which a mode oscillates, in radians a step: a standing wave is set up by impulses
/// and its two latest zero crossings, far apart, are interpolated.
fn measured_frequency(points: usize, c: f64, mode: usize) -> f64 {
    let mut wave = Wave::new(points, c).unwrap();
    let wavenumber = mode as f64 * PI / (points - 1) as f64;
    for i in 1..points - 1 {
        wave.add_impulse(i, (wavenumber * i as f64).sin());
    }
    // The mode's amplitude, by the discrete sine transform.
    let amplitude =
        |wave: &Wave| -> f64 { wave.data().iter().enumerate().map(|(i, u)| u * (wavenumber * i as f64).sin()).sum() };
    let mut crossings = Vec::new();
    let mut before = amplitude(&wave);
    for step in 0..20_000 {
        wave.step(1);
        let now = amplitude(&wave);
        if before < 0.0 && now >= 0.0 {
            crossings.push(step as f64 + before / (before - now));
        }
        before = now;
    }
    let periods = (crossings.len() - 1) as f64;
    2.0 * PI * periods / (crossings[crossings.len() - 1] - crossings[0])
}

#[test]
fn standing_waves_have_the_frequency_of_the_discrete_dispersion_relation() {
    for (c, mode) in [(1.0, 3), (0.9, 1), (0.9, 20), (0.5, 5), (0.5, 99), (0.25, 60), (0.1, 10)] {
        let wavenumber = mode as f64 * PI / 200.0;
        let expected = 2.0 * (c * (wavenumber / 2.0).sin()).asin();
        let found = measured_frequency(201, c, mode);
        assert!((found / expected - 1.0).abs() < 1e-4, "c {c}, mode {mode}: {found} for {expected}");
    }
}

#[test]
fn energy_drifts_less_than_1e_4_over_a_million_steps() {
    for (c, boundary) in [(1.0, Boundary::Fixed), (0.8, Boundary::Fixed), (0.8, Boundary::Free)] {
        let mut wave = Wave::new(200, c).unwrap();
        wave.set_boundary(boundary);
        wave.pluck(61.0, 12.0, 1.0);
        wave.add_impulse(140, 0.1);
        let before = wave.energy();
        assert!(before > 0.0);
        wave.step(1_000_000);
        let drift = (wave.energy() / before - 1.0).abs();
        assert!(drift < 1e-4, "c {c}, {boundary:?}: {drift}");
    }
}

#[test]
fn energy_is_the_continuous_strings_energy_where_the_string_is_smooth() {
    // ½·c²·∫ u'² dx of a bump of height h and width w at rest: u' = −6·h·x/w²·(1 − x²/w²)², so that the
    // integral is 36·h²/w · ∫ s²·(1 − s²)⁴ ds over −1 … 1, which is 36·h²/w · 256/3465.
    let (c, width, height) = (0.5, 100.0, 2.0);
    let mut wave = Wave::new(1001, c).unwrap();
    wave.pluck(500.0, width, height);
    let expected = 0.5 * c * c * 36.0 * height * height / width * 256.0 / 3465.0;
    assert!((wave.energy() / expected - 1.0).abs() < 1e-2, "{} for {expected}", wave.energy());
}

#[test]
fn an_absorbing_end_reflects_less_than_1_percent() {
    for (c, limit) in [(1.0, 1e-12), (0.9, 0.01), (0.5, 0.01)] {
        let mut wave = Wave::new(401, c).unwrap();
        wave.set_boundary(Boundary::Absorbing);
        wave.pluck(200.0, 40.0, 1.0);
        // Half the height travels each way; both have left, and what came back is on the string.
        wave.step((300.0 / c) as u64);
        let reflected = largest(wave.data().iter().copied()) / 0.5;
        assert!(reflected < limit, "c {c}: {reflected}");
    }
}

#[test]
fn damping_takes_amplitude_at_its_rate() {
    let damping = 1e-3;
    let mut wave = Wave::new(201, 1.0).unwrap();
    assert!(wave.set_damping(damping));
    let mode = |i: usize| (PI * i as f64 / 200.0).sin();
    (1..200).for_each(|i| assert!(wave.add_impulse(i, mode(i))));
    let peak = |wave: &mut Wave| {
        let mut peak = 0f64;
        for _ in 0..400 {
            wave.step(1);
            peak = peak.max(wave.data()[100].abs());
        }
        peak
    };
    let first = peak(&mut wave);
    wave.step(1600);
    let ratio = peak(&mut wave) / first;
    assert!((ratio / (-2000.0 * damping).exp() - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn a_damped_string_ends_in_exactly_0() {
    let mut wave = Wave::new(100, 0.9).unwrap();
    wave.set_damping(0.01);
    wave.pluck(40.0, 8.0, 1.0);
    wave.step(60_000);
    assert!(wave.data().iter().all(|&u| u == 0.0));
    assert_eq!(wave.energy(), 0.0);
}

#[test]
fn fixed_ends_stay_at_0_whatever_is_done_there() {
    let mut wave = Wave::new(64, 0.7).unwrap();
    wave.add_impulse(0, 5.0);
    wave.add_impulse(63, -5.0);
    wave.pluck(0.5, 20.0, 1.0);
    for _ in 0..500 {
        assert_eq!((wave.data()[0], wave.data()[63]), (0.0, 0.0));
        wave.step(1);
    }
    wave.set_boundary(Boundary::Free);
    wave.step(300);
    assert_ne!(wave.data()[0], 0.0);
    wave.set_boundary(Boundary::Fixed);
    assert_eq!((wave.data()[0], wave.data()[63]), (0.0, 0.0));
}

#[test]
fn an_impulse_adds_to_the_current_state_only_and_a_pluck_starts_at_rest() {
    let mut impulse = Wave::new(101, 0.5).unwrap();
    impulse.add_impulse(50, 1.0);
    impulse.step(1);
    assert_eq!(impulse.data()[50], 2.0 - 2.0 * 0.25);

    let mut pluck = Wave::new(101, 0.5).unwrap();
    pluck.pluck(50.0, 10.0, 1.0);
    let start = pluck.data().to_vec();
    pluck.step(1);
    let after = pluck.data().to_vec();
    // Half of the acceleration c²·∂²u: what a string that starts at rest does in its first step.
    let expected = |i: usize| {
        if i == 0 || i == 100 { 0.0 } else { start[i] + 0.125 * (start[i + 1] - 2.0 * start[i] + start[i - 1]) }
    };
    assert!(difference(&after, expected) < 1e-15);
}

#[test]
fn what_is_out_of_range_is_refused_and_changes_nothing() {
    for (points, c) in [(2, 0.5), ((1 << 20) + 1, 0.5), (800, 0.0), (800, -0.1), (800, 1.0001), (800, f64::NAN)] {
        assert!(Wave::new(points, c).is_none(), "{points} points, c {c}");
    }
    let mut wave = Wave::new(100, 1.0).unwrap();
    wave.pluck(50.0, 10.0, 1.0);
    let before = wave.data().to_vec();
    assert!(!wave.add_impulse(100, 1.0));
    assert!(!wave.add_impulse(10, f64::INFINITY));
    for (position, width, height) in
        [(-0.1, 1.0, 1.0), (99.1, 1.0, 1.0), (f64::NAN, 1.0, 1.0), (5.0, 0.0, 1.0), (5.0, 1.0, f64::NAN)]
    {
        assert!(!wave.pluck(position, width, height));
    }
    for damping in [-0.1, 1.1, f64::NAN] {
        assert!(!wave.set_damping(damping));
    }
    assert_eq!((wave.data(), wave.damping()), (before.as_slice(), 0.0));
}

#[test]
fn reset_brings_the_string_to_rest_and_keeps_its_settings() {
    let mut wave = Wave::new(100, 0.9).unwrap();
    wave.set_boundary(Boundary::Absorbing);
    wave.set_damping(0.25);
    wave.pluck(50.0, 10.0, 1.0);
    wave.step(10);
    wave.reset();
    assert!(wave.data().iter().all(|&u| u == 0.0));
    assert_eq!((wave.steps(), wave.energy()), (0, 0.0));
    assert_eq!((wave.boundary(), wave.damping()), (Boundary::Absorbing, 0.25));
}
