//! The engine's side of the main thread's door: the parameter table, the control block's layout, and the
//! chain for buffers.

use crate::chain::{Chain, Refusal};
use crate::control;
use crate::dsp::block::Block;
use crate::effects::filters::response;
use crate::params;
use crate::rack::EFFECTS;
use alloc::vec::Vec;
use js_sys::{Array, Error, Object, Reflect};
use wasm_bindgen::prelude::*;

pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object.into()
}

fn set(object: &Object, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).unwrap_throw();
}

/// The parameter table: an array of `{ index, id, label, unit, min, max, default, curve }`.
#[wasm_bindgen]
pub fn parameter_table() -> Array {
    let row = |(index, p): (usize, &params::Parameter)| {
        object(&[
            ("index", (index as u32).into()),
            ("id", p.id.into()),
            ("label", p.label.into()),
            ("unit", p.unit.into()),
            ("min", p.min.into()),
            ("max", p.max.into()),
            ("default", p.default.into()),
            ("curve", p.curve.name().into()),
        ])
    };
    params::TABLE.iter().enumerate().map(row).collect()
}

/// The effects' ids, in their default order.
#[wasm_bindgen]
pub fn effect_ids() -> Array {
    EFFECTS.iter().map(|&id| JsValue::from(id)).collect()
}

/// The control block's layout: `{ magic, abiVersion, words, magicWord, abiWord, sequence, flags,
/// announced, clearedAt, loudnessAt, parameters, setAt, order, inboundWords, clock, entries, journal, journalRows,
/// journalColumns, flagStop, flagForgotten, meters: [{ name, word, words, kind }] }`; places in words.
#[wasm_bindgen]
pub fn control_layout() -> JsValue {
    let meter = |m: &control::Meter| {
        object(&[
            ("name", m.name.into()),
            ("word", (m.word as u32).into()),
            ("words", (m.words as u32).into()),
            ("kind", m.kind.name().into()),
        ])
    };
    let meters: Array = control::METER_TABLE.iter().map(meter).collect();
    const NUMBERS: [(&str, u32); 21] = [
        ("magic", control::MAGIC),
        ("abiVersion", control::ABI_VERSION),
        ("words", control::WORDS as u32),
        ("magicWord", control::MAGIC_WORD as u32),
        ("abiWord", control::ABI_WORD as u32),
        ("sequence", control::SEQUENCE as u32),
        ("flags", control::FLAGS as u32),
        ("announced", control::ANNOUNCED as u32),
        ("clearedAt", control::CLEARED_AT as u32),
        ("loudnessAt", control::LOUDNESS_AT as u32),
        ("parameters", control::PARAMETERS as u32),
        ("setAt", control::SET_AT as u32),
        ("order", control::ORDER as u32),
        ("inboundWords", control::INBOUND_WORDS as u32),
        ("clock", control::CLOCK as u32),
        ("entries", control::ENTRIES as u32),
        ("journal", control::JOURNAL as u32),
        ("journalRows", control::JOURNAL_ROWS as u32),
        ("journalColumns", control::JOURNAL_COLUMNS as u32),
        ("flagStop", control::FLAG_STOP),
        ("flagForgotten", control::FLAG_FORGOTTEN),
    ];
    let layout = Object::new();
    for (name, number) in NUMBERS {
        set(&layout, name, &number.into());
    }
    set(&layout, "meters", &meters);
    layout.into()
}

/// |H(f)| of the filters (low-pass, high-pass, peaking) with these values for the parameters, in the table's order,
/// at frequencies in Hz: linear magnitudes, one per frequency, from the coefficients that the audio uses.
///
/// Values are clamped to the table's ranges; one that is missing is at its default.
#[wasm_bindgen]
pub fn frequency_response(sample_rate: f64, values: &[f32], frequencies: &[f64]) -> Vec<f64> {
    let mut all = params::defaults();
    for ((all, &value), parameter) in all.iter_mut().zip(values).zip(params::TABLE) {
        *all = parameter.clamp(value);
    }
    frequencies.iter().copied().map(response::magnitude(&all, sample_rate)).collect()
}

/// The chain for buffers on the main thread, one channel.
#[wasm_bindgen]
pub struct AudioProcessor {
    chain: Chain,
    scratch: Block,
}

#[wasm_bindgen]
impl AudioProcessor {
    /// A processor with a delay line of one second.
    ///
    /// # Errors
    /// Throws a RangeError where the sample rate is outside 3000 … 768000 Hz, or there is no memory for the line.
    #[wasm_bindgen(constructor)]
    pub fn new(sample_rate: f32) -> Result<AudioProcessor, Error> {
        let error = |refusal| match refusal {
            Refusal::OutOfRange => js_sys::RangeError::new("The sample rate must be from 3000 to 768000 Hz."),
            Refusal::OutOfMemory => js_sys::RangeError::new("There is no memory for another processor."),
        };
        let chain = Chain::new(sample_rate as f64, 1).map_err(error)?;
        Ok(Self { chain, scratch: Block::new(1) })
    }

    /// Processes a buffer of any length in place. Values are clamped to the parameter table's ranges.
    #[allow(clippy::too_many_arguments)]
    pub fn process(
        &mut self,
        buffer: &mut [f32],
        gain: f32,
        lpf_cutoff: f32,
        hpf_cutoff: f32,
        delay_time: f32,
        delay_feedback: f32,
        delay_mix: f32,
        distortion: f32,
    ) {
        let mut values = params::defaults();
        for (index, value) in [
            (params::GAIN, gain),
            (params::LPF_CUTOFF, lpf_cutoff),
            (params::HPF_CUTOFF, hpf_cutoff),
            (params::DELAY_TIME, delay_time),
            (params::DELAY_FEEDBACK, delay_feedback),
            (params::DELAY_MIX, delay_mix),
            (params::DISTORTION, distortion),
        ] {
            values[index] = value;
        }
        self.chain.set(&values);
        self.chain.process_planar(&mut [buffer], &mut self.scratch);
    }
}
