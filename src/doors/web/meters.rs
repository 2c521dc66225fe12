//! What an engine did and heard. Main thread only.

use super::bindings;
use crate::dsp::block::MAX_CHANNELS;

/// A reading of the engine's meters. Counts are since the engine was made, modulo 2³², and go on over changes of mode.
/// Levels are linear, one for each channel; a mono engine's second one is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meters {
    /// The last change that the audio thread has taken in; [`Engine::sequence`](super::Engine::sequence) counts them.
    pub applied_sequence: u32,
    /// Quanta rendered (of 128 frames, where the browser has no other).
    pub quanta: u32,
    /// Frames rendered.
    pub frames: u32,
    /// Output samples beyond full scale.
    pub clips: u32,
    /// Input samples that were no numbers, or beyond all reason, and were replaced by 0.
    pub scrubbed: u32,
    /// Peaks of the input, falling 20 dB in 1.7 s.
    pub input_peak: [f32; MAX_CHANNELS],
    /// Root mean squares of the input, over about 300 ms.
    pub input_rms: [f32; MAX_CHANNELS],
    /// Peaks of the output, falling 20 dB in 1.7 s.
    pub output_peak: [f32; MAX_CHANNELS],
    /// Root mean squares of the output, over about 300 ms.
    pub output_rms: [f32; MAX_CHANNELS],
    /// Quanta that were not rendered in time.
    pub missed: u32,
    /// Scheduled events that came too late for their frame, and acted at once.
    pub late: u32,
    /// The peak that came into the gate with the last quantum, a factor; 0 while it is off.
    pub gate_level: f32,
    /// By how many decibels the gate holds the sound back; 0 while it is off.
    pub gate_reduction: f32,
    /// The peak that came into the compressor with the last quantum, a factor; 0 while it is off.
    pub compressor_level: f32,
    /// By how many decibels the compressor holds the sound back, its make-up apart; 0 while it is off.
    pub compressor_reduction: f32,
    /// Loudness of the last 400 ms in LUFS. This and what follows is −∞ where there is nothing to measure, and where
    /// [`Engine::measure_loudness`](super::Engine::measure_loudness) did not ask for it.
    pub momentary_lufs: f32,
    /// Loudness of the last 3 s in LUFS.
    pub short_term_lufs: f32,
    /// Gated loudness of the whole programme in LUFS.
    pub integrated_lufs: f32,
    /// The programme's loudness range in LU.
    pub loudness_range_lu: f32,
    /// The programme's largest true peak in dBTP.
    pub true_peak_dbtp: f32,
}

impl Meters {
    pub(super) fn read(from: &bindings::Meters) -> Self {
        Self {
            applied_sequence: from.applied_sequence(),
            quanta: from.quanta(),
            frames: from.frames(),
            clips: from.clips(),
            scrubbed: from.scrubbed(),
            input_peak: levels(&from.input_peak()),
            input_rms: levels(&from.input_rms()),
            output_peak: levels(&from.output_peak()),
            output_rms: levels(&from.output_rms()),
            missed: from.missed(),
            late: from.late(),
            gate_level: from.gate_level(),
            gate_reduction: from.gate_reduction(),
            compressor_level: from.compressor_level(),
            compressor_reduction: from.compressor_reduction(),
            momentary_lufs: from.momentary_lufs(),
            short_term_lufs: from.short_term_lufs(),
            integrated_lufs: from.integrated_lufs(),
            loudness_range_lu: from.loudness_range_lu(),
            true_peak_dbtp: from.true_peak_dbtp(),
        }
    }
}

fn levels(channels: &[f32]) -> [f32; MAX_CHANNELS] {
    core::array::from_fn(|channel| channels.get(channel).copied().unwrap_or(0.0))
}
