//! The tests that run natively, one binary: `cargo test --test native`. A file for each kind of promise.

#[path = "../reference/mod.rs"]
mod reference;

mod effects;
mod support;

mod allocation;
mod block;
mod clean_change;
mod effect_contract;
mod engine;
mod exactness;
mod longest_delay;
mod math;
mod meters;
mod monte_carlo;
mod properties;
mod render;
mod response;
mod robustness;
mod smooth;
mod wave;
