//! Where JavaScript comes in: one door for each thread.

pub mod audio_thread;
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
mod bare;
#[cfg(target_arch = "wasm32")]
pub mod main_thread;
pub mod offline;
pub mod strings;
