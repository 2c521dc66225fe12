//! Instruments, by what the audio thread is given: events in a mailbox, sound by the quantum.

mod partials;
mod player;
mod playing;
