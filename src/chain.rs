//! The signal chain, sample by sample.

use crate::params::{self, Values};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// One biquad in direct form.
#[derive(Default, Clone)]
struct Biquad {
    coefficients: [f64; 5],
    state: [f64; 2],
}

impl Biquad {
    fn tune(&mut self, low: bool, cutoff: f64, sample_rate: f64) {
        let w = 2.0 * PI * cutoff.min(0.49 * sample_rate) / sample_rate;
        let (cos, alpha) = (libm::cos(w), libm::sin(w) / (2.0 * FRAC_1_SQRT_2));
        let a0 = 1.0 + alpha;
        let (edge, sign) = if low { (1.0 - cos, 1.0) } else { (1.0 + cos, -1.0) };
        self.coefficients = [edge / 2.0 / a0, sign * edge / a0, edge / 2.0 / a0, -2.0 * cos / a0, (1.0 - alpha) / a0];
    }

    fn tick(&mut self, x: f64) -> f64 {
        let [b0, b1, b2, a1, a2] = self.coefficients;
        let y = b0 * x + self.state[0];
        self.state[0] = b1 * x - a1 * y + self.state[1];
        self.state[1] = b2 * x - a2 * y;
        y
    }
}

/// The chain for one channel.
#[derive(Clone)]
pub struct Chain {
    sample_rate: f64,
    values: Values,
    low: Biquad,
    high: Biquad,
    line: Vec<f64>,
    at: usize,
}

impl Chain {
    /// A chain at rest with every parameter at its default.
    pub fn new(sample_rate: f32) -> Self {
        let mut chain = Self {
            sample_rate: sample_rate as f64,
            values: params::defaults(),
            low: Biquad::default(),
            high: Biquad::default(),
            line: vec![0.0; sample_rate as usize + 1],
            at: 0,
        };
        chain.set(&params::defaults());
        chain
    }

    /// Takes new values, already clamped.
    pub fn set(&mut self, values: &Values) {
        self.values = *values;
        self.low.tune(true, values[params::LPF_CUTOFF] as f64, self.sample_rate);
        self.high.tune(false, values[params::HPF_CUTOFF] as f64, self.sample_rate);
    }

    /// Processes a block in place.
    pub fn process(&mut self, block: &mut [f32]) {
        let value = |index: usize| self.values[index] as f64;
        if value(params::BYPASS) != 0.0 {
            return;
        }
        let (gain, mix, feedback) = (value(params::GAIN), value(params::DELAY_MIX), value(params::DELAY_FEEDBACK));
        let drive = 1.0 + 10.0 * value(params::DISTORTION);
        let delay = (libm::round(value(params::DELAY_TIME) * self.sample_rate) as usize).max(1);
        for sample in block {
            let input = if sample.is_finite() { *sample as f64 } else { 0.0 };
            let x = libm::tanh(input * gain * drive) / libm::tanh(drive);
            let x = self.high.tick(self.low.tick(x));
            let length = self.line.len();
            let delayed = self.line[(self.at + length - delay) % length];
            self.line[self.at] = x + delayed * feedback;
            self.at = (self.at + 1) % length;
            *sample = (x * (1.0 - mix) + delayed * mix) as f32;
        }
    }
}
