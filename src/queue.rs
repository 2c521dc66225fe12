//! What waits for its frame: a queue, of which the earliest event is taken out, and the mailbox by which events come.
//!
//! Memory is taken between quanta, where there is room made for a batch; in a quantum events are only taken out.

use alloc::collections::{BinaryHeap, TryReserveError};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Events by frame; those of one frame in the order in which they came.
pub struct Queue<T> {
    events: BinaryHeap<Waiting<T>>,
    number: u32,
}

struct Waiting<T> {
    frame: u64,
    number: u32,
    event: T,
}

impl<T> Ord for Waiting<T> {
    /// The greatest is the one that acts first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.frame.cmp(&self.frame).then_with(|| (other.number.wrapping_sub(self.number) as i32).cmp(&0))
    }
}

impl<T> PartialOrd for Waiting<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Waiting<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Waiting<T> {}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { events: BinaryHeap::new(), number: 0 }
    }
}

impl<T> Queue<T> {
    /// Makes room for so many events more.
    pub fn reserve(&mut self, events: usize) -> Result<(), TryReserveError> {
        self.events.try_reserve(events)
    }

    /// Takes an event in for which there is room.
    pub fn push(&mut self, frame: u64, event: T) {
        self.number = self.number.wrapping_add(1);
        self.events.push(Waiting { frame, number: self.number, event });
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
        self.events.peek().map_or(u64::MAX, |waiting| waiting.frame)
    }

    /// Takes the earliest event out, with its frame.
    pub fn pop(&mut self) -> Option<(u64, T)> {
        self.events.pop().map(|Waiting { frame, event, .. }| (frame, event))
    }

    /// Keeps those of which this is true.
    pub fn retain(&mut self, keeps: impl Fn(u64, &T) -> bool) {
        self.events.retain(|waiting| keeps(waiting.frame, &waiting.event));
    }
}

/// Where a batch of events is put, as float64 words.
#[derive(Default)]
pub struct Mailbox(Vec<f64>);

impl Mailbox {
    /// Room for a batch of so many words.
    pub fn room(&mut self, words: usize) -> Result<&mut [f64], TryReserveError> {
        self.0.clear();
        self.0.try_reserve(words)?;
        self.0.resize(words, 0.0);
        Ok(&mut self.0)
    }

    /// The words of the batch.
    pub fn words(&self) -> &[f64] {
        &self.0
    }
}
