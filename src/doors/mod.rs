//! Where JavaScript comes in: one door for each thread. And where Rust goes out to it: [`web`], the engine for Rust
//! programs in the browser.
//!
//! What JavaScript calls by name is there in WebAssembly only with the feature `exports`: whatever is named so ends up in
//! the wasm of every program that links this crate, with all that it calls.

#[cfg(any(not(target_arch = "wasm32"), feature = "exports"))]
pub mod audio_thread;
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
mod bare;
#[cfg(all(target_arch = "wasm32", feature = "exports"))]
pub mod main_thread;
#[cfg(any(not(target_arch = "wasm32"), feature = "exports"))]
pub mod offline;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;
