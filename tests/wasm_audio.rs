//! AudioProcessor as JavaScript gets it, in a browser: exact against the formulas in float64, sane after
//! anything that a caller can hand it, and clear about a sample rate that it cannot have.
#![cfg(target_arch = "wasm32")]

use audio_dsp_wasm::main_thread::audio::AudioProcessor;
use std::f64::consts::PI;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The seven parameters, in the order of `AudioProcessor::process`.
#[derive(Clone, Copy)]
struct Settings {
    gain: f32,
    lpf_cutoff: f32,
    hpf_cutoff: f32,
    delay_time: f32,
    delay_feedback: f32,
    delay_mix: f32,
    distortion: f32,
}

const DEFAULTS: Settings = Settings {
    gain: 1.0,
    lpf_cutoff: 20000.0,
    hpf_cutoff: 20.0,
    delay_time: 0.5,
    delay_feedback: 0.5,
    delay_mix: 0.3,
    distortion: 0.2,
};

fn process(processor: &mut AudioProcessor, buffer: &mut [f32], s: Settings) {
    processor.process(
        buffer,
        s.gain,
        s.lpf_cutoff,
        s.hpf_cutoff,
        s.delay_time,
        s.delay_feedback,
        s.delay_mix,
        s.distortion,
    );
}

fn processor(sample_rate: f32) -> AudioProcessor {
    AudioProcessor::new(sample_rate).map_err(JsValue::from).expect("a sample rate in range")
}

/// A second-order section by the Audio EQ Cookbook (R. Bristow-Johnson), Q = 1/√2, direct form I in float64.
fn biquad(signal: &mut [f64], low: bool, cutoff: f64, sample_rate: f64) {
    let w = 2.0 * PI * cutoff / sample_rate;
    let alpha = w.sin() / 2.0f64.sqrt();
    let (b0, b1) = if low { ((1.0 - w.cos()) / 2.0, 1.0 - w.cos()) } else { ((1.0 + w.cos()) / 2.0, -1.0 - w.cos()) };
    let (a0, a1, a2) = (1.0 + alpha, -2.0 * w.cos(), 1.0 - alpha);
    let [mut x1, mut x2, mut y1, mut y2] = [0.0; 4];
    for sample in signal {
        let x = *sample;
        let y = (b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2) / a0;
        (x2, x1, y2, y1) = (x1, x, y1, y);
        *sample = y;
    }
}

/// The chain's formulas, from rest, in float64.
fn reference(input: &[f32], s: Settings, sample_rate: f64) -> Vec<f64> {
    let drive = 1.0 + 10.0 * f64::from(s.distortion);
    let mut signal: Vec<f64> =
        input.iter().map(|&x| (f64::from(x) * f64::from(s.gain) * drive).tanh() / drive.tanh()).collect();
    biquad(&mut signal, true, f64::from(s.lpf_cutoff), sample_rate);
    biquad(&mut signal, false, f64::from(s.hpf_cutoff), sample_rate);
    let delay = ((f64::from(s.delay_time) * sample_rate).round() as usize).max(1);
    let (feedback, mix) = (f64::from(s.delay_feedback), f64::from(s.delay_mix));
    let mut line = vec![0.0; delay];
    for (at, x) in signal.iter_mut().enumerate() {
        let delayed = line[at % delay];
        line[at % delay] = *x + delayed * feedback;
        *x = *x * (1.0 - mix) + delayed * mix;
    }
    signal
}

/// Noise of −0.5 … 0.5 by a linear congruential generator (D. Knuth, MMIX).
fn noise(length: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// The error's power over the reference's, in dB.
fn error_db(output: &[f32], reference: &[f64]) -> f64 {
    let error: f64 = output.iter().zip(reference).map(|(&y, r)| (f64::from(y) - r).powi(2)).sum();
    let power: f64 = reference.iter().map(|r| r * r).sum();
    10.0 * (error / power).log10()
}

#[wasm_bindgen_test]
fn follows_the_formulas_to_minus_100_db() {
    let settings = [
        DEFAULTS,
        Settings { gain: 4.0, distortion: 1.0, delay_time: 0.0, ..DEFAULTS },
        Settings { lpf_cutoff: 800.0, hpf_cutoff: 200.0, delay_time: 0.0123, delay_feedback: 0.95, ..DEFAULTS },
        Settings { lpf_cutoff: 20.0, delay_mix: 1.0, delay_time: 0.1, ..DEFAULTS },
        Settings { distortion: 0.0, hpf_cutoff: 15000.0, delay_mix: 0.0, ..DEFAULTS },
    ];
    for (index, s) in settings.into_iter().enumerate() {
        for sample_rate in [44100.0, 48000.0, 96000.0] {
            let input = noise(sample_rate as usize, 1 + index as u64);
            let mut output = input.clone();
            process(&mut processor(sample_rate as f32), &mut output, s);
            let error = error_db(&output, &reference(&input, s, sample_rate));
            assert!(error <= -100.0, "settings {index} at {sample_rate} Hz: {error:.1} dB");
        }
    }
}

#[wasm_bindgen_test]
fn takes_buffers_of_any_length() {
    let input = noise(30000, 7);
    let expected = reference(&input, DEFAULTS, 48000.0);
    for length in [1, 7, 127, 128, 129, 4096, 30000] {
        let mut processor = processor(48000.0);
        let mut output = input.clone();
        for block in output.chunks_mut(length) {
            process(&mut processor, block, DEFAULTS);
        }
        let error = error_db(&output, &expected);
        assert!(error <= -100.0, "blocks of {length}: {error:.1} dB");
    }
}

/// 400 calls with what no caller should hand over; then silence until it rests; then it must sound as new.
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
    let sample_rate = 8000.0;
    let mut processor = processor(sample_rate);
    let mut dice = noise(400 * 2048, 11).into_iter().map(|x| ((x + 0.5) * 65536.0) as usize);
    let mut roll = |sides: usize| dice.next().expect("enough rolls") % sides;
    for call in 0..400 {
        let mut buffer: Vec<f32> = (0..LENGTHS[roll(LENGTHS.len())]).map(|_| ODD[roll(ODD.len())]).collect();
        let mut odd = || ODD[roll(ODD.len())];
        let settings = Settings {
            gain: odd(),
            lpf_cutoff: odd(),
            hpf_cutoff: odd(),
            delay_time: odd(),
            delay_feedback: odd(),
            delay_mix: odd(),
            distortion: odd(),
        };
        process(&mut processor, &mut buffer, settings);
        assert!(buffer.iter().all(|x| x.is_finite()), "call {call}: an output is not finite");
    }
    let quiet = Settings { delay_feedback: 0.0, ..DEFAULTS };
    process(&mut processor, &mut vec![0.0; 10 * sample_rate as usize], quiet);
    let input = noise(2 * sample_rate as usize, 12);
    let mut output = input.clone();
    process(&mut processor, &mut output, quiet);
    // The default low-pass lies above Nyquist here, where the formulas say nothing: a new processor is the judge.
    let mut fresh = input.clone();
    process(&mut self::processor(sample_rate), &mut fresh, quiet);
    let fresh: Vec<f64> = fresh.into_iter().map(f64::from).collect();
    let error = error_db(&output, &fresh);
    assert!(error <= -100.0, "{error:.1} dB from a new processor");
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
        let mut buffer = noise(1000, 3);
        process(&mut processor(sample_rate), &mut buffer, DEFAULTS);
        assert!(buffer.iter().all(|x| x.is_finite()) && buffer.iter().any(|&x| x != 0.0));
    }
}
