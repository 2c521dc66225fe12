//! The tuner, against notes of known pitch: pure and rich tones, a plucked string, a voice, in noise; at every sample
//! rate. Errors are in cents, a hundredth of a semitone.

use audio_dsp_wasm::listening::pitch::{Pitch, Tuner};
use std::f64::consts::PI;

const RATES: [f64; 5] = [8000.0, 44100.0, 48000.0, 96000.0, 192000.0];

/// A generator of numbers in −1 … 1 (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() + 1.0) / 2.0
    }

    /// A pitch, as likely in one octave as in another.
    fn note(&mut self) -> f64 {
        self.between(40f64.ln(), 1300f64.ln()).exp()
    }
}

fn cents(got: f64, want: f64) -> f64 {
    1200.0 * (got / want).log2()
}

/// A tone of partials: amplitude and phase each.
fn tone(frequency: f64, partials: &[[f64; 2]], sample_rate: f64, frames: usize) -> Vec<f64> {
    let mut sound = vec![0.0; frames];
    for (index, [amplitude, phase]) in partials.iter().enumerate() {
        let partial = (index + 1) as f64 * frequency;
        if partial < 0.45 * sample_rate {
            for (n, x) in sound.iter_mut().enumerate() {
                *x += amplitude * (2.0 * PI * partial * n as f64 / sample_rate + phase).sin();
            }
        }
    }
    sound
}

/// The sound at an RMS level of 0.1, with white noise so many decibels below.
fn with_noise(sound: &[f64], below: f64, random: &mut Random) -> Vec<f32> {
    let rms = (sound.iter().map(|x| x * x).sum::<f64>() / sound.len() as f64).sqrt();
    // Even from −1 to 1, its RMS is 1/√3.
    let noise = 3f64.sqrt() * 10f64.powf(-below / 20.0);
    sound.iter().map(|x| (0.1 * (x / rms + noise * random.next())) as f32).collect()
}

fn pitch_of(sound: &[f32], sample_rate: f64) -> Pitch {
    Tuner::new(sample_rate).pitch(sound).expect("it has a pitch")
}

#[track_caller]
fn assert_cents(got: Pitch, want: f64, most: f64, what: &str) {
    let error = cents(got.frequency, want);
    assert!(error.abs() <= most, "{what}: {:.2} Hz for {want:.2}, {error:.2} cents", got.frequency);
}

#[test]
fn a_sine_is_read_within_a_cent_from_40_to_1300_hz_at_every_sample_rate() {
    for rate in RATES {
        let frames = Tuner::new(rate).frames();
        let mut frequency = 40.0;
        while frequency <= 1300.0 {
            for phase in [0.0, 1.0, 2.0, 4.0] {
                let sound: Vec<f32> =
                    tone(frequency, &[[0.3, phase]], rate, frames).iter().map(|&x| x as f32).collect();
                let got = pitch_of(&sound, rate);
                assert_cents(got, frequency, 1.0, &format!("at {rate} Hz, phase {phase}"));
                assert!(got.confidence > 0.95, "{got:?}");
            }
            frequency *= 1.037;
        }
    }
}

#[test]
fn a_rich_tone_is_read_within_a_cent() {
    for rate in [44100.0, 48000.0] {
        let frames = Tuner::new(rate).frames();
        let sawtooth: Vec<[f64; 2]> = (1..=40).map(|n| [1.0 / n as f64, 0.0]).collect();
        let square: Vec<[f64; 2]> = (1..=40).map(|n| [(n % 2) as f64 / n as f64, 0.0]).collect();
        let mut random = Random(3);
        for (name, partials) in [("sawtooth", &sawtooth), ("square", &square)] {
            for _ in 0..60 {
                let frequency = random.note();
                let sound: Vec<f32> = tone(frequency, partials, rate, frames).iter().map(|&x| 0.3 * x as f32).collect();
                assert_cents(pitch_of(&sound, rate), frequency, 1.0, name);
            }
        }
    }
}

#[test]
fn a_plucked_string_in_noise_is_read_within_5_cents() {
    let mut random = Random(5);
    for _ in 0..150 {
        // Plucked at a fifth of its length; a higher partial dies sooner.
        let frequency = random.between(40.0, 1000.0);
        let frames = Tuner::new(48000.0).frames();
        let mut sound = vec![0.0; frames];
        for partial in (1..=20).map(f64::from).take_while(|partial| partial * frequency < 20000.0) {
            let amplitude = (PI * partial / 5.0).sin() / (partial * partial);
            for (n, x) in sound.iter_mut().enumerate() {
                let seconds = n as f64 / 48000.0;
                *x += amplitude * (-seconds * (1.5 + partial)).exp() * (2.0 * PI * partial * frequency * seconds).sin();
            }
        }
        assert_cents(pitch_of(&with_noise(&sound, 20.0, &mut random), 48000.0), frequency, 5.0, "string");
    }
}

#[test]
fn a_sung_note_in_noise_is_read_within_5_cents() {
    let mut random = Random(7);
    for _ in 0..150 {
        // Glottal pulses that fall by 12 dB an octave, through the formants of an "a".
        let frequency = random.between(80.0, 800.0);
        let formant = |f: f64, centre: f64, width: f64| 1.0 / (1.0 + ((f - centre) / width).powi(2));
        let partials: Vec<[f64; 2]> = (1..=40)
            .map(|n| {
                let f = n as f64 * frequency;
                let gain =
                    0.1 + formant(f, 730.0, 90.0) + 0.7 * formant(f, 1090.0, 110.0) + 0.3 * formant(f, 2440.0, 170.0);
                [gain / (n * n) as f64, 3.0 * random.next()]
            })
            .collect();
        let sound = tone(frequency, &partials, 48000.0, Tuner::new(48000.0).frames());
        assert_cents(pitch_of(&with_noise(&sound, 20.0, &mut random), 48000.0), frequency, 5.0, "voice");
    }
}

#[test]
fn of_a_thousand_random_notes_none_is_read_in_another_octave() {
    let mut random = Random(11);
    let mut tuner = Tuner::new(48000.0);
    for note in 0..1000 {
        let frequency = random.note();
        // The fundamental is there; all else is up to chance.
        let mut partials = vec![[1.0, 3.0 * random.next()]];
        for n in 2..=12 {
            partials.push([random.between(0.0, 2.0) / n as f64, 3.0 * random.next()]);
        }
        let sound = with_noise(&tone(frequency, &partials, 48000.0, tuner.frames()), 30.0, &mut random);
        assert_cents(tuner.pitch(&sound).expect("a pitch"), frequency, 5.0, &format!("note {note}"));
    }
}

#[test]
fn noise_has_little_confidence_and_silence_no_pitch() {
    let mut random = Random(13);
    let mut tuner = Tuner::new(48000.0);
    let frames = tuner.frames();
    for _ in 0..50 {
        let noise: Vec<f32> = (0..frames).map(|_| 0.3 * random.next() as f32).collect();
        if let Some(pitch) = tuner.pitch(&noise) {
            assert!(pitch.confidence < 0.6, "{pitch:?}");
        }
    }
    assert_eq!(tuner.pitch(&vec![0.0; frames]), None);
    assert_eq!(tuner.pitch(&vec![f32::NAN; frames]), None);
    assert_eq!(tuner.pitch(&vec![0.5; frames]), None);
    assert_eq!(tuner.pitch(&vec![0.5; frames - 1]), None);
}

#[test]
fn the_last_frames_count_and_a_look_leaves_no_trace() {
    let mut tuner = Tuner::new(48000.0);
    let frames = tuner.frames();
    let sine = |frequency: f64| -> Vec<f32> {
        tone(frequency, &[[0.3, 0.0]], 48000.0, frames).iter().map(|&x| x as f32).collect()
    };
    let first = tuner.pitch(&sine(440.0));
    let both = [sine(440.0), sine(100.0)].concat();
    assert_cents(tuner.pitch(&both).unwrap(), 100.0, 1.0, "the later one");
    assert_eq!(tuner.pitch(&sine(440.0)), first);
}
