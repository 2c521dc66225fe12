//! A tone through the engine: play it, turn its low-pass, see its level.

use audio_dsp_wasm::params::Param;
use audio_dsp_wasm::web::{Engine, Error};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{AudioContext, OscillatorNode, OscillatorType};

const METER_PERIOD: Duration = Duration::from_millis(50);

#[wasm_bindgen(start)]
fn start() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let cutoff = RwSignal::new(1200.0_f32);
    let says = RwSignal::new(String::new());
    let level = RwSignal::new(0.0_f32);
    let is_started = RwSignal::new(false);
    // Dropped with the component; so the engine ends with it.
    let engine = StoredValue::new_local(None::<Engine>);

    let play = move |_| {
        is_started.set(true);
        spawn_local(async move {
            match play_tone(cutoff.get_untracked()).await {
                Ok(made) => {
                    says.set(format!("{}, {}", made.mode().name(), made.transport().name()));
                    engine.set_value(Some(made));
                }
                Err(error) => says.set(error.to_string()),
            }
        });
    };
    let turn = move |hz: f32| {
        cutoff.set(hz);
        // Not a number or closed: neither comes from this slider, while the engine is here.
        engine.with_value(|engine| engine.as_ref().map(|engine| engine.set(Param::LpfCutoff, hz)));
    };
    let measure = move || {
        engine.with_value(|engine| {
            if let Some(engine) = engine {
                level.set(engine.meters().output_peak[0]);
            }
        });
    };
    if let Ok(interval) = set_interval_with_handle(measure, METER_PERIOD) {
        on_cleanup(move || interval.clear());
    }

    view! {
        <button type="button" disabled=is_started on:click=play>"Play"</button>
        <label>
            "Low-pass "
            <input
                type="range"
                min="100"
                max="5000"
                value="1200"
                on:input:target=move |event| turn(event.target().value_as_number() as f32)
            />
        </label>
        <meter max="1" prop:value=level></meter>
        <output>{says}</output>
    }
}

/// A tone that plays through an engine.
async fn play_tone(cutoff: f32) -> Result<Engine, Error> {
    let context = AudioContext::new()?;
    let engine = Engine::builder().param(Param::Gain, 0.5).param(Param::LpfCutoff, cutoff).create(&context).await?;
    let tone = OscillatorNode::new(&context)?;
    tone.set_type(OscillatorType::Sawtooth);
    tone.frequency().set_value(110.0);
    tone.connect_with_audio_node(&engine.input())?;
    engine.output().connect_with_audio_node(&context.destination())?;
    tone.start()?;
    Ok(engine)
}
