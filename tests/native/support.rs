//! Ways to run the chain that the tests share.
use audio_dsp_wasm::{
    chain::Chain,
    dsp::block::Block,
    params::{self, Values},
};

/// The defaults, with these values in their place.
pub fn with(values: &[(usize, f64)]) -> Values {
    let mut all = params::defaults();
    for &(index, value) in values {
        all[index] = value as f32;
    }
    all
}

/// Every effect off that has a switch and is not in `on`, every other parameter at its default; and gain at 1.
pub fn only(on: &[usize]) -> Values {
    let mut values = params::defaults();
    for index in [
        params::DISTORTION_ON,
        params::LPF_ON,
        params::HPF_ON,
        params::DELAY_ON,
        params::PEAK_ON,
        params::COMPRESSOR_ON,
        params::LIMITER_ON,
    ] {
        values[index] = if on.contains(&index) { 1.0 } else { 0.0 };
    }
    values
}

/// A chain with what it needs to be fed slices.
pub struct Player {
    pub chain: Chain,
    scratch: Block,
}

impl Player {
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        Self { chain: Chain::new(sample_rate, channels), scratch: Block::new(channels) }
    }

    /// Plays a sound in blocks of `split` frames.
    pub fn play(&mut self, sound: &[Vec<f32>], split: usize) -> Vec<Vec<f32>> {
        let mut output = sound.to_vec();
        let frames = sound[0].len();
        for start in (0..frames).step_by(split) {
            let end = (start + split).min(frames);
            let mut parts: Vec<&mut [f32]> = output.iter_mut().map(|channel| &mut channel[start..end]).collect();
            self.chain.process_planar(&mut parts, &mut self.scratch);
        }
        output
    }

    /// Plays a mono sound in quanta of 128 frames.
    pub fn play_mono(&mut self, sound: &[f32]) -> Vec<f32> {
        self.play(&[sound.to_vec()], 128).remove(0)
    }
}

/// Plays a sound through a fresh chain whose values never change.
pub fn render(values: &Values, sample_rate: f64, split: usize, sound: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut player = Player::new(sample_rate, sound.len());
    player.chain.set(values);
    player.play(sound, split)
}

/// A sine of so many frames.
pub fn sine(frequency: f64, amplitude: f64, sample_rate: f64, frames: usize) -> Vec<f32> {
    let step = 2.0 * std::f64::consts::PI * frequency / sample_rate;
    (0..frames).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// The largest magnitude.
pub fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// The largest second difference as a share of the peak: what a click shows in, and a smooth sound does not.
pub fn roughness(sound: &[f32]) -> f64 {
    let bend = |w: &[f32]| (w[2] as f64 - 2.0 * w[1] as f64 + w[0] as f64).abs();
    sound.windows(3).map(bend).fold(0.0, f64::max) / peak(sound) as f64
}
