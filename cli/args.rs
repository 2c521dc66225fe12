//! The command line: what to render, to where, and how. Every row of the parameter table is a flag. A value out of
//! range is refused, not clamped: a slider shows where it stopped, a command line would not. Runs once, on the main
//! thread.

use crate::output::Destination;
use crate::source::Input;
use crate::wav::Format;
use audio_dsp_wasm::params::{self, Curve, Parameter, Values};
use clap::builder::ValueRange;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, Error, value_parser};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::str::FromStr;

/// The longest tail.
const LONGEST_TAIL_SECONDS: f64 = 3600.0;
/// The loudness that can be asked for, in LUFS.
const LOUDNESS_RANGE: [f64; 2] = [-70.0, 0.0];

/// All that the command line asks for.
pub struct Request {
    pub jobs: Vec<Job>,
    pub settings: Settings,
}

/// One file to render.
pub struct Job {
    pub input: Input,
    pub output: Destination,
}

/// How every file is rendered.
pub struct Settings {
    /// The parameters, which hold from the first sample to the last.
    pub values: Values,
    /// What the output's samples are.
    pub format: Format,
    /// How long the sound may ring on after the input's end.
    pub tail_seconds: f64,
    /// The integrated loudness that the output is to have, in LUFS.
    pub loudness: Option<f64>,
    /// Whether a file that is there already may be replaced.
    pub force: bool,
}

/// Reads the arguments; the first is the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(joined(arguments))?;
    let files = matches.get_many::<PathBuf>("files").expect("a required argument").cloned().collect();
    let jobs = jobs(files).map_err(|sentence| command.error(ErrorKind::ValueValidation, sentence))?;
    let settings = Settings {
        values: values(&matches, params::defaults()),
        format: *matches.get_one("bits").expect("an argument with a default"),
        tail_seconds: *matches.get_one("tail").expect("an argument with a default"),
        loudness: matches.get_one("loudness").copied(),
        force: matches.get_flag("force"),
    };
    Ok(Request { jobs, settings })
}

/// The command line, with a flag for each row of the parameter table.
fn command() -> Command {
    Command::new("audio-dsp-wasm")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Renders sound files through the audio engine, bit for bit as the page plays them.")
        .override_usage("audio-dsp-wasm [OPTIONS] IN OUT.wav\n       audio-dsp-wasm [OPTIONS] IN... FOLDER")
        .after_help(
            "Several files are rendered at once, on all cores. Values out of range are refused.\n\
             Integer output is rounded to the nearest step, without dither. Beyond 4 GiB the output is RF64.",
        )
        .arg(
            Arg::new("files")
                .value_names(["IN", "OUT"])
                .value_parser(value_parser!(PathBuf))
                .num_args(2..)
                .required(true)
                .help(
                    "Files to read: WAV, RF64, FLAC, MP3, Ogg Vorbis or AAC, of 1 or 2 channels.\n\
                     Then the WAV file to write, or a folder for several.\n\
                     - is standard input, or standard output",
                ),
        )
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
                .value_parser(|text: &str| number(text, [0.0, LONGEST_TAIL_SECONDS], " s"))
                .default_value("0")
                .help(format!("How long the sound may ring on after the input's end, 0 … {LONGEST_TAIL_SECONDS} s")),
        )
        .arg(
            Arg::new("loudness")
                .long("loudness")
                .value_name("LUFS")
                .allow_negative_numbers(true)
                .value_parser(|text: &str| number(text, LOUDNESS_RANGE, " LUFS"))
                .help(format!(
                    "Integrated loudness of the output (EBU R 128), {} … {} LUFS: set by a gain behind all effects.\n\
                     The input is rendered twice, so it must be a file",
                    LOUDNESS_RANGE[0], LOUDNESS_RANGE[1]
                )),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .short('f')
                .action(ArgAction::SetTrue)
                .help("Replace an output file that is there already"),
        )
        .next_help_heading("Parameters")
        .args(params::TABLE.iter().map(flag))
}

/// The defaults are in the help and not with clap: what is not given must not override another source of values.
fn flag(row: &'static Parameter) -> Arg {
    let arg = Arg::new(row.id).long(flag_name(row)).allow_negative_numbers(true);
    if row.curve == Curve::Switch {
        return arg
            .value_name("0|1")
            .num_args(ValueRange::new(0..=1))
            .require_equals(true)
            .value_parser(switch)
            .default_missing_value("1")
            .help(format!("{}: off or on [default: {}]", row.label, row.default));
    }
    let unit = unit(row);
    let help = format!("{}, {} … {}{unit} [default: {}]", row.label, row.min, row.max, row.default);
    arg.value_name("VALUE").value_parser(move |text: &str| number(text, [row.min, row.max], &unit)).help(help)
}

fn flag_name(row: &Parameter) -> String {
    row.id.replace('_', "-")
}

/// A parameter's unit as it stands behind a number.
fn unit(row: &Parameter) -> String {
    if row.unit.is_empty() || row.unit.starts_with(':') { row.unit.into() } else { format!(" {}", row.unit) }
}

/// A number in range. NaN is in no range.
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
        _ => Err("a switch takes 0 or 1".into()),
    }
}

/// The arguments, with `--limiter-on 0` written as `--limiter-on=0`. To clap a switch takes its value by `=` alone;
/// else `--limiter-on in.wav` would take the file.
fn joined(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut only_files = false;
    for argument in arguments {
        if let Some(last) = joined.last_mut()
            && !only_files
            && argument.to_str().is_some_and(|text| switch(text).is_ok() || text.parse::<f32>().is_ok())
            && last.to_str().and_then(|text| text.strip_prefix("--")).is_some_and(is_switch)
        {
            last.push("=");
            last.push(argument);
            continue;
        }
        only_files |= argument == "--";
        joined.push(argument);
    }
    joined
}

fn is_switch(name: &str) -> bool {
    params::TABLE.iter().any(|row| row.curve == Curve::Switch && flag_name(row) == name)
}

/// The parameters: those that the flags say, and the others as in `base`: the defaults, and here is the place of a
/// preset file's values once there is one (`--state FILE`).
fn values(matches: &ArgMatches, base: Values) -> Values {
    std::array::from_fn(|index| matches.get_one(params::TABLE[index].id).copied().unwrap_or(base[index]))
}

/// What to render to where: two files are an input and its output; else the last is a folder, and each output has its
/// input's name.
fn jobs(mut files: Vec<PathBuf>) -> Result<Vec<Job>, String> {
    let last = files.pop().expect("at least two");
    let into_folder = last.is_dir();
    let names_folder = last.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]);
    if !into_folder && (files.len() > 1 || names_folder) {
        return Err(format!(
            "{} is no folder: several files need one to be written to, make it first.",
            last.display()
        ));
    }
    let mut taken: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut jobs = Vec::new();
    for file in files {
        let output = if into_folder { last.join(output_name(&file)?) } else { last.clone() };
        if let Some(other) = taken.insert(output.clone(), file.clone()) {
            return Err(format!(
                "{} and {} would both become {}: render one of them by itself.",
                other.display(),
                file.display(),
                output.display()
            ));
        }
        jobs.push(Job { input: Input::new(file), output: Destination::new(output) });
    }
    Ok(jobs)
}

/// The output's name in a folder: the input's, with .wav as its extension.
fn output_name(file: &Path) -> Result<PathBuf, String> {
    match file.file_stem() {
        Some(stem) if !Input::is_standard(file) => {
            let mut name = stem.to_owned();
            name.push(".wav");
            Ok(name.into())
        }
        _ => Err(format!("{} gives the output no name: name a file, not a folder.", file.display())),
    }
}
