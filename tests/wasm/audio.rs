//! AudioProcessor as JavaScript gets it, in a browser: exact against the formulas in float64, sane after
//! anything that a caller can hand it, and clear about a sample rate that it cannot have.

use crate::reference::{Settings, chain, error_db, test_sound};
use audio_dsp_wasm::doors::main_thread::audio::AudioProcessor;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn process(processor: &mut AudioProcessor, buffer: &mut [f32], s: Settings) {
    processor.process(
        buffer,
        s.gain as f32,
        s.lpf_cutoff as f32,
        s.hpf_cutoff as f32,
        s.delay_time as f32,
        s.delay_feedback as f32,
        s.delay_mix as f32,
        s.distortion as f32,
    );
}

fn processor(sample_rate: f32) -> AudioProcessor {
    AudioProcessor::new(sample_rate).map_err(JsValue::from).expect("a sample rate in range")
}

#[wasm_bindgen_test]
fn follows_the_formulas_to_minus_100_db() {
    let settings = [
        Settings::default(),
        Settings { gain: 4.0, distortion: 1.0, delay_time: 0.0, ..Settings::default() },
        Settings {
            lpf_cutoff: 800.0,
            hpf_cutoff: 200.0,
            delay_time: 0.0125,
            delay_feedback: 0.9375,
            ..Settings::default()
        },
        Settings { lpf_cutoff: 20.0, delay_mix: 1.0, delay_time: 0.125, ..Settings::default() },
        Settings { distortion: 0.0, hpf_cutoff: 15000.0, delay_mix: 0.0, ..Settings::default() },
    ];
    for s in settings {
        for sample_rate in [44100.0, 48000.0, 96000.0] {
            let input = test_sound(sample_rate as usize, sample_rate, 0);
            let mut output = input.clone();
            process(&mut processor(sample_rate as f32), &mut output, s);
            let error = error_db(&output, &chain(&s, sample_rate, &input));
            assert!(error <= -100.0, "{s:?} at {sample_rate} Hz: {error:.1} dB");
        }
    }
}

#[wasm_bindgen_test]
fn takes_buffers_of_any_length() {
    let sample_rate = 48000.0;
    let input = test_sound(30000, sample_rate, 0);
    let expected = chain(&Settings::default(), sample_rate, &input);
    for length in [1, 7, 127, 128, 129, 4096, 30000] {
        let mut processor = processor(sample_rate as f32);
        let mut output = input.clone();
        for block in output.chunks_mut(length) {
            process(&mut processor, block, Settings::default());
        }
        let error = error_db(&output, &expected);
        assert!(error <= -100.0, "blocks of {length}: {error:.1} dB");
    }
}

/// 400 calls with what no caller should hand over; then silence until it rests; then it must follow the formulas.
#[wasm_bindgen_test]
fn four_hundred_odd_calls_leave_it_sane() {
    const ODD: [f32; 16] = [
        f32::NAN,
        -f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        1e30,
        -1e30,
        -1.0,
        0.0,
        -0.0,
        f32::MIN_POSITIVE,
        1e-42,
        -1e-42,
        0.5,
        20000.0,
    ];
    const LENGTHS: [usize; 8] = [0, 1, 2, 127, 128, 129, 333, 1024];
    let sample_rate = 48000.0;
    let mut processor = processor(sample_rate as f32);
    let mut state = 11u32;
    let mut roll = |sides: usize| {
        // Numerical Recipes' linear congruential generator; its high bits are the good ones.
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 16) as usize % sides
    };
    for call in 0..400 {
        let mut buffer: Vec<f32> = (0..LENGTHS[roll(LENGTHS.len())]).map(|_| ODD[roll(ODD.len())]).collect();
        let mut odd = || f64::from(ODD[roll(ODD.len())]);
        let settings = Settings {
            gain: odd(),
            distortion: odd(),
            lpf_cutoff: odd(),
            hpf_cutoff: odd(),
            delay_time: odd(),
            delay_feedback: odd(),
            delay_mix: odd(),
        };
        process(&mut processor, &mut buffer, settings);
        assert!(buffer.iter().all(|x| x.is_finite()), "call {call}: an output is not finite");
    }
    let quiet = Settings { delay_feedback: 0.0, ..Settings::default() };
    process(&mut processor, &mut vec![0.0; 4 * sample_rate as usize], quiet);
    let input = test_sound(2 * sample_rate as usize, sample_rate, 0);
    let mut output = input.clone();
    process(&mut processor, &mut output, quiet);
    let error = error_db(&output, &chain(&quiet, sample_rate, &input));
    assert!(error <= -100.0, "{error:.1} dB from the formulas");
}

#[wasm_bindgen_test]
fn refuses_sample_rates_out_of_range_with_a_sentence() {
    for sample_rate in [0.0, -48000.0, 2999.0, 768_001.0, 1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let error = AudioProcessor::new(sample_rate).err().map(JsValue::from);
        let error = error.unwrap_or_else(|| panic!("{sample_rate} Hz was taken"));
        let error: js_sys::RangeError = error.dyn_into().expect("a RangeError");
        let message = String::from(error.message());
        assert!(message.contains("3000") && message.contains("768000") && message.ends_with('.'), "{message}");
    }
    for sample_rate in [3000.0, 768_000.0] {
        let mut buffer = test_sound(1000, f64::from(sample_rate), 0);
        process(&mut processor(sample_rate), &mut buffer, Settings::default());
        assert!(buffer.iter().all(|x| x.is_finite()) && buffer.iter().any(|&x| x != 0.0));
    }
}
