//! `audio-dsp-wasm`: sound files through the engine, without a browser: what comes out is what the page plays, bit for
//! bit.
//!
//!     audio-dsp-wasm in.flac out.wav --lpf-cutoff 1200 --delay-mix 0.5
//!     audio-dsp-wasm *.mp3 folder/ --compressor-on
//!
//! The main thread reads the command line and waits; each file is rendered by one worker thread, all cores at once. A
//! thread of ctrlc's own takes away what is incomplete when the program is interrupted. It ends with 0, with 1 where a
//! file failed (the others are rendered all the same), with 2 where the command line is wrong, with 130 after an
//! interrupt.

// cargo builds it for WebAssembly too, beside the tests there; it is empty then.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]

mod args;
mod output;
mod progress;
mod render;
mod source;
mod wav;

use args::Request;
use progress::Progress;
use std::process::{ExitCode, abort, exit};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// What shells expect of a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    let request = args::parse(std::env::args_os()).unwrap_or_else(|said| said.exit());
    ctrlc::set_handler(|| {
        output::remove_temporary_files();
        exit(INTERRUPTED);
    })
    .expect("nothing else sets a handler");
    // A panic ends the program at once: nothing is dropped.
    let say_panic = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        output::remove_temporary_files();
        say_panic(info);
        abort();
    }));
    if render_all(&request) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Renders every file, and says of each what was done or what is wrong with it. Whether all went well.
fn render_all(request: &Request) -> bool {
    let progress = Progress::new(request.jobs.len());
    let well = AtomicBool::new(true);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(job) = request.jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let said = render::render(job, &request.settings, &progress).unwrap_or_else(|sentence| {
                well.store(false, Ordering::Relaxed);
                sentence
            });
            progress.finish_file(&said);
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(request.jobs.len());
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    well.into_inner()
}
