//! What is computed equals its formula in float64.

mod chorus;
mod exactness;
mod gate;
mod longest_delay;
mod response;
mod reverb;
