//! What is said while it works: on the standard error output, one line that shows how far it has come, where that is a
//! terminal and it takes over a second. Called from every worker thread.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Progress is shown from then on,
const FIRST: Duration = Duration::from_secs(1);
/// and so often.
const PERIOD: Duration = Duration::from_millis(200);

/// Back to the beginning of the line, and empty it.
const CLEAR_LINE: &str = "\r\x1b[K";

/// The progress of all files together.
pub struct Progress {
    files: usize,
    is_terminal: bool,
    state: Mutex<State>,
}

struct State {
    finished: usize,
    rendered_seconds: f64,
    /// When it is shown again.
    next: Instant,
}

impl Progress {
    pub fn new(files: usize) -> Self {
        let state = State { finished: 0, rendered_seconds: 0.0, next: Instant::now() + FIRST };
        Self { files, is_terminal: io::stderr().is_terminal(), state: Mutex::new(state) }
    }

    /// Shows that `more` seconds of a file are rendered, of so many, where that is known.
    pub fn add(&self, more: f64, of: Option<f64>) {
        let mut state = self.state.lock().expect("a panic aborts");
        state.rendered_seconds += more;
        let now = Instant::now();
        if !self.is_terminal || now < state.next {
            return;
        }
        state.next = now + PERIOD;
        let rendered = state.rendered_seconds;
        let line = match of {
            _ if self.files > 1 => {
                format!("{} of {} files done, {rendered:.0} s rendered", state.finished, self.files)
            }
            Some(of) if of >= rendered => format!("{:.0} % ({rendered:.0} of {of:.0} s)", 100.0 * rendered / of),
            _ => format!("{rendered:.0} s rendered"),
        };
        // A terminal that is gone is no reason to stop.
        _ = write!(io::stderr(), "{CLEAR_LINE}{line}");
    }

    /// Says what became of a file, in the place of the progress.
    pub fn finish_file(&self, sentence: &str) {
        let mut state = self.state.lock().expect("a panic aborts");
        state.finished += 1;
        let clear = if self.is_terminal { CLEAR_LINE } else { "" };
        _ = writeln!(io::stderr(), "{clear}{sentence}");
    }
}
