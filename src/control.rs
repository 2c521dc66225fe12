//! The control block: the one thing that the main thread and the audio thread share.
//!
//! A row of 32-bit words, little-endian, the same in a SharedArrayBuffer, in a message, and in the
//! wasm instance's own memory:
//!
//! | words | what | written by |
//! | --- | --- | --- |
//! | `MAGIC_WORD` … | header: magic, ABI version, sequence number, flags | main thread |
//! | `PARAMETERS` … | one f32 per row of the parameter table | main thread |
//! | `SET_AT` … | per row, the sequence number of the change by which it was last set | main thread |
//! | `ORDER` … | the effects in their order, by their places in the default one | main thread |
//! | `METERS` … | what the audio thread did and heard | audio thread |
//! | `JOURNAL` … | when the audio thread took the last changes | audio thread |
//!
//! A change can be of one parameter or of everything; the audio thread takes it whole. The main thread announces its
//! number in [`ANNOUNCED`], stores, and raises the sequence number to it (all with `Atomics`). The audio thread reads
//! the sequence number, the words, and then what is announced: where that is another number, the next change was
//! already being stored, and it reads again a quantum later. It reports the last number it has taken as
//! [`APPLIED_SEQUENCE`], and in the journal at which frame. The two halves stand on cache lines of their own, so that
//! one thread's writing does not slow the other's.
//!
//! Automation does not fit in here: it comes by message (`doors::audio_thread`), with the sequence number of the last
//! change before it. A parameter that was set later than that stays as it was set.

use crate::dsp::block::MAX_CHANNELS;
use crate::params;
use crate::rack::EFFECTS;

/// `"ADSP"`, as little-endian bytes: the block is ours.
pub const MAGIC: u32 = u32::from_le_bytes(*b"ADSP");
/// Raised with every change of this layout or of the audio thread's door.
pub const ABI_VERSION: u32 = 7;

/// Word of [`MAGIC`].
pub const MAGIC_WORD: usize = 0;
/// Word of [`ABI_VERSION`].
pub const ABI_WORD: usize = 1;
/// Word of the sequence number: how often the main thread has changed the block, modulo 2³².
pub const SEQUENCE: usize = 2;
/// Word of the flags.
pub const FLAGS: usize = 3;
/// Word of the number of the change that is being stored; the sequence number where none is.
pub const ANNOUNCED: usize = 4;
/// Word of the sequence number of the last change that made an end of all automation.
pub const CLEARED_AT: usize = 5;
/// Word of the sequence number of the change with which the loudness began to be measured; 0 where it is not.
pub const LOUDNESS_AT: usize = 6;
/// First word of the parameters.
pub const PARAMETERS: usize = 7;
/// First word of the sequence numbers by which the parameters were last set.
pub const SET_AT: usize = PARAMETERS + params::COUNT;
/// First word of the effects' order: a place in [`EFFECTS`] each.
pub const ORDER: usize = SET_AT + params::COUNT;
/// Words that the main thread writes.
pub const INBOUND_WORDS: usize = ORDER + EFFECTS.len();

/// Flag: the processor is to end itself.
pub const FLAG_STOP: u32 = 1;
/// Flag: nobody can reach the engine any more; it is to end once nothing is connected to it and it is at rest.
pub const FLAG_FORGOTTEN: u32 = 2;

const CACHE_LINE_WORDS: usize = 16;
/// First word of the meters.
pub const METERS: usize = INBOUND_WORDS.next_multiple_of(CACHE_LINE_WORDS);

/// A word, or row of words, among the meters.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    /// Its name in the JavaScript API.
    pub name: &'static str,
    /// Its first word, counted from the start of the block.
    pub word: usize,
    /// How many words: 1, or one per channel.
    pub words: usize,
    /// What its words are.
    pub kind: MeterKind,
}

/// What a meter's words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterKind {
    /// How often something happened since the engine was built: a u32, modulo 2³².
    Count,
    /// A sequence number: a u32, modulo 2³².
    Sequence,
    /// A linear level: an f32 per channel.
    Level,
    /// A number: an f32.
    Value,
    /// A loudness or a peak on a scale of decibels: an f32, −∞ where there is nothing to measure.
    Loudness,
}

impl MeterKind {
    /// The kind's name in the JavaScript API.
    pub const fn name(self) -> &'static str {
        match self {
            MeterKind::Count => "count",
            MeterKind::Sequence => "sequence",
            MeterKind::Level => "level",
            MeterKind::Value => "value",
            MeterKind::Loudness => "loudness",
        }
    }
}

const fn count(name: &'static str, word: usize) -> Meter {
    Meter { name, word, words: 1, kind: MeterKind::Count }
}

const fn value(name: &'static str, word: usize) -> Meter {
    Meter { name, word, words: 1, kind: MeterKind::Value }
}

const fn loudness(name: &'static str, place: usize) -> Meter {
    Meter { name, word: LOUDNESS + place, words: 1, kind: MeterKind::Loudness }
}

const fn level(name: &'static str, word: usize) -> Meter {
    Meter { name, word, words: MAX_CHANNELS, kind: MeterKind::Level }
}

/// Word of the last sequence number that the audio thread has applied.
pub const APPLIED_SEQUENCE: usize = METERS;
/// Word of the count of quanta rendered.
pub const QUANTA: usize = METERS + 1;
/// Word of the count of frames rendered.
pub const FRAMES: usize = METERS + 2;
/// Word of the count of output samples beyond ±1.
pub const CLIPS: usize = METERS + 3;
/// Word of the count of input samples replaced because they were not finite, or louder than +120 dBFS.
pub const SCRUBBED: usize = METERS + 4;
/// First word of the input's peaks (linear, falling 20 dB in 1.7 s as IEC 60268-10 has it).
pub const INPUT_PEAK: usize = METERS + 5;
/// First word of the input's RMS levels (linear, over about 300 ms).
pub const INPUT_RMS: usize = INPUT_PEAK + MAX_CHANNELS;
/// First word of the output's peaks.
pub const OUTPUT_PEAK: usize = INPUT_RMS + MAX_CHANNELS;
/// First word of the output's RMS levels.
pub const OUTPUT_RMS: usize = OUTPUT_PEAK + MAX_CHANNELS;
/// Word of the count of quanta that were not rendered in time. Whoever calls the engine counts them; the engine
/// cannot know.
pub const MISSED: usize = OUTPUT_RMS + MAX_CHANNELS;
/// Word of the count of events that came too late, and acted at once.
pub const LATE: usize = MISSED + 1;
/// First word of what gate and compressor did last: of each the peak that came in, a factor, and the reduction in
/// decibels.
pub const DYNAMICS: usize = LATE + 1;
/// Words of that.
pub const DYNAMICS_WORDS: usize = 4;
/// Word of the number of events that wait for their frame.
pub const WAITING: usize = DYNAMICS + DYNAMICS_WORDS;
/// Word of the clock's frame up to which is rendered, modulo 2³².
pub const CLOCK: usize = WAITING + 1;
/// Word of the count of messages of events taken in.
pub const MESSAGES: usize = CLOCK + 1;
/// Word of the count of the journal's entries.
pub const ENTRIES: usize = MESSAGES + 1;
/// First word of the output's loudness, while it is measured.
pub const LOUDNESS: usize = ENTRIES + 1;
/// Words of the loudness: momentary, short-term and integrated in LUFS, the range in LU, the true peak in dBTP.
pub const LOUDNESS_WORDS: usize = 5;

/// First word of the journal: entry n is in the row n modulo [`JOURNAL_ROWS`]. An entry is written with a quantum
/// before which something was taken in: the sequence number applied, the messages taken in, and the clock's frame then.
pub const JOURNAL: usize = LOUDNESS + LOUDNESS_WORDS;
/// Rows of the journal.
pub const JOURNAL_ROWS: usize = 32;
/// Words of a row.
pub const JOURNAL_COLUMNS: usize = 3;
/// Words of the whole block.
pub const WORDS: usize = JOURNAL + JOURNAL_ROWS * JOURNAL_COLUMNS;

/// The meters, by name.
pub const METER_TABLE: &[Meter] = &[
    Meter { name: "appliedSequence", word: APPLIED_SEQUENCE, words: 1, kind: MeterKind::Sequence },
    count("quanta", QUANTA),
    count("frames", FRAMES),
    count("clips", CLIPS),
    count("scrubbed", SCRUBBED),
    level("inputPeak", INPUT_PEAK),
    level("inputRms", INPUT_RMS),
    level("outputPeak", OUTPUT_PEAK),
    level("outputRms", OUTPUT_RMS),
    count("missed", MISSED),
    count("late", LATE),
    value("gateLevel", DYNAMICS),
    value("gateReduction", DYNAMICS + 1),
    value("compressorLevel", DYNAMICS + 2),
    value("compressorReduction", DYNAMICS + 3),
    loudness("momentaryLufs", 0),
    loudness("shortTermLufs", 1),
    loudness("integratedLufs", 2),
    loudness("loudnessRangeLu", 3),
    loudness("truePeakDbtp", 4),
];
