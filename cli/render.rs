//! One file through the engine. Runs on a worker thread.

use crate::args::{Job, Settings};
use crate::output::Target;
use crate::progress::Progress;
use crate::source::Source;
use crate::wav::{Format, Wav};
use audio_dsp_wasm::engine::{Engine, Meters};
use audio_dsp_wasm::params::Param;

/// Frames per call of the engine: the quantum of Web Audio.
pub const QUANTUM: usize = 128;
/// Quanta between two reports of progress.
const REPORT_QUANTA: usize = 1024;

/// Renders a file and its tail, and says what was done; or, in one sentence, what is wrong and what to do.
pub fn render(job: &Job, settings: &Settings, progress: &Progress) -> Result<String, String> {
    let place = job.output.find(settings.force)?;
    let mut source = Source::open(&job.input)?;
    let (channels, sample_rate) = (source.channels(), source.sample_rate());
    let seconds = |frames: u64| frames as f64 / sample_rate as f64;
    let tail = (settings.tail_seconds * sample_rate as f64).round() as u64;
    let whole = |frames| frames + tail;
    let expected_seconds = source.expected_frames().map(whole).map(seconds);

    let mut engine = Engine::new(sample_rate as f32, channels).expect("the source is of a kind it takes");
    for (&param, &value) in Param::ALL.iter().zip(&settings.values) {
        engine.set(param, value);
    }
    let wav = Wav { format: settings.format, channels, sample_rate };
    let mut target = Target::create(place, wav, source.exact_frames().map(whole))?;
    let (mut reported, mut quanta) = (0, 0);
    let mut report = |rendered: u64| {
        quanta += 1;
        if quanta % REPORT_QUANTA == 0 {
            progress.add(seconds(rendered - reported), expected_seconds);
            reported = rendered;
        }
    };
    loop {
        let frames = source.read(&mut engine)?;
        if frames == 0 {
            break;
        }
        engine.process(frames, true);
        target.write(&mut engine, frames)?;
        report(target.frames());
    }
    let end = whole(target.frames());
    while target.frames() < end {
        let frames = (end - target.frames()).min(QUANTUM as u64) as usize;
        engine.process(frames, false);
        target.write(&mut engine, frames)?;
        report(target.frames());
    }
    let rendered = seconds(target.frames());
    let name = job.output.name();
    target.finish()?;
    Ok(summary(&name, rendered, settings.format, engine.meters(), source.damaged_packets()))
}

fn summary(name: &str, seconds: f64, format: Format, meters: Meters, damaged_packets: u32) -> String {
    let Meters { scrubbed, clips, .. } = meters;
    let mut summary = format!("{name}: {seconds:.3} s rendered.");
    if damaged_packets > 0 {
        summary += &format!(" Damaged packets of the input: {damaged_packets}, left out.");
    }
    if scrubbed > 0 {
        summary += &format!(" Samples of the input that were no numbers, or beyond all reason: {scrubbed}, replaced.");
    }
    if clips > 0 {
        let become_of = if format == Format::Float32 { "kept as they are" } else { "clipped" };
        summary += &format!(" Samples beyond full scale: {clips}, {become_of}; lower --gain, or add --limiter-on.");
    }
    summary
}
