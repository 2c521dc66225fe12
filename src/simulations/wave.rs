//! The wave equation in one dimension on a string of points, by leapfrog in float64. A step takes no memory: the main
//! thread's simulation takes some at the display's rate, the audio thread's instrument (`instruments::string`) at the
//! sample rate.
//!
//! With c the Courant number (wave speed × time step ÷ distance of two points) and d the damping:
//!
//! ```text
//! (1 + d)·u_next[i] = 2·u[i] − (1 − d)·u_prev[i] + c²·(u[i+1] − 2·u[i] + u[i−1])
//! ```
//!
//! At c = 1 without damping the scheme is d'Alembert's solution itself; below, the shorter a wave, the
//! slower it travels: sin(ω/2) = c·sin(k/2), ω in radians a step and k in radians a point.
//!
//! Instead of d there can be a decay, a factor a for every step. The weights are then those of aⁿ·u, where u is what
//! the string does without:
//!
//! ```text
//! u_next[i] = 2·a·u[i] − a²·u_prev[i] + a·c²·(u[i+1] − 2·u[i] + u[i−1])
//! ```
//!
//! It is Heaviside's distortionless line: all waves decay alike, and none changes its speed.

use alloc::collections::TryReserveError;
use alloc::{vec, vec::Vec};

/// What happens to a wave at both ends of the string.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The end is held at 0: a wave comes back upside down.
    Fixed,
    /// The end slides freely (the slope there is 0): a wave comes back as it is.
    Free,
    /// The wave leaves: Mur's first-order one-way condition, exact at c = 1 (G. Mur, "Absorbing boundary
    /// conditions for the finite-difference approximation of the time-domain electromagnetic-field
    /// equations", 1981).
    Absorbing,
}

/// A string of points.
pub struct Wave {
    current: Vec<f64>,
    previous: Vec<f64>,
    courant: f64,
    damping: f64,
    /// Of a step: what the point itself, each of its neighbours, and its own last state count for.
    weights: [f64; 3],
    boundary: Boundary,
    /// Whether the last point is moved from outside.
    driven: bool,
    steps: u64,
}

impl Wave {
    /// Sizes of a string, in points.
    pub const POINTS: core::ops::RangeInclusive<usize> = 3..=1 << 20;

    /// A string at rest, its ends fixed, without damping. None where the number of points is outside
    /// [`Wave::POINTS`] or the Courant number is not above 0 and at most 1 (above, the scheme is unstable).
    pub fn new(points: usize, courant: f64) -> Option<Self> {
        (Self::POINTS.contains(&points) && courant > 0.0 && courant <= 1.0).then(|| Self {
            current: vec![0.0; points],
            previous: vec![0.0; points],
            courant,
            damping: 0.0,
            weights: weights(courant, 0.0),
            boundary: Boundary::Fixed,
            driven: false,
            steps: 0,
        })
    }

    /// A string of three points whose first one is fixed and whose last one is moved from outside, by
    /// [`Wave::step_driven`]; it has room for `most` of them, so that [`Wave::resize`] takes no memory.
    pub fn driven(courant: f64, most: usize) -> Result<Option<Self>, TryReserveError> {
        let Some(mut wave) = Self::new(*Self::POINTS.start(), courant) else { return Ok(None) };
        for state in [&mut wave.current, &mut wave.previous] {
            state.try_reserve_exact(most.saturating_sub(state.len()))?;
        }
        wave.driven = true;
        Ok(Some(wave))
    }

    /// Puts the string at rest, as one of so many points. False, and nothing changes, outside [`Wave::POINTS`].
    pub fn resize(&mut self, points: usize) -> bool {
        let valid = Self::POINTS.contains(&points);
        if valid {
            self.current.resize(points, 0.0);
            self.previous.resize(points, 0.0);
            self.reset();
        }
        valid
    }

    /// So many steps in time.
    pub fn step(&mut self, steps: u64) {
        for _ in 0..steps {
            self.leap();
            self.advance();
        }
    }

    /// One step of a driven string. `end` is told where the last point's neighbour is now, and answers where the last
    /// point is a step later.
    #[inline]
    pub fn step_driven(&mut self, end: impl FnOnce(f64) -> f64) {
        self.leap();
        let last = self.current.len() - 1;
        self.previous[last] = end(self.current[last - 1]);
        self.advance();
    }

    /// What [`Wave::leap`] has written is the current state from now on.
    #[inline]
    fn advance(&mut self) {
        core::mem::swap(&mut self.current, &mut self.previous);
        self.steps += 1;
        if self.steps.is_multiple_of(1024) {
            self.flush();
        }
    }

    /// Writes the next state over the previous one.
    fn leap(&mut self) {
        let (u, next) = (self.current.as_slice(), self.previous.as_mut_slice());
        let [centre, side, before] = self.weights;
        let leap =
            |left: f64, here: f64, right: f64, previous: f64| centre * here + side * (left + right) - before * previous;
        let inner = next.len() - 1;
        for (window, next) in u.windows(3).zip(&mut next[1..inner]) {
            *next = leap(window[0], window[1], window[2], *next);
        }
        let ([first, second, ..], [.., before_last, last]) = (u, u) else { return };
        match self.boundary {
            Boundary::Fixed => {}
            Boundary::Free => {
                next[0] = leap(*second, *first, *second, next[0]);
                next[inner] = leap(*before_last, *last, *before_last, next[inner]);
            }
            Boundary::Absorbing => {
                let one_way = (self.courant - 1.0) / (self.courant + 1.0);
                next[0] = second + one_way * (next[1] - first);
                next[inner] = before_last + one_way * (next[inner - 1] - last);
            }
        }
    }

    /// Ends a decay that nobody can see in states of exactly 0: denormal numbers would make every
    /// step many times slower.
    #[inline(never)]
    fn flush(&mut self) {
        const SILENCE_FLOOR: f64 = 1e-100;
        if self.current.iter().chain(&self.previous).all(|u| u.abs() < SILENCE_FLOOR) {
            self.current.fill(0.0);
            self.previous.fill(0.0);
        }
    }

    /// The string's displacement now, one number for each point.
    pub fn data(&self) -> &[f64] {
        &self.current
    }

    /// How far a point has moved in the last step.
    #[inline]
    pub fn velocity(&self, point: usize) -> f64 {
        self.current[point] - self.previous[point]
    }

    /// Steps taken since the string was at rest.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Adds to the current state at one point. False, and nothing changes, where the position is outside
    /// the string or the amplitude is not finite. A fixed end stays at 0.
    pub fn add_impulse(&mut self, position: usize, amplitude: f64) -> bool {
        let Some(point) = self.current.get_mut(position).filter(|_| amplitude.is_finite()) else { return false };
        *point += amplitude;
        self.hold_ends();
        true
    }

    /// Pulls the string into a smooth bump and lets it go at rest, on top of what moves already: height
    /// `height` at `position`, 0 from `width` points away on. Both may be fractional. False, and nothing
    /// changes, where the position is outside the string, the width is not above 0, or one is not finite.
    pub fn pluck(&mut self, position: f64, width: f64, height: f64) -> bool {
        let end = self.current.len() - 1;
        if !((0.0..=end as f64).contains(&position) && width > 0.0 && width.is_finite() && height.is_finite()) {
            return false;
        }
        let fixed = self.boundary == Boundary::Fixed;
        // Mirrored beyond the ends, as a free string is.
        let bump = |point: usize| {
            let distance = (if point > end { 2 * end - point } else { point } as f64 - position) / width;
            let inside = 1.0 - distance * distance;
            if inside < 0.0 || (fixed && point.is_multiple_of(end)) { 0.0 } else { height * inside * inside * inside }
        };
        let squared = self.courant * self.courant;
        let [mut left, mut here] = [bump(1), bump(0)];
        let moved = if self.driven { end } else { end + 1 };
        for (point, (current, previous)) in self.current.iter_mut().zip(&mut self.previous).take(moved).enumerate() {
            let right = bump(point + 1);
            *current += here;
            // At rest: the state a step ago is what the state a step ahead will be.
            *previous += here + 0.5 * squared * (right - 2.0 * here + left);
            [left, here] = [here, right];
        }
        self.hold_ends();
        true
    }

    /// Puts the string at rest, and the count of steps at 0. Boundary and damping stay.
    pub fn reset(&mut self) {
        self.current.fill(0.0);
        self.previous.fill(0.0);
        self.steps = 0;
    }

    /// The energy of the string, in units of the string's mass between two points:
    ///
    /// ```text
    /// ½·Σ (u[i] − u_prev[i])² + ½·c²·Σ (u[i+1] − u[i])·(u_prev[i+1] − u_prev[i])
    /// ```
    ///
    /// with half a point's mass at each end. The scheme keeps this sum exactly, at fixed and free ends
    /// and without damping; its mixed second term is what makes it do so.
    pub fn energy(&self) -> f64 {
        let states = || self.current.iter().zip(&self.previous);
        let moving = |(u, previous): (&f64, &f64)| (u - previous) * (u - previous);
        let ends: f64 = states().take(1).chain(states().next_back()).map(moving).sum();
        let kinetic = states().map(moving).sum::<f64>() - 0.5 * ends;
        let slopes = self.current.windows(2).zip(self.previous.windows(2));
        let potential: f64 = slopes.map(|(u, previous)| (u[1] - u[0]) * (previous[1] - previous[0])).sum();
        0.5 * (kinetic + self.courant * self.courant * potential)
    }

    /// The damping d in force.
    pub fn damping(&self) -> f64 {
        self.damping
    }

    /// Sets the damping: a wave's amplitude falls by about the factor e⁻ᵈ a step. False, and nothing
    /// changes, outside 0 … 1.
    pub fn set_damping(&mut self, damping: f64) -> bool {
        let valid = (0.0..=1.0).contains(&damping);
        if valid {
            self.damping = damping;
            self.weights = weights(self.courant, damping);
        }
        valid
    }

    /// Lets all waves decay by this factor a step, instead of by the damping, which is 0 then. False, and nothing
    /// changes, where it is not above 0 and at most 1.
    pub fn set_decay(&mut self, factor: f64) -> bool {
        let valid = factor > 0.0 && factor <= 1.0;
        if valid {
            let squared = self.courant * self.courant;
            self.damping = 0.0;
            self.weights = [2.0 * (1.0 - squared) * factor, squared * factor, factor * factor];
        }
        valid
    }

    /// What happens at the ends.
    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    /// Sets what happens at the ends.
    pub fn set_boundary(&mut self, boundary: Boundary) {
        self.boundary = boundary;
        self.hold_ends();
    }

    /// Keeps fixed ends at 0.
    #[inline(never)]
    fn hold_ends(&mut self) {
        if self.boundary == Boundary::Fixed {
            for state in [&mut self.current, &mut self.previous] {
                if let [first, .., last] = state.as_mut_slice() {
                    *first = 0.0;
                    if !self.driven {
                        *last = 0.0;
                    }
                }
            }
        }
    }
}

/// The formula with a damping, its terms gathered by point.
fn weights(courant: f64, damping: f64) -> [f64; 3] {
    let squared = courant * courant;
    let scale = 1.0 / (1.0 + damping);
    [2.0 * (1.0 - squared) * scale, squared * scale, (1.0 - damping) * scale]
}
