//! The JavaScript engine's functions and methods that [`super::Engine`] calls; worklet/engine.js and worklet/param.js
//! say what they do. Main thread only.

use alloc::{string::String, vec::Vec};
use js_sys::{Array, Float32Array, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AudioNode, BaseAudioContext, EventTarget};

#[wasm_bindgen(module = "/pkg/single.js")]
extern "C" {
    #[wasm_bindgen(js_name = createEngine)]
    pub fn create_engine(context: &BaseAudioContext, options: &Object) -> Promise;

    #[wasm_bindgen(extends = EventTarget, js_name = Engine)]
    #[derive(Clone, Debug)]
    pub type Engine;

    #[wasm_bindgen(method, getter)]
    pub fn input(this: &Engine) -> AudioNode;
    #[wasm_bindgen(method, getter)]
    pub fn output(this: &Engine) -> AudioNode;
    #[wasm_bindgen(method, getter)]
    pub fn context(this: &Engine) -> BaseAudioContext;
    #[wasm_bindgen(method, getter)]
    pub fn mode(this: &Engine) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn transport(this: &Engine) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn channels(this: &Engine) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn sequence(this: &Engine) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn tail(this: &Engine) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn order(this: &Engine) -> Array;

    #[wasm_bindgen(method)]
    pub fn get(this: &Engine, id: &str) -> f32;
    #[wasm_bindgen(method, catch)]
    pub fn set(this: &Engine, id: &str, value: f32) -> Result<f32, JsValue>;
    #[wasm_bindgen(method, catch, js_name = set)]
    pub fn set_several(this: &Engine, values: &Object) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub fn param(this: &Engine, id: &str) -> EngineParam;
    #[wasm_bindgen(method, catch, js_name = setOrder)]
    pub fn set_order(this: &Engine, ids: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn state(this: &Engine) -> JsValue;
    #[wasm_bindgen(method, catch)]
    pub fn load(this: &Engine, state: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn meters(this: &Engine) -> Meters;
    #[wasm_bindgen(method, catch, js_name = measureLoudness)]
    pub fn measure_loudness(this: &Engine, on: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = setMode)]
    pub fn set_mode(this: &Engine, mode: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn resume(this: &Engine) -> Promise;
    #[wasm_bindgen(method)]
    pub fn close(this: &Engine) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    pub type EngineParam;

    #[wasm_bindgen(method, catch, js_name = setValueAtTime)]
    pub fn set_value_at_time(this: &EngineParam, value: f32, start_time: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = linearRampToValueAtTime)]
    pub fn linear_ramp_to_value_at_time(this: &EngineParam, value: f32, end_time: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = exponentialRampToValueAtTime)]
    pub fn exponential_ramp_to_value_at_time(this: &EngineParam, value: f32, end_time: f64)
    -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setTargetAtTime)]
    pub fn set_target_at_time(
        this: &EngineParam,
        target: f32,
        start_time: f64,
        time_constant: f64,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setValueCurveAtTime)]
    pub fn set_value_curve_at_time(
        this: &EngineParam,
        values: &Float32Array,
        start_time: f64,
        duration: f64,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = cancelScheduledValues)]
    pub fn cancel_scheduled_values(this: &EngineParam, cancel_time: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = cancelAndHoldAtTime)]
    pub fn cancel_and_hold_at_time(this: &EngineParam, cancel_time: f64) -> Result<JsValue, JsValue>;
}

/// A structural getter of the object that meters() gives, for each of these names.
macro_rules! meters {
    ($($name:ident = $js_name:ident: $kind:ty,)*) => {
        #[wasm_bindgen]
        extern "C" {
            pub type Meters;
            $(
                #[wasm_bindgen(method, getter, js_name = $js_name)]
                pub fn $name(this: &Meters) -> $kind;
            )*
        }
    };
}

meters! {
    applied_sequence = appliedSequence: u32,
    quanta = quanta: u32,
    frames = frames: u32,
    clips = clips: u32,
    scrubbed = scrubbed: u32,
    input_peak = inputPeak: Vec<f32>,
    input_rms = inputRms: Vec<f32>,
    output_peak = outputPeak: Vec<f32>,
    output_rms = outputRms: Vec<f32>,
    missed = missed: u32,
    late = late: u32,
    gate_level = gateLevel: f32,
    gate_reduction = gateReduction: f32,
    compressor_level = compressorLevel: f32,
    compressor_reduction = compressorReduction: f32,
    momentary_lufs = momentaryLufs: f32,
    short_term_lufs = shortTermLufs: f32,
    integrated_lufs = integratedLufs: f32,
    loudness_range_lu = loudnessRangeLu: f32,
    true_peak_dbtp = truePeakDbtp: f32,
}
