//! One file through the engine. Runs on a worker thread.

use crate::args::{Job, Settings};
use crate::output::Target;
use crate::progress::Progress;
use crate::source::Source;
use crate::wav::{Format, Wav};
use audio_dsp_wasm::dsp::block::Block;
use audio_dsp_wasm::dsp::meters::clips;
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::listening::loudness::{Loudness, Readings};
use audio_dsp_wasm::params::Param;

/// Frames per call of the engine: the quantum of Web Audio.
pub const QUANTUM: usize = 128;
/// Quanta between two reports of progress.
const REPORT_QUANTA: usize = 1024;

/// Renders a file and its tail, and says what was done; or, in one sentence, what is wrong and what to do.
pub fn render(job: &Job, settings: &Settings, progress: &Progress) -> Result<String, String> {
    let place = job.output.find(settings.force)?;
    let decibels = settings.loudness.map(|wanted| gain_for(wanted, job, settings, progress)).transpose()?;
    let gain = decibels.map_or(1.0, |decibels| 10f64.powf(decibels / 20.0) as f32);
    let mut sound = Sound::open(job, settings, gain)?;
    let wav =
        Wav { format: settings.format, channels: sound.source.channels(), sample_rate: sound.source.sample_rate() };
    let mut target = Target::create(place, wav, sound.source.exact_frames().map(|frames| frames + sound.tail))?;
    sound.play(settings, progress, |engine, frames| target.write(engine, frames))?;
    let name = job.output.name();
    target.finish()?;
    Ok(summary(&name, &sound, settings, decibels))
}

/// The gain in decibels with which the sound has this integrated loudness: it is rendered once to be measured.
fn gain_for(wanted: f64, job: &Job, settings: &Settings, progress: &Progress) -> Result<f64, String> {
    let name = job.input.name();
    if !job.input.is_regular() {
        return Err(format!("{name} can be read only once, and --loudness needs it twice: give a file."));
    }
    let mut sound = Sound::open(job, settings, 1.0)?;
    sound.play(settings, progress, |_, _| Ok(()))?;
    let loudness = sound.loudness.readings().integrated as f64;
    if loudness == f64::NEG_INFINITY {
        return Err(format!("{name} has no loudness, as it is silent or shorter than 0.4 s: leave --loudness out."));
    }
    Ok(wanted - loudness)
}

/// A sound on its way through an engine, and what becomes of it.
struct Sound {
    source: Source,
    engine: Engine,
    /// Behind all effects; linear.
    gain: f32,
    /// Frames that it may ring on.
    tail: u64,
    /// Frames rendered.
    frames: u64,
    loudness: Loudness,
    /// Samples beyond full scale.
    clips: u64,
}

impl Sound {
    fn open(job: &Job, settings: &Settings, gain: f32) -> Result<Self, String> {
        let source = Source::open(&job.input)?;
        let sample_rate = source.sample_rate() as f64;
        let mut engine = Engine::new(sample_rate as f32, source.channels()).expect("the source is of a kind it takes");
        for (&param, &value) in Param::ALL.iter().zip(&settings.values) {
            engine.set(param, value);
        }
        let tail = (settings.tail_seconds * sample_rate).round() as u64;
        Ok(Self { source, engine, gain, tail, frames: 0, loudness: Loudness::new(sample_rate), clips: 0 })
    }

    fn seconds(&self, frames: u64) -> f64 {
        frames as f64 / self.source.sample_rate() as f64
    }

    /// Renders all of it. The action gets each quantum, in the engine.
    fn play(
        &mut self,
        settings: &Settings,
        progress: &Progress,
        mut action: impl FnMut(&mut Engine, usize) -> Result<(), String>,
    ) -> Result<(), String> {
        // With a loudness to reach each file is rendered twice.
        let times = if settings.loudness.is_some() { 2.0 } else { 1.0 };
        let expected = self.source.expected_frames().map(|frames| times * self.seconds(frames + self.tail));
        let mut block = Block::new(self.source.channels());
        let (mut reported, mut quanta) = (0, 0);
        let (mut is_input, mut tail) = (true, self.tail);
        loop {
            let mut frames = if is_input { self.source.read(&mut self.engine)? } else { 0 };
            if frames == 0 {
                is_input = false;
                frames = tail.min(QUANTUM as u64) as usize;
                tail -= frames as u64;
            }
            if frames == 0 {
                return Ok(());
            }
            self.engine.process(frames, is_input);
            self.measure(frames, &mut block);
            action(&mut self.engine, frames)?;
            self.frames += frames as u64;
            quanta += 1;
            if quanta % REPORT_QUANTA == 0 {
                progress.add(self.seconds(self.frames - reported), expected);
                reported = self.frames;
            }
        }
    }

    /// Brings the engine's output to its level, and takes note of it.
    fn measure(&mut self, frames: usize, block: &mut Block) {
        block.set_frames(frames);
        for channel in 0..self.source.channels() {
            let samples = &mut self.engine.sound(channel)[..frames];
            if self.gain != 1.0 {
                samples.iter_mut().for_each(|x| *x *= self.gain);
            }
            self.clips += clips(samples) as u64;
            block.channel_mut(channel).copy_from_slice(samples);
        }
        self.loudness.process(block);
    }
}

fn summary(name: &str, sound: &Sound, settings: &Settings, gain: Option<f64>) -> String {
    let mut summary = format!("{name}: {:.3} s rendered.", sound.seconds(sound.frames));
    let Readings { integrated, range, true_peak, .. } = sound.loudness.readings();
    if let Some(gain) = gain {
        summary += &format!(" Gain {gain:+.1} dB.");
    }
    if integrated.is_finite() {
        summary += &format!(" Loudness {integrated:.1} LUFS");
        if range.is_finite() {
            summary += &format!(", range {range:.1} LU");
        }
        summary += &format!(", true peak {true_peak:+.1} dBTP.");
    }
    let damaged_packets = sound.source.damaged_packets();
    if damaged_packets > 0 {
        summary += &format!(" Damaged packets of the input: {damaged_packets}, left out.");
    }
    let scrubbed = sound.engine.meters().scrubbed;
    if scrubbed > 0 {
        summary += &format!(" Samples of the input that were no numbers, or beyond all reason: {scrubbed}, replaced.");
    }
    let clips = sound.clips;
    if clips > 0 {
        let become_of = if settings.format == Format::Float32 { "kept as they are" } else { "clipped" };
        let lower = if gain.is_some() { "--loudness" } else { "--gain" };
        summary += &format!(" Samples beyond full scale: {clips}, {become_of}; lower {lower}, or add --limiter-on.");
    }
    summary
}
