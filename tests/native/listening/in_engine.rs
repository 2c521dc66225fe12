//! The loudness that an engine measures: of its output, only when it is asked for, and without a trace in the sound.

use super::reference;
use crate::reference::test_sound;
use audio_dsp_wasm::control;
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::listening::loudness::Readings;
use audio_dsp_wasm::params::Param;

const RATE: f64 = 48000.0;

/// Plays a stereo sound, and gives what comes out.
fn play(engine: &mut Engine, sound: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let mut output = [Vec::new(), Vec::new()];
    for start in (0..sound[0].len()).step_by(128) {
        let end = (start + 128).min(sound[0].len());
        for (channel, sound) in sound.iter().enumerate() {
            engine.sound(channel)[..end - start].copy_from_slice(&sound[start..end]);
        }
        engine.process(end - start, true);
        for (channel, output) in output.iter_mut().enumerate() {
            output.extend_from_slice(&engine.sound(channel)[..end - start]);
        }
    }
    output
}

fn sound(seconds: f64) -> [Vec<f32>; 2] {
    [0, 1].map(|channel| test_sound((seconds * RATE) as usize, RATE, channel))
}

/// What stands in the control block.
fn shown(engine: &mut Engine) -> [f32; control::LOUDNESS_WORDS] {
    std::array::from_fn(|place| f32::from_bits(engine.control()[control::LOUDNESS + place]))
}

#[test]
fn it_is_that_of_the_output_as_the_standard_has_it_and_the_sound_is_the_same_bits_without() {
    let [mut heard, mut other] = [(); 2].map(|()| Engine::new(RATE as f32, 2).unwrap());
    heard.measure_loudness(true);
    for engine in [&mut heard, &mut other] {
        engine.set(Param::Gain, 0.3);
    }
    let sound = sound(10.0);
    let output = play(&mut heard, &sound);
    assert!(output == play(&mut other, &sound), "the same sound");
    let Readings { momentary, short_term, integrated, range, true_peak } = heard.loudness();
    assert!((integrated as f64 - reference::integrated(&output)).abs() < 0.01, "{integrated}");
    assert!((range as f64 - reference::range(&output)).abs() <= 0.1, "{range}");
    assert_eq!(shown(&mut heard), [momentary, short_term, integrated, range, true_peak]);
    assert_eq!(other.loudness(), Readings::NONE);
    assert_eq!(shown(&mut other), [f32::NEG_INFINITY; control::LOUDNESS_WORDS]);
}

#[test]
fn each_time_it_is_asked_for_a_new_programme_begins_and_it_ends_with_nothing_to_read() {
    let mut engine = Engine::new(RATE as f32, 2).unwrap();
    engine.measure_loudness(true);
    engine.set(Param::DelayOn, 0.0);
    play(&mut engine, &sound(2.0));
    let loud = engine.loudness();
    engine.measure_loudness(true);
    engine.set(Param::Gain, 0.01);
    play(&mut engine, &sound(2.0));
    let quiet = engine.loudness();
    assert!(quiet.integrated < loud.integrated - 6.0, "{quiet:?} after {loud:?}");
    engine.measure_loudness(false);
    play(&mut engine, &sound(0.1));
    assert_eq!(shown(&mut engine), [f32::NEG_INFINITY; control::LOUDNESS_WORDS]);
}

#[test]
fn an_engine_at_rest_hears_silence() {
    let mut engine = Engine::new(RATE as f32, 2).unwrap();
    engine.measure_loudness(true);
    engine.set(Param::DelayOn, 0.0);
    play(&mut engine, &sound(4.0));
    for _ in 0..10 * RATE as usize / 128 {
        engine.process(128, false);
    }
    let Readings { momentary, short_term, true_peak, .. } = engine.loudness();
    assert_eq!([momentary, short_term], [f32::NEG_INFINITY; 2]);
    assert!(true_peak > -10.0);
}
