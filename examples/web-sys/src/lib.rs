//! A tone through the engine: play it, turn its low-pass, see its level.

use audio_dsp_wasm::params::Param;
use audio_dsp_wasm::web::{Engine, Error};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    AudioContext, HtmlButtonElement, HtmlInputElement, HtmlMeterElement, HtmlOutputElement, OscillatorNode,
    OscillatorType, Window,
};

const METER_MILLISECONDS: i32 = 50;

#[wasm_bindgen(start)]
fn start() {
    let play: HtmlButtonElement = element("button");
    let clicked = listener(|| {
        wasm_bindgen_futures::spawn_local(async {
            if let Err(error) = play_tone().await {
                element::<HtmlOutputElement>("output").set_value(&error.to_string());
            }
        });
    });
    play.set_onclick(Some(&clicked));
}

async fn play_tone() -> Result<(), Error> {
    let cutoff: HtmlInputElement = element("input");
    element::<HtmlButtonElement>("button").set_disabled(true);

    let context = AudioContext::new()?;
    let engine = Engine::builder()
        .param(Param::Gain, 0.5)
        .param(Param::LpfCutoff, cutoff.value_as_number() as f32)
        .create(&context)
        .await?;
    let tone = OscillatorNode::new(&context)?;
    tone.set_type(OscillatorType::Sawtooth);
    tone.frequency().set_value(110.0);
    tone.connect_with_audio_node(&engine.input())?;
    engine.output().connect_with_audio_node(&context.destination())?;
    tone.start()?;

    let says = format!("{}, {}", engine.mode().name(), engine.transport().name());
    element::<HtmlOutputElement>("output").set_value(&says);
    // The listeners live as long as the page, and the engine with them.
    let engine = Rc::new(engine);
    let turned = listener({
        let (engine, cutoff) = (engine.clone(), cutoff.clone());
        move || {
            // Not a number or closed: neither comes from this slider, while the page is open.
            let _ = engine.set(Param::LpfCutoff, cutoff.value_as_number() as f32);
        }
    });
    cutoff.set_oninput(Some(&turned));
    let meter: HtmlMeterElement = element("meter");
    let measured = listener(move || meter.set_value(f64::from(engine.meters().output_peak[0])));
    window().set_interval_with_callback_and_timeout_and_arguments_0(&measured, METER_MILLISECONDS)?;
    Ok(())
}

fn window() -> Window {
    web_sys::window().expect("a page")
}

/// The page's element of this name, of which there is one.
fn element<T: JsCast>(name: &str) -> T {
    let found = window().document().and_then(|document| document.query_selector(name).ok().flatten());
    found.expect("it is in index.html").unchecked_into()
}

/// A function that JavaScript can call as long as the page lives.
fn listener(call: impl Fn() + 'static) -> js_sys::Function {
    Closure::<dyn Fn()>::new(call).into_js_value().unchecked_into()
}
