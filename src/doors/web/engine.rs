//! An engine in the browser. Main thread only.

use super::builder::{EngineBuilder, assign};
use super::{Error, Meters, Mode, Transport, bindings};
use crate::params::Param;
use alloc::{string::String, vec::Vec};
use js_sys::{Array, Float32Array, JSON, Object};
use wasm_bindgen::{JsValue, UnwrapThrowExt};
use web_sys::{AudioNode, BaseAudioContext, EventTarget};

/// An engine in an audio context: an input, an output and parameters. It plays until it is dropped.
///
/// Times are in seconds of the context's `currentTime`, values in the parameter's unit. Whatever returns an error has
/// changed nothing.
#[derive(Debug)]
pub struct Engine {
    js: bindings::Engine,
}

impl Engine {
    /// Says how an engine is to be made, then makes it:
    ///
    /// ```no_run
    /// # use audio_dsp_wasm::{params::Param, web::{Engine, Error}};
    /// # async fn make(context: &web_sys::BaseAudioContext) -> Result<Engine, Error> {
    /// let engine = Engine::builder().param(Param::DelayMix, 0.5).channels(1).create(context).await?;
    /// # Ok(engine) }
    /// ```
    pub fn builder() -> EngineBuilder {
        EngineBuilder::new()
    }

    pub(super) fn new(js: bindings::Engine) -> Self {
        Self { js }
    }

    /// Where sources connect to; the same node in every mode.
    pub fn input(&self) -> AudioNode {
        self.js.input()
    }

    /// The processed sound; the same node in every mode.
    pub fn output(&self) -> AudioNode {
        self.js.output()
    }

    /// The audio context that the engine lives in.
    pub fn context(&self) -> BaseAudioContext {
        self.js.context()
    }

    /// Where the sound is computed.
    pub fn mode(&self) -> Mode {
        Mode::from_name(&self.js.mode()).expect_throw("a mode of worklet/options.js")
    }

    /// How parameters and meters travel.
    pub fn transport(&self) -> Transport {
        Transport::from_name(&self.js.transport()).expect_throw("a transport of worklet/options.js")
    }

    /// How many channels it processes, 1 or 2.
    pub fn channels(&self) -> u32 {
        self.js.channels()
    }

    /// Sets a parameter, clamped to its range, and gives the value in force. It is heard smoothly. What is scheduled
    /// for later still comes; a ramp under way goes on from here.
    ///
    /// # Errors
    /// `BadValue` for what is not finite, `EngineClosed` where the context was closed.
    pub fn set(&self, param: Param, value: f32) -> Result<f32, Error> {
        Ok(self.js.set(param.row().id, value)?)
    }

    /// Sets several parameters as one change: all of them are heard from the same quantum on.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_several(&self, values: impl IntoIterator<Item = (Param, f32)>) -> Result<(), Error> {
        let object = Object::new();
        for (param, value) in values {
            assign(&object, param.row().id, value.into());
        }
        self.js.set_several(&object)?;
        Ok(())
    }

    /// The value in force; where it is scheduled, the one that is scheduled for now.
    pub fn get(&self, param: Param) -> f32 {
        self.js.get(param.row().id)
    }

    /// Schedules a step, which is heard from the frame round(time × sample rate) on.
    ///
    /// # Errors
    /// `EngineClosed`; `Other` with the browser's TypeError, RangeError or DOMException for what an AudioParam would
    /// not take either. So do the other methods that schedule.
    pub fn set_at(&self, param: Param, value: f32, time: f64) -> Result<(), Error> {
        scheduled(self.param(param).set_value_at_time(value, time))
    }

    /// Schedules a straight line from the event before, or else from now, to a value at a time.
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at), and for a switch.
    pub fn linear_ramp_to(&self, param: Param, value: f32, end_time: f64) -> Result<(), Error> {
        scheduled(self.param(param).linear_ramp_to_value_at_time(value, end_time))
    }

    /// Schedules a ramp of as many octaves, or decibels, each second, from the event before to a value at a time, which
    /// is not 0.
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at), and for a switch.
    pub fn exponential_ramp_to(&self, param: Param, value: f32, end_time: f64) -> Result<(), Error> {
        scheduled(self.param(param).exponential_ramp_to_value_at_time(value, end_time))
    }

    /// Schedules an approach to a target, by 63 % of what is left in each time constant (in seconds; 0 is a step).
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at), and for a switch.
    pub fn set_target_at(&self, param: Param, target: f32, start_time: f64, time_constant: f64) -> Result<(), Error> {
        scheduled(self.param(param).set_target_at_time(target, start_time, time_constant))
    }

    /// Schedules straight lines through two or more values, evenly over a duration in seconds; the last one stays.
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at), and for a switch.
    pub fn set_curve_at(&self, param: Param, values: &[f32], start_time: f64, duration: f64) -> Result<(), Error> {
        scheduled(self.param(param).set_value_curve_at_time(&Float32Array::from(values), start_time, duration))
    }

    /// Takes away all that is scheduled for a time or later; a ramp that goes on beyond it as a whole.
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at).
    pub fn cancel_from(&self, param: Param, time: f64) -> Result<(), Error> {
        scheduled(self.param(param).cancel_scheduled_values(time))
    }

    /// Takes away what is scheduled for after a time, and holds the value that is reached by then.
    ///
    /// # Errors
    /// As [`set_at`](Self::set_at).
    pub fn cancel_and_hold_at(&self, param: Param, time: f64) -> Result<(), Error> {
        scheduled(self.param(param).cancel_and_hold_at_time(time))
    }

    fn param(&self, param: Param) -> bindings::EngineParam {
        self.js.param(param.row().id)
    }

    /// The effects' ids in the order in which the sound goes through them.
    pub fn order(&self) -> Vec<String> {
        self.js.order().iter().filter_map(|id| id.as_string()).collect()
    }

    /// Puts the effects in another order while it plays: without a click, and every effect keeps its sound. Each stands
    /// in it once, the limiter at the end.
    ///
    /// # Errors
    /// `BadOrder`, `EngineClosed`.
    pub fn set_order<Id: AsRef<str>>(&self, ids: impl IntoIterator<Item = Id>) -> Result<(), Error> {
        let ids: Array = ids.into_iter().map(|id| JsValue::from_str(id.as_ref())).collect();
        Ok(self.js.set_order(&ids)?)
    }

    /// A preset: what the engine is set to, as JSON that JavaScript's `engine.state()` gives too.
    pub fn state(&self) -> String {
        JSON::stringify(&self.js.state()).expect_throw("numbers and texts").into()
    }

    /// Goes over to a preset, in one change and without a click. It makes an end of all that is scheduled.
    ///
    /// # Errors
    /// `BadState`, `UnknownParameter`, `BadValue`, `BadOrder`, `EngineClosed`; `Other` for what is not JSON.
    pub fn load(&self, state: &str) -> Result<(), Error> {
        Ok(self.js.load(&JSON::parse(state)?)?)
    }

    /// What the engine did and heard.
    pub fn meters(&self) -> Meters {
        Meters::read(&self.js.meters())
    }

    /// How many changes were made so far, modulo 2³²: what `meters().applied_sequence` is when all of them are heard.
    pub fn sequence(&self) -> u32 {
        self.js.sequence()
    }

    /// Begins to measure the output's loudness as a new programme (ITU-R BS.1770-4, EBU R 128), or ends it.
    ///
    /// # Errors
    /// `EngineClosed`.
    pub fn measure_loudness(&self, on: bool) -> Result<(), Error> {
        Ok(self.js.measure_loudness(on)?)
    }

    /// Seconds that it rings on after its input has ended, with the parameters in force: an upper bound.
    pub fn tail(&self) -> f64 {
        self.js.tail()
    }

    /// Changes the mode while it plays, by a crossfade. Where the new one cannot start, the old one plays on.
    ///
    /// # Errors
    /// `ModeFixed`, and whatever can keep a mode from starting.
    pub async fn set_mode(&self, mode: Mode) -> Result<(), Error> {
        self.js.set_mode(mode.name()).await?;
        Ok(())
    }

    /// Brings the sound back after the browser refused, suspended or interrupted it; to be called from a click.
    ///
    /// # Errors
    /// `ResumeRefused`, `ResumeOffline`, `ContextClosed`.
    pub async fn resume(&self) -> Result<(), Error> {
        self.js.resume().await?;
        Ok(())
    }

    /// Ends the engine, and waits until its memory is given back. Dropping it ends it without waiting.
    ///
    /// # Errors
    /// None that is known.
    pub async fn close(self) -> Result<(), Error> {
        self.js.close().await?;
        Ok(())
    }
}

/// Its listeners: `modechange`, `statechange` and `error`, whose detail [`Error`] is made from.
impl AsRef<EventTarget> for Engine {
    fn as_ref(&self) -> &EventTarget {
        self.js.as_ref()
    }
}

/// The JavaScript engine itself.
impl AsRef<JsValue> for Engine {
    fn as_ref(&self) -> &JsValue {
        self.js.as_ref()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It ends by itself from here on, and has nobody left to tell.
        let _ending = self.js.close();
    }
}

/// A parameter's methods give the parameter again; here nothing is to be chained.
fn scheduled(result: Result<JsValue, JsValue>) -> Result<(), Error> {
    result.map(drop).map_err(Error::from)
}
