//! A low-latency audio engine for the browser, and two simulations. This crate is everything that
//! computes; none of it needs a browser to be tested.
//!
//! The map, from the outside in:
//!
//! - two doors, in WebAssembly only: `main_thread` (wasm-bindgen classes and functions) and
//!   [`audio_thread`] (plain `extern "C"` for the AudioWorkletProcessor: no glue, no allocation)
//! - [`engine`]: a chain with its control block, sound and meters, as the audio thread runs it
//! - [`control`]: the control block's layout; [`params`]: the parameter table
//! - [`chain`]: the effects in their order; [`effects`]: one file each
//! - what effects are made of: [`block`]s of sound, [`svf`] filters, [`smooth`]ed parameters, [`math`]
//! - at the chain's ends: [`scrub`] and [`meters`]
//! - [`monte_carlo`] and [`wave`]: the main thread's simulations

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

/// Smaller still, and unmaintained (RUSTSEC-2022-0054): it never joins freed blocks again, so memory grows
/// with every delay line that comes and goes. For pages that make one engine and keep it.
#[cfg(all(feature = "wee_alloc", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: wee_alloc::WeeAlloc = wee_alloc::WeeAlloc::INIT;

pub mod audio_thread;
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
mod bare;
pub mod block;
pub mod chain;
pub mod control;
pub mod effects;
pub mod engine;
mod lanes;
#[cfg(target_arch = "wasm32")]
pub mod main_thread;
pub mod math;
pub mod meters;
pub mod monte_carlo;
pub mod params;
pub mod scrub;
pub mod smooth;
pub mod svf;
pub mod wave;
