//! A WAV file through the engine, without a browser: what comes out is what the page plays, bit for bit.
//!
//!     cargo run --release --example render -- in.wav out.wav --lpf-cutoff 1200 --delay-mix 0.5
//!
//! Every row of the parameter table is a flag. A value out of range is refused, not clamped: a slider shows where it
//! stopped, a command line would not. Parameters hold from the first sample to the last. The output file appears only
//! when it is complete, so it may also be the input file.

use audio_dsp_wasm::chain::SAMPLE_RATES;
use audio_dsp_wasm::dsp::block::MAX_CHANNELS;
use audio_dsp_wasm::engine::{Engine, Meters};
use audio_dsp_wasm::params::{self, Curve, Param, Parameter, Values};
use clap::{Arg, ArgMatches, Command, value_parser};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Frames per call of the engine: the quantum of Web Audio.
const QUANTUM: usize = 128;
/// The longest tail, in seconds.
const LONGEST_TAIL: f64 = 3600.0;
/// How often progress is shown, from when it has taken so long.
const PROGRESS: Duration = Duration::from_secs(1);

#[allow(dead_code)] // not called where the tests take this file in
fn main() -> ExitCode {
    match run(std::env::args_os()) {
        Ok(summary) => {
            eprintln!("{summary}");
            ExitCode::SUCCESS
        }
        Err(Stop::Usage(said)) => said.exit(),
        Err(Stop::Failure(sentence)) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Why nothing was rendered.
#[derive(Debug)]
pub enum Stop {
    /// The command line is wrong, or asks for help.
    Usage(clap::Error),
    /// A file is wrong: a sentence that says what to do.
    Failure(String),
}

impl From<String> for Stop {
    fn from(sentence: String) -> Self {
        Stop::Failure(sentence)
    }
}

/// Renders as the arguments say (the first is the program's name), and says what was done.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<String, Stop> {
    let matches = command().try_get_matches_from(arguments).map_err(Stop::Usage)?;
    let path = |name| matches.get_one::<PathBuf>(name).expect("a required argument");
    let (input, output) = (path("input"), path("output"));
    let source = Source::open(input)?;
    let format = *matches.get_one::<Format>("bits").expect("an argument with a default");
    let tail = *matches.get_one::<f64>("tail").expect("an argument with a default");
    Ok(render(source, output, format, tail, &values(&matches))?)
}

/// The command line, with a flag for each row of the parameter table.
fn command() -> Command {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).value_name(name.to_uppercase()).value_parser(value_parser!(PathBuf)).required(true).help(help)
    };
    Command::new("render")
        .about("Renders a WAV file through the audio engine, bit for bit as the page plays it.")
        .after_help("Values out of range are refused. Integer output is rounded to the nearest step, without dither.")
        .arg(file("input", "WAV file to read: 1 or 2 channels, integer or 32-bit float"))
        .arg(file("output", "WAV file to write; it is there only once it is complete"))
        .arg(
            Arg::new("bits")
                .long("bits")
                .value_name("16|24|32f")
                .value_parser(Format::parse)
                .default_value("32f")
                .help("Samples of the output: integers of 16 or 24 bits, or 32-bit float"),
        )
        .arg(
            Arg::new("tail")
                .long("tail")
                .value_name("SECONDS")
                .value_parser(|text: &str| number(text, [0.0, LONGEST_TAIL], " s"))
                .default_value("0")
                .help("How long the sound may ring on after the input's end"),
        )
        .next_help_heading("Parameters")
        .args(params::TABLE.iter().map(flag))
}

fn flag(row: &'static Parameter) -> Arg {
    let arg = Arg::new(row.id).long(row.id.replace('_', "-")).allow_negative_numbers(true);
    if row.curve == Curve::Switch {
        let default = if row.default == 1.0 { "1" } else { "0" };
        return arg
            .value_name("0|1")
            .num_args(0..=1)
            .value_parser(switch)
            .default_value(default)
            .default_missing_value("1")
            .help(format!("{}: off or on", row.label));
    }
    arg.value_name("VALUE")
        .value_parser(|text: &str| number(text, [row.min, row.max], &unit(row)))
        .default_value(row.default.to_string())
        .help(format!("{}, {} … {}{}", row.label, row.min, row.max, unit(row)))
}

/// A parameter's unit as it stands behind a number.
fn unit(row: &Parameter) -> String {
    if row.unit.is_empty() || row.unit.starts_with(':') { row.unit.into() } else { format!(" {}", row.unit) }
}

/// A number in range. One that is not says so by not being so: NaN is in no range.
fn number<T: FromStr + PartialOrd + Display>(text: &str, [min, max]: [T; 2], unit: &str) -> Result<T, String> {
    match text.parse::<T>() {
        Ok(value) if (&min..=&max).contains(&&value) => Ok(value),
        _ => Err(format!("it takes a number from {min} to {max}{unit}")),
    }
}

fn switch(text: &str) -> Result<f32, String> {
    match text {
        "0" | "off" => Ok(0.0),
        "1" | "on" => Ok(1.0),
        _ => Err("a switch takes 0 or 1 (a file name goes before the flags)".into()),
    }
}

fn values(matches: &ArgMatches) -> Values {
    std::array::from_fn(|index| *matches.get_one(params::TABLE[index].id).expect("an argument with a default"))
}

/// What the output's samples are.
#[derive(Clone, Copy)]
enum Format {
    Int16,
    Int24,
    Float32,
}

impl Format {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "16" => Ok(Self::Int16),
            "24" => Ok(Self::Int24),
            "32f" => Ok(Self::Float32),
            _ => Err("choose 16, 24 or 32f".into()),
        }
    }

    fn spec(self, of: WavSpec) -> WavSpec {
        let (bits_per_sample, sample_format) = match self {
            Self::Int16 => (16, SampleFormat::Int),
            Self::Int24 => (24, SampleFormat::Int),
            Self::Float32 => (32, SampleFormat::Float),
        };
        WavSpec { bits_per_sample, sample_format, ..of }
    }

    fn write<W: io::Write + io::Seek>(self, writer: &mut WavWriter<W>, sample: f32) -> hound::Result<()> {
        match self {
            Self::Int16 => writer.write_sample(integer(sample, 16)),
            Self::Int24 => writer.write_sample(integer(sample, 24)),
            Self::Float32 => writer.write_sample(sample),
        }
    }
}

/// The nearest integer sample of so many bits; full scale where the sample is louder.
fn integer(sample: f32, bits: u32) -> i32 {
    let scale = (1i64 << (bits - 1)) as f64;
    (sample as f64 * scale).round().clamp(-scale, scale - 1.0) as i32
}

/// A WAV file that is being read, known to be of a kind that the engine takes.
struct Source {
    name: String,
    reader: WavReader<BufReader<File>>,
}

impl Source {
    fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let reader = WavReader::open(path).map_err(|error| not_opened(&name, error))?;
        let WavSpec { channels, sample_rate, .. } = reader.spec();
        if channels as usize > MAX_CHANNELS {
            return Err(format!(
                "{name} has {channels} channels, and the engine takes 1 or 2: mix it down to stereo first."
            ));
        }
        if !SAMPLE_RATES.contains(&(sample_rate as f64)) {
            let (lowest, highest) = (SAMPLE_RATES.start(), SAMPLE_RATES.end());
            return Err(format!(
                "{name} has a sample rate of {sample_rate} Hz, and the engine takes {lowest} to {highest} Hz: \
                 convert it to 48000 Hz first."
            ));
        }
        Ok(Self { name, reader })
    }

    fn channels(&self) -> usize {
        self.reader.spec().channels as usize
    }

    fn seconds(&self) -> f64 {
        self.reader.duration() as f64 / self.reader.spec().sample_rate as f64
    }

    /// Reads the next frames into the engine's inputs, at most a quantum, and says how many there were.
    fn read(&mut self, engine: &mut Engine) -> Result<usize, String> {
        let WavSpec { bits_per_sample, sample_format, .. } = self.reader.spec();
        match sample_format {
            SampleFormat::Float => self.read_as(engine, |sample: f32| sample),
            SampleFormat::Int => {
                let scale = 1.0 / (1i64 << (bits_per_sample - 1)) as f64;
                self.read_as(engine, |sample: i32| (sample as f64 * scale) as f32)
            }
        }
    }

    fn read_as<S: hound::Sample>(&mut self, engine: &mut Engine, to_float: impl Fn(S) -> f32) -> Result<usize, String> {
        let channels = self.channels();
        let mut count = 0;
        for sample in self.reader.samples::<S>().take(QUANTUM * channels) {
            let sample = sample.map_err(|error| not_read(&self.name, error))?;
            engine.sound(count % channels)[count / channels] = to_float(sample);
            count += 1;
        }
        Ok(count / channels)
    }
}

/// The output file, under another name until it is complete.
struct Target<'a> {
    path: &'a Path,
    partial: PathBuf,
    format: Format,
    writer: Option<WavWriter<BufWriter<File>>>,
}

impl<'a> Target<'a> {
    fn create(path: &'a Path, format: Format, spec: WavSpec) -> Result<Self, String> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // A folder could be written beside, but not replaced.
        if path.is_dir() {
            return Err(not_written(path, "it is a folder"));
        }
        let writer = WavWriter::create(&partial, format.spec(spec)).map_err(|error| not_written(path, error))?;
        Ok(Self { path, partial, format, writer: Some(writer) })
    }

    fn write(&mut self, engine: &mut Engine, channels: usize, frames: usize) -> Result<(), String> {
        let writer = self.writer.as_mut().expect("only finish() takes it");
        for frame in 0..frames {
            for channel in 0..channels {
                let sample = engine.sound(channel)[frame];
                self.format.write(writer, sample).map_err(|error| not_written(self.path, error))?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), String> {
        let writer = self.writer.take().expect("only finish() takes it");
        writer.finalize().map_err(|error| not_written(self.path, error))?;
        fs::rename(&self.partial, self.path).map_err(|error| not_written(self.path, error))
    }
}

impl Drop for Target<'_> {
    /// What is incomplete is taken away; what is complete has another name by now.
    fn drop(&mut self) {
        self.writer = None;
        _ = fs::remove_file(&self.partial);
    }
}

/// Renders a file and its tail, and says what was done.
fn render(mut source: Source, path: &Path, format: Format, tail: f64, values: &Values) -> Result<String, String> {
    let spec = source.reader.spec();
    let (channels, sample_rate) = (source.channels(), spec.sample_rate as f64);
    let mut engine = Engine::new(sample_rate as f32, channels).expect("the source is of a kind it takes");
    for (&param, &value) in Param::ALL.iter().zip(values) {
        engine.set(param, value);
    }
    let mut target = Target::create(path, format, spec)?;
    let mut progress = Progress::new(source.seconds() + tail);
    let mut rendered = 0;
    loop {
        let frames = source.read(&mut engine)?;
        if frames == 0 {
            break;
        }
        engine.process(frames, true);
        target.write(&mut engine, channels, frames)?;
        rendered += frames;
        progress.show(rendered as f64 / sample_rate);
    }
    let end = rendered + (tail * sample_rate).round() as usize;
    while rendered < end {
        let frames = QUANTUM.min(end - rendered);
        engine.process(frames, false);
        target.write(&mut engine, channels, frames)?;
        rendered += frames;
        progress.show(rendered as f64 / sample_rate);
    }
    target.finish()?;
    Ok(summary(path, rendered as f64 / sample_rate, format, engine.meters()))
}

fn summary(path: &Path, seconds: f64, format: Format, Meters { scrubbed, clips, .. }: Meters) -> String {
    let mut summary = format!("{}: {seconds:.3} s rendered.", path.display());
    if scrubbed > 0 {
        summary += &format!(" Samples of the input that were no numbers, or beyond all reason: {scrubbed}, replaced.");
    }
    if clips > 0 {
        let become_of = if matches!(format, Format::Float32) { "kept as they are" } else { "clipped" };
        summary += &format!(" Samples beyond full scale: {clips}, {become_of}; lower --gain, or add --limiter-on.");
    }
    summary
}

/// Shows how far it has come, on the standard error output, where it takes over a second.
struct Progress {
    seconds: f64,
    next: Instant,
}

impl Progress {
    fn new(seconds: f64) -> Self {
        Self { seconds, next: Instant::now() + PROGRESS }
    }

    fn show(&mut self, done: f64) {
        if Instant::now() >= self.next {
            eprintln!("{:3.0} % ({done:.0} of {:.0} s)", 100.0 * done / self.seconds, self.seconds);
            self.next = Instant::now() + PROGRESS;
        }
    }
}

fn not_opened(name: &str, error: hound::Error) -> String {
    match error {
        hound::Error::IoError(error) if error.kind() == ErrorKind::NotFound => {
            format!("{name} is not there: check the path.")
        }
        hound::Error::IoError(error) if ended(&error) => {
            format!("{name} ends before any sound begins: get a whole copy of it.")
        }
        hound::Error::IoError(error) => format!("{name} cannot be read ({error}): check the path and its permissions."),
        hound::Error::Unsupported => {
            format!("{name} is a WAV file of compressed or unusual samples: convert it to 16-bit PCM first.")
        }
        error => format!("{name} is no valid WAV file ({}): convert it to 16-bit PCM WAV first.", reason(error)),
    }
}

fn not_read(name: &str, error: hound::Error) -> String {
    match error {
        hound::Error::IoError(error) if ended(&error) => {
            format!("{name} is cut short, it has fewer samples than its header says: get a whole copy of it.")
        }
        error => format!("{name} cannot be read to its end ({}).", reason(error)),
    }
}

fn not_written(path: &Path, error: impl Display) -> String {
    format!("{} cannot be written ({error}): choose another place for the output.", path.display())
}

/// Whether it says that the file ended too early. (hound says it by the kind `Other`.)
fn ended(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::Other)
}

fn reason(error: hound::Error) -> String {
    match error {
        hound::Error::FormatError(reason) => reason.into(),
        error => error.to_string(),
    }
}
