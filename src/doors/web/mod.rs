//! The engine for Rust programs in the browser: feature `web`. Main thread only.
//!
//! ```no_run
//! use audio_dsp_wasm::params::Param;
//! use audio_dsp_wasm::web::{Engine, Error};
//! use web_sys::{AudioContext, AudioNode};
//!
//! async fn play(context: &AudioContext, source: &AudioNode) -> Result<Engine, Error> {
//!     let engine = Engine::builder().param(Param::Gain, 0.8).create(context).await?;
//!     source.connect_with_audio_node(&engine.input())?;
//!     engine.output().connect_with_audio_node(&context.destination())?;
//!     engine.set(Param::LpfCutoff, 1200.0)?; // Hz
//!     engine.linear_ramp_to(Param::Gain, 0.0, context.current_time() + 2.0)?;
//!     Ok(engine) // which plays until it is dropped
//! }
//! ```
//!
//! In the program's Cargo.toml:
//!
//! ```toml
//! audio-dsp-wasm = { version = "0.1", default-features = false, features = ["web"] }
//! web-sys = { version = "0.3", features = ["AudioContext", "AudioDestinationNode"] }
//! ```
//!
//! It takes stable Rust, no `atomics` and no header from the server; where the page is cross-origin isolated,
//! parameters travel in shared memory. The program is built for JavaScript modules: by `wasm-bindgen --target web`,
//! which wasm-pack and Trunk run.
//!
//! # What runs
//!
//! This is a binding to the JavaScript engine of the npm package, so there is one implementation of modes, transports,
//! crossfades and schedules, and both languages have the same sound, the same rules and the same errors. Its one file,
//! `pkg/single.js`, has the wasm and the worklet's script inside. The published crate holds it, and wasm-bindgen puts
//! it beside the program's own JavaScript: there is nothing to copy and no address to name. `npm run build` makes it; a
//! clone needs that once before this feature compiles.
//!
//! The sound is computed by the package's own wasm and not by the program's: that one would run as slowly as the
//! program is compiled (for development, say, or for size), and the audio thread would load all of it.
//!
//! Inside the single file the scripts are `data:` URLs. A Content-Security-Policy must allow `data:` in `script-src`
//! for that, and `'wasm-unsafe-eval'` as for any wasm. A stricter page publishes `pkg/processor.js` of the npm package,
//! and names it by [`EngineBuilder::processor_url`].

mod bindings;
mod builder;
mod engine;
mod error;
mod meters;

pub use builder::EngineBuilder;
pub use engine::Engine;
pub use error::{Error, ErrorCode};
pub use meters::Meters;

/// An enum of the words that a JavaScript option takes.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Its name in the JavaScript API.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($word => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Where the sound is computed.
    Mode {
        /// On the audio thread.
        Worklet = "worklet",
        /// On the main thread, in bigger buffers: where there is no AudioWorklet.
        ScriptProcessor = "script-processor",
    }
}

words! {
    /// How parameters and meters travel.
    Transport {
        /// In shared memory, which needs cross-origin isolation. Of the worklet mode.
        Shared = "shared",
        /// By MessagePort. Of the worklet mode.
        Message = "message",
        /// Not at all: of the script processor, which is on the same thread.
        Direct = "direct",
    }
}
