//! A smoothed parameter is two equal one-pole low-passes in a row, in the domain of its curve: what is left of a jump
//! after n samples is pⁿ·(1 + n·(1 − p)) of it, where p = e^(−1 / (4 ms · sample rate)).

use audio_dsp_wasm::dsp::block::{BLOCK, Envelope};
use audio_dsp_wasm::dsp::law::Change;
use audio_dsp_wasm::dsp::smooth::Smoothed;
use audio_dsp_wasm::params::{self, Curve, TABLE};
use wide::f32x4;

const RATES: [f64; 3] = [8000.0, 48000.0, 192000.0];
/// A parameter of each curve, with two values in its range.
const JUMPS: [(usize, f32, f32); 5] = [
    (params::DELAY_MIX, 0.1, 0.9),
    (params::BYPASS, 1.0, 0.0),
    (params::LPF_CUTOFF, 15000.0, 50.0),
    (params::GAIN, 0.25, 4.0),
    (params::GAIN, 2.0, 0.0),
];

/// A value in the domain of its parameter's curve; gains end at −100 dB there.
fn domain(index: usize, value: f32) -> f64 {
    match TABLE[index].curve {
        Curve::Linear | Curve::Switch => value as f64,
        Curve::Logarithmic => (value as f64).ln(),
        Curve::Decibel => (value as f64).max(1e-5).ln(),
    }
}

fn value(index: usize, position: f64) -> f64 {
    match TABLE[index].curve {
        Curve::Linear | Curve::Switch => position,
        Curve::Logarithmic | Curve::Decibel => position.exp(),
    }
}

/// What is left of a jump after so many samples, as a share of it.
fn left(samples: usize, rate: f64) -> f64 {
    let pole = (-1.0 / (0.004 * rate)).exp();
    pole.powi(samples as i32) * (1.0 + samples as f64 * (1.0 - pole))
}

/// A parameter that stands at a value.
fn standing(index: usize, value: f32, rate: f64) -> Smoothed {
    let mut smoothed = Smoothed::new(index, rate);
    smoothed.take(&Change::set(index, value));
    smoothed.snap();
    smoothed
}

#[test]
fn a_jump_is_followed_as_by_two_low_passes_in_the_curves_domain() {
    for rate in RATES {
        for (index, from, to) in JUMPS {
            let mut smoothed = standing(index, from, rate);
            smoothed.take(&Change::set(index, to));
            let [start, goal] = [from, to].map(|value| domain(index, value));
            for samples in 1..(0.04 * rate) as usize {
                smoothed.advance(1);
                let want = value(index, goal + (start - goal) * left(samples, rate));
                let got = smoothed.value();
                let error = (got - want).abs();
                assert!(
                    error < 1e-9 * want.abs() + 1e-9,
                    "{got} for {want}: {}, {samples} at {rate} Hz",
                    TABLE[index].id
                );
            }
        }
    }
}

#[test]
fn a_jump_on_the_way_adds_its_own_to_what_is_left_of_the_one_before() {
    let rate = 48000.0;
    let mut smoothed = standing(params::DELAY_MIX, 0.2, rate);
    smoothed.take(&Change::set(params::DELAY_MIX, 0.9));
    smoothed.advance(100);
    smoothed.take(&Change::set(params::DELAY_MIX, 0.4));
    smoothed.advance(250);
    let want = 0.4 - 0.7 * left(350, rate) + 0.5 * left(250, rate);
    assert!((smoothed.value() - want).abs() < 1e-7, "{} for {want}", smoothed.value());
}

#[test]
fn it_has_arrived_exactly_once_less_than_a_millionth_of_the_range_is_left() {
    for rate in RATES {
        for (index, from, to) in JUMPS {
            let [start, goal, low, high] = [from, to, TABLE[index].min, TABLE[index].max].map(|x| domain(index, x));
            let arrival = (0..).find(|&n| ((start - goal) * left(n, rate)).abs() < 1e-6 * (high - low)).unwrap();
            let mut smoothed = standing(index, from, rate);
            assert!(smoothed.is_settled() && smoothed.value() == from as f64);
            smoothed.take(&Change::set(index, to));
            assert!(!smoothed.is_settled());
            smoothed.advance(arrival - 1);
            assert!(!smoothed.is_settled(), "{} at {rate} Hz", TABLE[index].id);
            smoothed.advance(2);
            assert!(smoothed.is_settled() && smoothed.value() == to as f64, "{} at {rate} Hz", TABLE[index].id);
        }
    }
}

#[test]
fn a_snap_is_there_at_once_from_anywhere() {
    for (index, from, to) in JUMPS {
        for samples in [0, 1, 100] {
            let mut smoothed = standing(index, from, 48000.0);
            smoothed.take(&Change::set(index, to));
            smoothed.advance(samples);
            smoothed.snap();
            assert!(smoothed.is_settled() && smoothed.value() == to as f64);
            assert!(fill(&mut smoothed, BLOCK).iter().all(|&x| x == to));
        }
    }
}

/// The values of so many frames, on which the parameter moves on.
fn fill(smoothed: &mut Smoothed, frames: usize) -> Vec<f32> {
    let mut values = Envelope::default();
    smoothed.fill(values.vectors_mut(), frames);
    values.values()[..frames].to_vec()
}

/// Asserts that a vector's value is the parameter's as a float32 can have it: a logarithm of up to 17 is rounded first.
fn assert_close(got: f32, want: f64, index: usize) {
    let rounding = if value(index, 1.0) == 1.0 { 1e-7 } else { 1.1e-6 };
    assert!((got as f64 - want).abs() <= rounding * want.abs(), "{got} for {want}: {}", TABLE[index].id);
}

#[test]
fn a_block_has_the_value_after_each_sample_however_it_is_cut_and_the_target_for_ever_after() {
    for (index, from, to) in JUMPS {
        let mut one_by_one = standing(index, from, 48000.0);
        one_by_one.take(&Change::set(index, to));
        let mut cut = standing(index, from, 48000.0);
        // At rest before the jump, too.
        assert!(fill(&mut cut, BLOCK).iter().all(|&x| x == from));
        cut.take(&Change::set(index, to));
        for frames in [1, 128, 100, 7, 128].into_iter().cycle().take(80) {
            for got in fill(&mut cut, frames) {
                one_by_one.advance(1);
                assert_close(got, one_by_one.value(), index);
                assert!(!one_by_one.is_settled() || got == to, "it is there to the sample");
            }
        }
        assert!(one_by_one.is_settled() && cut.is_settled());
        for frames in [1, BLOCK] {
            assert!(fill(&mut cut, frames).iter().all(|&x| x == to));
        }
    }
}

#[test]
fn the_values_after_so_many_samples_are_those_that_it_will_have_and_asking_moves_nothing() {
    for (index, from, to) in JUMPS {
        for gone in [0, 500, 3000, 3333] {
            let mut smoothed = standing(index, from, 48000.0);
            smoothed.take(&Change::set(index, to));
            smoothed.advance(gone);
            for (first, stride) in [(8, 8), (3, 8), (1, 1), (1, 40)] {
                let mut values = [f32x4::ZERO; 4];
                smoothed.values_after(first, stride, &mut values);
                for (nth, got) in values.iter().flat_map(|vector| vector.to_array()).enumerate() {
                    let mut later = standing(index, from, 48000.0);
                    later.take(&Change::set(index, to));
                    later.advance(gone);
                    later.advance(first + nth * stride);
                    assert_close(got, later.value(), index);
                    assert!(!later.is_settled() || got == to);
                }
            }
        }
    }
}

#[test]
fn it_says_after_how_many_samples_it_arrives() {
    for (index, from, to) in JUMPS {
        let mut smoothed = standing(index, from, 48000.0);
        assert_eq!(smoothed.arrival(BLOCK), Some(0));
        smoothed.take(&Change::set(index, to));
        assert_eq!(smoothed.arrival(BLOCK), None);
        let arrival = smoothed.arrival(48000).unwrap();
        assert_eq!(smoothed.arrival(arrival - 1), None);
        smoothed.advance(arrival - 1);
        assert!(!smoothed.is_settled());
        smoothed.advance(1);
        assert!(smoothed.is_settled());
    }
}
