//! The audio thread's door to the strings (`instruments`), as `audio_thread` is to the engines: plain functions and
//! numbers. A caller puts events into the mailbox between quanta, calls [`strings_process`], and copies the sound and
//! the picture.
//!
//! # Safety
//!
//! Every `strings` is a pointer that [`strings_new`] gave and [`strings_free`] has not taken back.

use crate::instruments::Strings;
use alloc::{boxed::Box, vec::Vec};
use core::ptr::null_mut;

/// In what [`strings_process`] answers: something sounds.
const SOUNDS: u32 = 1;
/// Events wait for their frame.
const WAITS: u32 = 2;
/// The picture is a new one.
const IS_NEW_VIEW: u32 = 4;

/// Builds the strings; null where there is no memory for them, or the sample rate in Hz is out of range.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn strings_new(sample_rate: f32) -> *mut Strings {
    let Ok(Some(strings)) = Strings::new(sample_rate as f64) else { return null_mut() };
    let mut place = Vec::new();
    if place.try_reserve_exact(1).is_err() {
        return null_mut();
    }
    place.push(strings);
    Box::into_raw(place.into_boxed_slice()).cast()
}

/// Ends the strings and gives their memory back.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_free(strings: *mut Strings) {
    drop(unsafe { Box::from_raw(strings) });
}

/// Address of the sound, f32 × `engine_frames()`.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_sound(strings: *mut Strings) -> *mut f32 {
    unsafe { Strings::sound_of(strings) }
}

/// Address of the picture of the string that was plucked last, f32 × `VIEW_POINTS`.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_view(strings: *mut Strings) -> *mut f32 {
    unsafe { Strings::view_of(strings) }
}

/// Address of room for so many words (f64) of events (`instruments::notes`), good until the next call for these
/// strings; null if there is no memory for it.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_mailbox(strings: *mut Strings, words: usize) -> *mut f64 {
    unsafe { &mut *strings }.notes().mailbox(words).map_or(null_mut(), <[f64]>::as_mut_ptr)
}

/// Takes in the events in the mailbox; 0 if there is no memory for them, or else 1.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_take_events(strings: *mut Strings) -> u32 {
    unsafe { &mut *strings }.notes().take_in().is_ok() as u32
}

/// Renders `frames` frames, the first of which has the number `clock`. The bits of the answer: 1, something sounds; 2,
/// events wait; 4, the picture is a new one.
///
/// # Safety
/// See the module's documentation.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn strings_process(strings: *mut Strings, frames: usize, clock: f64) -> u32 {
    let strings = unsafe { &mut *strings };
    strings.process(frames, clock as u64);
    let bit = |is: bool, bit: u32| if is { bit } else { 0 };
    bit(!strings.is_at_rest(), SOUNDS)
        | bit(!strings.notes().is_empty(), WAITS)
        | bit(strings.take_new_view(), IS_NEW_VIEW)
}
