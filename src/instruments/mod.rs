//! Instruments: what sounds by itself, note by note, on the audio thread.

mod notes;
mod ranges;
mod string;
mod termination;

pub use notes::{EVENT_WORDS, Notes};
pub use ranges::QUANTITIES;
pub use string::{SAMPLE_RATES, Strings, VIEW_POINTS};
