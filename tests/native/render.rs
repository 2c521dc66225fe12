//! The command line renders the formulas, and says what is wrong with a file. (tests/render.test.mjs runs it as a
//! program, and compares it with the WebAssembly.)

#[path = "../../examples/render.rs"]
mod program;

use crate::reference::{self, Settings, error_db, test_sound};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use program::Stop;
use std::fs;
use std::path::{Path, PathBuf};

const SPEECH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/speech.wav");

/// A folder of a test's own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("audio-dsp-wasm-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().into()
    }

    fn with(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).unwrap();
        self.file(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Result<String, Stop> {
    program::run(["render"].iter().chain(arguments).map(Into::into))
}

fn refusal(arguments: &[&str]) -> String {
    match run(arguments) {
        Ok(summary) => panic!("rendered: {summary}"),
        Err(Stop::Failure(sentence)) => sentence,
        Err(Stop::Usage(said)) => said.to_string(),
    }
}

/// A WAV file's channels.
fn read(path: &str) -> (WavSpec, Vec<Vec<f32>>) {
    let mut reader = WavReader::open(path).unwrap();
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().map(Result::unwrap).collect(),
        SampleFormat::Int => {
            let scale = 2f64.powi(spec.bits_per_sample as i32 - 1);
            reader.samples::<i32>().map(|sample| (sample.unwrap() as f64 / scale) as f32).collect()
        }
    };
    let channels = spec.channels as usize;
    (spec, (0..channels).map(|c| samples.iter().skip(c).step_by(channels).copied().collect()).collect())
}

fn write(path: &str, spec: WavSpec, channels: &[Vec<f32>]) {
    let mut writer = WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(channel[frame]).unwrap(),
                SampleFormat::Int => {
                    let scale = 2f64.powi(spec.bits_per_sample as i32 - 1);
                    writer.write_sample((channel[frame] as f64 * scale) as i32).unwrap()
                }
            }
        }
    }
    writer.finalize().unwrap();
}

fn stereo(bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
    WavSpec { channels: 2, sample_rate: 44100, bits_per_sample, sample_format }
}

/// A WAV header of 16-bit samples that promises `bytes` bytes of them.
fn header(channels: u16, sample_rate: u32, bytes: u32) -> Vec<u8> {
    let frame = 2 * channels;
    let mut header = b"RIFF".to_vec();
    header.extend((36 + bytes).to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    header.extend(channels.to_le_bytes());
    header.extend(sample_rate.to_le_bytes());
    header.extend((sample_rate.saturating_mul(frame as u32)).to_le_bytes());
    header.extend(frame.to_le_bytes());
    header.extend(b"\x10\0data");
    header.extend(bytes.to_le_bytes());
    header
}

#[test]
fn speech_comes_out_as_the_formulas_have_it_within_100_db() {
    let folder = Folder::new("speech");
    let output = folder.file("out.wav");
    run(&[SPEECH, &output, "--lpf-cutoff", "1200", "--delay-mix", "0.5", "--tail", "1.5"]).unwrap();
    let (spec, got) = read(&output);
    let (input_spec, mut input) = read(SPEECH);
    assert_eq!((spec.bits_per_sample, spec.sample_format), (32, SampleFormat::Float));
    assert_eq!((spec.sample_rate, spec.channels), (input_spec.sample_rate, input_spec.channels));
    input[0].extend([0.0; 72000]);
    let settings = Settings { lpf_cutoff: 1200.0, delay_mix: 0.5, ..Settings::default() };
    let want = reference::chain(&settings, spec.sample_rate as f64, &input[0]);
    let error = error_db(&got[0], &want);
    assert!(error <= -100.0, "{error:.1} dB");
}

#[test]
fn without_a_tail_the_output_is_as_long_as_the_input() {
    let folder = Folder::new("length");
    let output = folder.file("out.wav");
    run(&[SPEECH, &output]).unwrap();
    assert_eq!(read(&output).1[0].len(), read(SPEECH).1[0].len());
}

#[test]
fn every_kind_of_sample_is_read_each_channel_by_itself() {
    let folder = Folder::new("kinds");
    let sound = [test_sound(5000, 44100.0, 0), test_sound(5000, 44100.0, 1)];
    for (bits, format) in [
        (8, SampleFormat::Int),
        (16, SampleFormat::Int),
        (24, SampleFormat::Int),
        (32, SampleFormat::Int),
        (32, SampleFormat::Float),
    ] {
        let (input, output) = (folder.file("in.wav"), folder.file("out.wav"));
        write(&input, stereo(bits, format), &sound);
        run(&[&input, &output, "--delay-time", "0.01", "--gain", "0.9"]).unwrap();
        let delay_time = 0.01f32 as f64;
        let settings = Settings { gain: 0.9f32 as f64, delay_time, ..Settings::default() };
        for (input, got) in read(&input).1.iter().zip(&read(&output).1) {
            let error = error_db(got, &reference::chain(&settings, 44100.0, input));
            assert!(error <= -100.0, "{bits} bits: {error:.1} dB");
        }
    }
}

#[test]
fn integer_output_is_the_float_output_to_half_a_step_and_held_at_full_scale() {
    let folder = Folder::new("integers");
    let exact = folder.file("exact.wav");
    let arguments = ["--gain", "4", "--lpf-cutoff", "3000"];
    run(&[&[SPEECH, &exact][..], &arguments].concat()).unwrap();
    let exact = read(&exact).1.remove(0);
    assert!(exact.iter().any(|x| x.abs() > 1.0), "the test is to clip");
    for bits in ["16", "24"] {
        let output = folder.file("rounded.wav");
        let summary = run(&[&[SPEECH, &output, "--bits", bits][..], &arguments].concat()).unwrap();
        assert!(summary.contains("clipped; lower --gain, or add --limiter-on"), "{summary}");
        let (spec, rounded) = read(&output);
        assert_eq!((spec.bits_per_sample.to_string().as_str(), spec.sample_format), (bits, SampleFormat::Int));
        let step = 2f64.powi(1 - bits.parse::<i32>().unwrap());
        for (&exact, &rounded) in exact.iter().zip(&rounded[0]) {
            let held = (exact as f64).clamp(-1.0, 1.0 - step);
            assert!((held - rounded as f64).abs() <= 0.5001 * step, "{exact} became {rounded}");
        }
    }
}

#[test]
fn a_switch_is_a_flag_with_or_without_a_value() {
    let folder = Folder::new("switches");
    let render = |arguments: &[&str]| {
        let output = folder.file("out.wav");
        run(&[&[SPEECH, &output, "--gain", "4"][..], arguments].concat()).unwrap();
        read(&output).1.remove(0)
    };
    let peak = |samples: Vec<f32>| samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    assert!(peak(render(&[])) > 1.0);
    for limited in [&["--limiter-on"][..], &["--limiter-on", "1"], &["--limiter-on=on"]] {
        assert!(peak(render(limited)) <= 1.0);
    }
    assert!(peak(render(&["--limiter-on", "0"])) > 1.0);
    assert_eq!(render(&["--bypass"]), read(SPEECH).1[0]);
}

#[test]
fn the_output_may_be_the_input_file() {
    let folder = Folder::new("in-place");
    let [file, other] = ["file.wav", "other.wav"].map(|name| folder.file(name));
    fs::copy(SPEECH, &file).unwrap();
    run(&[&file, &other]).unwrap();
    run(&[&file, &file]).unwrap();
    assert_eq!(fs::read(&file).unwrap(), fs::read(&other).unwrap());
}

#[test]
fn what_is_no_number_is_replaced_and_counted() {
    let folder = Folder::new("scrubbed");
    let (input, output) = (folder.file("in.wav"), folder.file("out.wav"));
    let mut sound = [vec![0.25; 1000], vec![0.25; 1000]];
    sound[0][500] = f32::NAN;
    sound[1][200] = f32::INFINITY;
    write(&input, stereo(32, SampleFormat::Float), &sound);
    let summary = run(&[&input, &output]).unwrap();
    assert!(summary.contains("no numbers, or beyond all reason: 2, replaced"), "{summary}");
    assert!(read(&output).1.iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn every_wrong_file_gets_a_sentence_that_says_what_to_do_and_leaves_no_output() {
    let folder = Folder::new("wrong");
    let short = [header(1, 48000, 48000), vec![0; 30000]].concat();
    let cases = [
        (folder.file("absent.wav"), "is not there: check the path."),
        (folder.with("text.wav", b"This is no sound at all, it is text."), "is no valid WAV file (no RIFF tag found)"),
        (folder.with("empty.wav", b""), "ends before any sound begins: get a whole copy of it."),
        (folder.with("head.wav", &short[..30]), "ends before any sound begins: get a whole copy of it."),
        (folder.with("short.wav", &short), "is cut short, it has fewer samples than its header says: get a whole copy"),
        (folder.with("none.wav", &header(0, 48000, 0)), "is no valid WAV file (file contains zero channels)"),
        (folder.with("six.wav", &header(6, 48000, 0)), "has 6 channels, and the engine takes 1 or 2: mix it down"),
        (folder.with("slow.wav", &header(1, 2999, 0)), "of 2999 Hz, and the engine takes 3000 to 768000 Hz: convert"),
        (folder.with("fast.wav", &header(1, 768_001, 0)), "of 768001 Hz, and the engine takes 3000 to 768000 Hz"),
        (folder.with("adpcm.wav", &compressed()), "of compressed or unusual samples: convert it to 16-bit PCM first."),
        (folder.0.to_str().unwrap().into(), "cannot be read"),
    ];
    for (input, sentence) in cases {
        let output = folder.file("out.wav");
        let said = refusal(&[&input, &output]);
        assert!(said.starts_with(&input) && said.contains(sentence), "{said}");
        assert!(said.ends_with('.') && !said.contains('\n'), "one sentence: {said}");
        let left = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(left.into_iter().all(|name| !name.starts_with("out")), "{input} left an output");
    }
}

/// A WAV file of Microsoft's ADPCM, but for its sound.
fn compressed() -> Vec<u8> {
    let mut file = header(1, 48000, 0);
    file[20] = 2;
    file
}

#[test]
fn an_output_that_cannot_be_written_gets_a_sentence_that_says_what_to_do() {
    let folder = Folder::new("unwritable");
    for output in [folder.file("absent/out.wav"), folder.0.to_str().unwrap().into()] {
        let said = refusal(&[SPEECH, &output]);
        assert!(said.starts_with(&output) && said.ends_with("choose another place for the output."), "{said}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn a_value_out_of_range_is_refused_with_the_range() {
    for (flag, value, said) in [
        ("--lpf-cutoff", "20001", "it takes a number from 20 to 20000 Hz"),
        ("--gain", "-1", "it takes a number from 0 to 4 ×"),
        ("--gain", "NaN", "it takes a number from 0 to 4 ×"),
        ("--delay-feedback", "0.96", "it takes a number from 0 to 0.95"),
        ("--delay-mix", "half", "it takes a number from 0 to 1"),
        ("--limiter-on", "2", "a switch takes 0 or 1"),
        ("--tail", "inf", "it takes a number from 0 to 3600 s"),
        ("--bits", "12", "choose 16, 24 or 32f"),
        ("--no-such", "1", "unexpected argument '--no-such'"),
    ] {
        let refused = refusal(&[SPEECH, "never.wav", flag, value]);
        assert!(refused.contains(said), "{refused}");
    }
    assert!(!Path::new("never.wav").exists());
}

#[test]
fn both_ends_of_every_range_are_taken() {
    let folder = Folder::new("ends");
    let (input, output) = (folder.file("in.wav"), folder.file("out.wav"));
    write(&input, stereo(16, SampleFormat::Int), &[vec![0.1; 300], vec![0.1; 300]]);
    for row in audio_dsp_wasm::params::TABLE {
        for end in [row.min, row.max] {
            run(&[&input, &output, &format!("--{}", row.id.replace('_', "-")), &end.to_string()]).unwrap();
        }
    }
}

#[test]
fn help_has_every_parameter_with_its_range_unit_and_default() {
    let help = refusal(&["--help"]);
    for row in audio_dsp_wasm::params::TABLE {
        let line = help.lines().find(|line| line.contains(&format!("--{} ", row.id.replace('_', "-")))).unwrap();
        assert!(line.contains(row.label) && line.contains(row.unit), "{line}");
        assert!(line.ends_with(&format!("[default: {}]", row.default)), "{line}");
        let range = format!("{} … {}", row.min, row.max);
        assert!(line.contains(&range) || line.contains("off or on"), "{line}");
    }
}
