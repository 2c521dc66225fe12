//! `cargo run --release --example pi -- 1e9 [seed] [times]`: the Monte Carlo estimate of pi in native code, the
//! same points that the page counts for the same seed. Prints one line each time.

use audio_dsp_wasm::simulations::monte_carlo::Run;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "Use: pi POINTS [SEED] [TIMES], whole numbers, POINTS from 1 to 2^53 (1e9 is one).";

/// A whole number as people write it, 1000 or 1e3, from `least` to 2⁵³.
fn whole(text: &str, least: f64) -> Option<u64> {
    let value: f64 = text.parse().ok()?;
    (value >= least && value <= 9007199254740992.0 && value.fract() == 0.0).then_some(value as u64)
}

fn arguments() -> Option<[u64; 3]> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, least, default| given.get(index).map_or(default, |text| whole(text, least));
    let all = [number(0, 1.0, None)?, number(1, 0.0, Some(1))?, number(2, 1.0, Some(1))?];
    (given.len() <= 3).then_some(all)
}

fn main() -> ExitCode {
    let Some([points, seed, times]) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    for _ in 0..times {
        let start = Instant::now();
        let mut run = Run::new(seed, points);
        run.advance(points);
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let (estimate, error, inside) = (run.estimate(), run.standard_error(), run.inside());
        println!("{estimate:.10} ± {error:.10}: {inside} of {points} inside, in {milliseconds:.3} ms");
    }
    ExitCode::SUCCESS
}
