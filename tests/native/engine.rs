//! The engine and its control block: where everything stands, when parameters are taken, and what is counted.

use crate::effects::{effects, only};
use crate::reference::test_sound;
use crate::support::{engine, peak};
use audio_dsp_wasm::chain::{Chain, Refusal};
use audio_dsp_wasm::control::{self, METER_TABLE, MeterKind};
use audio_dsp_wasm::dsp::block::Block;
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::{self, COUNT, Curve, Param, TABLE};
use audio_dsp_wasm::rack::EFFECTS;

const RATE: f32 = 48000.0;

#[test]
fn the_control_block_is_header_parameters_and_meters_each_word_with_one_meaning() {
    let header = [control::MAGIC_WORD, control::ABI_WORD, control::SEQUENCE, control::FLAGS];
    assert_eq!(header, [0, 1, 2, 3]);
    assert_eq!([control::ANNOUNCED, control::CLEARED_AT, control::LOUDNESS_AT], [4, 5, 6]);
    assert_eq!((control::PARAMETERS, control::SET_AT, control::ORDER), (7, 7 + COUNT, 7 + 2 * COUNT));
    assert_eq!(control::INBOUND_WORDS, control::ORDER + EFFECTS.len());
    // The meters begin the next line of the cache: 64 bytes, 16 words.
    assert!(
        control::METERS.is_multiple_of(16)
            && (control::INBOUND_WORDS..control::INBOUND_WORDS + 16).contains(&control::METERS)
    );
    let mut next = control::METERS;
    let state = [control::WAITING, control::CLOCK, control::MESSAGES, control::ENTRIES];
    for meter in METER_TABLE {
        if meter.word == control::LOUDNESS {
            assert_eq!(state, [next, next + 1, next + 2, next + 3]);
            next += state.len();
        }
        assert_eq!(meter.word, next, "{}", meter.name);
        let (words, kind) = match meter.name {
            "appliedSequence" => (1, MeterKind::Sequence),
            "inputPeak" | "inputRms" | "outputPeak" | "outputRms" => (2, MeterKind::Level),
            "gateLevel" | "gateReduction" | "compressorLevel" | "compressorReduction" => (1, MeterKind::Value),
            "momentaryLufs" | "shortTermLufs" | "integratedLufs" | "loudnessRangeLu" | "truePeakDbtp" => {
                (1, MeterKind::Loudness)
            }
            _ => (1, MeterKind::Count),
        };
        assert_eq!((meter.words, meter.kind), (words, kind), "{}", meter.name);
        next += meter.words;
    }
    assert_eq!(control::JOURNAL, next);
    assert_eq!(control::WORDS, control::JOURNAL + control::JOURNAL_ROWS * control::JOURNAL_COLUMNS);
    let kinds = [MeterKind::Count, MeterKind::Sequence, MeterKind::Level, MeterKind::Value, MeterKind::Loudness]
        .map(MeterKind::name);
    assert_eq!(kinds, ["count", "sequence", "level", "value", "loudness"]);
    let named = |word: usize| METER_TABLE.iter().find(|meter| meter.word == word).map(|meter| meter.name);
    for (word, name) in [
        (control::APPLIED_SEQUENCE, "appliedSequence"),
        (control::QUANTA, "quanta"),
        (control::FRAMES, "frames"),
        (control::CLIPS, "clips"),
        (control::SCRUBBED, "scrubbed"),
        (control::INPUT_PEAK, "inputPeak"),
        (control::INPUT_RMS, "inputRms"),
        (control::OUTPUT_PEAK, "outputPeak"),
        (control::OUTPUT_RMS, "outputRms"),
        (control::MISSED, "missed"),
        (control::LATE, "late"),
        (control::DYNAMICS, "gateLevel"),
        (control::DYNAMICS + control::DYNAMICS_WORDS - 1, "compressorReduction"),
        (control::LOUDNESS, "momentaryLufs"),
        (control::LOUDNESS + control::LOUDNESS_WORDS - 1, "truePeakDbtp"),
    ] {
        assert_eq!(named(word), Some(name));
    }
}

#[test]
fn a_new_engine_says_what_its_control_block_is_and_holds_the_defaults() {
    let mut engine = Engine::new(RATE, 2).unwrap();
    let words = engine.control();
    assert_eq!(words[control::MAGIC_WORD].to_le_bytes(), *b"ADSP");
    assert_eq!(words[control::ABI_WORD], control::ABI_VERSION);
    for (row, &word) in TABLE.iter().zip(&words[control::PARAMETERS..]) {
        assert_eq!(f32::from_bits(word), row.default, "{}", row.id);
    }
    let (before, meters) = words[control::METERS..].split_at(control::LOUDNESS - control::METERS);
    let (loudness, journal) = meters.split_at(control::LOUDNESS_WORDS);
    assert!(before.iter().chain(journal).all(|&word| word == 0));
    assert!(loudness.iter().all(|&word| f32::from_bits(word) == f32::NEG_INFINITY));
}

#[test]
fn the_table_has_each_id_once_a_default_in_range_and_the_curves_by_their_names() {
    for (index, row) in TABLE.iter().enumerate() {
        assert_eq!(TABLE.iter().position(|other| other.id == row.id), Some(index));
        assert!(row.min < row.max && row.clamp(row.default) == row.default, "{}", row.id);
        assert_eq!(params::defaults()[index], row.default);
        let middle = row.min + 0.3 * (row.max - row.min);
        let clamped = [row.min - 1.0, middle, row.max + 1.0, f32::NAN].map(|value| row.clamp(value));
        let inside = if row.curve == Curve::Switch { 0.0 } else { middle };
        assert_eq!(clamped, [row.min, inside, row.max, row.default], "{}", row.id);
        if row.curve == Curve::Switch {
            assert_eq!([0.499, 0.5].map(|value| row.clamp(value)), [0.0, 1.0], "{}", row.id);
        }
    }
    let names = [Curve::Linear, Curve::Logarithmic, Curve::Decibel, Curve::Switch].map(Curve::name);
    assert_eq!(names, ["linear", "logarithmic", "decibel", "switch"]);
}

#[test]
fn parameters_are_taken_at_the_start_and_then_each_that_was_set_whenever_the_sequence_number_has_changed() {
    let mut engine = engine(&only(&[]), RATE, 1);
    let level = |engine: &mut Engine| {
        // A tenth of a second: all smoothing has ended.
        for _ in 0..38 {
            engine.sound(0).fill(0.1);
            engine.process(128, true);
        }
        engine.sound(0)[127]
    };
    let set = |engine: &mut Engine, gain: f32, sequence: u32| {
        engine.control()[control::PARAMETERS + params::GAIN] = gain.to_bits();
        engine.control()[control::SET_AT + params::GAIN] = sequence;
        engine.control()[control::SEQUENCE] = sequence;
    };
    set(&mut engine, 2.0, 0);
    assert_eq!(level(&mut engine), 0.2, "taken at the start, though the number is 0");
    set(&mut engine, 3.0, 0);
    assert_eq!(level(&mut engine), 0.2, "not yet told");
    for (gain, sequence) in [(3.0, 1), (4.0, 7), (1.0, 6), (2.0, u32::MAX), (3.0, 0)] {
        set(&mut engine, gain, sequence);
        assert_eq!(level(&mut engine), 0.1 * gain);
        assert_eq!(engine.control()[control::APPLIED_SEQUENCE], sequence);
    }
    engine.control()[control::PARAMETERS + params::GAIN] = 2f32.to_bits();
    engine.control()[control::SEQUENCE] = 1;
    assert_eq!(level(&mut engine), 0.1 * 3.0, "another one was set");
}

#[test]
fn quanta_frames_clips_and_lost_samples_are_counted_over_both_channels_and_wrap_around() {
    let mut engine = engine(&only(&[]), RATE, 2);
    let counts = [control::QUANTA, control::FRAMES, control::CLIPS, control::SCRUBBED];
    for word in counts {
        engine.control()[word] = u32::MAX;
    }
    for channel in 0..2 {
        engine.sound(channel).fill(0.0);
        engine.sound(channel)[..8].copy_from_slice(&[1.5, -1.5, 1.0, -1.0, f32::NAN, 0.5, 0.25, 0.125]);
    }
    engine.sound(1)[5] = f32::INFINITY;
    engine.process(100, true);
    assert_eq!(counts.map(|word| engine.control()[word]), [0, 99, 3, 2]);
}

#[test]
fn each_channel_has_its_own_meters_before_and_after_the_effects() {
    let mut values = only(&[]);
    values[params::GAIN] = 0.5;
    let mut engine = engine(&values, RATE, 2);
    let sound: [Vec<f32>; 2] =
        [test_sound(128, 48000.0, 0), test_sound(128, 48000.0, 1).iter().map(|x| x * 0.1).collect()];
    for (channel, sound) in sound.iter().enumerate() {
        engine.sound(channel).copy_from_slice(sound);
    }
    engine.process(128, true);
    for (channel, sound) in sound.iter().enumerate() {
        let read = |word: usize, engine: &mut Engine| f32::from_bits(engine.control()[word + channel]);
        assert!((read(control::INPUT_PEAK, &mut engine) - peak(sound)).abs() < 1e-6);
        assert!((read(control::OUTPUT_PEAK, &mut engine) - 0.5 * peak(sound)).abs() < 1e-6);
        let mean_square: f32 = sound.iter().map(|x| x * x).sum::<f32>() / 128.0;
        let rms = (mean_square * (1.0 - (-128.0f32 / RATE / 0.3).exp())).sqrt();
        assert!((read(control::INPUT_RMS, &mut engine) / rms - 1.0).abs() < 1e-4);
        assert!((read(control::OUTPUT_RMS, &mut engine) / (0.5 * rms) - 1.0).abs() < 1e-4);
    }
}

#[test]
fn what_gate_and_compressor_hold_back_is_told_by_their_static_curves_and_nothing_while_they_are_off() {
    let mut values = only(&[params::GATE_ON, params::COMPRESSOR_ON]);
    // Thresholds of −50 and −24 dB, a range of −60 dB, a ratio of 4:1.
    values[params::COMPRESSOR_MAKEUP] = 6.0;
    let mut engine = engine(&values, RATE, 2);
    // Three seconds of a steady level: attack, hold and release have ended. The louder channel counts.
    let told = |engine: &mut Engine, decibels: f32| {
        for _ in 0..1125 {
            engine.sound(0).fill(10f32.powf(decibels / 20.0));
            engine.sound(1).fill(0.0);
            engine.process(128, true);
        }
        [0, 1, 2, 3].map(|word| f32::from_bits(engine.control()[control::DYNAMICS + word]))
    };
    let decibels = |factor: f32| 20.0 * factor.log10();
    for level in [-6.0, -14.0, -70.0] {
        let [gate_level, gate_reduction, level_in, reduction] = told(&mut engine, level);
        let held_back = if level < -56.0 { 60.0 } else { 0.0 };
        assert!((decibels(gate_level) - level).abs() < 0.001, "{gate_level}");
        assert!((gate_reduction - held_back).abs() < 0.001, "{level}: {gate_reduction}");
        assert!((decibels(level_in) - (level - held_back)).abs() < 0.01, "{level}: {level_in}");
        let over = (level + 24.0).max(0.0);
        assert!((reduction - over * (1.0 - 1.0 / 4.0)).abs() < 0.01, "{level}: {reduction}");
    }
    told(&mut engine, -6.0);
    for row in [params::GATE_ON, params::COMPRESSOR_ON] {
        engine.set(Param::ALL[row], 0.0);
    }
    assert_eq!(told(&mut engine, -6.0), [0.0; 4]);
}

#[test]
fn a_parameter_is_set_by_name_clamped_to_its_range_and_heard() {
    let mut engine = Engine::new(48000.0, 1).unwrap();
    for &param in Param::ALL {
        let row = param.row();
        assert_eq!((Param::from_id(row.id), engine.get(param)), (Some(param), row.default));
        for (asked, in_force) in [(-1e9, row.min), (1e9, row.max), (row.default, row.default)] {
            assert_eq!((engine.set(param, asked), engine.get(param)), (in_force, in_force), "{}", row.id);
        }
    }
    assert_eq!(Param::from_id("volume"), None);
    for param in [Param::DistortionOn, Param::LpfOn, Param::HpfOn, Param::DelayOn] {
        engine.set(param, 0.0);
    }
    engine.set(Param::Gain, 0.25);
    engine.sound(0).fill(0.5);
    engine.process(128, true);
    assert_eq!(*engine.sound(0), [0.125; 128]);
    let meters = engine.meters();
    assert_eq!((meters.quanta, meters.frames, meters.clips, meters.scrubbed), (1, 128, 0, 0));
    assert_eq!((meters.input_peak, meters.output_peak), ([0.5, 0.0], [0.125, 0.0]));
}

#[test]
fn a_chain_refuses_what_it_cannot_run_at_and_says_why() {
    for (rate, channels) in [(0.0, 1), (2999.0, 1), (768_001.0, 2), (f64::NAN, 2), (48000.0, 0), (48000.0, 6)] {
        let refusal = Chain::new(rate, channels).err().expect("refused");
        assert_eq!(refusal, Refusal::OutOfRange);
        assert!(refusal.to_string().contains("3000 to 768000 Hz"), "{refusal}");
    }
}

#[test]
#[should_panic(expected = "as many channels as the chain has")]
fn a_mono_chain_does_not_pass_over_a_second_channel() {
    let (mut left, mut right) = ([0.5; 64], [0.5; 64]);
    let mut chain = Chain::new(48000.0, 1).unwrap();
    chain.process_planar(&mut [&mut left, &mut right], &mut Block::new(1));
}

#[test]
fn an_engine_at_rest_lets_time_pass_and_then_plays_the_bits_of_one_that_has_processed_the_silence() {
    let sound = test_sound(128 * 200, RATE as f64, 0);
    let quiet = 128 * 24_000;
    for effect in effects() {
        let play = |engine: &mut Engine, sound: &[f32]| {
            let mut output = Vec::new();
            for quantum in sound.chunks(128) {
                engine.sound(0)[..quantum.len()].copy_from_slice(quantum);
                engine.process(quantum.len(), true);
                output.extend_from_slice(&engine.sound(0)[..quantum.len()]);
            }
            output
        };
        let [mut resting, mut working] = [(); 2].map(|()| engine(&effect.on(), RATE, 1));
        assert_eq!(play(&mut resting, &sound), play(&mut working, &sound));
        for _ in 0..quiet / 128 {
            resting.sound(0).fill(0.9);
            resting.process(128, false);
        }
        play(&mut working, &vec![0.0; quiet]);
        assert!(resting.is_at_rest() && *resting.sound(0) == [0.0; 128], "{}", effect.id);
        assert_eq!(resting.meters(), working.meters(), "{}", effect.id);
        assert!(play(&mut resting, &sound) == play(&mut working, &sound), "{}", effect.id);
    }
}
