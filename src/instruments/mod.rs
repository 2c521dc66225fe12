//! Instruments: what sounds by itself, note by note, on the audio thread.

mod notes;
mod string;
mod termination;

pub use notes::{EVENT_WORDS, Notes};
pub use string::{Settings, Strings, VIEW_POINTS, VOICES};
