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
use crate::queue::{Mailbox, Queue};
use alloc::{sync::Arc, vec::Vec};

/// Words of an event.
pub const EVENT_WORDS: usize = 8;

const CANCEL: u32 = 0;

/// What happens to a parameter at a frame.
pub struct Event {
    /// The parameter, as an index of the table.
    pub param: usize,
    /// What the parameter does from there on.
    pub law: Law,
    /// Whether the value goes over smoothly into the law's.
    pub glides: bool,
    /// The sequence number of the last change before the event was scheduled.
    pub stamp: u32,
}

/// Events that wait for their frame.
#[derive(Default)]
pub struct Schedule {
    events: Queue<Event>,
    /// The points of all curves that wait or are followed, so that none is freed while sound is made.
    curves: Vec<Arc<Vec<f32>>>,
    mailbox: Mailbox,
}

impl Schedule {
    /// Room for a batch of so many words.
    pub fn mailbox(&mut self, words: usize) -> Result<&mut [f64], OutOfMemory> {
        Ok(self.mailbox.room(words)?)
    }

    /// Takes the batch in the mailbox in. What is no event is left out.
    pub fn take_in(&mut self, stamp: u32) -> Result<(), OutOfMemory> {
        let mailbox = core::mem::take(&mut self.mailbox);
        let taken = self.take_words(mailbox.words(), stamp);
        self.mailbox = mailbox;
        taken
    }

    fn take_words(&mut self, mut words: &[f64], stamp: u32) -> Result<(), OutOfMemory> {
        self.curves.retain(|points| Arc::strong_count(points) > 1);
        self.events.reserve(words.len() / EVENT_WORDS)?;
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
                self.events.retain(|at, event| event.param != param || at < frame as u64);
            } else {
                self.events.push(frame as u64, Event { param, law, glides: glides != 0.0, stamp });
            }
        }
        Ok(())
    }

    /// Schedules one event.
    pub fn add(&mut self, param: usize, frame: u64, law: Law, stamp: u32) -> Result<(), OutOfMemory> {
        self.events.reserve(1)?;
        if let Law::Curve { points, .. } = &law {
            self.curves.try_reserve(1)?;
            self.curves.push(points.clone());
        }
        self.events.push(frame, Event { param, law, glides: false, stamp });
        Ok(())
    }

    fn keep(&mut self, points: &[f64]) -> Result<Arc<Vec<f32>>, OutOfMemory> {
        let mut kept = Vec::new();
        kept.try_reserve_exact(points.len())?;
        kept.extend(points.iter().map(|&point| point as f32));
        self.curves.try_reserve(1)?;
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
        self.events.next_frame()
    }

    /// Takes the earliest event out, with its frame.
    pub fn pop(&mut self) -> Option<(u64, Event)> {
        self.events.pop()
    }

    /// Forgets what was scheduled before the change of this sequence number.
    pub fn clear_before(&mut self, sequence: u32) {
        self.events.retain(|_, event| !is_before(event.stamp, sequence));
    }
}

/// Whether a sequence number, which wraps around, is before another.
pub fn is_before(sequence: u32, other: u32) -> bool {
    (sequence.wrapping_sub(other) as i32) < 0
}
