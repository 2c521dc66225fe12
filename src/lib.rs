//! A low-latency audio engine for the browser, and two simulations. This crate is everything that
//! computes; none of it needs a browser to be tested.
//!
//! The map, from the outside in:
//!
//! - two [`doors`] for JavaScript: `main_thread` (wasm-bindgen classes and functions, in WebAssembly only) and
//!   [`doors::audio_thread`] (plain `extern "C"` for the AudioWorkletProcessor: no glue, no allocation)
//! - [`engine`]: a chain with its control block, sound and meters, as the audio thread runs it
//! - [`schedule`]: what is to happen at which frame
//! - [`chain`]: the rack behind a bypass; [`rack`]: the effects in their order; [`effects`]: one file each
//! - [`control`]: the control block's layout
//! - [`listening`]: the loudness meter and the tuner
//! - [`simulations`]: a Monte Carlo estimate of pi, and the wave equation, for the main thread
//! - [`dsp`]: what effects are made of
//! - [`params`]: the parameter table
//!
//! Each imports from those below it in this list, never from those above.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

/// Smaller still, and unmaintained (RUSTSEC-2022-0054): it never joins freed blocks again, so memory grows
/// with every delay line that comes and goes. For pages that make one engine and keep it.
#[cfg(all(feature = "wee_alloc", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: wee_alloc::WeeAlloc = wee_alloc::WeeAlloc::INIT;

pub mod chain;
pub mod control;
pub mod doors;
pub mod dsp;
pub mod effects;
pub mod engine;
pub mod listening;
pub mod params;
pub mod rack;
pub mod schedule;
pub mod simulations;
