//! The rack: the effects, and the order in which the sound goes through them.
//!
//! A change of order is heard without a click, and every effect keeps its sound: for some milliseconds the way from
//! each effect to the next fades out, the order changes, and the ways fade in. Where the effects that are heard stay in
//! their order, nothing is heard of it.

use crate::dsp::block::{Block, Envelope};
use crate::dsp::law::Change;
use crate::dsp::math::SILENCE_FLOOR;
use crate::dsp::smooth::Smoothed;
use crate::effects::{
    Dynamics, Effect, OutOfMemory, chorus::Chorus, compressor::Compressor, delay::Delay, distortion::Distortion,
    filters, filters::peaking, filters::tuned::Tuned, gain::Gain, gate::Gate, limiter::Limiter, reverb::Reverb,
    switch::Switched, tremolo::Tremolo,
};
use crate::params;
use core::array::from_fn;
use wide::f32x4;

/// How long the ways between the effects take to fade out, and again to fade in.
const FADE_SECONDS: f64 = 0.012;

/// The effects in their default order, the last of which stays last. Adding one: its line here, and nothing else in
/// this file.
macro_rules! rack {
    ($($name:ident: $effect:ty = |$rate:ident, $channels:ident| $new:expr;)*) => {
        /// The effects' ids, in their default order.
        pub const EFFECTS: &[&str] = &[$(stringify!($name)),*];

        struct Effects { $($name: $effect),* }

        impl Effects {
            fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
                Ok(Self { $($name: { let ($rate, $channels) = (sample_rate, channels); $new }),* })
            }

            /// All of them, by their places in the default order.
            fn all(&mut self) -> [&mut dyn Effect; EFFECTS.len()] { [$(&mut self.$name),*] }

            /// The place of the effect that each parameter belongs to.
            #[inline(never)]
            fn owners(&mut self) -> [Option<u8>; params::COUNT] {
                let mut owners = [None; params::COUNT];
                for (place, effect) in self.all().into_iter().enumerate() {
                    effect.each_parameter(&mut |parameter| owners[parameter.index()] = Some(place as u8));
                }
                owners
            }

            /// All of them in their default order.
            #[inline(always)]
            fn process(&mut self, block: &mut Block) { $(self.$name.process(block);)* }

            fn is_at_rest(&self) -> bool { $(self.$name.is_at_rest())&&* }
        }
    };
}

rack! {
    gate: Switched<Gate> = |rate, channels| Switched::on(params::GATE_ON, Gate::new(rate), rate, channels);
    gain: Gain = |rate, _channels| Gain::new(rate);
    distortion: Switched<Distortion> =
        |rate, channels| Switched::on(params::DISTORTION_ON, Distortion::new(rate), rate, channels);
    filters: Tuned = |rate, _channels| Tuned::new(filters::DESIGN, rate);
    peak: Tuned = |rate, _channels| Tuned::new(peaking::DESIGN, rate);
    compressor: Switched<Compressor> =
        |rate, channels| Switched::on(params::COMPRESSOR_ON, Compressor::new(rate), rate, channels);
    tremolo: Switched<Tremolo> =
        |rate, channels| Switched::on(params::TREMOLO_ON, Tremolo::new(rate), rate, channels);
    chorus: Switched<Chorus> =
        |rate, channels| Switched::on(params::CHORUS_ON, Chorus::new(rate, channels)?, rate, channels);
    delay: Switched<Delay> =
        |rate, channels| Switched::on(params::DELAY_ON, Delay::new(rate, channels)?, rate, channels);
    reverb: Switched<Reverb> =
        |rate, channels| Switched::on(params::REVERB_ON, Reverb::new(rate, channels)?, rate, channels);
    limiter: Switched<Limiter> =
        |rate, channels| Switched::on(params::LIMITER_ON, Limiter::new(rate), rate, channels);
}

/// A way through the rack: each effect once, by its place in [`EFFECTS`], the last of which stays last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order([u8; EFFECTS.len()]);

impl Default for Order {
    fn default() -> Self {
        Self(from_fn(|place| place as u8))
    }
}

impl Order {
    /// The order of these places; `None` where one is missing, or the last effect is not last.
    pub fn new(places: [usize; EFFECTS.len()]) -> Option<Self> {
        let each_once = (0..EFFECTS.len()).all(|place| places.contains(&place));
        (each_once && places.last() == Self::default().places().last()).then(|| Self(places.map(|place| place as u8)))
    }

    /// The order of these ids; `None` where one is missing or unknown, or the last effect is not last.
    pub fn from_ids(ids: &[&str]) -> Option<Self> {
        if ids.len() != EFFECTS.len() {
            return None;
        }
        Self::new(from_fn(|nth| EFFECTS.iter().position(|id| *id == ids[nth]).unwrap_or(EFFECTS.len())))
    }

    /// The effects, by their places in [`EFFECTS`].
    pub fn places(&self) -> [usize; EFFECTS.len()] {
        self.0.map(usize::from)
    }
}

/// The effects in an order.
pub struct Rack {
    effects: Effects,
    /// The effect that each parameter belongs to; none for the chain's own. To show each change to all parameters of
    /// all effects took a tenth of the time while everything moved.
    owners: [Option<u8>; params::COUNT],
    order: Order,
    turn: Option<Turn>,
    /// Frames of a fade.
    fade: usize,
}

/// A change of order under way.
#[derive(Clone, Copy)]
struct Turn {
    to: Order,
    /// Frames since it began.
    done: usize,
}

impl Rack {
    /// All effects at rest and in their default order; the sample rate in Hz.
    pub fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        let mut effects = Effects::new(sample_rate, channels)?;
        Ok(Self {
            owners: effects.owners(),
            effects,
            order: Order::default(),
            turn: None,
            fade: (FADE_SECONDS * sample_rate) as usize,
        })
    }

    /// What gate and compressor did to the last block; nothing while they are off.
    pub fn dynamics(&self) -> [Dynamics; 2] {
        let Effects { gate, compressor, .. } = &self.effects;
        [gate.heard().map(Gate::dynamics), compressor.heard().map(Compressor::dynamics)].map(Option::unwrap_or_default)
    }

    /// Goes over to another order; says whether it is another.
    pub fn set_order(&mut self, order: Order) -> bool {
        let end = 2 * self.fade;
        let Turn { to, done } = self.turn.unwrap_or(Turn { to: self.order, done: end });
        if order == to {
            return false;
        }
        // Where no difference is heard, or nothing at all, it is there.
        let is_there = done == self.fade || self.heard(order) == self.heard(self.order);
        if is_there {
            self.order = order;
        }
        // What is there fades in, what is not fades out first: a fade under way the other way turns around where it is.
        let done = if is_there == (done >= self.fade) { done } else { end - done };
        self.turn = (done < end).then_some(Turn { to: order, done });
        true
    }

    /// The effects that do something, in an order; behind them, places of none.
    fn heard(&mut self, order: Order) -> [usize; EFFECTS.len()] {
        let mut heard = [EFFECTS.len(); EFFECTS.len()];
        let effects = self.effects.all();
        let places = order.places().into_iter().filter(|&place| !effects[place].is_off());
        heard.iter_mut().zip(places).for_each(|(heard, place)| *heard = place);
        heard
    }

    /// For how many frames the order stays as it is: a block must end there.
    pub fn span(&self) -> usize {
        match &self.turn {
            Some(turn) if turn.done < self.fade => self.fade - turn.done,
            Some(turn) => 2 * self.fade - turn.done,
            None => usize::MAX,
        }
    }

    #[inline(never)]
    fn process_in_order(&mut self, block: &mut Block) {
        let effects = self.effects.all();
        for place in self.order.places() {
            effects[place].process(block);
        }
    }

    #[inline(never)]
    fn process_turning(&mut self, turn: Turn, block: &mut Block) {
        let Turn { to, done } = turn;
        let mut levels = Envelope::default();
        for (nth, level) in levels.values_mut().iter_mut().enumerate() {
            // In the fade back in the first frame is not silent any more: the order has changed.
            let gone = done + nth + 1;
            *level = smoothstep((gone as f32 / self.fade as f32 - 1.0).abs().min(1.0));
        }
        // Before effects that are off too: one that is switched meanwhile would change the level at a stroke.
        let effects = self.effects.all();
        for place in self.order.places() {
            fade(block, &levels);
            effects[place].process(block);
        }
        fade(block, &levels);
        let done = done + block.frames();
        if done == self.fade {
            self.order = to;
        }
        self.turn = (done < 2 * self.fade).then_some(Turn { to, done });
    }
}

/// From 0 to 1, flat at both ends.
fn smoothstep(x: f32) -> f32 {
    x * x * (3.0 - 2.0 * x)
}

/// Fades a block. What all the ways together bring below [`SILENCE_FLOOR`] is silence: further on it would come to the
/// denormals, which some browsers' audio threads take for 0, and others, and workers, do not.
fn fade(block: &mut Block, levels: &Envelope) {
    let floor = f32x4::splat(SILENCE_FLOOR);
    for samples in block.vectors_mut() {
        for (x, &level) in samples.iter_mut().zip(levels.vectors()) {
            let faded = *x * level;
            *x = faded.abs().simd_lt(floor).select(f32x4::ZERO, faded);
        }
    }
}

impl Effect for Rack {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        self.effects.all().into_iter().for_each(|effect| effect.each_parameter(visit));
    }

    fn take(&mut self, change: &Change) -> bool {
        self.owners[change.param].is_some_and(|place| self.effects.all()[usize::from(place)].take(change))
    }

    fn reset(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.order = turn.to;
        }
        self.effects.all().into_iter().for_each(Effect::reset);
    }

    fn process(&mut self, block: &mut Block) {
        if let Some(turn) = self.turn.take() {
            self.process_turning(turn, block);
        } else if self.order == Order::default() {
            self.effects.process(block);
        } else {
            self.process_in_order(block);
        }
    }

    fn is_at_rest(&self) -> bool {
        self.effects.is_at_rest()
    }

    fn pass(&mut self, frames: usize) {
        self.effects.all().into_iter().for_each(|effect| effect.pass(frames));
    }
}
