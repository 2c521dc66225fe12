//! The simulations' side of the main thread's door. Workers load the same door.
//!
//! Numbers arrive as JavaScript has them, in float64, and are checked here: what is out of range throws
//! a RangeError whose message says what is in range, and changes nothing.

use crate::simulations::monte_carlo::{self, Run};
use crate::simulations::wave::{Boundary, Wave};
use alloc::{vec, vec::Vec};
use js_sys::{Float64Array, RangeError};
use wasm_bindgen::prelude::*;

/// The largest number up to which JavaScript counts without gaps, 2⁵³.
const COUNTABLE: f64 = 9007199254740992.0;

const ITERATIONS: &str = "The number of points must be a whole number from 1 to 2^53.";
const SEED: &str = "The seed must be a whole number from 0 to 2^53.";
const SUBSTREAM: &str = "The sub-stream must be a whole number, and its points among the first 2^53.";
const PICTURE: &str = "The number of points to draw must be a whole number from 0 to 1048576.";
const STEPS: &str = "The number of steps must be a whole number from 0 to 2^53.";
const STRING: &str =
    "The string must have from 3 to 1048576 points, and the Courant number c be above 0 and at most 1.";
const IMPULSE: &str = "The impulse's position must be a point of the string, counted from 0, and its amplitude finite.";
const PLUCK: &str = "The pluck's position must be on the string, its width above 0, and its height finite.";
const DAMPING: &str = "The damping must be from 0 to 1.";

/// The error that says `sentence`. Not inlined, for the size of the wasm: it is made in many places.
#[cold]
#[inline(never)]
fn error(sentence: &str) -> RangeError {
    RangeError::new(sentence)
}

/// The value as a whole number from `least` to `most`, or the error that says `otherwise`.
#[inline(never)]
fn whole(value: f64, least: f64, most: f64, otherwise: &str) -> Result<u64, RangeError> {
    let valid = value >= least && value <= most && value as u64 as f64 == value;
    if valid { Ok(value as u64) } else { Err(error(otherwise)) }
}

/// Nothing where `valid`, or the error that says `otherwise`.
fn check(valid: bool, otherwise: &str) -> Result<(), RangeError> {
    if valid { Ok(()) } else { Err(error(otherwise)) }
}

/// An estimate of pi, 4·inside/total, from so many random points (a whole number from 1 to 2⁵³). Each
/// call draws a sample of its own. It returns when all are counted; [`MonteCarloRun`] counts in slices.
///
/// # Errors
/// Throws a RangeError where `iterations` is out of range.
#[wasm_bindgen]
pub fn monte_carlo_pi(iterations: f64) -> Result<f64, RangeError> {
    let points = whole(iterations, 1.0, COUNTABLE, ITERATIONS)?;
    Ok(monte_carlo::estimate_pi(js_sys::Math::random().to_bits(), points))
}

/// Points in a sub-stream: the unit in which a run is shared among workers.
#[wasm_bindgen]
pub fn monte_carlo_substream() -> f64 {
    monte_carlo::SUBSTREAM as f64
}

/// The first `count` points (0 … 1048576) of a sub-stream, as a Float32Array of x, y, x, y …, each in
/// −1 … 1: the very points that a run of this seed counts, for a picture.
///
/// # Errors
/// Throws a RangeError where a number is out of range.
#[wasm_bindgen]
pub fn monte_carlo_points(seed: f64, substream: f64, count: f64) -> Result<Vec<f32>, RangeError> {
    let seed = whole(seed, 0.0, COUNTABLE, SEED)?;
    let most = monte_carlo::SUBSTREAM as f64;
    let substream = whole(substream, 0.0, COUNTABLE / most, SUBSTREAM)?;
    let mut points = vec![0.0; 2 * whole(count, 0.0, most, PICTURE)? as usize];
    monte_carlo::draw_points(seed, substream, &mut points);
    Ok(points)
}

/// A run of points that is counted in slices: the same seed and total give the same count, whatever the
/// slices, and however many workers share it.
#[wasm_bindgen]
pub struct MonteCarloRun(Run);

#[wasm_bindgen]
impl MonteCarloRun {
    /// A run of `total` points (1 … 2⁵³) of the sequence that `seed` names (0 … 2⁵³). `first_substream`,
    /// 0 if left out, starts a share of a longer run at the beginning of that sub-stream.
    ///
    /// # Errors
    /// Throws a RangeError where a number is out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: f64, total: f64, first_substream: Option<f64>) -> Result<MonteCarloRun, RangeError> {
        let seed = whole(seed, 0.0, COUNTABLE, SEED)?;
        let length = whole(total, 1.0, COUNTABLE, ITERATIONS)?;
        let most = (COUNTABLE - total) / monte_carlo::SUBSTREAM as f64;
        let first = whole(first_substream.unwrap_or(0.0), 0.0, most, SUBSTREAM)?;
        Ok(Self(Run::part(seed, first, length)))
    }

    /// Counts so many more points (1 … 2⁵³; rounded up to a multiple of 8), or what is left of the run.
    /// Returns how many of the run are counted.
    ///
    /// # Errors
    /// Throws a RangeError where `points` is out of range.
    pub fn advance(&mut self, points: f64) -> Result<f64, RangeError> {
        self.0.advance(whole(points, 1.0, COUNTABLE, ITERATIONS)?);
        Ok(self.points())
    }

    /// Points in the whole run.
    #[wasm_bindgen(getter)]
    pub fn total(&self) -> f64 {
        self.0.total() as f64
    }

    /// Points counted so far.
    #[wasm_bindgen(getter)]
    pub fn points(&self) -> f64 {
        self.0.points() as f64
    }

    /// Points inside the circle so far.
    #[wasm_bindgen(getter)]
    pub fn inside(&self) -> f64 {
        self.0.inside() as f64
    }

    /// The estimate of pi so far; NaN before the first point.
    #[wasm_bindgen(getter)]
    pub fn estimate(&self) -> f64 {
        self.0.estimate()
    }

    /// The standard error of the estimate; NaN before the first point.
    #[wasm_bindgen(getter)]
    pub fn standard_error(&self) -> f64 {
        self.0.standard_error()
    }
}

/// A string that vibrates: the wave equation in one dimension.
#[wasm_bindgen]
pub struct WaveSimulation(Wave);

#[wasm_bindgen]
impl WaveSimulation {
    /// A string of so many points (3 … 1048576) at rest; `c` is the Courant number, 0 < c ≤ 1. Its ends
    /// are fixed and there is no damping.
    ///
    /// # Errors
    /// Throws a RangeError where a number is out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(points: f64, c: f64) -> Result<WaveSimulation, RangeError> {
        let points = whole(points, 0.0, COUNTABLE, STRING)?;
        usize::try_from(points).ok().and_then(|points| Wave::new(points, c)).map(Self).ok_or_else(|| error(STRING))
    }

    /// One step in time.
    pub fn step(&mut self) {
        self.0.step(1);
    }

    /// Many steps in time in one call.
    ///
    /// # Errors
    /// Throws a RangeError where `count` is not a whole number from 0 to 2⁵³.
    pub fn step_many(&mut self, count: f64) -> Result<(), RangeError> {
        self.0.step(whole(count, 0.0, COUNTABLE, STEPS)?);
        Ok(())
    }

    /// A copy of the string's displacement, one number for each point.
    pub fn get_data(&self) -> Vec<f32> {
        self.0.data().iter().map(|&u| u as f32).collect()
    }

    /// The string's displacement where it lies in memory, without a copy. Take a new view after every
    /// step and wherever another object of this module may have been made since.
    pub fn view(&self) -> Float64Array {
        // SAFETY: the view is dead once this string steps or memory grows, as the documentation says.
        unsafe { Float64Array::view(self.0.data()) }
    }

    /// Adds to the current state at one point, counted from 0. A fixed end stays at 0.
    ///
    /// # Errors
    /// Throws a RangeError where the position is outside the string or the amplitude is not finite.
    pub fn add_impulse(&mut self, position: f64, amplitude: f64) -> Result<(), RangeError> {
        let most = self.0.data().len() as f64 - 1.0;
        let position = whole(position, 0.0, most, IMPULSE)? as usize;
        check(self.0.add_impulse(position, amplitude), IMPULSE)
    }

    /// Pulls the string into a smooth bump and lets it go at rest, on top of what moves already: `height`
    /// at `position`, 0 from `width` points away on; position and width may be fractional.
    ///
    /// # Errors
    /// Throws a RangeError where the position is outside the string, the width is not above 0, or a number
    /// is not finite.
    pub fn pluck(&mut self, position: f64, width: f64, height: f64) -> Result<(), RangeError> {
        check(self.0.pluck(position, width, height), PLUCK)
    }

    /// Puts the string at rest. Boundary and damping stay.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// The string's energy. Without damping, and with fixed or free ends, it does not change.
    #[wasm_bindgen(getter)]
    pub fn energy(&self) -> f64 {
        self.0.energy()
    }

    /// Steps taken since the string was at rest.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> f64 {
        self.0.steps() as f64
    }

    /// The damping: a wave's amplitude falls by about the factor e to the power of −damping a step.
    #[wasm_bindgen(getter)]
    pub fn damping(&self) -> f64 {
        self.0.damping()
    }

    /// Sets the damping.
    ///
    /// # Errors
    /// Throws a RangeError outside 0 … 1.
    #[wasm_bindgen(setter)]
    pub fn set_damping(&mut self, damping: f64) -> Result<(), RangeError> {
        check(self.0.set_damping(damping), DAMPING)
    }

    /// What happens at both ends of the string.
    #[wasm_bindgen(getter)]
    pub fn boundary(&self) -> Boundary {
        self.0.boundary()
    }

    /// Sets what happens at both ends of the string.
    #[wasm_bindgen(setter)]
    pub fn set_boundary(&mut self, boundary: Boundary) {
        self.0.set_boundary(boundary);
    }
}
