//! The audio thread's door: plain functions and numbers, so that a bare `WebAssembly.Instance` can
//! call them where wasm-bindgen's glue cannot load.
//!
//! An engine is built once ([`engine_new`]); its addresses never move until [`engine_free`]. The caller copies a
//! quantum into its sound, copies the main thread's words of the control block, calls [`engine_process`], and copies
//! the sound and the meters back.
//!
//! # Safety
//!
//! Every `engine` is a pointer that [`engine_new`] gave and [`engine_free`] has not taken back.

use crate::control;
use crate::dsp::block::BLOCK;
use crate::engine::Engine;
use alloc::boxed::Box;

/// The version of this door and of the control block behind it.
#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> u32 {
    control::ABI_VERSION
}

/// Words of the control block that the main thread writes: the header and the parameters.
#[unsafe(no_mangle)]
pub extern "C" fn control_inbound_words() -> u32 {
    control::INBOUND_WORDS as u32
}

/// First word of the meters. The first of them is the applied sequence number.
#[unsafe(no_mangle)]
pub extern "C" fn control_meters_word() -> u32 {
    control::METERS as u32
}

/// Words of the whole control block.
#[unsafe(no_mangle)]
pub extern "C" fn control_words() -> u32 {
    control::WORDS as u32
}

/// Word of the sequence number.
#[unsafe(no_mangle)]
pub extern "C" fn control_sequence_word() -> u32 {
    control::SEQUENCE as u32
}

/// Word of the flags.
#[unsafe(no_mangle)]
pub extern "C" fn control_flags_word() -> u32 {
    control::FLAGS as u32
}

/// The flag that tells the processor to end itself.
#[unsafe(no_mangle)]
pub extern "C" fn control_stop_flag() -> u32 {
    control::FLAG_STOP
}

/// Word of the count of missed quanta, which the caller of the engine writes.
#[unsafe(no_mangle)]
pub extern "C" fn control_missed_word() -> u32 {
    control::MISSED as u32
}

/// Frames that a call renders at most.
#[unsafe(no_mangle)]
pub extern "C" fn engine_frames() -> usize {
    BLOCK
}

/// Builds an engine of 1 … 2 channels; null if the sample rate or the channels are out of range. The only function here
/// that allocates.
#[unsafe(no_mangle)]
pub extern "C" fn engine_new(sample_rate: f32, channels: usize) -> *mut Engine {
    match Engine::new(sample_rate, channels) {
        Some(engine) => Box::into_raw(Box::new(engine)),
        None => core::ptr::null_mut(),
    }
}

/// Ends an engine and gives its memory back.
///
/// # Safety
/// See the module's documentation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_free(engine: *mut Engine) {
    drop(unsafe { Box::from_raw(engine) });
}

/// Address of the control block, `control_words()` words.
///
/// # Safety
/// See the module's documentation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_control(engine: *mut Engine) -> *mut u32 {
    unsafe { &mut *engine }.control().as_mut_ptr()
}

/// Address of a channel's sound, f32 × `engine_frames()`: where its input goes, and its output is found.
///
/// # Safety
/// See the module's documentation; `channel` is below the engine's number of channels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_sound(engine: *mut Engine, channel: usize) -> *mut f32 {
    unsafe { &mut *engine }.sound(channel).as_mut_ptr()
}

/// Renders `frames` frames of the sound in place. `connected` is 0 where no source is connected: the sound is then not
/// read, and the tail rings on.
///
/// # Safety
/// See the module's documentation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_process(engine: *mut Engine, frames: usize, connected: u32) {
    unsafe { &mut *engine }.process(frames, connected != 0);
}
