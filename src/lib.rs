//! A low-latency audio engine for the browser, and two simulations. This crate is everything that
//! computes; none of it needs a browser to be tested, and native programs get the same samples, bit for bit.
//!
//! # A sine through the engine
//!
//! A native program takes `default-features = false, features = ["std"]`. An [`engine::Engine`] renders in place, up to
//! [`BLOCK`](dsp::block::BLOCK) frames at a time. This is one second in mono through the low-pass, at the cutoff where
//! the filter lets 1/√2 through:
//!
//! ```
//! use audio_dsp_wasm::{dsp::block::BLOCK, engine::Engine, params::Param};
//!
//! let mut engine = Engine::new(48_000.0, 1).expect("a sample rate and channels in range");
//! engine.set(Param::LpfCutoff, 440.0); // Hz
//! engine.set(Param::DistortionOn, 0.0);
//! engine.set(Param::DelayOn, 0.0);
//! let mut rendered = Vec::new();
//! for block in 0..48_000 / BLOCK {
//!     for (n, sample) in (block * BLOCK..).zip(engine.sound(0)) {
//!         *sample = (std::f32::consts::TAU * (n * 440 % 48_000) as f32 / 48_000.0).sin();
//!     }
//!     engine.process(BLOCK, true);
//!     rendered.extend_from_slice(engine.sound(0));
//! }
//! let peak = rendered[24_000..].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
//! assert!((peak - 0.5_f32.sqrt()).abs() < 1e-4);
//! ```
//!
//! # Parameters
//!
//! [`params::TABLE`] has each parameter's id, unit, range and default, and [`params::Param`] is its name in Rust. At
//! the defaults the distortion and the delay are heard; the effects that came later are off. What
//! [`set`](engine::Engine::set) changes is clamped, and smoothed over some milliseconds.
//! [`automate`](engine::Engine::automate) follows a law instead, to the sample. Here the gain falls from 1 to 0 within
//! 48 frames:
//!
//! ```
//! use audio_dsp_wasm::{dsp::block::BLOCK, dsp::law::{Law, Ramp}, engine::Engine, params::Param};
//!
//! let mut engine = Engine::new(48_000.0, 1).expect("a sample rate and channels in range");
//! for switch in [Param::DistortionOn, Param::LpfOn, Param::HpfOn, Param::DelayOn] {
//!     engine.set(switch, 0.0);
//! }
//! let ramp = Ramp { start: 40.0, from: 1.0, end: 88.0, to: 0.0 }; // in frames
//! engine.automate(Param::Gain, 40, Law::Linear(ramp)).expect("memory for an event");
//! engine.sound(0).fill(1.0);
//! engine.process(BLOCK, true);
//! let heard = [40, 64, 88, 127].map(|frame| engine.sound(0)[frame]);
//! assert_eq!(heard, [1.0, 0.5, 0.0, 0.0]);
//! ```
//!
//! # Echoes after the end
//!
//! Where the input has ended, `process` is called with `false`, until nothing rings on:
//!
//! ```
//! use audio_dsp_wasm::{dsp::block::BLOCK, engine::Engine, params::Param};
//!
//! let mut engine = Engine::new(48_000.0, 2).expect("a sample rate and channels in range");
//! engine.set(Param::DelayFeedback, 0.25);
//! engine.sound(0)[0] = 1.0;
//! engine.process(BLOCK, true);
//! let mut seconds = 0.0;
//! while !engine.is_at_rest() {
//!     engine.process(BLOCK, false);
//!     seconds += BLOCK as f64 / 48_000.0;
//! }
//! // An echo each half second, a quarter of the one before: −120 dB with the tenth.
//! assert!(seconds > 5.0);
//! ```
//!
//! # In the browser
//!
//! A Rust program there takes the feature `web`: `web::Engine` is an input and an output in any Web Audio graph, by
//! web-sys, and the sound is computed on the audio thread. Its documentation is on the page of the target
//! `wasm32-unknown-unknown`. JavaScript has the npm package of this name.
//!
//! # Features
//!
//! | feature   | what it adds                                                                              |
//! | --------- | ----------------------------------------------------------------------------------------- |
//! | `std`     | the standard library, which every program has but the package's own wasm. On by default   |
//! | `cli`     | the command line, which renders sound files. On by default                                |
//! | `exports` | what JavaScript calls in the wasm, exported by name. On by default; a program goes without |
//! | `web`     | the engine for Rust programs in the browser                                               |
//!
//! # The map
//!
//! From the outside in:
//!
//! - three [`doors`] for JavaScript: `main_thread` (wasm-bindgen classes and functions, in WebAssembly only),
//!   [`doors::audio_thread`] (plain `extern "C"` for the AudioWorkletProcessor: no glue, no allocation) and
//!   [`doors::offline`]; and `doors::web` for Rust programs in the browser
//! - [`engine`]: a chain with its control block, sound and meters, as the audio thread runs it
//! - [`schedule`]: what is to happen at which frame
//! - [`chain`]: the rack behind a bypass; [`rack`]: the effects in their order; [`effects`]: one file each
//! - [`control`]: the control block's layout
//! - [`listening`]: the loudness meter and the tuner
//! - [`instruments`]: strings that are plucked, the wave equation at the sample rate
//! - [`simulations`]: a Monte Carlo estimate of pi, and the wave equation
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
pub mod instruments;
pub mod listening;
pub mod params;
mod queue;
pub mod rack;
pub mod schedule;
pub mod simulations;

#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub use doors::web;
