//! Plays the strings, and measures what is heard.

use audio_dsp_wasm::dsp::block::BLOCK;
use audio_dsp_wasm::instruments::Strings;
use std::f64::consts::{PI, TAU};

/// How the strings sound in a test unless it says otherwise: as they are when they are built.
pub const SECONDS: f64 = 4.0;
pub const BRIGHTNESS: f64 = 0.3;
pub const PICKUP: f64 = 0.2;

/// Strings, and the frame that they are at.
pub struct Player {
    pub strings: Strings,
    pub clock: u64,
}

impl Player {
    pub fn new(sample_rate: f64) -> Self {
        let strings = Strings::new(sample_rate).expect("memory").expect("a sample rate in range");
        Self { strings, clock: 0 }
    }

    /// Posts one event, six words.
    pub fn post(&mut self, event: [f64; 6]) {
        self.strings.notes().mailbox(6).expect("memory").copy_from_slice(&event);
        self.strings.notes().take_in().expect("memory");
    }

    pub fn set(&mut self, seconds: f64, brightness: f64, pickup: f64) {
        self.post([3.0, 0.0, seconds, brightness, pickup, 0.0]);
    }

    pub fn note(&mut self, frame: u64, note: f64) {
        self.post([1.0, frame as f64, note, 0.3, 1.0, 0.1]);
    }

    pub fn off(&mut self, frame: u64, note: f64) {
        self.post([2.0, frame as f64, note, 0.0, 0.0, 0.0]);
    }

    /// Renders so many frames, in quanta of at most so many.
    pub fn play_by(&mut self, quantum: usize, frames: usize) -> Vec<f32> {
        let mut sound = Vec::with_capacity(frames);
        while sound.len() < frames {
            let now = quantum.min(frames - sound.len());
            self.strings.process(now, self.clock);
            sound.extend_from_slice(&self.strings.sound()[..now]);
            self.clock += now as u64;
        }
        sound
    }

    pub fn play(&mut self, frames: usize) -> Vec<f32> {
        self.play_by(BLOCK, frames)
    }
}

/// One pluck, from its first frame on.
pub fn pluck(sample_rate: f64, note: f64, [position, width]: [f64; 2], settings: [f64; 3], frames: usize) -> Vec<f32> {
    let mut player = Player::new(sample_rate);
    let [seconds, brightness, pickup] = settings;
    player.set(seconds, brightness, pickup);
    player.post([1.0, 0.0, note, position, 1.0, width]);
    player.play(frames)
}

/// Equal temperament, A4 = 440 Hz.
pub fn hertz(note: f64) -> f64 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// The note that has a period of so many samples.
pub fn note_of_period(sample_rate: f64, period: f64) -> f64 {
    69.0 + 12.0 * (sample_rate / period / 440.0).log2()
}

/// The Fourier transform at an angle in radians a sample, under a Hann window, as amplitude and phase.
pub fn partial(sound: &[f32], angle: f64) -> (f64, f64) {
    let length = sound.len() as f64;
    let [mut real, mut imaginary] = [0.0, 0.0];
    for (n, &x) in sound.iter().enumerate() {
        let weight = 1.0 - (TAU * (n as f64 + 0.5) / length).cos();
        real += weight * x as f64 * (angle * n as f64).cos();
        imaginary -= weight * x as f64 * (angle * n as f64).sin();
    }
    (2.0 * real.hypot(imaginary) / length, imaginary.atan2(real))
}

/// The angle of a partial near another one, in radians a sample: by how much more its phase goes on than that of the
/// expected one, from one half of the sound to the other.
pub fn angle_near(sound: &[f32], expected: f64) -> f64 {
    let half = sound.len() / 2;
    let [first, second] = [&sound[..half], &sound[half..2 * half]].map(|part| partial(part, expected).1);
    let more = second - first - expected * half as f64;
    expected + (more - TAU * (more / TAU).round()) / half as f64
}

pub fn cents(found: f64, expected: f64) -> f64 {
    1200.0 * (found / expected).log2()
}

/// The angle of the nth partial of a string of this period: where the way around, of 2·M + 1 + e samples and an
/// allpass, is n whole turns. (The formulas stand in src/instruments/termination.rs.)
pub fn dispersion(period: f64, nth: usize) -> f64 {
    let whole = (period - 1.5).floor();
    let delay = period - 1.0 - whole;
    let fundamental = TAU / period;
    let k = ((1.0 - delay) * fundamental / 2.0).sin() / ((1.0 + delay) * fundamental / 2.0).sin();
    // At z = exp(jω) an allpass z⁻¹·(1 + k·z)/(1 + k·z⁻¹) turns by −ω and twice the angle of 1 + k·exp(jω).
    let turns = |angle: f64| {
        let allpass = angle - 2.0 * (k * angle.sin()).atan2(1.0 + k * angle.cos());
        (angle * (whole + 1.0) + allpass) / TAU
    };
    let [mut low, mut high] = [0.0, PI];
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if turns(middle) < nth as f64 { low = middle } else { high = middle }
    }
    low
}
