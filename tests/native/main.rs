//! The tests that run natively, one binary: `cargo test --test native`. A file for each kind of promise.

#[path = "../reference/mod.rs"]
mod reference;

mod effects;
mod support;

mod allocation;
mod clean_change;
mod dsp;
mod effect_contract;
mod engine;
mod formulas;
mod instruments;
mod listening;
mod order;
mod properties;
#[cfg(feature = "cli")]
mod render;
mod robustness;
mod schedule;
mod simulations;
