//! How long the engine takes natively; `npm run bench` compares it with WebAssembly and JavaScript by this.
//!
//!     speed INPUT OUTPUT SAMPLE_RATE CHANNELS id=value …
//!
//! Renders raw planar float32 samples twice, each time in a fresh engine, and prints the nanoseconds per sample and
//! channel of the second time: of copying in, processing with meters, and copying out, as a worklet does.

use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::Param;
use std::time::Instant;
use std::{env, fs};

const QUANTUM: usize = 128;

fn engine(sample_rate: f32, channels: usize, settings: &[String]) -> Engine {
    let mut engine = Engine::new(sample_rate, channels).expect("a sample rate and channels in range");
    for setting in settings {
        let (id, value) = setting.split_once('=').expect("id=value");
        engine.set(Param::from_id(id).expect("an id of the table"), value.parse().expect("a number"));
    }
    engine
}

fn render(engine: &mut Engine, inputs: &[&[f32]], outputs: &mut [&mut [f32]]) {
    for start in (0..inputs[0].len()).step_by(QUANTUM) {
        for (channel, input) in inputs.iter().enumerate() {
            engine.sound(channel).copy_from_slice(&input[start..start + QUANTUM]);
        }
        engine.process(QUANTUM, true);
        for (channel, output) in outputs.iter_mut().enumerate() {
            output[start..start + QUANTUM].copy_from_slice(engine.sound(channel));
        }
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, sample_rate, channels, settings @ ..] = &arguments[..] else {
        panic!("usage: speed INPUT OUTPUT SAMPLE_RATE CHANNELS id=value …");
    };
    let channels: usize = channels.parse().expect("a number of channels");
    let sample_rate = sample_rate.parse().expect("a sample rate");
    let bytes = fs::read(input).expect("the input file");
    let samples: Vec<f32> = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    let frames = samples.len() / channels;
    assert_eq!(frames % QUANTUM, 0, "whole quanta");
    let inputs: Vec<&[f32]> = samples.chunks_exact(frames).collect();
    let mut rendered = vec![0.0; samples.len()];
    let mut outputs: Vec<&mut [f32]> = rendered.chunks_exact_mut(frames).collect();
    render(&mut engine(sample_rate, channels, settings), &inputs, &mut outputs);
    let mut engine = engine(sample_rate, channels, settings);
    let start = Instant::now();
    render(&mut engine, &inputs, &mut outputs);
    println!("{}", start.elapsed().as_secs_f64() * 1e9 / samples.len() as f64);
    let bytes: Vec<u8> = rendered.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    fs::write(output, bytes).expect("the output file");
}
