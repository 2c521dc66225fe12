//! What a user of the command line gets: the formulas, from every kind of file; and a sentence where something is
//! wrong. It is run as a program. (tests/node/render.test.mjs interrupts it; identity.test.mjs compares it with the
//! WebAssembly.)

use crate::listening::reference::integrated;
use crate::reference::{self, Settings, error_db, test_sound};
use crate::support;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

fn program(arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_audio-dsp-wasm"));
    program.args(arguments);
    program
}

/// The program's exit code and what it said.
fn said(Output { status, stderr, stdout }: Output) -> (i32, String) {
    let said = [stderr, stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (status.code().expect("no signal ended it"), said)
}

/// Renders, without asking whether the output is there.
fn run(arguments: &[&str]) -> String {
    let (code, said) = said(program(&[arguments, &["--force"]].concat()).output().unwrap());
    assert_eq!(code, 0, "{said}");
    said
}

/// What it says that cannot render: 1 as its exit code says that a file is wrong, 2 the command line.
fn refusal(code: i32, arguments: &[&str]) -> String {
    let (got, said) = said(program(arguments).output().unwrap());
    assert_eq!(got, code, "{said}");
    said
}

/// Feeds standard input, and gives what comes out of standard output.
fn pipe(input: &[u8], arguments: &[&str]) -> Vec<u8> {
    let mut command = program(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
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
    header.extend(bytes.saturating_add(36).to_le_bytes());
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
    run(&[SPEECH, &output, "--lpf-cutoff", "1200", "--delay-mix", "0.5", "--tail", "1.5"]);
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
    run(&[SPEECH, &output]);
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
        run(&[&input, &output, "--delay-time", "0.01", "--gain", "0.9"]);
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
    run(&[&[SPEECH, &exact][..], &arguments].concat());
    let exact = read(&exact).1.remove(0);
    assert!(exact.iter().any(|x| x.abs() > 1.0), "the test is to clip");
    for bits in ["16", "24"] {
        let output = folder.file("rounded.wav");
        let summary = run(&[&[SPEECH, &output, "--bits", bits][..], &arguments].concat());
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
        run(&[&[SPEECH, &output, "--gain", "4"][..], arguments].concat());
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
    run(&[&file, &other]);
    run(&[&file, &file]);
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
    let summary = run(&[&input, &output]);
    assert!(summary.contains("no numbers, or beyond all reason: 2, replaced"), "{summary}");
    assert!(read(&output).1.iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn every_wrong_file_gets_a_sentence_that_says_what_to_do_and_leaves_no_output() {
    let folder = Folder::new("wrong");
    let short = [header(1, 48000, 48000), vec![0; 30000]].concat();
    let flac = fs::read(tones("flac")).unwrap();
    let no_sound = "is no sound file that can be read here";
    let cases = [
        (folder.file("absent.wav"), "is not there: check the path."),
        (folder.with("text.wav", b"This is no sound at all, it is text."), no_sound),
        (folder.with("empty.wav", b""), "ends before any sound begins: get a whole copy of it."),
        (folder.with("head.wav", &short[..30]), "ends before any sound begins: get a whole copy of it."),
        (
            folder.with("short.wav", &short),
            "has fewer samples than its header says, it is cut short or damaged: get a whole copy",
        ),
        (
            folder.with("short.flac", &flac[..9000]),
            "has fewer samples than its header says, it is cut short or damaged",
        ),
        (folder.with("none.wav", &header(0, 48000, 0)), no_sound),
        (folder.with("six.wav", &header(6, 48000, 0)), "has 6 channels, and the engine takes 1 or 2: mix it down"),
        (folder.with("slow.wav", &header(1, 2999, 0)), "of 2999 Hz, and the engine takes 3000 to 768000 Hz: convert"),
        (folder.with("fast.wav", &header(1, 768_001, 0)), "of 768001 Hz, and the engine takes 3000 to 768000 Hz"),
        (folder.with("adpcm.wav", &compressed()), no_sound),
        (folder.0.to_str().unwrap().into(), "cannot be read"),
    ];
    for (input, sentence) in cases {
        let said = refusal(1, &[&input, &folder.file("out.wav")]);
        let said = said.trim_end();
        assert!(said.starts_with(&input) && said.contains(sentence), "{said}");
        assert!(said.ends_with('.') && !said.contains('\n'), "one sentence: {said}");
        let left = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(left.into_iter().all(|name| name != "out.wav" && !name.ends_with("partial")), "{input} left an output");
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
    fs::create_dir(folder.0.join("speech.wav")).unwrap();
    for (output, named) in
        [(folder.file("absent/out.wav"), folder.file("absent/out.wav")), (folder.file(""), folder.file("speech.wav"))]
    {
        let said = refusal(1, &[SPEECH, &output, "--force"]);
        assert!(
            said.starts_with(&named) && said.trim_end().ends_with("choose another place for the output."),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn an_output_that_is_there_is_replaced_by_force_alone_and_keeps_its_permissions() {
    let folder = Folder::new("there");
    let output = folder.with("out.wav", b"mine");
    let said = refusal(1, &[SPEECH, &output]);
    assert!(said.contains("is there already: add --force to replace it"), "{said}");
    assert_eq!(fs::read(&output).unwrap(), b"mine");
    let mut permissions = fs::metadata(&output).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&output, permissions.clone()).unwrap();
    let said = refusal(1, &[SPEECH, &output, "--force"]);
    assert!(said.contains("it is write-protected"), "{said}");
    assert_eq!(fs::read(&output).unwrap(), b"mine");
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o100640);
    #[cfg(not(unix))]
    permissions.set_readonly(false);
    fs::set_permissions(&output, permissions.clone()).unwrap();
    run(&[SPEECH, &output]);
    assert_eq!(read(&output).1[0].len(), read(SPEECH).1[0].len());
    assert_eq!(fs::metadata(&output).unwrap().permissions(), permissions);
}

#[test]
fn a_users_own_partial_file_is_left_alone() {
    let folder = Folder::new("partial");
    let (partial, output) = (folder.with("out.wav.partial", b"mine"), folder.file("out.wav"));
    run(&[SPEECH, &output]);
    assert_eq!(fs::read(&partial).unwrap(), b"mine");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_names_is_written() {
    let folder = Folder::new("links");
    fs::create_dir(folder.0.join("below")).unwrap();
    let link = folder.file("link.wav");
    std::os::unix::fs::symlink("below/out.wav", &link).unwrap();
    for _ in ["the link dangles", "it names a file"] {
        run(&[SPEECH, &link]);
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("below/out.wav"));
        assert!(!fs::symlink_metadata(folder.file("below/out.wav")).unwrap().is_symlink());
        assert_eq!(read(&folder.file("below/out.wav")).1[0].len(), read(SPEECH).1[0].len());
    }
    let circle = folder.file("circle.wav");
    std::os::unix::fs::symlink("circle.wav", &circle).unwrap();
    assert!(refusal(1, &[SPEECH, &circle]).contains("cannot be written"));
}

#[cfg(unix)]
#[test]
fn a_device_and_a_fifo_are_written_to_and_stay() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("fifo");
    run(&[SPEECH, "/dev/null"]);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let fifo = folder.file("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // Opened for both, for it waits for no other side; what is rendered fits into its buffer of 64 KiB.
    let short = folder.file("short.wav");
    write(&short, stereo(16, SampleFormat::Int), &[vec![0.1; 3000], vec![0.2; 3000]]);
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo).unwrap()
    });
    let (code, said) = said(program(&[&short, &fifo, "--bypass"]).output().unwrap());
    assert_eq!(code, 0, "{said}");
    let received = reader.join().unwrap();
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
    let copy = folder.with("copy.wav", &received);
    assert_eq!(read(&copy).1, read(&short).1);
}

#[test]
fn standard_input_and_output_carry_the_same_sound_as_files() {
    let folder = Folder::new("pipes");
    let output = folder.file("out.wav");
    run(&[SPEECH, &output, "--tail", "0.5"]);
    let piped = pipe(&fs::read(SPEECH).unwrap(), &["-", "-", "--tail", "0.5"]);
    assert_eq!(piped, fs::read(&output).unwrap());
    let refused = refusal(2, &["-", folder.0.to_str().unwrap()]);
    assert!(refused.contains("- gives the output no name"), "{refused}");
}

#[test]
fn every_kind_of_file_may_come_by_standard_input() {
    let folder = Folder::new("kinds-by-pipe");
    for extension in ["flac", "mp3", "ogg", "m4a", "aac"] {
        let output = folder.file("out.wav");
        run(&[&tones(extension), &output]);
        let piped = pipe(&fs::read(tones(extension)).unwrap(), &["-", "-"]);
        let data = piped.windows(4).position(|tag| tag == b"data").unwrap() + 8;
        assert_eq!(piped[data..], fs::read(&output).unwrap()[data..], "{extension}");
    }
}

#[test]
fn a_stream_whose_header_knows_no_length_is_read_to_its_end() {
    let folder = Folder::new("streams");
    let file = fs::read(SPEECH).unwrap();
    let data = file.windows(4).position(|tag| tag == b"data").unwrap();
    // As ffmpeg writes into a pipe, and as sox does.
    for (riff, length) in [(u32::MAX, u32::MAX), (0x7fff_f024, 0x7fff_f000u32)] {
        let mut stream = file.clone();
        stream[4..8].copy_from_slice(&riff.to_le_bytes());
        stream[data + 4..data + 8].copy_from_slice(&length.to_le_bytes());
        let output = folder.file("out.wav");
        pipe(&stream, &["-", &output, "--force", "--bypass"]);
        assert_eq!(read(&output).1, read(SPEECH).1);
        // What comes out of a pipe, a stream again, can go into the next.
        let piped = pipe(&pipe(&stream, &["-", "-", "--bypass"]), &["-", "-", "--bypass"]);
        let data = piped.windows(4).position(|tag| tag == b"data").unwrap() + 8;
        assert_eq!(u32::from_le_bytes(piped[data - 4..data].try_into().unwrap()), u32::MAX);
        assert_eq!(piped[data..], fs::read(&output).unwrap()[data..]);
    }
}

#[test]
fn doubles_are_read() {
    let folder = Folder::new("doubles");
    let sound = test_sound(3000, 48000.0, 0);
    let mut file = header(1, 48000, 8 * 3000);
    file[20] = 3; // IEEE float
    file[34] = 64;
    file[32] = 8;
    file.extend(sound.iter().flat_map(|&x| (x as f64).to_le_bytes()));
    let (input, output) = (folder.with("in.wav", &file), folder.file("out.wav"));
    run(&[&input, &output, "--bypass"]);
    assert_eq!(read(&output).1[0], sound);
}

/// A WAV file as RF64 has it (EBU Tech 3306), with a chunk after its sound.
fn rf64(channels: u16, samples: &[i16]) -> Vec<u8> {
    let bytes = 2 * samples.len() as u64;
    let plain = header(channels, 48000, u32::MAX);
    let mut file = [b"RF64", &u32::MAX.to_le_bytes()[..], b"WAVEds64", &28u32.to_le_bytes()].concat();
    for length in [72 + bytes + 12, bytes, samples.len() as u64 / channels as u64] {
        file.extend(length.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(&plain[12..]);
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file.extend(b"LIST\x04\0\0\0wxyz");
    file
}

#[test]
fn rf64_is_read_to_the_end_of_its_sound() {
    let folder = Folder::new("rf64");
    let samples: Vec<i16> = (0..5000).map(|n| (n * 37 % 20000 - 10000) as i16).collect();
    let input = folder.with("in.wav", &rf64(2, &samples));
    let output = folder.file("out.wav");
    run(&[&input, &output, "--bypass", "--bits", "16"]);
    let [left, right]: [Vec<f32>; 2] = read(&output).1.try_into().unwrap();
    let got: Vec<i16> = left.iter().zip(&right).flat_map(|(l, r)| [l, r]).map(|x| (x * 32768.0) as i16).collect();
    assert_eq!(got, samples);
    let short = folder.with("short.wav", &rf64(2, &samples)[..9000]);
    assert!(refusal(1, &[&short, &folder.file("never.wav")]).contains("it is cut short or damaged"));
}

#[test]
fn beyond_4_gib_the_output_is_rf64_with_its_lengths_in_64_bits() {
    let folder = Folder::new("large");
    // 8 bits to 32: 1.2e9 frames are 4.8e9 bytes. The file has no blocks but its first.
    let frames = 1_200_000_000u64;
    let mut file = header(1, 48000, frames as u32);
    (file[32], file[34]) = (1, 8);
    let input = folder.with("in.wav", &file);
    fs::OpenOptions::new().write(true).open(&input).unwrap().set_len(44 + frames).unwrap();
    let mut child = program(&[&input, "-"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut head = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut head).unwrap();
    // Nobody reads on, so it ends.
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let long = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap());
    assert_eq!((&head[..4], &head[8..16]), (&b"RF64"[..], &b"WAVEds64"[..]));
    assert_eq!(head[4..8], [0xff; 4]);
    let data = head.windows(4).position(|tag| tag == b"data").unwrap();
    assert_eq!(head[data + 4..data + 8], [0xff; 4]);
    // The whole file but its first eight bytes; the sound; and its frames.
    assert_eq!([long(20), long(28), long(36)], [data as u64 + 4 * frames, 4 * frames, frames]);
}

/// Half a second of 441 Hz at 0.5 and 882 Hz at 0.25, 44,100 Hz (tests/data/README.md).
fn tones(extension: &str) -> String {
    format!("{}/tests/data/tones/tones.{extension}", env!("CARGO_MANIFEST_DIR"))
}

const TONES: [(f64, f64); 2] = [(441.0, 0.5), (882.0, 0.25)];

/// The amplitude of a sine of this frequency in the sound, and how far below it all else is, in decibels; both over
/// whole periods.
fn sine(samples: &[f32], frequency: f64) -> (f64, f64) {
    let step = std::f64::consts::TAU * frequency / 44100.0;
    let mean = |term: &dyn Fn(f64, f64) -> f64| {
        samples.iter().enumerate().map(|(n, &x)| term(x as f64, step * n as f64)).sum::<f64>() / samples.len() as f64
    };
    let (sine, cosine) = (2.0 * mean(&|x, phase| x * phase.sin()), 2.0 * mean(&|x, phase| x * phase.cos()));
    let rest = mean(&|x, phase| (x - sine * phase.sin() - cosine * phase.cos()).powi(2));
    (sine.hypot(cosine), 10.0 * (rest / mean(&|x, _| x * x)).log10())
}

#[test]
fn flac_is_read_bit_for_bit() {
    let folder = Folder::new("flac");
    let output = folder.file("out.wav");
    run(&[&tones("flac"), &output, "--bypass"]);
    let (spec, got) = read(&output);
    assert_eq!((spec.sample_rate, spec.channels), (44100, 2));
    for ((frequency, amplitude), got) in TONES.into_iter().zip(got) {
        let step = std::f64::consts::TAU * frequency / 44100.0;
        let want: Vec<f32> =
            (0..22050).map(|n| ((amplitude * (step * n as f64).sin() * 32768.0).round() / 32768.0) as f32).collect();
        assert_eq!(got, want);
    }
}

#[test]
fn mp3_ogg_vorbis_and_aac_are_read_each_as_well_as_it_codes() {
    let folder = Folder::new("lossy");
    let output = folder.file("out.wav");
    // AAC keeps its encoder's delay of 1024 frames, and fills its last packet.
    for (extension, frames, rest_db) in
        [("mp3", 22050, -60.0), ("ogg", 22050, -35.0), ("m4a", 23 * 1024, -20.0), ("aac", 23 * 1024, -20.0)]
    {
        let summary = run(&[&tones(extension), &output, "--bypass"]);
        assert!(!summary.contains("Damaged"), "{summary}");
        let (spec, got) = read(&output);
        assert_eq!((spec.sample_rate, spec.channels), (44100, 2));
        for ((frequency, amplitude), got) in TONES.into_iter().zip(got) {
            assert_eq!(got.len(), frames, "{extension}");
            let (level, rest) = sine(&got[9000..14000], frequency);
            assert!((level / amplitude - 1.0).abs() < 0.06, "{extension}: {level} for {amplitude}");
            assert!(rest < rest_db, "{extension}: {rest:.1} dB");
        }
    }
}

#[test]
fn what_is_damaged_in_a_lossy_file_is_left_out_and_counted() {
    let folder = Folder::new("damaged");
    let mut bytes = fs::read(tones("aac")).unwrap();
    let middle = bytes.len() * 2 / 3;
    bytes[middle] ^= 0x55;
    let (input, output) = (folder.with("in.aac", &bytes), folder.file("out.wav"));
    let summary = run(&[&input, &output]);
    assert!(summary.contains("Damaged packets of the input: 1, left out."), "{summary}");
    // AAC has 1,024 frames in a packet.
    assert_eq!(read(&output).1[0].len(), 22 * 1024);
}

#[test]
fn what_a_file_is_its_bytes_say_and_not_its_name() {
    let folder = Folder::new("names");
    let misnamed = folder.file("tones.wav");
    fs::copy(tones("flac"), &misnamed).unwrap();
    let outputs = [tones("flac"), misnamed].map(|input| {
        let output = folder.file("out.wav");
        run(&[&input, &output]);
        fs::read(output).unwrap()
    });
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn many_files_become_in_a_folder_what_each_becomes_alone_and_a_bad_one_stops_no_other() {
    let folder = Folder::new("many");
    let names: Vec<String> = (0..9).map(|n| format!("{n}")).collect();
    let mut inputs: Vec<String> = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let input = folder.file(&format!("{name}.in.wav"));
        write(&input, stereo(24, SampleFormat::Int), &[vec![0.1 * n as f32; 700], vec![0.05; 700]]);
        inputs.push(input);
    }
    inputs.insert(4, folder.file("absent.wav"));
    let into = folder.file("into");
    fs::create_dir(&into).unwrap();
    let mut arguments: Vec<&str> = vec!["--gain", "0.5"];
    arguments.extend(inputs.iter().map(String::as_str));
    arguments.push(&into);
    let said = refusal(1, &arguments);
    assert!(said.contains("absent.wav is not there"), "{said}");
    assert_eq!(said.lines().filter(|line| line.contains("s rendered.")).count(), 9, "{said}");
    let alone = folder.file("alone.wav");
    for name in names {
        run(&["--gain", "0.5", &folder.file(&format!("{name}.in.wav")), &alone]);
        assert_eq!(fs::read(format!("{into}/{name}.in.wav")).unwrap(), fs::read(&alone).unwrap(), "{name}");
    }
    assert_eq!(fs::read_dir(&into).unwrap().count(), 9);
}

#[test]
fn files_that_would_become_one_are_refused_and_so_is_a_folder_that_is_not_there() {
    let folder = Folder::new("clash");
    let into = folder.0.to_str().unwrap();
    let said = refusal(2, &[&tones("flac"), &tones("mp3"), into]);
    assert!(said.contains("would both become"), "{said}");
    let said = refusal(2, &[&tones("flac"), SPEECH, &folder.file("absent")]);
    assert!(said.contains("is no folder: several files need one to be written to, make it first."), "{said}");
    assert_eq!(fs::read_dir(into).unwrap().count(), 0);
}

#[test]
fn a_switch_before_the_file_takes_no_file_for_its_value() {
    let folder = Folder::new("before");
    let output = folder.file("out.wav");
    run(&["--bypass", SPEECH, &output]);
    assert_eq!(read(&output).1, read(SPEECH).1);
    run(&["--bypass", "off", "--gain", "0", "--delay-on", "0", SPEECH, &output]);
    assert!(read(&output).1[0].iter().all(|&x| x == 0.0));
}

#[test]
fn it_says_its_version() {
    let (code, said) = said(program(&["--version"]).output().unwrap());
    assert_eq!((code, said.trim_end()), (0, concat!("audio-dsp-wasm ", env!("CARGO_PKG_VERSION"))));
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
        let refused = refusal(2, &[SPEECH, "never.wav", flag, value]);
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
            run(&[&input, &output, &format!("--{}", row.id.replace('_', "-")), &end.to_string()]);
        }
    }
}

#[test]
fn help_has_every_parameter_with_its_range_unit_and_default() {
    let help = refusal(0, &["--help"]);
    for row in audio_dsp_wasm::params::TABLE {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("--{}", row.id.replace('_', "-"))))
            .unwrap();
        assert!(line.contains(row.label) && line.contains(row.unit), "{line}");
        assert!(line.ends_with(&format!("[default: {}]", row.default)), "{line}");
        let range = format!("{} … {}", row.min, row.max);
        assert!(line.contains(&range) || line.contains("off or on"), "{line}");
    }
}

/// A second of test sound that comes eight times, louder and louder, in a file of its own.
fn crescendo(folder: &Folder) -> String {
    let path = folder.file("crescendo.wav");
    let channels = [0, 1].map(|channel| {
        let second = test_sound(48000, 48000.0, channel);
        (1..=8).flat_map(|times| second.iter().map(move |x| 0.03 * times as f32 * x)).collect::<Vec<_>>()
    });
    write(&path, WavSpec { sample_rate: 48000, ..stereo(32, SampleFormat::Float) }, &channels);
    path
}

#[test]
fn the_summary_says_how_loud_the_output_is() {
    let folder = Folder::new("summary");
    let (input, output) = (folder.file("in.wav"), folder.file("out.wav"));
    let tone = support::sine(1000.0, 10f64.powf(-23.0 / 20.0), 48000.0, 5 * 48000);
    let spec = WavSpec { sample_rate: 48000, ..stereo(32, SampleFormat::Float) };
    write(&input, spec, &[tone.clone(), tone]);
    let plain = ["--distortion-on", "0", "--lpf-on", "0", "--hpf-on", "0", "--delay-on", "0"];
    let summary = run(&[&[input.as_str(), &output][..], &plain].concat());
    assert!(summary.contains("Loudness -23.0 LUFS, range 0.0 LU, true peak -23.0 dBTP."), "{summary}");
    let louder = run(&[&[input.as_str(), &output][..], &plain, &["--gain", "2"]].concat());
    assert!(louder.contains("Loudness -17.0 LUFS, range 0.0 LU, true peak -17.0 dBTP."), "{louder}");
}

#[test]
fn with_a_loudness_asked_for_the_output_has_it_and_is_otherwise_the_same() {
    let folder = Folder::new("loudness");
    let input = crescendo(&folder);
    let render = |arguments: &[&str]| {
        let output = folder.file("out.wav");
        let summary = run(&[&[input.as_str(), &output, "--tail", "1"][..], arguments].concat());
        (summary, read(&output).1)
    };
    let (_, plain) = render(&[]);
    for wanted in [-16.0, -23.0, -30.5] {
        let (summary, got) = render(&["--loudness", &wanted.to_string()]);
        let loudness = integrated(&got);
        assert!((loudness - wanted).abs() < 0.02, "{loudness} for {wanted}");
        assert!(summary.contains(&format!("Loudness {wanted:.1} LUFS")), "{summary}");
        let gain = 10f64.powf((wanted - integrated(&plain)) / 20.0);
        for (got, plain) in got.iter().zip(&plain) {
            let want: Vec<f64> = plain.iter().map(|&x| gain * x as f64).collect();
            let error = error_db(got, &want);
            assert!(error < -60.0, "{error:.1} dB from the sound without");
        }
    }
}

#[test]
fn a_loudness_that_clips_is_reached_all_the_same_in_float_and_said() {
    let folder = Folder::new("loudness-clips");
    let summary = run(&[&crescendo(&folder), &folder.file("out.wav"), "--loudness", "-2"]);
    assert!(summary.contains("Loudness -2.0 LUFS") && summary.contains("lower --loudness"), "{summary}");
}

#[test]
fn a_loudness_that_cannot_be_had_is_refused_in_a_sentence() {
    let folder = Folder::new("no-loudness");
    let (silence, output) = (folder.file("silence.wav"), folder.file("out.wav"));
    write(&silence, stereo(16, SampleFormat::Int), &[vec![0.0; 44100], vec![0.0; 44100]]);
    let said = refusal(1, &[&silence, &output, "--loudness", "-16"]);
    assert!(said.contains("it is silent or shorter than 0.4 s"), "{said}");
    let said = refusal(1, &["-", &output, "--loudness", "-16"]);
    assert!(said.contains("Standard input can be read only once"), "{said}");
    assert!(refusal(2, &[SPEECH, &output, "--loudness", "3"]).contains("-70 to 0 LUFS"));
    assert!(!Path::new(&output).exists());
}
