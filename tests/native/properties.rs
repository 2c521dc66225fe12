//! Promises kept for any parameters, any sound and any cutting into blocks.

use crate::effects::CLOCKS;
use crate::reference::{self, Settings, error_db, test_sound};
use crate::support::{Player, engine, peak, render};
use audio_dsp_wasm::control;
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::{self, COUNT, Param, TABLE, Values};
use audio_dsp_wasm::rack::{EFFECTS, Order};
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

/// What people do to an engine while it plays.
#[derive(Clone, Debug)]
enum Edit {
    /// A parameter or a switch is set.
    Set(Param, f32),
    /// Two effects change places.
    Swap(usize, usize),
    /// Everything at once, as a preset does.
    Load(Values, usize, usize),
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let place = 0..EFFECTS.len() - 1;
    prop_oneof![
        6 => (prop::sample::select(Param::ALL), any_values())
            .prop_map(|(param, values)| Edit::Set(param, values[param as usize])),
        3 => (place.clone(), place.clone()).prop_map(|(a, b)| Edit::Swap(a, b)),
        1 => (any_values(), place.clone(), place).prop_map(|(values, a, b)| Edit::Load(values, a, b)),
    ]
}

fn values_of(engine: &Engine) -> Values {
    std::array::from_fn(|index| engine.get(Param::ALL[index]))
}

fn places_of(engine: &mut Engine) -> [usize; EFFECTS.len()] {
    std::array::from_fn(|nth| engine.control()[control::ORDER + nth] as usize)
}

/// One change of every parameter and the order, which makes an end of all automation.
fn load(engine: &mut Engine, values: &Values, places: [usize; EFFECTS.len()]) {
    let words = engine.control();
    let sequence = words[control::SEQUENCE] + 1;
    for (index, value) in values.iter().enumerate() {
        words[control::PARAMETERS + index] = value.to_bits();
        words[control::SET_AT + index] = sequence;
    }
    for (nth, place) in places.into_iter().enumerate() {
        words[control::ORDER + nth] = place as u32;
    }
    for word in [control::CLEARED_AT, control::ANNOUNCED, control::SEQUENCE] {
        words[word] = sequence;
    }
}

impl Edit {
    /// Does it, and gives what undoes it.
    fn apply(&self, engine: &mut Engine) -> Self {
        let places = places_of(engine);
        match self {
            &Edit::Set(param, value) => {
                let before = engine.get(param);
                engine.set(param, value);
                Edit::Set(param, before)
            }
            &Edit::Swap(a, b) => {
                let mut swapped = places;
                swapped.swap(a, b);
                engine.set_order(Order::new(swapped).unwrap());
                Edit::Swap(a, b)
            }
            Edit::Load(values, a, b) => {
                let mut swapped = places;
                swapped.swap(*a, *b);
                let before = values_of(engine);
                load(engine, values, swapped);
                Edit::Load(before, *a, *b)
            }
        }
    }
}

/// Plays so many quanta of a sound, from any place of it on.
fn play_quanta(engine: &mut Engine, sound: &[f32], quanta: usize) -> Vec<f32> {
    let mut output = Vec::new();
    for quantum in sound.chunks_exact(128).cycle().take(quanta) {
        engine.sound(0).copy_from_slice(quantum);
        engine.process(128, true);
        output.extend_from_slice(engine.sound(0));
    }
    output
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_edits_and_then_their_inverse_leave_the_bits_as_if_there_had_been_none(
        edits in prop::collection::vec((any_edit(), 0usize..40), 1..30),
        base in any_values(),
    ) {
        let rate = 8000.0;
        let mut base = base;
        // Where an effect's own clock stands tells for ever what was before. And a tail must come to its end.
        CLOCKS.into_iter().for_each(|index| base[index] = 0.0);
        base[params::REVERB_DECAY] = base[params::REVERB_DECAY].min(1.0);
        base[params::DELAY_FEEDBACK] = base[params::DELAY_FEEDBACK].min(0.6);
        let sound = test_sound(128 * 64, rate, 0);
        let [mut edited, mut untouched] = [(); 2].map(|()| engine(&base, rate as f32, 1));
        play_quanta(&mut edited, &sound, 64);
        play_quanta(&mut untouched, &sound, 64);
        let mut undo = Vec::new();
        for (edit, quanta) in &edits {
            undo.push(edit.apply(&mut edited));
            play_quanta(&mut edited, &sound, *quanta);
            play_quanta(&mut untouched, &sound, *quanta);
        }
        for edit in undo.iter().rev() {
            edit.apply(&mut edited);
            play_quanta(&mut edited, &sound, 3);
            play_quanta(&mut untouched, &sound, 3);
        }
        prop_assert_eq!(values_of(&edited), base);
        prop_assert_eq!(places_of(&mut edited), Order::default().places());
        // 80 s of silence: a compressor's release at its longest, and all echoes.
        let silence = [0.0; 128];
        play_quanta(&mut edited, &silence, 5000);
        play_quanta(&mut untouched, &silence, 5000);
        prop_assert!(edited.is_at_rest() && untouched.is_at_rest());
        prop_assert!(play_quanta(&mut edited, &sound, 64) == play_quanta(&mut untouched, &sound, 64));
    }
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
