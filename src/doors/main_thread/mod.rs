//! The main thread's door: what JavaScript gets from `pkg/audio_dsp_wasm.js`, by wasm-bindgen.

pub mod audio;
pub mod listening;
pub mod simulations;
pub mod strings;
