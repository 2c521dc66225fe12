//! The audio thread takes no memory and gives none back: what an engine needs, it has taken when it was built.

use crate::effects::everything_on;
use crate::reference;
use crate::support::{each_effect, engine, post};
use audio_dsp_wasm::control;
use audio_dsp_wasm::dsp::block::BLOCK;
use audio_dsp_wasm::dsp::law::{Law, Ramp};
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::{self, Curve, Param, TABLE, Values};
use audio_dsp_wasm::rack::{EFFECTS, Order};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    /// Calls of the allocator by this thread; tests run on threads of their own.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// The system's allocator, counting its calls.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    // A thread that is ending has no counter any more, and no test to run.
    _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// How often the allocator is called while this runs.
pub(crate) fn calls(action: impl FnOnce()) -> u32 {
    let before = CALLS.get();
    action();
    CALLS.get() - before
}

/// An engine, and sound for it.
struct Player {
    engine: Engine,
    sound: Vec<Vec<f32>>,
}

impl Player {
    fn new(values: &Values, sample_rate: f32, channels: usize) -> Self {
        let engine = engine(values, sample_rate, channels);
        let sound = (0..channels).map(|c| reference::test_sound(BLOCK, sample_rate as f64, c as u32)).collect();
        Self { engine, sound }
    }

    fn set(&mut self, index: usize, value: f32) {
        self.engine.control()[control::PARAMETERS + index] = value.to_bits();
        let sequence = self.engine.control()[control::SEQUENCE] + 1;
        self.engine.control()[control::SET_AT + index] = sequence;
        self.engine.control()[control::SEQUENCE] = sequence;
    }

    fn play(&mut self, frames: usize) {
        for (channel, sound) in self.sound.iter().enumerate() {
            self.engine.sound(channel)[..frames].copy_from_slice(&sound[..frames]);
        }
        self.engine.process(frames, true);
    }

    /// Plays for so long that every smoothing and every fade has ended.
    fn settle(&mut self) {
        (0..400).for_each(|_| self.play(128));
    }
}

/// The same for every kind of engine: with the effects as they are at the start, with each alone, and with all on.
/// The action is told which rows of the table are heard there.
fn never_allocates(action: impl Fn(&mut Player, &[usize])) {
    never_allocates_after(|_, _| {}, action);
}

/// The same after preparations, which may.
fn never_allocates_after(prepare: impl Fn(&mut Player, &[usize]), action: impl Fn(&mut Player, &[usize])) {
    let all: Vec<usize> = (0..params::COUNT).collect();
    let check = |values: &Values, rows: &[usize], rate: f32, channels: usize, what: &str| {
        let mut player = Player::new(values, rate, channels);
        prepare(&mut player, rows);
        assert_eq!(calls(|| action(&mut player, rows)), 0, "calls of the allocator: {what}");
    };
    each_effect(48000.0, |effect, sound, what| {
        check(&effect.on(), &effect.rows().collect::<Vec<_>>(), 48000.0, sound.len(), what);
    });
    for rate in [8000.0, 48000.0, 192000.0] {
        for channels in [1, 2] {
            check(&params::defaults(), &all, rate, channels, "at the defaults");
            check(&everything_on(), &all, rate, channels, "with everything on");
        }
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(calls(|| drop(std::hint::black_box(vec![1u8; 100]))), 2);
}

#[test]
fn nothing_is_allocated_from_the_first_quantum_until_all_is_settled() {
    never_allocates(|player, _| player.settle());
}

#[test]
fn nothing_is_allocated_while_every_parameter_moves_between_its_ends() {
    never_allocates(|player, rows| {
        for &index in rows {
            for value in [TABLE[index].max, TABLE[index].min, TABLE[index].default] {
                player.set(index, value);
                (0..20).for_each(|_| player.play(128));
            }
        }
        for side in 0..40 {
            for &index in rows {
                player.set(index, if (side + index) % 2 == 0 { TABLE[index].min } else { TABLE[index].max });
            }
            player.play(128);
        }
    });
}

#[test]
fn nothing_is_allocated_while_every_switch_goes_on_and_off() {
    never_allocates(|player, rows| {
        for &index in rows.iter().filter(|&&index| TABLE[index].curve == Curve::Switch) {
            for value in [1.0, 0.0, TABLE[index].default] {
                player.set(index, value);
                player.play(64); // changed again in the middle of a fade
                player.set(index, 1.0 - value);
                player.settle();
            }
        }
    });
}

#[test]
fn nothing_is_allocated_for_input_and_parameters_that_are_no_numbers() {
    never_allocates(|player, _| {
        for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40] {
            for sound in &mut player.sound {
                sound.iter_mut().step_by(7).for_each(|x| *x = strange);
            }
            for index in 0..params::COUNT {
                player.set(index, strange);
            }
            (0..40).for_each(|_| player.play(128));
        }
    });
}

#[test]
fn nothing_is_allocated_for_any_number_of_frames() {
    never_allocates(|player, _| {
        for frames in 0..=BLOCK {
            player.play(frames);
        }
        player.engine.process(10 * BLOCK, true);
    });
}

#[test]
fn nothing_is_allocated_nor_freed_while_events_of_every_law_act_and_end_and_curves_are_no_longer_needed() {
    let laws = |start: f64| {
        let ramp = Ramp { start, from: 0.1, end: start + 300.0, to: 0.9 };
        let points = Arc::new(vec![0.1, 0.9, 0.5]);
        let curve = Law::Curve { start, duration: 250.0, points };
        let target = Law::Target { start, from: 0.1, to: 0.9, time_constant: 100.0 };
        [curve.clone(), Law::Linear(ramp), curve, Law::Exponential(ramp), target, Law::Hold(0.3)]
    };
    let scheduled = |player: &mut Player, rows: &[usize]| {
        for &index in rows {
            for nth in 0..60 {
                // One law is cut short by the next, or has come to its end.
                let frame = 137 * nth + 11 * index as u64;
                let law = laws(frame as f64)[nth as usize % 6].clone();
                player.engine.automate(Param::ALL[index], frame, law).unwrap();
                // And a curve as it comes by message.
                let start = frame as f64 + 50.0;
                let curve = [5.0, index as f64, start, 0.0, start, 3.0, 40.0, 0.0, 0.1, 0.5, 0.9];
                post(&mut player.engine, 0, &curve);
            }
        }
    };
    never_allocates_after(scheduled, |player, rows| {
        player.settle();
        // What is late, and what a set and a load make an end of.
        assert_eq!(player.engine.schedule().len(), 0);
        rows.iter().for_each(|&index| player.set(index, TABLE[index].min));
        player.settle();
    });
    never_allocates_after(scheduled, |player, rows| {
        (0..30).for_each(|_| player.play(77));
        rows.iter().for_each(|&index| player.set(index, TABLE[index].max));
        player.play(128);
        let sequence = player.engine.control()[control::SEQUENCE] + 1;
        player.engine.control()[control::CLEARED_AT] = sequence;
        player.engine.control()[control::SEQUENCE] = sequence;
        player.play(128);
        assert_eq!(player.engine.schedule().len(), 0, "a load ends all of it");
        player.settle();
    });
}

#[test]
fn nothing_is_allocated_while_the_order_changes() {
    never_allocates(|player, _| {
        let last = EFFECTS.len() - 1;
        for (from, to) in (0..last).flat_map(|from| (0..last).map(move |to| (from, to))) {
            let mut places = Order::default().places();
            places[from.min(to)..=from.max(to)].rotate_left(1);
            player.engine.set_order(Order::new(places).unwrap());
            (0..=(from + to)).for_each(|_| player.play(128));
        }
    });
}

#[test]
fn nothing_is_allocated_while_the_loudness_is_measured_from_the_first_quantum_on() {
    never_allocates(|player, _| {
        player.engine.measure_loudness(true);
        // 10 s: every window is full, and the programme has a range.
        (0..10).for_each(|_| player.settle());
        player.engine.measure_loudness(false);
        player.settle();
    });
}

#[test]
fn nothing_is_allocated_while_the_tail_rings_out_into_silence() {
    never_allocates(|player, _| {
        player.settle();
        (0..2000).for_each(|_| player.engine.process(128, false));
        player.sound.iter_mut().for_each(|sound| sound.fill(0.0));
        player.settle();
    });
}
