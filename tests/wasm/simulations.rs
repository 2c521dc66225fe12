//! The simulations as JavaScript gets them, in a browser: their numbers are right, and what is out of
//! range throws a RangeError with a sentence and changes nothing.

use audio_dsp_wasm::doors::main_thread::simulations::{WaveSimulation, monte_carlo_pi};
use js_sys::RangeError;
use std::f64::consts::PI;
use wasm_bindgen_test::wasm_bindgen_test;

/// Whether a result is a RangeError whose message is a sentence that names `part`.
fn refused<T>(result: Result<T, RangeError>, part: &str) -> bool {
    result.err().map(|error| String::from(error.message())).is_some_and(|m| m.contains(part) && m.ends_with('.'))
}

fn taken<T>(result: Result<T, RangeError>) -> T {
    result.unwrap_or_else(|error| panic!("{}", String::from(error.message())))
}

#[wasm_bindgen_test]
fn pi_is_within_six_standard_errors_and_each_call_is_a_sample_of_its_own() {
    let points = 1e6;
    let estimates: Vec<f64> = (0..20).map(|_| taken(monte_carlo_pi(points))).collect();
    let standard_error = (PI * (4.0 - PI) / points).sqrt();
    for estimate in &estimates {
        assert!((estimate - PI).abs() < 6.0 * standard_error, "{estimate}");
        // 4·inside/total is a whole number of 4/total.
        assert!(
            (estimate * points / 4.0).fract() == 0.0 || (estimate * points / 4.0).fract() > 0.999_999,
            "{estimate}"
        );
    }
    assert!(estimates.iter().any(|estimate| *estimate != estimates[0]));
}

#[wasm_bindgen_test]
fn pi_refuses_what_is_no_number_of_points() {
    for iterations in [0.0, -1.0, 0.5, 1e99, f64::INFINITY, f64::NAN] {
        assert!(refused(monte_carlo_pi(iterations), "points"), "{iterations}");
    }
    for iterations in [1.0, 2.0, 3.0] {
        assert!((0.0..=4.0).contains(&taken(monte_carlo_pi(iterations))));
    }
}

/// The wave's formula in float64, from what `impulses` add to the current state before the first step.
fn reference(points: usize, c: f64, impulses: &[(usize, f64)], steps: usize) -> Vec<f64> {
    let (mut previous, mut current) = (vec![0.0; points], vec![0.0; points]);
    for &(position, amplitude) in impulses {
        current[position] += amplitude;
    }
    for _ in 0..steps {
        let mut next = vec![0.0; points];
        for i in 1..points - 1 {
            let curvature = current[i + 1] - 2.0 * current[i] + current[i - 1];
            next[i] = 2.0 * current[i] - previous[i] + c * c * curvature;
        }
        (previous, current) = (current, next);
    }
    current
}

#[wasm_bindgen_test]
fn the_wave_follows_its_formula() {
    let impulses = [(1, 0.5), (37, 1.0), (37, -0.25), (98, 2.0)];
    for c in [0.1, 0.5, 0.9, 1.0] {
        let mut wave = taken(WaveSimulation::new(100.0, c));
        for (position, amplitude) in impulses {
            taken(wave.add_impulse(position as f64, amplitude));
        }
        for steps in 0..500 {
            for (got, want) in wave.get_data().iter().zip(reference(100, c, &impulses, steps)) {
                assert!((f64::from(*got) - want).abs() < 1e-5, "c = {c}, step {steps}: {got}, not {want}");
            }
            wave.step();
        }
    }
}

#[wasm_bindgen_test]
fn the_wave_refuses_what_is_out_of_range_and_goes_on() {
    for points in [-1.0, 0.0, 2.0, 10.5, 1e99, f64::NAN] {
        assert!(refused(WaveSimulation::new(points, 0.5), "points"), "{points} points");
    }
    for c in [-0.5, 0.0, 1.5, f64::INFINITY, f64::NAN] {
        assert!(refused(WaveSimulation::new(100.0, c), "Courant"), "c = {c}");
    }
    let mut wave = taken(WaveSimulation::new(100.0, 0.5));
    taken(wave.add_impulse(50.0, 1.0));
    let before = wave.get_data();
    for (position, amplitude) in [(-1.0, 1.0), (100.0, 1.0), (3.5, 1.0), (f64::NAN, 1.0), (50.0, f64::NAN)] {
        assert!(refused(wave.add_impulse(position, amplitude), "position"), "{amplitude} at {position}");
    }
    assert_eq!(wave.get_data(), before);
}
