//! What can go wrong, with the codes and the sentences of the JavaScript engine (worklet/errors.js). Main thread only.

use alloc::string::{String, ToString};
use core::fmt;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal,)*) => {
        /// What went wrong, as the `code` of a JavaScript EngineError has it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
            /// No EngineError: what the browser itself threw, as for a time that is negative.
            Other,
        }

        impl ErrorCode {
            /// Every code of an EngineError.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code in JavaScript.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                    Self::Other => "other",
                }
            }
        }
    };
}

codes! {
    /// What the engine was to be made in is no AudioContext.
    BadContext = "bad-context",
    /// It is a wrapper around one.
    WrappedContext = "wrapped-context",
    /// There is no such option.
    UnknownOption = "unknown-option",
    /// An option cannot have this value.
    BadOption = "bad-option",
    /// There is no such parameter.
    UnknownParameter = "unknown-parameter",
    /// A parameter needs a finite number.
    BadValue = "bad-value",
    /// An order has each effect once, and the last one at its end.
    BadOrder = "bad-order",
    /// This is no state of an engine.
    BadState = "bad-state",
    /// This is no take of an engine.
    BadTake = "bad-take",
    /// These are no frequencies.
    BadFrequencies = "bad-frequencies",
    /// The audio context is closed.
    ContextClosed = "context-closed",
    /// The engine was made to stay in its mode.
    ModeFixed = "mode-fixed",
    /// A value of a string (`createString()`) is out of range.
    BadStringValue = "bad-string-value",
    /// A string cannot be played at this time.
    BadStringTime = "bad-string-time",
    /// The sample rate of the context is too low for a string.
    StringSampleRate = "string-sample-rate",
    /// The string is closed.
    StringClosed = "string-closed",
    /// The engine is closed.
    EngineClosed = "engine-closed",
    /// This is no sound that can be rendered.
    BadInput = "bad-input",
    /// The browser has no WebAssembly.
    WasmUnsupported = "wasm-unsupported",
    /// The browser has no WebAssembly SIMD or no DecompressionStream, which the single file needs.
    SimdUnsupported = "simd-unsupported",
    /// The page's Content-Security-Policy forbids WebAssembly.
    WasmBlocked = "wasm-blocked",
    /// The WebAssembly file could not be loaded.
    WasmMissing = "wasm-missing",
    /// It is no whole WebAssembly file.
    WasmInvalid = "wasm-invalid",
    /// It is of another version than the scripts.
    WasmVersion = "wasm-version",
    /// There is no AudioWorklet: the page is not served over https or from localhost, or the browser is too old.
    WorkletUnsupported = "worklet-unsupported",
    /// The worklet script could not be loaded.
    WorkletScriptMissing = "worklet-script-missing",
    /// The page's Content-Security-Policy blocks the worklet script.
    WorkletScriptBlocked = "worklet-script-blocked",
    /// The worklet script loaded, and registered no processor of this version.
    WorkletScriptFailed = "worklet-script-failed",
    /// There is no memory for another engine.
    OutOfMemory = "out-of-memory",
    /// The processor could not build its engine.
    ProcessorFailed = "processor-failed",
    /// The audio thread did not answer in time.
    ProcessorSilent = "processor-silent",
    /// The engine failed while it played.
    ProcessorDied = "processor-died",
    /// There is no shared memory: the page is not cross-origin isolated.
    SharedMemoryUnsupported = "shared-memory-unsupported",
    /// There are no workers.
    WorkerUnsupported = "worker-unsupported",
    /// The worker script could not be loaded.
    WorkerMissing = "worker-missing",
    /// The page's Content-Security-Policy blocks the worker script.
    WorkerBlocked = "worker-blocked",
    /// The worker script did not start.
    WorkerFailed = "worker-failed",
    /// A render's worker failed.
    RenderFailed = "render-failed",
    /// The browser has no ScriptProcessorNode.
    ScriptProcessorUnsupported = "script-processor-unsupported",
    /// The browser renders offline without waiting for ScriptProcessorNodes.
    ScriptProcessorOffline = "script-processor-offline",
    /// The ScriptProcessorNode was not called in time.
    ScriptProcessorSilent = "script-processor-silent",
    /// An offline context runs while it renders, and is not resumed.
    ResumeOffline = "resume-offline",
    /// The browser keeps the sound off until a click or a key press.
    ResumeRefused = "resume-refused",
}

/// An error: its code, and a sentence that says what to do.
#[derive(Clone, Debug)]
pub struct Error {
    code: ErrorCode,
    message: String,
    thrown: JsValue,
}

impl Error {
    /// What went wrong.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

/// Whatever JavaScript threw. So `?` takes a web-sys function's errors where [`Error`] is returned, and an event's
/// `detail` can be read.
impl From<JsValue> for Error {
    fn from(thrown: JsValue) -> Self {
        let text = |name: &str| Reflect::get(&thrown, &name.into()).ok().and_then(|value| value.as_string());
        let id = text("code");
        let code = ErrorCode::ALL.iter().copied().find(|code| Some(code.id()) == id.as_deref());
        let message = text("message").or_else(|| thrown.as_string());
        Self {
            code: code.unwrap_or(ErrorCode::Other),
            message: message.unwrap_or_else(|| "JavaScript threw what is no error.".to_string()),
            thrown,
        }
    }
}

/// The JavaScript error itself.
impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        error.thrown
    }
}
