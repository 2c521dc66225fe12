//! What remembers sound: rings of samples, how they are read between two samples, and a network of them.

pub mod network;
pub mod ring;
pub mod sinc;
pub mod tap;
