//! The tuner's side of the main thread's door.

use crate::listening::pitch;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;

/// Finds the pitch of a note.
#[wasm_bindgen]
pub struct Tuner(pitch::Tuner);

#[wasm_bindgen]
impl Tuner {
    /// A tuner for sound of this sample rate in Hz.
    #[wasm_bindgen(constructor)]
    pub fn new(sample_rate: f64) -> Tuner {
        Self(pitch::Tuner::new(sample_rate))
    }

    /// Frames that it looks at.
    #[wasm_bindgen(getter)]
    pub fn frames(&self) -> usize {
        self.0.frames()
    }

    /// The pitch of the last `frames` samples of these: its frequency in Hz and its confidence, 0 … 1. Empty for
    /// silence and where there are fewer samples.
    pub fn pitch(&mut self, samples: &[f32]) -> Vec<f64> {
        self.0.pitch(samples).map_or(Vec::new(), |pitch| [pitch.frequency, pitch.confidence].into())
    }
}
