//! What an engine is made with. Main thread only.

use super::bindings;
use super::{Engine, Error, Mode, Transport};
use crate::params::Param;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use web_sys::BaseAudioContext;

/// How an engine is made; [`Engine::builder`] begins one. What is not said is at its default, and
/// [`create`](Self::create) checks the rest.
#[derive(Debug)]
#[must_use = "create() makes the engine"]
pub struct EngineBuilder {
    options: Object,
    params: Object,
}

impl EngineBuilder {
    pub(super) fn new() -> Self {
        Self { options: Object::new(), params: Object::new() }
    }

    /// A parameter's value from the first sample on, clamped to its range; a switch is on from 0.5.
    pub fn param(self, param: Param, value: f32) -> Self {
        assign(&self.params, param.row().id, value.into());
        self
    }

    /// How many channels it processes: 1 or 2, the default. What comes in is mixed up or down to them.
    pub fn channels(self, channels: u32) -> Self {
        self.option("channels", channels)
    }

    /// Where the sound is computed; by default, the best that starts here.
    pub fn mode(self, mode: Mode) -> Self {
        self.option("mode", mode.name())
    }

    /// How parameters travel; by default, the best that the mode can have here.
    pub fn transport(self, transport: Transport) -> Self {
        self.option("transport", transport.name())
    }

    /// Frames in the script processor's buffer: a power of 2 from 256 to 16384. By default it begins small, and grows
    /// when it hears itself glitch.
    pub fn buffer_size(self, frames: u32) -> Self {
        self.option("bufferSize", frames)
    }

    /// Whether the mode stays as it starts, and the engine is one AudioNode with nothing around it: faster, for offline
    /// renders and graphs that never switch.
    pub fn fixed(self, fixed: bool) -> Self {
        self.option("fixed", fixed)
    }

    /// Where the WebAssembly file is, instead of the one inside: `pkg/audio_dsp_wasm_bg.wasm` of the npm package, or
    /// `pkg/audio_dsp_wasm_baseline.wasm` for browsers without SIMD.
    pub fn wasm_url(self, url: &str) -> Self {
        self.option("wasmUrl", url)
    }

    /// Where the worklet script is, instead of the one inside: `pkg/processor.js` of the npm package.
    pub fn processor_url(self, url: &str) -> Self {
        self.option("processorUrl", url)
    }

    /// Seconds that a mode may take to start; by default 10.
    pub fn timeout(self, seconds: f64) -> Self {
        self.option("timeout", seconds)
    }

    fn option(self, name: &str, value: impl Into<JsValue>) -> Self {
        assign(&self.options, name, value.into());
        self
    }

    /// Makes the engine in an AudioContext or an OfflineAudioContext. Nothing is connected yet.
    ///
    /// # Errors
    /// Every code that says what was asked wrongly, or why no mode starts.
    pub async fn create(self, context: &BaseAudioContext) -> Result<Engine, Error> {
        assign(&self.options, "params", self.params.into());
        let engine = bindings::create_engine(context, &self.options).await?;
        Ok(Engine::new(engine.unchecked_into()))
    }
}

/// Sets a property of a plain object, which cannot fail.
pub(super) fn assign(object: &Object, name: &str, value: JsValue) {
    Reflect::set(object, &name.into(), &value).unwrap_throw();
}
