//! The chain equals its formulas, at every rate, cutoff and split into blocks.

use crate::effects::{only, switched_on};
use crate::reference::{self, Settings, error_db, test_sound};
use crate::support::{Player, render, with};
use audio_dsp_wasm::params::{self, Values};

const RATES: [f64; 6] = [8000.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0];
const SPLITS: [usize; 5] = [1, 64, 128, 333, 4096];

fn values(s: &Settings) -> Values {
    with(&[
        (params::GAIN, s.gain),
        (params::DISTORTION, s.distortion),
        (params::LPF_CUTOFF, s.lpf_cutoff),
        (params::HPF_CUTOFF, s.hpf_cutoff),
        (params::DELAY_TIME, s.delay_time),
        (params::DELAY_FEEDBACK, s.delay_feedback),
        (params::DELAY_MIX, s.delay_mix),
    ])
}

fn sound(channels: u32, frames: usize, rate: f64) -> Vec<Vec<f32>> {
    (0..channels).map(|channel| test_sound(frames, rate, channel)).collect()
}

fn assert_close(got: &[f32], want: &[f64], limit: f64, what: &str) {
    let error = error_db(got, want);
    assert!(error <= limit, "{error:.1} dB, not {limit}: {what}");
}

#[test]
fn the_chain_is_within_100_db_of_the_formulas_at_every_cutoff_rate_and_split() {
    let cutoffs = [20.0, 47.0, 350.0, 1000.0, 5000.0, 12000.0, 20000.0];
    for rate in RATES {
        for channels in [1, 2] {
            let input = sound(channels, rate as usize / 2, rate);
            for (at, &lpf_cutoff) in cutoffs.iter().enumerate() {
                for &hpf_cutoff in &cutoffs {
                    let split = SPLITS[at % SPLITS.len()];
                    let s = Settings { gain: 0.9, lpf_cutoff, hpf_cutoff, delay_time: 0.125, ..Settings::default() };
                    let got = render(&values(&s), rate, split, &input);
                    for (input, got) in input.iter().zip(&got) {
                        let what = format!("{lpf_cutoff} and {hpf_cutoff} Hz at {rate} Hz, {channels} × {split}");
                        assert_close(got, &reference::chain(&s, rate, input), -100.0, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn the_chain_is_within_100_db_of_the_formulas_at_the_ends_of_every_other_range() {
    let rate = 48000.0;
    let input = test_sound(48000, rate, 0);
    for gain in [0.01, 1.0, 4.0] {
        for distortion in [0.0, 0.5, 1.0] {
            for (delay_time, delay_feedback, delay_mix) in [
                (0.0, 0.95, 1.0),
                (0.0, 0.5, 0.3),
                (0.0001, 0.95, 0.5),
                (0.5, 0.0, 0.0),
                (0.3, 0.95, 1.0),
                (1.0, 0.9, 0.7),
            ] {
                let s = Settings { gain, distortion, delay_time, delay_feedback, delay_mix, ..Settings::default() };
                // What the chain is given is a float32.
                let exact = |x: f64| x as f32 as f64;
                let same = Settings {
                    gain: exact(gain),
                    delay_time: exact(delay_time),
                    delay_feedback: exact(delay_feedback),
                    delay_mix: exact(delay_mix),
                    ..s
                };
                let got = render(&values(&s), rate, 128, std::slice::from_ref(&input));
                assert_close(&got[0], &reference::chain(&same, rate, &input), -100.0, &format!("{s:?}"));
            }
        }
    }
}

#[test]
fn each_effect_alone_is_within_100_db_of_its_formula() {
    for rate in RATES {
        let input = test_sound(rate as usize, rate, 1);
        let plain: Vec<f64> = input.iter().map(|&x| x as f64).collect();
        let alone = |on: usize, set: &[(usize, f64)]| {
            let mut values = only(&[on]);
            set.iter().for_each(|&(index, value)| values[index] = value as f32);
            render(&values, rate, 128, std::slice::from_ref(&input)).remove(0)
        };
        for amount in [0.0, 0.25, 1.0] {
            let got = alone(params::DISTORTION_ON, &[(params::DISTORTION, amount)]);
            assert_close(&got, &reference::distort(amount, &plain), -100.0, &format!("distortion {amount}"));
        }
        for cutoff in [20.0, 200.0, 2000.0, 20000.0] {
            let got = alone(params::LPF_ON, &[(params::LPF_CUTOFF, cutoff)]);
            let want = reference::biquad(reference::pass(true, cutoff, rate), &plain);
            assert_close(&got, &want, -100.0, &format!("low-pass at {cutoff} Hz, {rate} Hz"));
            let got = alone(params::HPF_ON, &[(params::HPF_CUTOFF, cutoff)]);
            let want = reference::biquad(reference::pass(false, cutoff, rate), &plain);
            assert_close(&got, &want, -100.0, &format!("high-pass at {cutoff} Hz, {rate} Hz"));
            for (gain, q) in [(-24.0, 0.125), (12.0, 1.0), (24.0, 18.0)] {
                let set = [(params::PEAK_FREQUENCY, cutoff), (params::PEAK_GAIN, gain), (params::PEAK_Q, q)];
                let got = alone(params::PEAK_ON, &set);
                let want = reference::biquad(reference::peaking(cutoff, gain, q, rate), &plain);
                assert_close(&got, &want, -100.0, &format!("peak of {gain} dB, Q {q} at {cutoff} Hz, {rate} Hz"));
            }
        }
        let got = alone(params::DELAY_ON, &[(params::DELAY_TIME, 0.25)]);
        assert_close(&got, &reference::delay(0.25, 0.5, 0.3f32 as f64, rate, &plain), -100.0, "delay");
        for (frequency, depth) in [(0.1, 1.0), (5.0, 0.5), (7.3, 0.25), (20.0, 1.0)] {
            let got = alone(params::TREMOLO_ON, &[(params::TREMOLO_RATE, frequency), (params::TREMOLO_DEPTH, depth)]);
            let want = reference::tremolo(frequency as f32 as f64, depth, rate, &plain);
            assert_close(&got, &want, -100.0, &format!("tremolo of {frequency} Hz, {depth} deep at {rate} Hz"));
        }
        for (threshold, ratio, attack, release, makeup) in
            [(-24.0, 4.0, 0.01, 0.15, 0.0), (-60.0, 20.0, 0.0001, 0.01, 24.0), (-6.0, 1.5, 0.2, 2.0, 6.0)]
        {
            let set = [
                (params::COMPRESSOR_THRESHOLD, threshold),
                (params::COMPRESSOR_RATIO, ratio),
                (params::COMPRESSOR_ATTACK, attack),
                (params::COMPRESSOR_RELEASE, release),
                (params::COMPRESSOR_MAKEUP, makeup),
            ];
            let got = alone(params::COMPRESSOR_ON, &set);
            let want = reference::compress([threshold, ratio, attack, release, makeup], rate, &plain);
            assert_close(&got, &want, -100.0, &format!("compressor {threshold} dB, {ratio}:1 at {rate} Hz"));
        }
    }
}

#[test]
fn splits_into_multiples_of_128_give_the_same_bits_and_any_other_split_is_within_140_db() {
    let everything = switched_on(with(&[
        (params::GAIN, 2.0),
        (params::LPF_CUTOFF, 9000.0),
        (params::HPF_CUTOFF, 60.0),
        (params::DELAY_TIME, 0.0101),
        (params::PEAK_GAIN, 9.0),
    ]));
    // Each effect on the way rounds anew what was rounded otherwise before it, which adds −146 dB: so not all at once.
    let without = |rows: &[usize]| {
        let mut values = everything;
        rows.iter().for_each(|&row| values[row] = 0.0);
        values
    };
    let in_parts =
        [without(&[params::REVERB_ON]), without(&[params::LPF_ON, params::HPF_ON, params::PEAK_ON, params::DELAY_ON])];
    for channels in [1, 2] {
        let input = sound(channels, 48000, 48000.0);
        for values in [&[params::defaults()][..], &in_parts].concat() {
            let whole = render(&values, 48000.0, 128, &input);
            for split in [256, 384, 1024, 4096, 48000 / 128 * 128] {
                assert!(render(&values, 48000.0, split, &input) == whole, "{split} frames, {channels} channel(s)");
            }
            for split in [1, 2, 3, 5, 7, 64, 100, 127, 129, 333, 1000] {
                for (got, want) in render(&values, 48000.0, split, &input).iter().zip(&whole) {
                    let want: Vec<f64> = want.iter().map(|&x| x as f64).collect();
                    assert_close(got, &want, -140.0, &format!("blocks of {split}, {channels} channel(s)"));
                }
            }
        }
    }
}

#[test]
fn a_channel_sounds_the_same_alone_and_in_stereo() {
    let input = sound(2, 48000, 48000.0);
    let values = with(&[(params::LPF_CUTOFF, 3000.0), (params::HPF_CUTOFF, 300.0)]);
    let stereo = render(&values, 48000.0, 128, &input);
    for (input, got) in input.iter().zip(&stereo) {
        let mono = render(&values, 48000.0, 128, std::slice::from_ref(input)).remove(0);
        let want: Vec<f64> = mono.iter().map(|&x| x as f64).collect();
        assert_close(got, &want, -140.0, "stereo against mono");
    }
}

#[test]
fn the_first_sample_out_answers_the_first_sample_in() {
    let mut impulse = vec![0.0; 256];
    impulse[0] = 0.5;
    for channels in [1, 2] {
        let got = render(&params::defaults(), 48000.0, 128, &vec![impulse.clone(); channels]);
        let want = reference::chain(&Settings { delay_mix: 0.3f32 as f64, ..Settings::default() }, 48000.0, &impulse);
        assert!(want[0] > 0.1);
        for got in got {
            assert_close(&got, &want, -100.0, "impulse");
        }
    }
}

#[test]
fn a_new_delay_time_is_faded_to_in_a_straight_line_over_30_ms_and_the_next_one_after_that() {
    const RATE: f64 = 48000.0;
    const FADE: usize = 1440;
    let sounds = sound(2, 48000, RATE);
    let at = |frames: usize| {
        let mut values = only(&[params::DELAY_ON]);
        values[params::DELAY_TIME] = (frames as f64 / RATE) as f32;
        values[params::DELAY_FEEDBACK] = 0.0;
        values[params::DELAY_MIX] = 1.0;
        values
    };
    // To a later tap and to a nearer one; to one at which there is no sound yet; the third is asked for on the way.
    for taps in [[1000, 3000, 500], [2000, 30_000, 1], [300, 301, 47_000], [9000, 100, 9000]] {
        for split in [128, 100] {
            let changes = [(0, taps[0]), (12_000, taps[1]), (12_000 + 600, taps[2])];
            let mut player = Player::new(RATE, 2);
            let mut got = [Vec::new(), Vec::new()];
            for (turn, &(start, tap)) in changes.iter().enumerate() {
                let end = changes.get(turn + 1).map_or(48000, |&(next, _)| next);
                player.chain.set(&at(tap));
                let part: Vec<_> = sounds.iter().map(|channel| channel[start..end].to_vec()).collect();
                got.iter_mut().zip(player.play(&part, split)).for_each(|(got, part)| got.extend(part));
            }
            for (sound, got) in sounds.iter().zip(&got) {
                let tapped = |n: usize, tap: usize| if n < tap { 0.0 } else { sound[n - tap] as f64 };
                let want: Vec<f64> = (0..48000)
                    .map(|n| {
                        let fade = |start: usize| (n as f64 - start as f64).clamp(0.0, FADE as f64) / FADE as f64;
                        let (first, second) = (fade(12_000), fade(12_000 + FADE));
                        let middle = tapped(n, taps[0]) + (tapped(n, taps[1]) - tapped(n, taps[0])) * first;
                        middle + (tapped(n, taps[2]) - middle) * second
                    })
                    .collect();
                assert_close(got, &want, -120.0, &format!("{taps:?} frames, in blocks of {split}"));
            }
        }
    }
}

#[test]
fn the_limiter_is_its_formula_with_both_channels_held_back_alike() {
    for rate in RATES {
        for (channels, drive) in [(1, 4.0), (2, 4.0), (2, 1.0)] {
            // A burst and a rest by turns, so that the peak that is followed falls below the knee.
            let burst = |n: usize| if n % (rate as usize / 4) < 2000 { 1.0 } else { 0.05 };
            let mut input = sound(channels, rate as usize, rate);
            input.iter_mut().for_each(|channel| channel.iter_mut().enumerate().for_each(|(n, x)| *x *= burst(n)));
            let mut values = only(&[params::LIMITER_ON]);
            values[params::GAIN] = drive as f32;
            let driven: Vec<Vec<f64>> =
                input.iter().map(|channel| channel.iter().map(|&x| x as f64 * drive).collect()).collect();
            for (got, want) in render(&values, rate, 128, &input).iter().zip(reference::limit(rate, &driven)) {
                assert_close(got, &want, -100.0, &format!("limiter, {channels} channel(s) × {drive} at {rate} Hz"));
            }
        }
    }
}
