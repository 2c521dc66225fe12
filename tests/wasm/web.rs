//! The engine as a Rust program in a browser has it (feature `web`): the formulas' sound, an AudioParam's schedule, the
//! parameter table, and errors with the codes that JavaScript has.

use crate::reference::{Settings, chain, error_db, test_sound};
use audio_dsp_wasm::params::{Curve, Param};
use audio_dsp_wasm::web::{Engine, EngineBuilder, Error, ErrorCode, Meters, Mode, Transport};
use audio_dsp_wasm::{control, rack};
use js_sys::{Array, Function, Promise, Reflect};
use std::f64::consts::{PI, SQRT_2};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AudioBuffer, AudioContext, AudioNode, BaseAudioContext, ConstantSourceNode, OfflineAudioContext};

const SAMPLE_RATE: f64 = 48000.0;

#[wasm_bindgen(module = "/pkg/single.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = ERROR_CODES)]
    static ERROR_CODES: Array;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function);
}

fn offline(frames: usize) -> OfflineAudioContext {
    OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, frames as u32, SAMPLE_RATE as f32)
        .expect("a context")
}

/// A source that plays these samples from the start.
fn playing(context: &BaseAudioContext, sound: &[f32]) -> AudioNode {
    let buffer = context.create_buffer(1, sound.len() as u32, SAMPLE_RATE as f32).expect("a buffer");
    buffer.copy_to_channel(sound, 0).expect("one channel");
    let source = context.create_buffer_source().expect("a source");
    source.set_buffer(Some(&buffer));
    source.start().expect("a start");
    source.into()
}

/// The samples of a sound that went through the engine.
async fn render(context: &OfflineAudioContext, source: &AudioNode, engine: &Engine) -> Vec<f32> {
    source.connect_with_audio_node(&engine.input()).expect("nodes of one context");
    engine.output().connect_with_audio_node(&context.destination()).expect("nodes of one context");
    let rendered = context.start_rendering().expect("a first call").await.expect("a sound");
    rendered.unchecked_into::<AudioBuffer>().get_channel_data(0).expect("one channel")
}

/// An engine whose output is its input times the gain.
fn only_gain() -> EngineBuilder {
    let switches = [Param::DistortionOn, Param::LpfOn, Param::HpfOn, Param::DelayOn];
    switches.iter().fold(Engine::builder().channels(1), |builder, &switch| builder.param(switch, 0.0))
}

/// The code with which it failed.
#[track_caller]
fn code<T>(result: Result<T, Error>) -> ErrorCode {
    let error = result.err().expect("an error");
    assert!(!error.to_string().is_empty());
    error.code()
}

#[wasm_bindgen_test]
async fn follows_the_formulas_to_minus_100_db() {
    let s = Settings { gain: 0.75, lpf_cutoff: 1250.0, delay_time: 0.125, delay_mix: 0.5, ..Settings::default() };
    let input = test_sound(48000, SAMPLE_RATE, 0);
    let context = offline(input.len());
    let engine = Engine::builder()
        .channels(1)
        .param(Param::Gain, s.gain as f32)
        .param(Param::LpfCutoff, s.lpf_cutoff as f32)
        .param(Param::DelayTime, s.delay_time as f32)
        .param(Param::DelayMix, s.delay_mix as f32)
        .create(&context)
        .await
        .expect("an engine");
    assert_eq!((engine.mode(), engine.channels()), (Mode::Worklet, 1));
    let output = render(&context, &playing(&context, &input), &engine).await;
    let error = error_db(&output, &chain(&s, SAMPLE_RATE, &input));
    assert!(error <= -100.0, "{error:.1} dB");
}

/// Each call, in the seconds for which an AudioParam's formula is given.
#[wasm_bindgen_test]
async fn schedules_as_an_audio_param_does() {
    let context = offline(48000);
    let engine = only_gain().create(&context).await.expect("an engine");
    let source = ConstantSourceNode::new(&context).expect("a source");
    source.start().expect("a start");
    let gain = Param::Gain;
    let calls = [
        engine.set_at(gain, 0.5, 0.125),
        engine.linear_ramp_to(gain, 1.5, 0.25),
        engine.exponential_ramp_to(gain, 0.375, 0.375),
        engine.set_target_at(gain, 2.0, 0.4375, 0.03125),
        engine.set_curve_at(gain, &[1.0, 3.0, 2.0], 0.5, 0.125),
        engine.set_at(gain, 4.0, 0.75),
        engine.linear_ramp_to(gain, 0.0, 0.875),
        engine.cancel_and_hold_at(gain, 0.8125),
        engine.set_at(gain, 3.5, 0.9375),
        engine.cancel_from(gain, 0.9375),
    ];
    for call in calls {
        call.expect("a call in order");
    }
    let output = render(&context, source.as_ref(), &engine).await;
    let wanted = |t: f64| match t {
        ..0.125 => 1.0,
        ..0.25 => 0.5 + (t - 0.125) / 0.125,
        ..0.375 => 1.5 * (0.375f64 / 1.5).powf((t - 0.25) / 0.125),
        ..0.4375 => 0.375,
        ..0.5 => 2.0 + (0.375 - 2.0) * (-(t - 0.4375) / 0.03125).exp(),
        ..0.5625 => 1.0 + 2.0 * (t - 0.5) / 0.0625,
        ..0.625 => 3.0 - (t - 0.5625) / 0.0625,
        ..0.75 => 2.0,
        ..0.8125 => 4.0 - 4.0 * (t - 0.75) / 0.125,
        _ => 2.0,
    };
    for (frame, &got) in output.iter().enumerate() {
        let wanted = wanted(frame as f64 / SAMPLE_RATE);
        assert!((f64::from(got) - wanted).abs() < 1e-4, "frame {frame}: {got}, not {wanted}");
    }
}

#[wasm_bindgen_test]
async fn has_every_parameter_of_the_table() {
    let engine = Engine::builder().create(&offline(128)).await.expect("an engine");
    for &param in Param::ALL {
        let row = param.row();
        assert_eq!(engine.get(param), row.default, "{}", row.id);
        for (asked, in_force) in [(row.max + 1.0, row.max), (row.min - 1.0, row.min)] {
            assert_eq!(engine.set(param, asked).expect("a finite number"), in_force, "{}", row.id);
            assert_eq!(engine.get(param), in_force, "{}", row.id);
        }
        let ramp = engine.linear_ramp_to(param, row.max, 1.0);
        assert_eq!(ramp.is_err(), row.curve == Curve::Switch, "{}", row.id);
    }
}

#[wasm_bindgen_test]
async fn several_values_are_one_change() {
    let engine = Engine::builder().create(&offline(128)).await.expect("an engine");
    let before = engine.sequence();
    engine.set_several([(Param::Gain, 0.25), (Param::DelayMix, 9.0)]).expect("finite numbers");
    assert_eq!((engine.get(Param::Gain), engine.get(Param::DelayMix)), (0.25, 1.0));
    assert_eq!(engine.sequence(), before + 1);
}

#[wasm_bindgen_test]
async fn keeps_presets_and_orders() {
    let engine = Engine::builder().create(&offline(128)).await.expect("an engine");
    assert_eq!(engine.order(), rack::EFFECTS);
    let mut order = engine.order();
    order.swap(0, 3);
    engine.set_order(&order).expect("each effect once");
    engine.set(Param::LpfCutoff, 440.0).expect("a finite number");
    let preset = engine.state();
    let other = Engine::builder().create(&offline(128)).await.expect("an engine");
    other.load(&preset).expect("a state");
    assert_eq!((other.order(), other.get(Param::LpfCutoff)), (order, 440.0));
}

#[wasm_bindgen_test]
async fn meters_what_it_heard() {
    let frames = 48000;
    let context = offline(frames);
    let engine = only_gain().param(Param::Gain, 0.5).create(&context).await.expect("an engine");
    engine.measure_loudness(true).expect("an open engine");
    // Measured as BS.1770 itself gives it: 0 dBFS at 997 Hz in one channel reads −3.01 LUFS.
    let sine: Vec<f32> = (0..frames).map(|n| (2.0 * PI * 997.0 * n as f64 / SAMPLE_RATE).sin() as f32).collect();
    render(&context, &playing(&context, &sine), &engine).await;
    let meters = settled(&engine, frames as u32).await;
    assert_eq!((meters.frames, meters.quanta, meters.scrubbed, meters.late), (48000, 375, 0, 0));
    assert_eq!(meters.applied_sequence, engine.sequence());
    let near = |got: f32, wanted: f64, by: f64| assert!((f64::from(got) - wanted).abs() < by, "{got}, not {wanted}");
    near(meters.input_peak[0], 1.0, 0.01);
    near(meters.output_peak[0], 0.5, 0.005);
    near(meters.output_rms[0], 0.25 * SQRT_2, 0.02);
    assert_eq!(meters.output_peak[1], 0.0, "of a mono engine");
    near(meters.momentary_lufs, -3.01 - 6.02, 0.1);
    near(meters.true_peak_dbtp, -6.02, 0.1);
}

/// The meters once the messages have told of so many frames.
async fn settled(engine: &Engine, frames: u32) -> Meters {
    while engine.meters().frames < frames {
        // A turn of the event loop, in which messages come.
        let turn = Promise::new(&mut |resolve, _reject| set_timeout(&resolve));
        turn.await.expect("no rejection");
    }
    engine.meters()
}

#[wasm_bindgen_test]
async fn has_each_meter_of_the_control_block() {
    let engine = Engine::builder().create(&offline(128)).await.expect("an engine");
    let shown = format!("{:?}", engine.meters());
    for meter in control::METER_TABLE {
        let snake = |name: String, c: char| match c {
            'A'..='Z' => format!("{name}_{}", c.to_ascii_lowercase()),
            _ => format!("{name}{c}"),
        };
        let field = meter.name.chars().fold(String::new(), snake);
        assert!(shown.contains(&format!(" {field}: ")), "{field} in {shown}");
    }
}

#[wasm_bindgen_test]
fn has_the_error_codes_of_javascript() {
    let javascript: Vec<String> = ERROR_CODES.with(|codes| codes.iter().filter_map(|id| id.as_string()).collect());
    let rust: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.id()).collect();
    assert_eq!(rust, javascript);
}

#[wasm_bindgen_test]
async fn refuses_what_is_wrong_by_its_code_and_changes_nothing() {
    let context = offline(128);
    let builder = Engine::builder;
    assert_eq!(code(builder().channels(3).create(&context).await), ErrorCode::BadOption);
    assert_eq!(code(builder().param(Param::Gain, f32::NAN).create(&context).await), ErrorCode::BadValue);
    assert_eq!(code(builder().wasm_url("/no.wasm").create(&context).await), ErrorCode::WasmMissing);
    let no_script = builder().mode(Mode::Worklet).processor_url("/no.js");
    assert_eq!(code(no_script.create(&context).await), ErrorCode::WorkletScriptMissing);

    let engine = builder().create(&context).await.expect("an engine");
    let before = engine.state();
    assert_eq!(code(engine.set(Param::Gain, f32::INFINITY)), ErrorCode::BadValue);
    assert_eq!(code(engine.set_several([(Param::DelayMix, 1.0), (Param::Gain, f32::NAN)])), ErrorCode::BadValue);
    assert_eq!(code(engine.set_order(["gain"])), ErrorCode::BadOrder);
    assert_eq!(code(engine.load("{}")), ErrorCode::BadState);
    assert_eq!(code(engine.load("no JSON")), ErrorCode::Other);
    assert_eq!(code(engine.set_at(Param::Gain, 1.0, -1.0)), ErrorCode::Other);
    assert_eq!(engine.state(), before);
}

/// What this page allows, by the headers that the test runner sends.
fn best_transport() -> Transport {
    let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).expect("a window");
    if isolated == JsValue::TRUE { Transport::Shared } else { Transport::Message }
}

#[wasm_bindgen_test]
async fn changes_its_mode_unless_it_is_fixed() {
    let context = AudioContext::new().expect("a context");
    let engine = Engine::builder().mode(Mode::ScriptProcessor).buffer_size(1024).create(&context).await;
    let engine = engine.expect("an engine");
    assert_eq!((engine.mode(), engine.transport()), (Mode::ScriptProcessor, Transport::Direct));
    engine.set_mode(Mode::Worklet).await.expect("a worklet");
    assert_eq!((engine.mode(), engine.transport()), (Mode::Worklet, best_transport()));
    assert_ne!(engine.input(), engine.output());
    engine.close().await.expect("an end");

    let message = Engine::builder().transport(Transport::Message).create(&context).await.expect("an engine");
    assert_eq!((message.mode(), message.transport()), (Mode::Worklet, Transport::Message));

    let engine = Engine::builder().fixed(true).create(&context).await.expect("an engine");
    assert_eq!(engine.input(), engine.output());
    assert_eq!(code(engine.set_mode(Mode::ScriptProcessor).await), ErrorCode::ModeFixed);
    drop(engine);
    context.close().expect("a promise").await.expect("an end");
    assert_eq!(code(Engine::builder().create(&context).await), ErrorCode::ContextClosed);
}

#[wasm_bindgen_test]
async fn ends_where_it_is_dropped() {
    let engine = Engine::builder().create(&offline(128)).await.expect("an engine");
    let javascript = AsRef::<JsValue>::as_ref(&engine).clone();
    let closed = || Reflect::get(&javascript, &"closed".into()).expect("an engine");
    assert_eq!(closed(), JsValue::FALSE);
    drop(engine);
    assert_eq!(closed(), JsValue::TRUE);
}
