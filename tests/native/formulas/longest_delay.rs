//! The delay at the end of its range: a second of line, all of it heard.

use crate::effects::only;
use crate::support::engine;
use audio_dsp_wasm::params;

const SAMPLE_RATE: usize = 8000;
const QUANTUM: usize = 128;

/// What the engine makes of one impulse, with only the delay on, at a delay time in seconds.
fn impulse_response(delay_time: f32, quanta: usize) -> Vec<f32> {
    let mut values = only(&[params::DELAY_ON]);
    for (index, value) in [(params::DELAY_TIME, delay_time), (params::DELAY_FEEDBACK, 0.5), (params::DELAY_MIX, 0.25)] {
        values[index] = value;
    }
    let mut engine = engine(&values, SAMPLE_RATE as f32, 1);
    let mut output = Vec::new();
    for quantum in 0..quanta {
        engine.sound(0).fill(0.0);
        engine.sound(0)[0] = if quantum == 0 { 1.0 } else { 0.0 };
        engine.process(QUANTUM, true);
        output.extend_from_slice(engine.sound(0));
    }
    output
}

#[test]
fn the_longest_delay_and_those_just_below_it_echo_when_they_should() {
    for missing in [0, 1, QUANTUM - 1, QUANTUM, QUANTUM + 1] {
        let delay = SAMPLE_RATE - missing;
        let response = impulse_response(delay as f32 / SAMPLE_RATE as f32, 4 * SAMPLE_RATE / QUANTUM);
        for (n, &sample) in response.iter().enumerate() {
            let expected = match (n % delay, n / delay) {
                (0, 0) => 0.75,
                (0, echo) => 0.25 * 0.5f32.powi(echo as i32 - 1),
                _ => 0.0,
            };
            assert_eq!(sample, expected, "frame {n} at a delay of {delay} frames");
        }
    }
}
