//! The tests that run as WebAssembly in a browser: what JavaScript gets through the main thread's door, and what Rust
//! programs get there by the feature `web`.
#![cfg(target_arch = "wasm32")]

#[path = "../reference/mod.rs"]
mod reference;

mod audio;
mod simulations;
#[cfg(feature = "web")]
mod web;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
