//! Promises kept for any parameters, any sound and any cutting into blocks.

use crate::reference::{self, Settings, error_db, test_sound};
use crate::support::{Player, peak, render};
use audio_dsp_wasm::params::{self, COUNT, TABLE, Values};
use proptest::prelude::*;

/// Any values in range; each end as likely as all between.
fn any_values() -> impl Strategy<Value = Values> {
    let shares = prop::array::uniform::<_, COUNT>(prop_oneof![1 => Just(0.0f32), 1 => Just(1.0f32), 4 => 0.0f32..=1.0]);
    shares.prop_map(|shares| {
        std::array::from_fn(|index| {
            let parameter = &TABLE[index];
            parameter.clamp(parameter.min + shares[index] * (parameter.max - parameter.min))
        })
    })
}

/// Any sound: bits as they come (NaN, infinities and denormals among them), or levels that people play at.
fn any_sound() -> impl Strategy<Value = Vec<f32>> {
    prop_oneof![
        prop::collection::vec(any::<u32>().prop_map(f32::from_bits), 1..2000),
        prop::collection::vec(-1.0f32..1.0, 1..2000),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn output_is_finite_and_bounded(
        values in any_values(),
        then in any_values(),
        sound in any_sound(),
        channels in 1usize..=2,
        split in 1usize..600,
        rate in prop::sample::select(vec![3000.0, 8000.0, 44100.0, 192000.0]),
    ) {
        let mut player = Player::new(rate, channels);
        player.chain.set(&values);
        let sound = vec![sound; channels];
        let mut output = player.play(&sound, split);
        player.chain.set(&then);
        output.extend(player.play(&sound, split));
        for channel in &output {
            prop_assert!(channel.iter().all(|x| x.is_finite()));
            // 10⁶ at most comes in; gain 4, a peak of 24 dB and a make-up of 24 dB, echoes 20-fold, and filters that
            // overshoot as they are swept.
            prop_assert!(peak(channel) < 1e6 * 4.0 * 16.0 * 16.0 * 20.0 * 4.0);
        }
        if then[params::LIMITER_ON] == 1.0 && then == values && values[params::BYPASS] == 0.0 {
            prop_assert!(output.iter().all(|channel| peak(channel) <= 1.0));
        }
    }

    #[test]
    fn blocks_of_any_sizes_give_the_same_sound(
        values in any_values(),
        then in any_values(),
        splits in (1usize..500, 1usize..500),
    ) {
        let sound = vec![test_sound(3000, 48000.0, 0), test_sound(3000, 48000.0, 1)];
        let play = |split| {
            let mut player = Player::new(48000.0, 2);
            player.chain.set(&values);
            let mut output = player.play(&sound, split);
            player.chain.set(&then);
            for (output, more) in output.iter_mut().zip(player.play(&sound, split)) {
                output.extend(more);
            }
            output
        };
        for (one, other) in play(splits.0).iter().zip(&play(splits.1)) {
            let other: Vec<f64> = other.iter().map(|&x| x as f64).collect();
            let error = error_db(one, &other);
            // Far below what can be heard, and what is nothing is nothing.
            prop_assert!(other.iter().all(|&x| x == 0.0) || error < -120.0, "{error} dB");
        }
    }

    #[test]
    fn constant_parameters_give_the_formulas(
        gain in 0.01f32..=4.0,
        distortion in 0.0f32..=1.0,
        cutoffs in (20.0f32..=20000.0, 20.0f32..=20000.0),
        delay in (0.0f32..=1.0, 0.0f32..=0.95, 0.0f32..=1.0),
        split in 1usize..500,
        rate in prop::sample::select(vec![8000.0, 44100.0, 48000.0, 96000.0, 192000.0]),
    ) {
        let mut values = params::defaults();
        for (index, value) in [
            (params::GAIN, gain), (params::DISTORTION, distortion),
            (params::LPF_CUTOFF, cutoffs.0), (params::HPF_CUTOFF, cutoffs.1),
            (params::DELAY_TIME, delay.0), (params::DELAY_FEEDBACK, delay.1), (params::DELAY_MIX, delay.2),
        ] {
            values[index] = value;
        }
        let settings = Settings {
            gain: gain as f64,
            distortion: distortion as f64,
            lpf_cutoff: cutoffs.0 as f64,
            hpf_cutoff: cutoffs.1 as f64,
            delay_time: delay.0 as f64,
            delay_feedback: delay.1 as f64,
            delay_mix: delay.2 as f64,
        };
        let sound = test_sound(6000, rate, 0);
        let want = reference::chain(&settings, rate, &sound);
        let got = render(&values, rate, split, &[sound]);
        // Where the delay is all that is heard and has not come yet, there is nothing to compare.
        if want.iter().any(|x| x.abs() > 1e-6) {
            prop_assert!(error_db(&got[0], &want) <= -100.0, "{} dB", error_db(&got[0], &want));
        }
    }
}
