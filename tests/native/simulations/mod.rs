//! The simulations, against statistics and known solutions.

mod monte_carlo;
mod wave;
