//! The loudness meter: the cases of EBU Tech 3341 and Tech 3342 that can be synthesised, by their numbers there; the
//! standard in float64, for sound of every kind; and what fixed memory must not change.

use super::reference;
use crate::reference::{biquad, magnitude};
use audio_dsp_wasm::dsp::block::{BLOCK, Block};
use audio_dsp_wasm::listening::k_weighting;
use audio_dsp_wasm::listening::loudness::{Loudness, Readings};
use std::f64::consts::PI;
use std::slice::from_ref;

const RATE: f64 = 48000.0;
/// What Tech 3341 allows, in LU.
const TOLERANCE: f64 = 0.1;

/// A meter, and how to feed it sound of any length.
struct Meter {
    loudness: Loudness,
    block: Block,
}

impl Meter {
    fn new(sample_rate: f64, channels: usize) -> Self {
        Self { loudness: Loudness::new(sample_rate), block: Block::new(channels) }
    }

    /// Takes in sound in blocks of so many frames. The action sees what it reads after each.
    fn play(&mut self, channels: &[Vec<f32>], split: usize, mut action: impl FnMut(Readings)) {
        for start in (0..channels[0].len()).step_by(split) {
            let end = (start + split).min(channels[0].len());
            self.block.set_frames(end - start);
            for (channel, sound) in channels.iter().enumerate() {
                self.block.channel_mut(channel).copy_from_slice(&sound[start..end]);
            }
            self.loudness.process(&self.block);
            action(self.loudness.readings());
        }
    }

    fn readings(&self) -> Readings {
        self.loudness.readings()
    }
}

/// What a fresh meter reads at the end of a sound.
fn measure(channels: &[Vec<f32>], sample_rate: f64) -> Readings {
    let mut meter = Meter::new(sample_rate, channels.len());
    meter.play(channels, BLOCK, |_| {});
    meter.readings()
}

/// A 1 kHz sine in both channels whose peak level changes: parts in dBFS (−∞ for silence) and seconds.
fn tones(parts: &[(f64, f64)]) -> [Vec<f32>; 2] {
    let mut sound = Vec::new();
    for &(level, seconds) in parts {
        let amplitude = 10f64.powf(level / 20.0);
        let start = sound.len();
        let frames = (seconds * RATE).round() as usize;
        sound.extend((start..start + frames).map(|n| (amplitude * (2.0 * PI * 1000.0 * n as f64 / RATE).sin()) as f32));
    }
    [sound.clone(), sound]
}

#[track_caller]
fn assert_within(got: f32, want: f64, [below, above]: [f64; 2], what: &str) {
    let got = got as f64;
    assert!((want - below..=want + above).contains(&got), "{what}: {got:.3} for {want}");
}

#[track_caller]
fn assert_loudness(got: f32, want: f64, what: &str) {
    assert_within(got, want, [TOLERANCE; 2], what);
}

#[test]
fn tech_3341_cases_1_and_2_a_steady_tone_reads_its_level_in_all_three_windows() {
    for level in [-23.0, -33.0] {
        let readings = measure(&tones(&[(level, 20.0)]), RATE);
        assert_loudness(readings.momentary, level, "momentary");
        assert_loudness(readings.short_term, level, "short-term");
        assert_loudness(readings.integrated, level, "integrated");
    }
}

#[test]
fn tech_3341_cases_3_to_5_the_gates_leave_out_what_is_too_quiet() {
    let case_3 = [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)];
    let case_4 = [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)];
    let case_5 = [(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)];
    for (number, parts) in [(3, &case_3[..]), (4, &case_4), (5, &case_5)] {
        assert_loudness(measure(&tones(parts), RATE).integrated, -23.0, &format!("case {number}"));
    }
}

#[test]
fn tech_3341_case_9_the_short_term_loudness_of_a_pattern_of_3_s_is_constant() {
    let mut meter = Meter::new(RATE, 2);
    let mut frames = 0;
    meter.play(&tones(&[(-20.0, 1.34), (-30.0, 1.66)].repeat(5)), BLOCK, |readings| {
        frames += BLOCK;
        if frames as f64 > 3.01 * RATE {
            assert_loudness(readings.short_term, -23.0, &format!("after {frames} frames"));
        }
    });
}

#[test]
fn tech_3341_case_12_the_momentary_loudness_of_a_pattern_of_400_ms_is_constant() {
    let mut meter = Meter::new(RATE, 2);
    let mut frames = 0;
    meter.play(&tones(&[(-20.0, 0.18), (-30.0, 0.22)].repeat(25)), BLOCK, |readings| {
        frames += BLOCK;
        if frames as f64 > 1.01 * RATE {
            assert_loudness(readings.momentary, -23.0, &format!("after {frames} frames"));
        }
    });
}

/// The largest loudness of each of 20 segments: a silence that grows, a tone, 1 s of silence.
fn assert_maxima(tone_seconds: f64, silence_seconds: f64, level: impl Fn(usize) -> f64, read: fn(Readings) -> f32) {
    let mut meter = Meter::new(RATE, 2);
    for segment in 0..20 {
        let silence = (f64::NEG_INFINITY, segment as f64 * silence_seconds);
        let sound = tones(&[silence, (level(segment), tone_seconds), (f64::NEG_INFINITY, 1.0)]);
        let mut loudest = f32::NEG_INFINITY;
        // The window still has the segment before in it, where that is louder.
        meter.loudness.reset();
        meter.play(&sound, BLOCK, |readings| loudest = loudest.max(read(readings)));
        assert_loudness(loudest, level(segment), &format!("segment {segment}"));
    }
}

/// The same in one go, as a live meter hears it: each segment is louder than the one before.
fn assert_live_maxima(tone_seconds: f64, silence_seconds: f64, read: fn(Readings) -> f32) {
    let mut meter = Meter::new(RATE, 2);
    for segment in 0..20 {
        let level = -38.0 + segment as f64;
        let silence = (f64::NEG_INFINITY, segment as f64 * silence_seconds);
        let mut loudest = f32::NEG_INFINITY;
        let sound = tones(&[silence, (level, tone_seconds), (f64::NEG_INFINITY, 1.0)]);
        meter.play(&sound, BLOCK, |readings| loudest = loudest.max(read(readings)));
        assert_loudness(loudest, level, &format!("segment {segment}"));
    }
}

#[test]
fn tech_3341_case_10_a_tone_of_3_s_reaches_its_short_term_loudness_wherever_it_begins() {
    assert_maxima(3.0, 0.15, |_| -23.0, |readings| readings.short_term);
}

#[test]
fn tech_3341_case_11_successive_tones_of_3_s_reach_their_short_term_loudness() {
    assert_live_maxima(3.0, 0.15, |readings| readings.short_term);
}

#[test]
fn tech_3341_case_13_a_tone_of_400_ms_reaches_its_momentary_loudness_wherever_it_begins() {
    assert_maxima(0.4, 0.02, |_| -23.0, |readings| readings.momentary);
}

#[test]
fn tech_3341_case_14_successive_tones_of_400_ms_reach_their_momentary_loudness() {
    assert_live_maxima(0.4, 0.02, |readings| readings.momentary);
}

/// A sine that begins and ends softly, so that its true peak is its amplitude; its phase in degrees.
fn soft_sine(frequency: f64, amplitude: f64, phase: f64) -> Vec<f32> {
    let frames = (0.5 * RATE) as usize;
    let fade = 0.05 * RATE;
    let level = |n: usize| ((n.min(frames - n) as f64) / fade).min(1.0) * PI / 2.0;
    let phase = phase.to_radians();
    (0..frames)
        .map(|n| (amplitude * level(n).sin().powi(2) * (2.0 * PI * frequency * n as f64 / RATE + phase).sin()) as f32)
        .collect()
}

/// What Tech 3341 allows a true peak.
const TRUE_PEAK_TOLERANCE: [f64; 2] = [0.4, 0.2];

#[test]
fn tech_3341_cases_15_to_19_the_true_peak_of_a_sine_is_its_amplitude_whatever_its_phase() {
    for (number, divisor, amplitude, phase) in
        [(15, 4.0, 0.5, 0.0), (16, 4.0, 0.5, 45.0), (17, 6.0, 0.5, 60.0), (18, 8.0, 0.5, 67.5), (19, 4.0, 1.41, 45.0)]
    {
        let sound = soft_sine(RATE / divisor, amplitude, phase);
        let got = measure(&[sound.clone(), sound], RATE).true_peak;
        assert_within(got, 20.0 * amplitude.log10(), TRUE_PEAK_TOLERANCE, &format!("case {number}"));
    }
}

#[test]
fn tech_3341_cases_20_to_23_the_true_peak_of_a_burst_is_found_wherever_the_samples_fall() {
    // Made at four times the rate: a sine of −6 dBFS with one period at 0 dBFS, low-passed, decimated at each offset.
    const OVER: usize = 4;
    let frames = 2 * RATE as usize;
    let period = 6 * OVER;
    let burst = frames / 2..frames / 2 + period;
    let fine: Vec<f64> = (0..frames)
        .map(|n| {
            let amplitude = if burst.contains(&n) { 1.0 } else { 0.5 };
            amplitude * (2.0 * PI * (n % period) as f64 / period as f64).sin()
        })
        .collect();
    // A windowed sinc at the lower rate's Nyquist frequency.
    let half = 40 * OVER as i64;
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let x = n as f64 / OVER as f64;
            let sinc = if n == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
            sinc / OVER as f64 * (PI * n as f64 / (2 * half) as f64).cos().powi(2)
        })
        .collect();
    let smooth: Vec<f64> = (half as usize..frames - half as usize)
        .map(|n| taps.iter().zip(&fine[n - half as usize..]).map(|(tap, x)| tap * x).sum())
        .collect();
    let peak = smooth.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    for offset in 0..OVER {
        let sound: Vec<f32> = smooth.iter().skip(offset).step_by(OVER).map(|&x| (x / peak) as f32).collect();
        let number = 20 + offset;
        assert_within(measure(&[sound], RATE).true_peak, 0.0, TRUE_PEAK_TOLERANCE, &format!("case {number}"));
    }
}

#[test]
fn a_sine_s_true_peak_is_read_within_half_a_decibel_up_to_four_tenths_of_the_sample_rate() {
    for tenths in 1..=40 {
        let frequency = RATE * tenths as f64 / 100.0;
        for phase in [0.0, 22.5, 45.0, 90.0] {
            let got = measure(&[soft_sine(frequency, 0.8, phase)], RATE).true_peak;
            let least = 20.0 * (PI * frequency / RATE / 4.0).cos().log10();
            let what = format!("{frequency} Hz, {phase}°");
            assert_within(got, 20.0 * 0.8f64.log10(), [0.05 - least, 0.05], &what);
        }
    }
}

#[test]
fn the_true_peak_does_not_depend_on_where_blocks_end() {
    let sound: Vec<f32> = soft_sine(7000.0, 0.9, 10.0);
    let want = measure(from_ref(&sound), RATE).true_peak;
    for split in [1, 2, 7, 8, 9, 64, 127] {
        let mut meter = Meter::new(RATE, 1);
        meter.play(from_ref(&sound), split, |_| {});
        assert_eq!(meter.readings().true_peak, want, "blocks of {split}");
    }
}

#[test]
fn tech_3342_cases_1_to_4_the_range_of_steps_of_20_s_is_their_difference() {
    let cases: [(&[f64], f64); 4] = [
        (&[-20.0, -30.0], 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ];
    for (index, (levels, range)) in cases.into_iter().enumerate() {
        let parts: Vec<(f64, f64)> = levels.iter().map(|&level| (level, 20.0)).collect();
        let number = index + 1;
        assert_within(measure(&tones(&parts), RATE).range, range, [1.0; 2], &format!("case {number}"));
    }
}

/// Noise whose level walks about between −60 and 0 dBFS, another one in each channel.
fn programme(seconds: usize, seed: u64) -> [Vec<f32>; 2] {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    };
    let mut level = -25.0f64;
    let frames = seconds * RATE as usize;
    let mut sound = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
    for n in 0..frames {
        if n % 12000 == 0 {
            level = (level + 6.0 * random()).clamp(-60.0, 0.0);
        }
        for channel in &mut sound {
            channel.push((10f64.powf(level / 20.0) * random()) as f32);
        }
    }
    sound
}

#[test]
fn a_programme_reads_as_the_standard_in_float64_has_it() {
    // Short ones, whose blocks are all kept; and longer ones, of which there is a histogram.
    for (seconds, tolerance, seeds) in [(20, 0.001, 1..=8), (200, 0.05, 9..=10)] {
        for seed in seeds {
            let sound = programme(seconds, seed);
            let got = measure(&sound, RATE);
            let integrated = reference::integrated(&sound);
            assert_within(got.integrated, integrated, [tolerance; 2], &format!("integrated {seed}"));
            assert_within(got.range, reference::range(&sound), [0.1; 2], &format!("range {seed}"));
            let (got, want) = (measure(&sound[..1], RATE).integrated, reference::integrated(&sound[..1]));
            assert_within(got, want, [tolerance; 2], &format!("mono {seed}"));
        }
    }
}

#[test]
fn at_48_khz_the_filters_are_the_published_ones() {
    let got = k_weighting::coefficients(RATE);
    for (got, want) in got.as_flattened().iter().zip([reference::SHELF, reference::HIGH_PASS].as_flattened()) {
        assert!((got - want).abs() <= 4.0 * f64::EPSILON, "{got} for {want}");
    }
}

#[test]
fn at_every_sample_rate_the_filters_have_the_published_response() {
    let published = |frequency| {
        [reference::SHELF, reference::HIGH_PASS].iter().map(|&stage| magnitude(stage, frequency, RATE)).product::<f64>()
    };
    for rate in [22050.0, 32000.0, 44100.0, 88200.0, 96000.0, 192000.0] {
        let stages = k_weighting::coefficients(rate);
        for frequency in [20.0, 38.0, 100.0, 500.0, 1000.0, 1682.0, 3000.0, 5000.0] {
            let got: f64 = stages.iter().map(|&stage| magnitude(stage, frequency, rate)).product();
            let error = 20.0 * (got / published(frequency)).log10();
            // What the bilinear transform bends is left: most at the shelf's top, where the rate is low.
            assert!(error.abs() < 0.1, "{frequency} Hz at {rate}: {error:.3} dB");
        }
    }
}

#[test]
fn the_filters_are_stable_at_the_lowest_sample_rate() {
    for stage in k_weighting::coefficients(3000.0) {
        let mut impulse = vec![0.0; 30000];
        impulse[0] = 1.0;
        let rung = biquad(stage, &impulse);
        assert!(rung.iter().all(|y| y.abs() < 2.0) && rung[29999].abs() < 1e-12, "{stage:?}");
    }
}

#[test]
fn a_steady_tone_reads_the_same_at_every_sample_rate_in_blocks_of_every_length() {
    // At 500 Hz the weighting has not begun to rise, and a low rate's bilinear transform does not bend it yet.
    let response =
        |frequency| magnitude(reference::SHELF, frequency, RATE) * magnitude(reference::HIGH_PASS, frequency, RATE);
    let want = -20.0 + 20.0 * (response(500.0) / response(1000.0)).log10();
    for rate in [8000.0, 11025.0, 22050.0, 44100.0, 96000.0, 192000.0] {
        for split in [1, 31, 128] {
            let step = 2.0 * PI * 500.0 / rate;
            let sound: Vec<f32> = (0..5 * rate as usize).map(|n| (0.1 * (step * n as f64).sin()) as f32).collect();
            let mut meter = Meter::new(rate, 2);
            meter.play(&[sound.clone(), sound], split, |_| {});
            let readings = meter.readings();
            assert_loudness(readings.integrated, want, &format!("at {rate} Hz"));
            assert_loudness(readings.short_term, want, &format!("at {rate} Hz"));
        }
    }
}

#[test]
fn silence_reads_minus_infinity_and_a_sound_that_ends_falls_back_to_it() {
    let silence = [vec![0.0; 5 * RATE as usize]];
    assert_eq!(measure(&silence, RATE), Readings::NONE);
    let mut meter = Meter::new(RATE, 1);
    meter.play(&tones(&[(-20.0, 4.0)])[..1], BLOCK, |_| {});
    let before = meter.readings();
    meter.play(&silence, BLOCK, |_| {});
    let after = meter.readings();
    assert_eq!((after.momentary, after.short_term), (f32::NEG_INFINITY, f32::NEG_INFINITY));
    // The windows in which the tone ends count as the programme's too.
    assert_within(after.integrated, before.integrated as f64, [0.3, 0.0], "integrated");
    assert_eq!(after.true_peak, before.true_peak);
}

#[test]
fn sound_that_is_no_number_does_no_lasting_harm() {
    let mut meter = Meter::new(RATE, 2);
    meter.play(&[vec![f32::NAN; 4800], vec![f32::INFINITY; 4800]], BLOCK, |_| {});
    let sound = tones(&[(-23.0, 10.0)]);
    meter.play(&sound, BLOCK, |_| {});
    assert_loudness(meter.readings().short_term, -23.0, "short-term");
}

#[test]
fn it_takes_under_8_kb_and_after_hours_reads_as_at_first() {
    assert!(size_of::<Loudness>() < 8192, "{} bytes", size_of::<Loudness>());
    let mut meter = Meter::new(3000.0, 1);
    let step = 2.0 * PI * 500.0 / 3000.0;
    // Six frames are a whole period.
    let sound: Vec<f32> = (0..3000 * 60).map(|n| (0.1 * (step * (n % 6) as f64).sin()) as f32).collect();
    meter.play(from_ref(&sound), BLOCK, |_| {});
    let first = meter.readings();
    (0..6 * 60).for_each(|_| meter.play(from_ref(&sound), BLOCK, |_| {}));
    let last = meter.readings();
    assert!((last.integrated - first.integrated).abs() < 0.02, "{last:?} after {first:?}");
    assert_eq!(last.range, 0.0);
}
