//! Where JavaScript comes in: one door for each thread. And where Rust goes out to it: `web`, the engine for Rust
//! programs in the browser.
//!
//! In WebAssembly the feature `exports` gives the doors their names: whatever is exported so ends up in the wasm of
//! every program that links this crate, with all that it calls.

pub mod audio_thread;
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
mod bare;
#[cfg(all(target_arch = "wasm32", feature = "exports"))]
pub mod main_thread;
pub mod offline;
pub mod strings;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;
