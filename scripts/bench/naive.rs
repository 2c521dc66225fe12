//! The chain's formulas sample by sample, as one writes them down at first: what the engine's speed is compared with.
//!
//! Coefficients are computed once. The filters are in float64: in float32 they miss the formulas' −100 dB (−70 dB with
//! the high-pass at 20 Hz). The tanh is float32's: float64's takes twice as long and changes the error by 2 dB.
//!
//! One file, which chain.bench.mjs has rustc compile to WebAssembly; no part of what ships.

use std::f64::consts::{PI, SQRT_2};

const QUANTUM: usize = 128;

/// The Audio EQ Cookbook's filter (R. Bristow-Johnson), Q = 1/√2, in transposed direct form II.
struct Biquad {
    coefficients: [f64; 5],
    states: [f64; 2],
}

impl Biquad {
    fn new(low: bool, cutoff: f64, sample_rate: f64) -> Self {
        let w = 2.0 * PI * cutoff / sample_rate;
        let alpha = w.sin() / SQRT_2;
        let a0 = 1.0 + alpha;
        let (edge, sign) = if low { (1.0 - w.cos(), 1.0) } else { (1.0 + w.cos(), -1.0) };
        let b0 = edge / 2.0 / a0;
        Self { coefficients: [b0, sign * edge / a0, b0, -2.0 * w.cos() / a0, (1.0 - alpha) / a0], states: [0.0; 2] }
    }

    fn process(&mut self, x: f64) -> f64 {
        let [b0, b1, b2, a1, a2] = self.coefficients;
        let [s1, s2] = self.states;
        let y = b0 * x + s1;
        self.states = [b1 * x - a1 * y + s2, b2 * x - a2 * y];
        y
    }
}

/// One channel.
pub struct Naive {
    input: [f32; QUANTUM],
    output: [f32; QUANTUM],
    gain: f32,
    drive: f32,
    low_pass: Biquad,
    high_pass: Biquad,
    line: Vec<f32>,
    at: usize,
    feedback: f32,
    mix: f32,
}

impl Naive {
    fn process(&mut self, x: f32) -> f32 {
        let x = x * self.gain;
        let x = (x * self.drive).tanh() / self.drive.tanh();
        let x = self.low_pass.process(x as f64);
        let x = self.high_pass.process(x) as f32;
        let delayed = self.line[self.at];
        self.line[self.at] = x + delayed * self.feedback;
        self.at = (self.at + 1) % self.line.len();
        x * (1.0 - self.mix) + delayed * self.mix
    }
}

#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub extern "C" fn naive_new(
    sample_rate: f64,
    gain: f32,
    distortion: f32,
    lpf_cutoff: f64,
    hpf_cutoff: f64,
    delay_time: f64,
    delay_feedback: f32,
    delay_mix: f32,
) -> *mut Naive {
    Box::into_raw(Box::new(Naive {
        input: [0.0; QUANTUM],
        output: [0.0; QUANTUM],
        gain,
        drive: 1.0 + 10.0 * distortion,
        low_pass: Biquad::new(true, lpf_cutoff, sample_rate),
        high_pass: Biquad::new(false, hpf_cutoff, sample_rate),
        line: vec![0.0; ((delay_time * sample_rate).round() as usize).max(1)],
        at: 0,
        feedback: delay_feedback,
        mix: delay_mix,
    }))
}

/// # Safety
/// `naive` comes from [`naive_new`], here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn naive_input(naive: *mut Naive) -> *mut f32 {
    unsafe { &mut *naive }.input.as_mut_ptr()
}

/// # Safety
/// As [`naive_input`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn naive_output(naive: *mut Naive) -> *mut f32 {
    unsafe { &mut *naive }.output.as_mut_ptr()
}

/// # Safety
/// As [`naive_input`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn naive_process(naive: *mut Naive) {
    let naive = unsafe { &mut *naive };
    for n in 0..QUANTUM {
        naive.output[n] = naive.process(naive.input[n]);
    }
}
