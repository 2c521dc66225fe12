//! What the main thread has to know of the strings: the ranges, and how long their picture is.

use super::audio::object;
use crate::instruments::{QUANTITIES, SAMPLE_RATES, VIEW_POINTS};
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// What a player can say about a string: `{ quantities: [{ id, min, max, default }], viewPoints, leastSampleRate }`.
#[wasm_bindgen]
pub fn string_table() -> JsValue {
    let quantities: Array = QUANTITIES
        .iter()
        .map(|each| {
            object(&[
                ("id", each.id.into()),
                ("min", each.min.into()),
                ("max", each.max.into()),
                ("default", each.default.into()),
            ])
        })
        .collect();
    object(&[
        ("quantities", quantities.into()),
        ("viewPoints", (VIEW_POINTS as u32).into()),
        ("leastSampleRate", (*SAMPLE_RATES.start()).into()),
    ])
}
