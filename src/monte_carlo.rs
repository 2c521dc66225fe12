//! A Monte Carlo estimate of pi: points in the square −1 … 1, and how many of them are inside the
//! unit circle.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

/// 4 × inside ÷ total over `points` points.
pub fn estimate_pi(seed: u64, points: u32) -> f64 {
    let mut generator = Pcg32::seed_from_u64(seed);
    let mut coordinate = || generator.next_u32() as i32 as f64 / 2147483648.0;
    let mut inside = 0u32;
    for _ in 0..points {
        let (x, y) = (coordinate(), coordinate());
        inside += (x * x + y * y <= 1.0) as u32;
    }
    4.0 * inside as f64 / points as f64
}
