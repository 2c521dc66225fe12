//! The functions of src/math.rs against the standard library's in float64, over all that they promise.

use audio_dsp_wasm::dsp::math::{self, Tanh, exp2x4, log2x4};
use wide::{f32x4, f64x2};

/// The largest of `error` over these floats, four at a time, given by their bits.
fn largest(
    bits: std::ops::Range<u32>,
    step: usize,
    of: impl Fn(f32x4) -> f32x4,
    error: impl Fn(f32, f32) -> f64,
) -> f64 {
    let mut largest = 0.0;
    for base in bits.step_by(4 * step) {
        let x = [0, 1, 2, 3].map(|n| f32::from_bits(base + n * step as u32));
        let y = of(f32x4::new(x)).to_array();
        for (x, y) in x.into_iter().zip(y) {
            let error = error(x, y);
            if error.is_nan() || error > largest {
                largest = error;
            }
        }
    }
    largest
}

fn relative(got: f32, want: f64) -> f64 {
    (got as f64 / want - 1.0).abs()
}

#[test]
fn tanh_is_within_6e_7_for_every_float32_from_1e_18_to_the_largest_sample() {
    let tanh = Tanh::default();
    let (small, one) = (1e-18f32.to_bits(), 1e-4f32.to_bits());
    // Below 1e-4 tanh x is x to within 4e-9, and needs no slow reference.
    let error = largest(small..one, 1, |x| tanh.of(x), |x, y| relative(y, x as f64));
    assert!(error < 6e-7, "{error:e} below 1e-4");
    let error = largest(one..9f32.to_bits(), 1, |x| tanh.of(x), |x, y| relative(y, (x as f64).tanh()));
    assert!(error < 6e-7, "{error:e} up to 9");
    // From 9 on it is held at one value, which is 1 to within the bound.
    let error = largest(9f32.to_bits()..1.1e7f32.to_bits(), 1, |x| tanh.of(x), |_, y| relative(y, 1.0));
    assert!(error < 6e-7, "{error:e} beyond");
}

#[test]
fn tanh_is_odd_and_keeps_zero() {
    let tanh = Tanh::default();
    let mut x = 1e-20f32;
    while x < 1e6 {
        let [plus, minus, zero, _] = tanh.of(f32x4::new([x, -x, 0.0, 0.0])).to_array();
        assert!(plus == -minus && zero == 0.0);
        x *= 1.01;
    }
}

#[test]
fn tanh_at_any_drive_is_within_7e_7_of_makeup_times_tanh_of_drive_times_x() {
    for tenths in 10..=110 {
        let drive = tenths as f64 / 10.0;
        let curve = Tanh::new(drive, 1.0 / drive.tanh());
        let want = |x: f32| (drive * x as f64).tanh() / drive.tanh();
        let error = largest(1e-18f32.to_bits()..1.1e6f32.to_bits(), 997, |x| curve.of(x), |x, y| relative(y, want(x)));
        assert!(error < 7e-7, "{error:e} at drive {drive}");
    }
}

#[test]
fn exp2_of_four_is_within_3e_7_over_its_range() {
    let bits = 1e-6f32.to_bits()..126f32.to_bits();
    let error = largest(bits.clone(), 13, exp2x4, |x, y| relative(y, (x as f64).exp2()));
    assert!(error < 3e-7, "{error:e}");
    let error = largest(bits, 13, |x| exp2x4(-x), |x, y| relative(y, (-x as f64).exp2()));
    assert!(error < 3e-7, "{error:e}");
}

#[test]
fn exp2_of_each_is_within_3e_7_over_its_range() {
    let each = |x: f32x4| {
        let mut values = [x];
        math::exp2_each(&mut values);
        values[0]
    };
    let bits = 1e-6f32.to_bits()..126f32.to_bits();
    for sign in [1.0, -1.0] {
        let of = |x: f32x4| each(x * f32x4::splat(sign));
        let error = largest(bits.clone(), 13, of, |x, y| relative(y, ((sign * x) as f64).exp2()));
        assert!(error < 3e-7, "{error:e}");
    }
}

#[test]
fn tan_of_half_turns_is_within_5e_7_up_to_the_highest_frequency_of_a_filter() {
    let want = |x: f32| (std::f64::consts::PI * x as f64).tan();
    let error = largest(1e-6f32.to_bits()..0.49f32.to_bits(), 7, math::tan_of_half_turns, |x, y| relative(y, want(x)));
    assert!(error < 5e-7, "{error:e}");
    assert_eq!(math::tan_of_half_turns(f32x4::splat(0.0)).to_array(), [0.0; 4]);
}

#[test]
fn sin_of_turns_is_within_3e_7_for_every_turn_that_a_float32_can_be() {
    let error = |x: f32, y: f32| (y as f64 - (2.0 * std::f64::consts::PI * x as f64).sin()).abs();
    let turns = 1e-8f32.to_bits()..2f32.to_bits();
    for sign in [1.0, -1.0] {
        let largest =
            largest(turns.clone(), 13, |x| math::sin_of_turns(x * f32x4::splat(sign)), |x, y| error(sign * x, y));
        assert!(largest < 3e-7, "{largest:e}");
    }
    let exact = math::sin_of_turns(f32x4::new([0.0, 0.5, 1.0, -7.0])).to_array();
    assert_eq!(exact, [0.0; 4]);
}

#[test]
fn log2_of_four_is_within_its_bound_for_normal_numbers() {
    let bound = |x: f32, y: f32| {
        let want = (x as f64).log2();
        (y as f64 - want).abs() / (2e-7 + 1.2e-7 * want.abs())
    };
    let error = largest(1e-15f32.to_bits()..1e7f32.to_bits(), 13, log2x4, bound);
    assert!(error < 1.0, "{error} of the bound");
}

#[test]
fn the_functions_of_float64_are_within_1e_14() {
    let close = |got: f64, want: f64, what: &str| {
        assert!((got - want).abs() <= 1e-14 * want.abs() + 1e-16, "{what}: {got:e} for {want:e}");
    };
    for n in 0..200_000 {
        let x = -500.0 + n as f64 * 0.005 + 1e-7;
        close(math::exp2(x), x.exp2(), "exp2");
        let exponent = x / 25.0;
        close(math::exp(exponent), exponent.exp(), "exp");
        assert!((math::tanh(exponent) - exponent.tanh()).abs() < 1e-14, "tanh of {exponent}");
        close(math::exp10(exponent), 10f64.powf(exponent), "exp10");
        let positive = x.exp2();
        close(math::log2(positive), positive.log2(), "log2");
        close(math::sqrt(positive), positive.sqrt(), "sqrt");
        close(math::sqrt_by_newton(positive), positive.sqrt(), "sqrt by Newton's method");
        let angle = n as f64 / 200_000.0 * 1.55;
        close(math::tan(angle), angle.tan(), "tan");
    }
    assert_eq!(math::log2(1.0), 0.0);
    assert_eq!(math::exp2(0.0), 1.0);
    assert_eq!(math::tan(0.0), 0.0);
}

#[test]
fn sines_of_turns_are_within_1e_11_for_turns_up_to_a_thousand() {
    for n in -100_000..100_000 {
        let turns = [n as f64 / 99.7, n as f64 / 4000.0];
        let mut got = [f64x2::new(turns)];
        math::sines_of_turns(&mut got);
        for (got, turns) in got[0].to_array().into_iter().zip(turns) {
            // A turn's fraction is exact; 2π times a thousand is not.
            let want = (std::f64::consts::TAU * (turns - turns.round())).sin();
            assert!((got - want).abs() < 1e-11, "{got} for {want}, {turns} turns");
        }
    }
}
