//! Ways to run the chain and the engine that the tests share, and measures of what comes out.

use crate::effects::{Effect, effects};
use crate::reference::test_sound;
use audio_dsp_wasm::{
    chain::Chain,
    control,
    doors::audio_thread,
    dsp::block::Block,
    engine::Engine,
    params::{self, Values},
};

/// What is heard differs by more than this from what is heard without it, in decibels.
const AUDIBLE_DECIBELS: f64 = -40.0;

/// The defaults, with these values in their place.
pub fn with(values: &[(usize, f64)]) -> Values {
    let mut all = params::defaults();
    for &(index, value) in values {
        all[index] = value as f32;
    }
    all
}

/// A chain with what it needs to be fed slices.
pub struct Player {
    pub chain: Chain,
    scratch: Block,
}

impl Player {
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        Self { chain: Chain::new(sample_rate, channels).unwrap(), scratch: Block::new(channels) }
    }

    /// Plays a sound in blocks of `split` frames.
    pub fn play(&mut self, sound: &[Vec<f32>], split: usize) -> Vec<Vec<f32>> {
        let mut output = sound.to_vec();
        let frames = sound[0].len();
        for start in (0..frames).step_by(split) {
            let end = (start + split).min(frames);
            let mut parts: Vec<&mut [f32]> = output.iter_mut().map(|channel| &mut channel[start..end]).collect();
            self.chain.process_planar(&mut parts, &mut self.scratch);
        }
        output
    }

    /// Plays a mono sound in quanta of 128 frames.
    pub fn play_mono(&mut self, sound: &[f32]) -> Vec<f32> {
        self.play(&[sound.to_vec()], 128).remove(0)
    }
}

/// Plays a sound through a fresh chain whose values never change.
pub fn render(values: &Values, sample_rate: f64, split: usize, sound: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut player = Player::new(sample_rate, sound.len());
    player.chain.set(values);
    player.play(sound, split)
}

/// Runs a check of what all effects promise on each effect, alone, in mono and in stereo. First each must be heard:
/// many a promise is kept by an effect that does nothing.
pub fn each_effect(sample_rate: f64, check: impl Fn(&Effect, &[Vec<f32>], &str)) {
    for effect in effects() {
        for channels in [1, 2] {
            let what = format!("{} on {channels} channel(s)", effect.id);
            let sound: Vec<_> = (0..channels).map(|c| test_sound(24000, sample_rate, c)).collect();
            assert_heard(&effect.on(), &effect.off(), sample_rate, &sound, &what);
            check(&effect, &sound, &what);
        }
    }
}

/// Asserts that two settings differ to the ear.
pub fn assert_heard(values: &Values, others: &Values, sample_rate: f64, sound: &[Vec<f32>], what: &str) {
    let [one, other] = [values, others].map(|values| render(values, sample_rate, 128, sound));
    for (one, other) in one.iter().zip(&other) {
        let difference = difference_decibels(one, other);
        assert!(difference > AUDIBLE_DECIBELS, "{what} is not heard: {difference:.1} dB");
    }
}

/// The energy of the difference over that of the louder one, in decibels.
pub fn difference_decibels(one: &[f32], other: &[f32]) -> f64 {
    assert_eq!(one.len(), other.len());
    let energy = |sound: &[f32]| sound.iter().map(|&x| (x as f64).powi(2)).sum::<f64>();
    let difference: f64 = one.iter().zip(other).map(|(&x, &y)| (x as f64 - y as f64).powi(2)).sum();
    10.0 * (difference / energy(one).max(energy(other))).log10()
}

/// An engine that starts with these values.
pub fn engine(values: &Values, sample_rate: f32, channels: usize) -> Engine {
    let mut engine = Engine::new(sample_rate, channels).unwrap();
    for (index, value) in values.iter().enumerate() {
        engine.control()[control::PARAMETERS + index] = value.to_bits();
    }
    engine
}

/// Events as the main thread sends them, by message: worklet/events.js has the words.
pub fn post(engine: &mut Engine, stamp: u32, words: &[f64]) {
    let engine: *mut Engine = engine;
    // The door takes the engine's own pointer, and the mailbox has room for so many words.
    unsafe {
        audio_thread::engine_mailbox(engine, words.len()).copy_from(words.as_ptr(), words.len());
        assert_eq!(audio_thread::engine_take_events(engine, stamp), 1);
    }
}

/// A sine of so many frames.
pub fn sine(frequency: f64, amplitude: f64, sample_rate: f64, frames: usize) -> Vec<f32> {
    let step = 2.0 * std::f64::consts::PI * frequency / sample_rate;
    (0..frames).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// The largest magnitude.
pub fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// The largest second difference: what a click shows in, and a smooth sound does not.
pub fn bend(sound: &[f32]) -> f64 {
    let bend = |w: &[f32]| (w[2] as f64 - 2.0 * w[1] as f64 + w[0] as f64).abs();
    sound.windows(3).map(bend).fold(0.0, f64::max)
}
