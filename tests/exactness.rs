//! The chain equals its formulas.

mod reference;

use audio_dsp_wasm::{block::Block, chain::Chain, params};
use reference::{Settings, error_db, test_sound};

fn values(s: &Settings) -> params::Values {
    let mut values = params::defaults();
    values[params::GAIN] = s.gain as f32;
    values[params::DISTORTION] = s.distortion as f32;
    values[params::LPF_CUTOFF] = s.lpf_cutoff as f32;
    values[params::HPF_CUTOFF] = s.hpf_cutoff as f32;
    values[params::DELAY_TIME] = s.delay_time as f32;
    values[params::DELAY_FEEDBACK] = s.delay_feedback as f32;
    values[params::DELAY_MIX] = s.delay_mix as f32;
    values
}

fn render(values: &params::Values, sample_rate: f64, split: usize, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut chain = Chain::new(sample_rate, input.len());
    let mut scratch = Block::new(input.len());
    chain.set(values);
    let mut output = input.to_vec();
    let frames = input[0].len();
    for start in (0..frames).step_by(split) {
        let end = (start + split).min(frames);
        let mut parts: Vec<&mut [f32]> = output.iter_mut().map(|channel| &mut channel[start..end]).collect();
        chain.process_planar(&mut parts, &mut scratch);
    }
    output
}

const RATES: [f64; 6] = [8000.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0];

#[test]
fn the_chain_is_within_100_db_of_the_formulas_at_every_cutoff_rate_and_split() {
    let cutoffs = [20.0, 47.0, 350.0, 1000.0, 5000.0, 12000.0, 20000.0];
    for rate in RATES {
        for channels in [1, 2] {
            let input: Vec<_> = (0..channels).map(|c| test_sound(rate as usize / 2, rate, c)).collect();
            for (at, &low) in cutoffs.iter().enumerate() {
                for &high in &cutoffs {
                    let split = [1, 64, 128, 333, 4096][at % 5];
                    let s = Settings {
                        gain: 0.9,
                        lpf_cutoff: low,
                        hpf_cutoff: high,
                        delay_time: 0.11,
                        ..Settings::default()
                    };
                    let s = Settings { delay_time: s.delay_time as f32 as f64, ..s };
                    let got = render(&values(&s), rate, split, &input);
                    for (input, got) in input.iter().zip(&got) {
                        let error = error_db(got, &reference::chain(&s, rate, input));
                        assert!(
                            error <= -100.0,
                            "{error:.1} dB at {rate} Hz, {low} to {high}, split {split}, {channels} channel(s)"
                        );
                    }
                }
            }
        }
    }
}
