//! The simulations' side of the main thread's door.

use crate::{monte_carlo, wave};
use wasm_bindgen::prelude::*;

/// An estimate of pi from so many random points.
#[wasm_bindgen]
pub fn monte_carlo_pi(iterations: u32) -> f64 {
    monte_carlo::estimate_pi(js_sys::Math::random().to_bits(), iterations)
}

/// A string that vibrates.
#[wasm_bindgen]
pub struct WaveSimulation(wave::Wave);

#[wasm_bindgen]
impl WaveSimulation {
    /// A string of so many points at rest; `c` is the Courant number, above 0 and at most 1.
    #[wasm_bindgen(constructor)]
    pub fn new(points: usize, c: f32) -> WaveSimulation {
        Self(wave::Wave::new(points, c))
    }

    /// One step in time.
    pub fn step(&mut self) {
        self.0.step();
    }

    /// A copy of the string's displacement.
    pub fn get_data(&self) -> Vec<f32> {
        self.0.data().to_vec()
    }

    /// Adds to the current state at one point.
    pub fn add_impulse(&mut self, position: usize, amplitude: f32) {
        self.0.add_impulse(position, amplitude);
    }
}
