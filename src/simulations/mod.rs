//! Simulations: a Monte Carlo estimate of pi, and the wave equation on a string.

pub mod monte_carlo;
pub mod wave;
