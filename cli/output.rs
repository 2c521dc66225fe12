//! Where the sound goes. A regular file appears, or is replaced, in one stroke and only when it is complete: until then
//! it has a temporary name of the program's own beside it. So the output may be the input, and what fails or is
//! interrupted leaves nothing. All else (devices, FIFOs, standard output) is written to directly. Worker threads write;
//! ctrlc's thread removes temporary files on an interrupt.

use crate::render::QUANTUM;
use crate::wav::{Wav, padding};
use audio_dsp_wasm::engine::Engine;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 16;
/// Links that are followed before they count as a circle; Linux has the same limit.
const MOST_LINKS: usize = 40;

/// The temporary files there are. Whoever creates, renames or removes one holds the lock meanwhile.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// How many names were given to temporary files. None is given twice: a file that was finished under it would take the
/// next one away as its own.
static NAMES: AtomicUsize = AtomicUsize::new(0);

/// Removes every temporary file, and lets no thread make or rename another: to be called right before the program ends.
pub fn remove_temporary_files() {
    let temporary = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    for path in temporary.iter() {
        _ = fs::remove_file(path);
    }
    std::mem::forget(temporary);
}

/// An output as the command line names it.
pub enum Destination {
    Standard,
    File(PathBuf),
}

/// An output that can be written to.
pub struct Place {
    name: String,
    kind: Kind,
}

enum Kind {
    Standard,
    /// A device or a FIFO.
    Direct(PathBuf),
    /// A regular file; with its permissions, if it is there and to be replaced.
    File {
        path: PathBuf,
        replaced: Option<Permissions>,
    },
}

impl Destination {
    pub fn new(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Standard } else { Self::File(path) }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Standard => "standard output".into(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// What is there now, and whether it may be written.
    pub fn find(&self, force: bool) -> Result<Place, String> {
        let name = self.name();
        let kind = match self {
            Self::Standard if io::stdout().is_terminal() => {
                return Err("Standard output is a terminal: send it to a file or a program, by > or |.".into());
            }
            Self::Standard => Kind::Standard,
            Self::File(path) => find(path, &name, force)?,
        };
        Ok(Place { name, kind })
    }
}

fn find(path: &Path, name: &str, force: bool) -> Result<Kind, String> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // Not there, or a link to what is not there.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let path = follow(path).map_err(|error| not_written(name, error))?;
            return Ok(Kind::File { path, replaced: None });
        }
        Err(error) => return Err(not_written(name, error)),
    };
    if metadata.is_dir() {
        return Err(not_written(name, "it is a folder"));
    }
    if !metadata.is_file() {
        return Ok(Kind::Direct(path.into()));
    }
    if !force {
        return Err(already_there(name));
    }
    // A rename would not ask.
    if metadata.permissions().readonly() {
        return Err(not_written(name, "it is write-protected"));
    }
    let path = follow(path).map_err(|error| not_written(name, error))?;
    Ok(Kind::File { path, replaced: Some(metadata.permissions()) })
}

/// The path behind symbolic links, whether there is a file or not: the link stays, and what it names is written.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => path = folder_of(&path).join(fs::read_link(&path)?),
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("its links run in a circle"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A WAV file that is being written.
pub struct Target {
    name: String,
    sink: Sink,
    wav: Wav,
    buffer: Vec<u8>,
    frames: u64,
}

enum Sink {
    Stream(Box<dyn Write>),
    File(TemporaryFile),
}

impl Sink {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stream(stream) => stream,
            Self::File(temporary) => temporary.file.as_mut().expect("only finish() takes it"),
        }
    }
}

impl Target {
    /// Opens it and writes a header: the final one where the length is known, else a stream's, which finish() mends in
    /// a regular file.
    pub fn create(Place { name, kind }: Place, wav: Wav, frames: Option<u64>) -> Result<Self, String> {
        let opened = match kind {
            Kind::Standard => Ok(Sink::Stream(Box::new(io::stdout()))),
            Kind::Direct(path) => OpenOptions::new().write(true).open(path).map(|file| Sink::Stream(Box::new(file))),
            Kind::File { path, replaced } => TemporaryFile::create(path, replaced).map(Sink::File),
        };
        let sink = opened.map_err(|error| not_written(&name, error))?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + QUANTUM * wav.frame_bytes());
        buffer.extend(wav.header(frames));
        Ok(Self { name, sink, wav, buffer, frames: 0 })
    }

    /// Writes the engine's output.
    pub fn write(&mut self, engine: &mut Engine, frames: usize) -> Result<(), String> {
        let start = self.buffer.len();
        self.buffer.resize(start + frames * self.wav.frame_bytes(), 0);
        for channel in 0..self.wav.channels {
            self.wav.encode(&engine.sound(channel)[..frames], channel, &mut self.buffer[start..]);
        }
        self.frames += frames as u64;
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), String> {
        self.sink.writer().write_all(&self.buffer).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => format!("Whoever reads {} ended before the sound did.", self.name),
            _ => not_written(&self.name, error),
        })?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes what is left, and gives a regular file its final header and its name.
    pub fn finish(mut self) -> Result<(), String> {
        let bytes = self.frames * self.wav.frame_bytes() as u64;
        self.buffer.resize(self.buffer.len() + padding(bytes) as usize, 0);
        self.flush()?;
        let header = self.wav.header(Some(self.frames));
        let finished = match self.sink {
            Sink::Stream(mut stream) => stream.flush(),
            Sink::File(temporary) => temporary.finish(&header),
        };
        finished.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => already_there(&self.name),
            _ => not_written(&self.name, error),
        })
    }
}

/// A file under a temporary name, which it loses when it is finished, or with its life.
struct TemporaryFile {
    /// None once it is finished: an open file cannot be renamed everywhere.
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
    /// Whether there may be a file of its final name.
    replaces: bool,
}

impl TemporaryFile {
    fn create(path: PathBuf, replaced: Option<Permissions>) -> io::Result<Self> {
        let mut registered = TEMPORARY.lock().expect("a panic aborts");
        let (temporary, file) = loop {
            let number = NAMES.fetch_add(1, Ordering::Relaxed);
            let name = format!(".audio-dsp-wasm-{}-{number}.partial", process::id());
            let temporary = folder_of(&path).join(name);
            match File::create_new(&temporary) {
                Ok(file) => break (temporary, file),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        };
        registered.insert(temporary.clone());
        drop(registered);
        let created = Self { file: Some(file), temporary, path, replaces: replaced.is_some() };
        if let Some(permissions) = replaced {
            fs::set_permissions(&created.temporary, permissions)?;
        }
        Ok(created)
    }

    fn finish(mut self, header: &[u8]) -> io::Result<()> {
        let mut file = self.file.take().expect("it is finished once");
        file.rewind()?;
        file.write_all(header)?;
        drop(file);
        let mut registered = TEMPORARY.lock().expect("a panic aborts");
        if !self.replaces && fs::symlink_metadata(&self.path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.temporary, &self.path)?;
        registered.remove(&self.temporary);
        Ok(())
    }
}

impl Drop for TemporaryFile {
    /// What is incomplete is taken away; what is finished has another name by now.
    fn drop(&mut self) {
        self.file = None;
        let mut registered = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
        if registered.remove(&self.temporary) {
            _ = fs::remove_file(&self.temporary);
        }
    }
}

fn already_there(name: &str) -> String {
    format!("{name} is there already: add --force to replace it, or choose another name.")
}

fn not_written(name: &str, error: impl Display) -> String {
    format!("{name} cannot be written ({error}): choose another place for the output.")
}
