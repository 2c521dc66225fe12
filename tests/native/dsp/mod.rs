//! What effects are made of, each piece against its definition.

mod block;
mod law;
mod math;
mod meters;
mod ring;
mod smooth;
