//! What the meters read, against the definitions of peak, mean square and their ballistics, for blocks of every length.

use crate::reference::test_sound;
use audio_dsp_wasm::dsp::block::BLOCK;
use audio_dsp_wasm::dsp::meters::{Ballistics, Meter, Reading, clips};

const RATE: f64 = 48000.0;
/// The fall of a peak, 20 dB in 1.7 s, and the time constant of a mean: what is left of each after so many frames.
fn left(frames: usize) -> [f64; 2] {
    let seconds = frames as f64 / RATE;
    [10f64.powf(-seconds / 1.7), (-seconds / 0.3).exp()]
}

fn peak_and_mean_square(samples: &[f32]) -> [f64; 2] {
    let squares = samples.iter().map(|&x| (x as f64).powi(2));
    [samples.iter().fold(0.0, |peak, x| x.abs().max(peak)) as f64, squares.sum::<f64>() / samples.len() as f64]
}

fn assert_close(got: f32, want: f64, what: &str) {
    assert!((got as f64 - want).abs() <= 2e-6 * want, "{what}: {got} for {want}");
}

#[test]
fn a_reading_knows_the_loudest_sample_wherever_it_stands() {
    for length in 1..=BLOCK {
        for at in [0, length / 2, length - 1] {
            for sign in [1.0, -1.0] {
                let mut samples = vec![0.25; length];
                samples[at] = sign * 0.5;
                let reading = Reading::of(&samples);
                assert!(reading.is_within(0.5) && !reading.is_within(0.499), "{length} samples, the loudest at {at}");
                assert!(reading.is_below(0.501) && !reading.is_below(0.5));
                assert!(!reading.clips() && clips(&samples) == 0);
                samples[at] = sign * 1.0;
                assert!(!Reading::of(&samples).clips() && clips(&samples) == 0);
                samples[at] = sign * 1.001;
                assert!(Reading::of(&samples).clips() && clips(&samples) == 1);
            }
        }
    }
    assert!(Reading::of(&[]).is_below(1e-15) && !Reading::of(&[]).clips());
}

#[test]
fn a_reading_with_a_sample_that_is_no_number_is_within_nothing() {
    for length in [1, 5, 16, 17, BLOCK] {
        for strange in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in 0..length {
                let mut samples = vec![0.5; length];
                samples[at] = strange;
                let reading = Reading::of(&samples);
                assert!(!reading.is_within(1e6) && !reading.is_below(1e6), "{strange} at {at} of {length}");
            }
        }
    }
}

#[test]
fn levels_are_the_falling_peak_and_the_root_of_the_fading_mean_square_for_blocks_of_every_length() {
    let mut ballistics = Ballistics::new(RATE);
    let mut meter = Meter::default();
    let mut levels = [[0.0f64; 2]; 2];
    let [input, output] = [0, 1].map(|channel| test_sound(20000, RATE, channel));
    let mut at = 0;
    for length in (1..=BLOCK).chain([7, 7, 64]) {
        // Loud and quiet by turns, so that peaks fall between.
        let loudness = if length % 10 == 0 { 1.0 } else { 0.1 };
        let blocks =
            [&input, &output].map(|sound| sound[at..at + length].iter().map(|x| x * loudness).collect::<Vec<_>>());
        at += length;
        ballistics.set_frames(length);
        let got = meter.take(Reading::of(&blocks[0]), Reading::of(&blocks[1]), &ballistics);
        let [fall, fade] = left(length);
        for (which, (block, level)) in blocks.iter().zip(&mut levels).enumerate() {
            let [peak, mean_square] = peak_and_mean_square(block);
            *level = [peak.max(level[0] * fall), level[1] * fade + mean_square * (1.0 - fade)];
            assert_close(got[2 * which], level[0], "peak");
            assert_close(got[2 * which + 1], level[1].sqrt(), "RMS");
        }
    }
}

#[test]
fn a_block_of_no_frames_leaves_the_levels_as_they_are() {
    let mut ballistics = Ballistics::new(RATE);
    let mut meter = Meter::default();
    ballistics.set_frames(BLOCK);
    let reading = Reading::of(&[0.5; BLOCK]);
    let before = meter.take(reading, reading, &ballistics);
    ballistics.set_frames(0);
    assert_eq!(meter.take(Reading::of(&[]), Reading::of(&[]), &ballistics), before);
}

#[test]
fn levels_below_minus_140_db_read_0() {
    let mut ballistics = Ballistics::new(RATE);
    ballistics.set_frames(BLOCK);
    let level = |amplitude: f32| {
        let reading = Reading::of(&[amplitude; BLOCK]);
        Meter::default().take(reading, Reading::default(), &ballistics)
    };
    assert_eq!(level(0.99e-7)[0], 0.0);
    assert!((level(1.01e-7)[0] - 1.01e-7).abs() < 1e-12);
    assert_eq!(level(1e-3)[2..], [0.0; 2]);
}
