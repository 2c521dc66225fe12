//! A switch for an effect: on, off, and a short fade between.

use super::Effect;
use crate::dsp::block::{Block, Envelope};
use crate::dsp::law::Change;
use crate::dsp::smooth::Smoothed;
use wide::f32x4;

/// An effect with its switch. Off, it costs nothing and has forgotten its sound.
pub struct Switched<E> {
    effect: E,
    /// The position of the switch at which the effect is heard: 1, or 0 for a bypass.
    heard_at: f32,
    position: Smoothed,
    dry: Block,
    /// Whether the effect has forgotten its sound since it was last heard.
    forgotten: bool,
    /// Whether a parameter of the effect may be on its way.
    moving: bool,
}

impl<E: Effect> Switched<E> {
    /// The effect is heard while the parameter at `index` is 1.
    pub fn on(index: usize, effect: E, sample_rate: f64, channels: usize) -> Self {
        Self::new(index, 1.0, effect, sample_rate, channels)
    }

    /// The effect is heard while the parameter at `index` is 0.
    pub fn bypassed(index: usize, effect: E, sample_rate: f64, channels: usize) -> Self {
        Self::new(index, 0.0, effect, sample_rate, channels)
    }

    fn new(index: usize, heard_at: f32, effect: E, sample_rate: f64, channels: usize) -> Self {
        let position = Smoothed::new(index, sample_rate);
        Self { effect, heard_at, position, dry: Block::new(channels), forgotten: false, moving: false }
    }

    /// The effect, while it is heard.
    pub fn heard(&self) -> Option<&E> {
        (!self.is_off()).then_some(&self.effect)
    }

    /// The effect itself.
    pub fn effect_mut(&mut self) -> &mut E {
        &mut self.effect
    }

    /// While the effect is off: its parameters go on.
    #[inline(never)]
    fn move_on(&mut self, frames: usize) {
        self.effect.pass(frames);
        self.moving = false;
        self.effect.each_parameter(&mut |parameter| self.moving |= !parameter.is_settled());
    }

    #[inline(never)]
    fn fade(&mut self, block: &mut Block) {
        let off_at = 1.0 - self.heard_at;
        let mut positions = Envelope::default();
        self.position.fill(positions.vectors_mut(), block.frames());
        self.dry.clone_from(block);
        // The effect begins with nothing, so its input must too: an echo would give the step of it back.
        fade_in(block, &positions, off_at);
        self.effect.process(block);
        crossfade(block, &mut self.dry, &positions, off_at);
    }
}

/// How much of an effect is heard where its switch is, by vectors; nothing at `off_at`.
fn presences(positions: &Envelope, off_at: f32) -> impl Iterator<Item = f32x4> {
    positions.vectors().iter().map(move |&position| (position - f32x4::splat(off_at)).abs())
}

/// Brings an effect's input in as it is heard.
#[inline(never)]
fn fade_in(block: &mut Block, positions: &Envelope, off_at: f32) {
    for samples in block.vectors_mut() {
        for (x, presence) in samples.iter_mut().zip(presences(positions, off_at)) {
            *x *= presence;
        }
    }
}

/// Mixes the dry sound into the wet by the switch's position; at `off_at` only the dry sound is left. Apart from
/// the generic code above, so that there is one of it.
#[inline(never)]
fn crossfade(wet: &mut Block, dry: &mut Block, positions: &Envelope, off_at: f32) {
    for (samples, dry) in wet.vectors_mut().zip(dry.vectors_mut()) {
        for ((x, &mut dry), presence) in samples.iter_mut().zip(dry).zip(presences(positions, off_at)) {
            *x = dry + (*x - dry) * presence;
        }
    }
}

impl<E: Effect> Effect for Switched<E> {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.position);
        self.effect.each_parameter(visit);
    }

    fn take(&mut self, change: &Change) -> bool {
        let moves = self.effect.take(change);
        self.moving |= moves;
        self.position.take(change) || moves
    }

    fn reset(&mut self) {
        self.position.snap();
        self.effect.reset();
    }

    fn process(&mut self, block: &mut Block) {
        let off = self.is_off();
        // Forgets its sound when it goes off; and when it comes back, how parameters moved meanwhile: it was never
        // heard.
        if off != self.forgotten {
            self.effect.reset();
            self.forgotten = off;
        }
        if off {
            if self.moving {
                self.move_on(block.frames());
            }
            return;
        }
        if self.position.is_settled() {
            self.effect.process(block);
        } else {
            self.fade(block);
        }
    }

    fn is_at_rest(&self) -> bool {
        self.effect.is_at_rest()
    }

    fn pass(&mut self, frames: usize) {
        self.position.advance(frames);
        self.effect.pass(frames);
    }

    fn is_off(&self) -> bool {
        self.position.is_settled() && self.position.value() != self.heard_at as f64
    }
}
