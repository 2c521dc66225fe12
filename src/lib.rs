//! A low-latency audio engine for the browser, and two simulations. This crate is everything that
//! computes; none of it needs a browser to be tested.
//!
//! An [`engine::Engine`] renders in place, up to [`dsp::block::BLOCK`] frames at a time. A sine through its low-pass,
//! all other effects off, at the cutoff where the filter lets 1/√2 through:
//!
//! ```
//! use audio_dsp_wasm::{dsp::block::BLOCK, engine::Engine, params::Param};
//!
//! let mut engine = Engine::new(48_000.0, 1).expect("a sample rate and channels in range");
//! engine.set(Param::LpfCutoff, 440.0); // Hz
//! for switch in [Param::DistortionOn, Param::HpfOn, Param::DelayOn] {
//!     engine.set(switch, 0.0);
//! }
//! let mut rendered = Vec::new();
//! while rendered.len() < 48_000 {
//!     for (n, sample) in (rendered.len()..).zip(engine.sound(0)) {
//!         *sample = (std::f32::consts::TAU * (n * 440 % 48_000) as f32 / 48_000.0).sin();
//!     }
//!     engine.process(BLOCK, true);
//!     rendered.extend_from_slice(engine.sound(0));
//! }
//! let peak = rendered[24_000..].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
//! assert!((peak - 0.5_f32.sqrt()).abs() < 1e-4);
//! ```
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

#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub use doors::web;
