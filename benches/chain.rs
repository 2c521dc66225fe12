//! The chain and each of its effects alone, natively: `cargo bench --bench chain`. Frames per second is samples per
//! channel; for ratios against the WebAssembly builds and JavaScript see `npm run bench`.

use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::{self, Param, Values};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

#[path = "../tests/native/effects.rs"]
#[allow(dead_code)] // the tests use more of it
mod effects;
#[path = "../tests/reference/mod.rs"]
mod reference;

const SAMPLE_RATE: f32 = 48000.0;
const QUANTUM: usize = 128;
/// Quanta of sound that a measurement plays in a loop: half a second, so that echoes come back.
const QUANTA: usize = 188;

fn engine(channels: usize, values: &Values) -> Engine {
    let mut engine = Engine::new(SAMPLE_RATE, channels).expect("in range");
    for (&param, &value) in Param::ALL.iter().zip(values) {
        engine.set(param, value);
    }
    engine
}

fn measure(criterion: &mut Criterion, group: &str, name: &str, values: &Values) {
    let mut group = criterion.benchmark_group(group);
    for channels in [1, 2] {
        let input: Vec<_> =
            (0..channels).map(|c| reference::test_sound(QUANTA * QUANTUM, SAMPLE_RATE as f64, c as u32)).collect();
        let mut engine = engine(channels, values);
        let mut quantum = 0;
        group.throughput(Throughput::Elements((QUANTUM * channels) as u64));
        group.bench_function(BenchmarkId::new(name, channels), |bencher| {
            bencher.iter(|| {
                for (channel, input) in input.iter().enumerate() {
                    let samples = &input[quantum * QUANTUM..][..QUANTUM];
                    engine.sound(channel).copy_from_slice(black_box(samples));
                }
                engine.process(QUANTUM, true);
                quantum = (quantum + 1) % QUANTA;
                black_box(engine.sound(0)[0])
            });
        });
    }
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let mut chain = params::defaults();
    for (index, value) in [
        (params::GAIN, 0.9),
        (params::LPF_CUTOFF, 8000.0),
        (params::HPF_CUTOFF, 80.0),
        (params::DELAY_TIME, 0.35),
        (params::DELAY_FEEDBACK, 0.4),
    ] {
        chain[index] = value;
    }
    measure(criterion, "chain", "channels", &chain);
    measure(criterion, "effect alone", "none", &effects::only(&[]));
    for effect in effects::effects() {
        measure(criterion, "effect alone", effect.id, &effect.on());
    }
}

criterion_group!(chain, benches);
criterion_main!(chain);
