//! The offline door: sound of any length through an engine, in one call. A worker of `render()` uses it, where no audio
//! thread hands out quanta: it copies a big piece into the wasm memory once, and the loop over the blocks is here.
//!
//! The engine is one of the audio thread's door, and so are its control block and whether it is at rest. It is called
//! with whole blocks, so the samples are those that a worklet of 128-frame quanta gives, bit for bit.
//!
//! # Safety
//!
//! Every `engine` is a pointer that `engine_new` gave and `engine_free` has not taken back; every `samples` one that
//! [`samples_new`] gave and [`samples_free`] has not taken back.

use crate::dsp::block::BLOCK;
use crate::engine::Engine;
use alloc::{boxed::Box, vec::Vec};
use core::ptr::{null_mut, slice_from_raw_parts_mut};
use core::slice::from_raw_parts_mut;

/// Room for `count` samples, all 0; null where there is no memory for it.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub extern "C" fn samples_new(count: usize) -> *mut f32 {
    let mut samples: Vec<f32> = Vec::new();
    if samples.try_reserve_exact(count).is_err() {
        return null_mut();
    }
    samples.resize(count, 0.0);
    Box::into_raw(samples.into_boxed_slice()).cast()
}

/// Gives the room for `count` samples back.
///
/// # Safety
/// See the module's documentation; `count` is what the room was made for.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn samples_free(samples: *mut f32, count: usize) {
    drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(samples, count)) });
}

/// Renders `blocks` whole blocks of `channels` channels in place; a channel begins `stride` samples behind the one
/// before. `connected` is 0 where there is no input: what stands in the samples is then not read, and the tail rings
/// on.
///
/// # Safety
/// See the module's documentation; there is room for `channels` times `stride` samples, and the engine has so many
/// channels, each of at most `stride / engine_frames()` blocks.
#[cfg_attr(all(target_arch = "wasm32", feature = "exports"), unsafe(no_mangle))]
pub unsafe extern "C" fn engine_render(
    engine: *mut Engine,
    samples: *mut f32,
    channels: usize,
    stride: usize,
    blocks: usize,
    connected: u32,
) {
    let (engine, samples) = unsafe { (&mut *engine, from_raw_parts_mut(samples, channels * stride)) };
    for start in (0..blocks).map(|block| block * BLOCK) {
        let places = (0..channels).map(|channel| channel * stride + start);
        if connected != 0 {
            for (channel, place) in places.clone().enumerate() {
                engine.sound(channel).copy_from_slice(&samples[place..place + BLOCK]);
            }
        }
        engine.process(BLOCK, connected != 0);
        for (channel, place) in places.enumerate() {
            samples[place..place + BLOCK].copy_from_slice(engine.sound(channel));
        }
    }
}
