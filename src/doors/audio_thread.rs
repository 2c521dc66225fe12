//! The audio thread's door: plain functions and numbers, so that a bare `WebAssembly.Instance` can
//! call them where wasm-bindgen's glue cannot load.
//!
//! An engine is built once ([`engine_new`]); its addresses never move until [`engine_free`], and may be kept: they are
//! derived from the engine's pointer itself, not from a reference that a later call would end. The caller copies a
//! quantum into its sound, copies the main thread's words of the control block, calls [`engine_process`], and copies
//! the sound and the meters back. Between quanta it can put events into the mailbox ([`engine_mailbox`]) and have them
//! taken in ([`engine_take_events`]). Only WebAssembly exports these names; a native program links no `engine_new` by
//! them.
//!
//! # Safety
//!
//! Every `engine` is a pointer that [`engine_new`] gave and [`engine_free`] has not taken back.

use crate::chain::Chain;
use crate::control;
use crate::dsp::block::BLOCK;
use crate::engine::Engine;
use alloc::{boxed::Box, vec::Vec};
use core::ptr::null_mut;

/// The version of this door and of the control block behind it.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn abi_version() -> u32 {
    control::ABI_VERSION
}

/// Words of the control block that the main thread writes: the header and the parameters.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_inbound_words() -> u32 {
    control::INBOUND_WORDS as u32
}

/// First word of the meters. The first of them is the applied sequence number.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_meters_word() -> u32 {
    control::METERS as u32
}

/// Words of the whole control block.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_words() -> u32 {
    control::WORDS as u32
}

/// Word of the sequence number.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_sequence_word() -> u32 {
    control::SEQUENCE as u32
}

/// Word of the flags.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_flags_word() -> u32 {
    control::FLAGS as u32
}

/// The flag that tells the processor to end itself.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_stop_flag() -> u32 {
    control::FLAG_STOP
}

/// The flag that tells the processor that nobody can reach the engine any more.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_forgotten_flag() -> u32 {
    control::FLAG_FORGOTTEN
}

/// Word of the count of missed quanta, which the caller of the engine writes.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_missed_word() -> u32 {
    control::MISSED as u32
}

/// Word of the number of events that wait for their frame.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_waiting_word() -> u32 {
    control::WAITING as u32
}

/// Word of the count of the journal's entries.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_entries_word() -> u32 {
    control::ENTRIES as u32
}

/// First word of the journal, which goes on to the end of the control block.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_journal_word() -> u32 {
    control::JOURNAL as u32
}

/// Word of the number of the change that the main thread stores.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn control_announced_word() -> u32 {
    control::ANNOUNCED as u32
}

/// Frames that a call renders at most.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn engine_frames() -> usize {
    BLOCK
}

/// Whether there can be an engine of this sample rate in Hz and so many channels: 1, or else 0.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn engine_accepts(sample_rate: f32, channels: usize) -> u32 {
    Chain::accepts(sample_rate as f64, channels) as u32
}

/// Builds an engine; null if there is no memory for it, or [`engine_accepts`] says no. The only function here that
/// allocates, but for [`engine_mailbox`] and [`engine_take_events`].
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn engine_new(sample_rate: f32, channels: usize) -> *mut Engine {
    let Ok(engine) = Engine::new(sample_rate, channels) else { return null_mut() };
    let mut place = Vec::new();
    if place.try_reserve_exact(1).is_err() {
        return null_mut();
    }
    place.push(engine);
    Box::into_raw(place.into_boxed_slice()).cast()
}

/// Ends an engine and gives its memory back.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_free(engine: *mut Engine) {
    drop(unsafe { Box::from_raw(engine) });
}

/// Address of the control block, `control_words()` words.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_control(engine: *mut Engine) -> *mut u32 {
    unsafe { Engine::control_of(engine) }
}

/// Address of a channel's sound, f32 × `engine_frames()`: where its input goes, and its output is found.
///
/// # Safety
/// See the module's documentation; `channel` is below the engine's number of channels.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_sound(engine: *mut Engine, channel: usize) -> *mut f32 {
    unsafe { Engine::sound_of(engine, channel) }
}

/// Sets the clock by which events are scheduled: the number of the next frame.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_set_clock(engine: *mut Engine, frame: f64) {
    unsafe { &mut *engine }.set_clock(frame as u64);
}

/// Address of room for so many words (f64) of events (`schedule`), good until the next call for this engine; null if
/// there is no memory for it.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_mailbox(engine: *mut Engine, words: usize) -> *mut f64 {
    unsafe { &mut *engine }.schedule().mailbox(words).map_or(null_mut(), <[f64]>::as_mut_ptr)
}

/// Takes in the events in the mailbox, which were scheduled after the change of this sequence number; 0 if there is no
/// memory for them, or else 1.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_take_events(engine: *mut Engine, stamp: u32) -> u32 {
    unsafe { &mut *engine }.take_events(stamp).is_ok() as u32
}

/// Whether silence in is silence out: 1 where nothing rings on any more, or else 0.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_is_at_rest(engine: *mut Engine) -> u32 {
    unsafe { &*engine }.is_at_rest() as u32
}

/// Renders `frames` frames of the sound in place. `connected` is 0 where no source is connected: the sound is then not
/// read, and the tail rings on.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_process(engine: *mut Engine, frames: usize, connected: u32) {
    unsafe { &mut *engine }.process(frames, connected != 0);
}
