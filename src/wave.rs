//! The wave equation in one dimension, by leapfrog on a string of points.

/// A string with both ends fixed at 0.
pub struct Wave {
    previous: Vec<f32>,
    current: Vec<f32>,
    next: Vec<f32>,
    courant_squared: f32,
}

impl Wave {
    /// A string at rest; `courant` is c·Δt/Δx, above 0 and at most 1.
    pub fn new(points: usize, courant: f32) -> Self {
        let rest = vec![0.0; points];
        Self { previous: rest.clone(), current: rest.clone(), next: rest, courant_squared: courant * courant }
    }

    /// One step in time.
    pub fn step(&mut self) {
        for i in 1..self.current.len().saturating_sub(1) {
            let [left, here, right] = [self.current[i - 1], self.current[i], self.current[i + 1]];
            self.next[i] = 2.0 * here - self.previous[i] + self.courant_squared * (right - 2.0 * here + left);
        }
        std::mem::swap(&mut self.previous, &mut self.current);
        std::mem::swap(&mut self.current, &mut self.next);
    }

    /// The string's displacement now.
    pub fn data(&self) -> &[f32] {
        &self.current
    }

    /// Adds to the current state at one point; a position outside the string is ignored.
    pub fn add_impulse(&mut self, position: usize, amplitude: f32) {
        if let Some(point) = self.current.get_mut(position) {
            *point += amplitude;
        }
    }
}
