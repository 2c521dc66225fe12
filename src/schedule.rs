//! The schedule: what is to happen at which frame. Events come in batches, between quanta, and memory for them is taken
//! then; in a quantum they are only taken out, the earliest first.
//!
//! A batch is a row of float64 words, eight an event:
//!
//! | word | what |
//! | --- | --- |
//! | 0 | 0 cancel, 1 hold, 2 linear, 3 exponential, 4 target, 5 curve |
//! | 1 | the parameter's index |
//! | 2 | the frame at which it acts |
//! | 3 | 1: the value glides over into the law; 0: it jumps |
//! | 4 | the law's start |
//! | 5 | the value there; of a curve the number of points |
//! | 6 | the law's end; of a target its time constant, of a curve its duration |
//! | 7 | the value that it goes to |
//!
//! The points of a curve follow it, a word each. A cancel takes out the parameter's events from its frame on that have
//! not acted yet.

use crate::dsp::law::{Law, Ramp};
use crate::effects::OutOfMemory;
use crate::params;
use alloc::{collections::BinaryHeap, sync::Arc, vec::Vec};
use core::cmp::Ordering;

/// Words of an event.
pub const EVENT_WORDS: usize = 8;

const CANCEL: u32 = 0;

/// What happens to a parameter at a frame.
pub struct Event {
    /// The parameter, as an index of the table.
    pub param: usize,
    /// The frame at which it acts.
    pub frame: u64,
    /// What the parameter does from there on.
    pub law: Law,
    /// Whether the value goes over smoothly into the law's.
    pub glides: bool,
    /// The sequence number of the last change before the event was scheduled.
    pub stamp: u32,
    /// Events of one frame act in the order in which they came.
    number: u32,
}

impl Ord for Event {
    /// The greatest is the one that acts first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.frame.cmp(&self.frame).then_with(|| (other.number.wrapping_sub(self.number) as i32).cmp(&0))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

/// Events that wait for their frame.
#[derive(Default)]
pub struct Schedule {
    events: BinaryHeap<Event>,
    /// The points of all curves that wait or are followed, so that none is freed while sound is made.
    curves: Vec<Arc<Vec<f32>>>,
    /// Where a batch is put.
    mailbox: Vec<f64>,
    number: u32,
}

impl Schedule {
    /// Room for a batch of so many words.
    pub fn mailbox(&mut self, words: usize) -> Result<&mut [f64], OutOfMemory> {
        self.mailbox.clear();
        self.mailbox.try_reserve(words).map_err(|_| OutOfMemory)?;
        self.mailbox.resize(words, 0.0);
        Ok(&mut self.mailbox)
    }

    /// Takes the batch in the mailbox in. What is no event is left out.
    pub fn take_in(&mut self, stamp: u32) -> Result<(), OutOfMemory> {
        let words = core::mem::take(&mut self.mailbox);
        let taken = self.take_words(&words, stamp);
        self.mailbox = words;
        taken
    }

    fn take_words(&mut self, mut words: &[f64], stamp: u32) -> Result<(), OutOfMemory> {
        self.curves.retain(|points| Arc::strong_count(points) > 1);
        self.events.try_reserve(words.len() / EVENT_WORDS).map_err(|_| OutOfMemory)?;
        while let Some((&event, rest)) = words.split_first_chunk() {
            words = rest;
            let [kind, param, frame, glides, start, from, end, to] = event;
            let (kind, param) = (kind as u32, param as usize);
            let ramp = Ramp { start, from, end, to: to as f32 };
            let law = match kind {
                1 => Law::Hold(to as f32),
                2 => Law::Linear(ramp),
                3 => Law::Exponential(ramp),
                4 => Law::Target { start, from, to: to as f32, time_constant: end },
                5 => {
                    let (points, rest) = words.split_at_checked(from as usize).unwrap_or((words, &[]));
                    words = rest;
                    Law::Curve { start, duration: end, points: self.keep(points)? }
                }
                _ => Law::Hold(0.0),
            };
            if !event.iter().all(|word| word.is_finite()) || param >= params::COUNT {
                continue;
            }
            if kind == CANCEL {
                self.events.retain(|event| event.param != param || event.frame < frame as u64);
            } else {
                self.push(Event { param, frame: frame as u64, law, glides: glides != 0.0, stamp, number: 0 });
            }
        }
        Ok(())
    }

    /// Schedules one event.
    pub fn add(&mut self, param: usize, frame: u64, law: Law, stamp: u32) -> Result<(), OutOfMemory> {
        self.events.try_reserve(1).map_err(|_| OutOfMemory)?;
        if let Law::Curve { points, .. } = &law {
            self.curves.try_reserve(1).map_err(|_| OutOfMemory)?;
            self.curves.push(points.clone());
        }
        self.push(Event { param, frame, law, glides: false, stamp, number: 0 });
        Ok(())
    }

    /// Takes an event in for which there is room.
    fn push(&mut self, event: Event) {
        self.number = self.number.wrapping_add(1);
        self.events.push(Event { number: self.number, ..event });
    }

    fn keep(&mut self, points: &[f64]) -> Result<Arc<Vec<f32>>, OutOfMemory> {
        let mut kept = Vec::new();
        kept.try_reserve_exact(points.len()).map_err(|_| OutOfMemory)?;
        kept.extend(points.iter().map(|&point| point as f32));
        self.curves.try_reserve(1).map_err(|_| OutOfMemory)?;
        let kept = Arc::new(kept);
        self.curves.push(kept.clone());
        Ok(kept)
    }

    /// How many events wait.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The frame of the earliest event; `u64::MAX` where none waits.
    #[inline]
    pub fn next_frame(&self) -> u64 {
        self.events.peek().map_or(u64::MAX, |event| event.frame)
    }

    /// Takes the earliest event out.
    pub fn pop(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// Forgets what was scheduled before the change of this sequence number.
    pub fn clear_before(&mut self, sequence: u32) {
        self.events.retain(|event| !is_before(event.stamp, sequence));
    }
}

/// Whether a sequence number, which wraps around, is before another.
pub fn is_before(sequence: u32, other: u32) -> bool {
    (sequence.wrapping_sub(other) as i32) < 0
}
