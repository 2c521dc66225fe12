//! What is computed equals its formula in float64.

mod exactness;
mod longest_delay;
mod response;
