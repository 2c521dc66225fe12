//! The tests that run natively, one binary: `cargo test --test native`. A file for each kind of promise.

#[path = "../reference/mod.rs"]
mod reference;

mod effects;
mod support;

mod allocation;
mod clean_change;
mod effect_contract;
mod exactness;
mod longest_delay;
mod math;
mod monte_carlo;
mod properties;
mod render;
mod response;
mod robustness;
mod wave;
