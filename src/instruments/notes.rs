//! What a player does to the strings, and at which frame. Events come in batches, between quanta, and memory for them
//! is taken then; in a quantum they are only taken out.
//!
//! A batch is a row of float64 words, six an event:
//!
//! | word | what |
//! | --- | --- |
//! | 0 | 0 pluck, 1 note, 2 off, 3 set |
//! | 1 | the frame at which it acts |
//! | 2 | the note's number; of a set the decay in seconds |
//! | 3 | where it is plucked; of a set the brightness |
//! | 4 | how high; of a set the pickup's place |
//! | 5 | how wide |

use crate::effects::OutOfMemory;
use crate::queue::{Mailbox, Queue};

/// Words of an event.
pub const EVENT_WORDS: usize = 6;

/// Where and how a string is pulled aside: place and width as shares of its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pluck {
    /// A MIDI note number; fractions are between the keys.
    pub note: f64,
    pub position: f64,
    pub height: f64,
    pub width: f64,
}

/// What a player does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// On top of what the note's string does already.
    Pluck(Pluck),
    /// On a string of its own.
    Note(Pluck),
    /// The note is damped.
    Off(f64),
    Set {
        seconds: f64,
        brightness: f64,
        pickup: f64,
    },
}

/// The events that wait for their frame.
#[derive(Default)]
pub struct Notes {
    waiting: Queue<Action>,
    mailbox: Mailbox,
}

impl Notes {
    /// Room for a batch of so many words.
    pub fn mailbox(&mut self, words: usize) -> Result<&mut [f64], OutOfMemory> {
        Ok(self.mailbox.room(words)?)
    }

    /// Takes the batch in the mailbox in. What is no event is left out.
    pub fn take_in(&mut self) -> Result<(), OutOfMemory> {
        let events = self.mailbox.words().as_chunks::<EVENT_WORDS>().0;
        self.waiting.reserve(events.len())?;
        for &[kind, frame, note, position, height, width] in events {
            if ![frame, note, position, height, width].iter().all(|word| word.is_finite()) {
                continue;
            }
            let pluck = Pluck { note, position, height, width };
            let action = match kind as u32 {
                0 => Action::Pluck(pluck),
                1 => Action::Note(pluck),
                2 => Action::Off(note),
                3 => Action::Set { seconds: note, brightness: position, pickup: height },
                _ => continue,
            };
            self.waiting.push(frame as u64, action);
        }
        Ok(())
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The frame of the earliest event; `u64::MAX` where none waits.
    pub fn next_frame(&self) -> u64 {
        self.waiting.next_frame()
    }

    /// Takes the earliest event out, if its frame has come.
    pub fn pop(&mut self, now: u64) -> Option<Action> {
        if self.next_frame() > now {
            return None;
        }
        self.waiting.pop().map(|(_, action)| action)
    }
}
