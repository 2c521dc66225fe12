//! Sound files as the engine takes them, read by symphonia: WAV (and RF64), FLAC, MP3, Ogg Vorbis, AAC. What a file is,
//! its bytes say and not its name. Runs on a worker thread.

use crate::render::QUANTUM;
use audio_dsp_wasm::chain::SAMPLE_RATES;
use audio_dsp_wasm::dsp::block::MAX_CHANNELS;
use audio_dsp_wasm::engine::Engine;
use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use symphonia::core::audio::AudioSpec;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Error;
use symphonia::core::formats::well_known::{FORMAT_ID_FLAC, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};

/// Bytes that tell an RF64 file: its first two chunks' heads and lengths.
const HEAD_BYTES: usize = 36;
/// Programs that write into a pipe and cannot know its length promise about 2 GiB or 4; sox 0x7ffff000.
const ENDLESS_BYTES: u32 = 0x7fff_0000;

/// An input as the command line names it.
pub enum Input {
    Standard,
    File(PathBuf),
}

impl Input {
    pub fn new(path: PathBuf) -> Self {
        if Self::is_standard(&path) { Self::Standard } else { Self::File(path) }
    }

    pub fn is_standard(path: &Path) -> bool {
        path.as_os_str() == "-"
    }

    /// Whether it can be read more than once: a pipe cannot.
    pub fn is_regular(&self) -> bool {
        match self {
            Self::Standard => false,
            Self::File(path) => path.is_file(),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Standard => "Standard input".into(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// How many frames there are.
#[derive(Clone, Copy)]
enum Length {
    Exactly(u64),
    /// As the file says, which may be an estimate.
    About(u64),
    Unknown,
}

/// A sound that is being read, known to be of a kind that the engine takes.
pub struct Source {
    name: String,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    channels: usize,
    sample_rate: u32,
    length: Length,
    /// The packet decoded last, a vector per channel, and how many frames of it are taken.
    planes: Vec<Vec<f32>>,
    taken: usize,
    /// Bytes of a frame in the file, where that makes sense.
    frame_bytes: u64,
    /// Frames taken so far.
    frames: u64,
    damaged_packets: u32,
}

impl Source {
    pub fn open(input: &Input) -> Result<Self, String> {
        let name = input.name();
        let opened = Bytes::open(input).map_err(|error| not_opened(&name, Error::IoError(error)))?;
        let Bytes { source, rf64_bytes, is_endless } = opened;
        let stream = MediaSourceStream::new(source, Default::default());
        let probe = symphonia::default::get_probe();
        let format = probe
            .probe(&Default::default(), stream, Default::default(), Default::default())
            .map_err(|error| not_opened(&name, error))?;
        let no_sound = || format!("{name} holds no sound that can be read here: {CONVERT}.");
        let track = format.default_track(TrackType::Audio).ok_or_else(no_sound)?;
        let parameters = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or_else(no_sound)?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &Default::default())
            .map_err(|error| not_opened(&name, error))?;
        let is_exact = [FORMAT_ID_WAVE, FORMAT_ID_FLAC].contains(&format.format_info().format) && !is_endless;
        let length = match track.num_frames {
            Some(frames) if is_exact => Length::Exactly(frames),
            Some(frames) if !is_endless => Length::About(frames),
            _ => Length::Unknown,
        };
        let (track, described) = (track.id, described(parameters));
        let mut source = Self {
            name,
            format,
            decoder,
            track,
            channels: 0,
            sample_rate: 0,
            length,
            planes: Vec::new(),
            taken: 0,
            frame_bytes: 0,
            frames: 0,
            damaged_packets: 0,
        };
        // Some formats tell their channels and rate only with the sound.
        if !source.decode()? {
            let (channels, sample_rate) = described
                .ok_or_else(|| format!("{} ends before any sound begins: get a whole copy of it.", source.name))?;
            check_kind(&source.name, channels, sample_rate)?;
            (source.channels, source.sample_rate) = (channels, sample_rate);
        }
        if let (Some(bytes), 1..) = (rf64_bytes, source.frame_bytes) {
            source.length = Length::Exactly(bytes / source.frame_bytes);
        }
        Ok(source)
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// In Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Packets so far that could not be decoded, and are missing in the sound.
    pub fn damaged_packets(&self) -> u32 {
        self.damaged_packets
    }

    /// How many frames there are, where the file says it and can be relied on.
    pub fn exact_frames(&self) -> Option<u64> {
        if let Length::Exactly(frames) = self.length { Some(frames) } else { None }
    }

    /// How many frames there are, as far as the file says it.
    pub fn expected_frames(&self) -> Option<u64> {
        if let Length::Exactly(frames) | Length::About(frames) = self.length { Some(frames) } else { None }
    }

    /// Reads the next frames into the engine's inputs, and says how many there were: a quantum, less only at the end.
    pub fn read(&mut self, engine: &mut Engine) -> Result<usize, String> {
        // Behind an RF64 file's sound there may be further chunks.
        let left = self.exact_frames().map_or(u64::MAX, |frames| frames - self.frames);
        let wanted = left.min(QUANTUM as u64) as usize;
        let mut count = 0;
        while count < wanted {
            let ready = self.planes.first().map_or(0, Vec::len) - self.taken;
            if ready == 0 {
                if !self.decode()? {
                    break;
                }
                continue;
            }
            let frames = ready.min(wanted - count);
            for (channel, plane) in self.planes.iter().enumerate() {
                let samples = &plane[self.taken..self.taken + frames];
                engine.sound(channel)[count..count + frames].copy_from_slice(samples);
            }
            self.taken += frames;
            count += frames;
        }
        self.frames += count as u64;
        if count < wanted && left < u64::MAX && self.damaged_packets == 0 {
            return Err(format!(
                "{} has fewer samples than its header says, it is cut short or damaged: get a whole copy of it.",
                self.name
            ));
        }
        Ok(count)
    }

    /// Decodes the next packet. False at the end.
    fn decode(&mut self) -> Result<bool, String> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
                Err(Error::ResetRequired) => {
                    return Err(format!("{} is several sounds in a row: split it into one file each.", self.name));
                }
                Err(error) => return Err(not_read(&self.name, error)),
            };
            if packet.track_id != self.track {
                continue;
            }
            let decoded = match self.decoder.decode(&packet) {
                Ok(decoded) => decoded,
                // An IoError is the packet's end, before what it promised.
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    self.damaged_packets += 1;
                    continue;
                }
                Err(error) => return Err(not_read(&self.name, error)),
            };
            if decoded.frames() == 0 {
                continue;
            }
            self.frame_bytes = (packet.data.len() / decoded.frames()) as u64;
            let (channels, sample_rate) = kind(decoded.spec());
            if self.channels == 0 {
                check_kind(&self.name, channels, sample_rate)?;
                (self.channels, self.sample_rate) = (channels, sample_rate);
            } else if (channels, sample_rate) != (self.channels, self.sample_rate) {
                return Err(format!(
                    "{} changes its channels or sample rate on the way: split it where it does.",
                    self.name
                ));
            }
            decoded.copy_to_vecs_planar(&mut self.planes);
            self.taken = 0;
            return Ok(true);
        }
    }
}

/// Refuses the kinds of sound that the engine does not take.
fn check_kind(name: &str, channels: usize, sample_rate: u32) -> Result<(), String> {
    if !(1..=MAX_CHANNELS).contains(&channels) {
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
    Ok(())
}

/// Channels and sample rate as the header has them.
fn described(parameters: &AudioCodecParameters) -> Option<(usize, u32)> {
    Some((parameters.channels.as_ref()?.count(), parameters.sample_rate?))
}

fn kind(spec: &AudioSpec) -> (usize, u32) {
    (spec.channels().count(), spec.rate())
}

/// An input's bytes.
struct Bytes {
    source: Box<dyn MediaSource>,
    /// The length of an RF64 file's sound.
    rf64_bytes: Option<u64>,
    /// Whether its header gives a length that is not meant.
    is_endless: bool,
}

impl Bytes {
    fn open(input: &Input) -> io::Result<Self> {
        match input {
            Input::Standard => Self::of_stream(io::stdin()),
            Input::File(path) => {
                let mut file = File::open(path)?;
                if !file.metadata()?.is_file() {
                    return Self::of_stream(file);
                }
                let head = read_head(&mut file)?;
                file.rewind()?;
                if head.starts_with(b"RF64") {
                    return Self::of_stream(file);
                }
                Ok(Self { source: Box::new(file), rf64_bytes: None, is_endless: false })
            }
        }
    }

    /// What is read once and from the beginning. symphonia does not know RF64, but reads it where its first four bytes
    /// are WAV's: all else is as in a WAV of unknown length.
    fn of_stream(mut stream: impl Read + Send + Sync + 'static) -> io::Result<Self> {
        let mut head = read_head(&mut stream)?;
        // The table of an MP4 file, which tells where its sound is, may come last.
        if head.get(4..8) == Some(b"ftyp") {
            stream.read_to_end(&mut head)?;
            return Ok(Self { source: Box::new(Cursor::new(head)), rf64_bytes: None, is_endless: false });
        }
        let mut rf64_bytes = None;
        if head.starts_with(b"RF64") && head.len() == HEAD_BYTES && &head[12..16] == b"ds64" {
            head[..4].copy_from_slice(b"RIFF");
            rf64_bytes = Some(u64::from_le_bytes(head[28..36].try_into().expect("eight bytes")));
        }
        let is_wav = head.starts_with(b"RIFF") && head.len() == HEAD_BYTES;
        let is_endless = is_wav && u32::from_le_bytes(head[4..8].try_into().expect("four bytes")) >= ENDLESS_BYTES;
        let source = Box::new(ReadOnlySource::new(Cursor::new(head).chain(stream)));
        Ok(Self { source, rf64_bytes, is_endless })
    }
}

/// The first bytes; fewer where there are no more. What is empty is an error.
fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    stream.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if head.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(head) }
}

const CONVERT: &str = "convert it to WAV, FLAC, MP3, Ogg Vorbis or AAC first";

fn not_opened(name: &str, error: Error) -> String {
    match error {
        Error::IoError(error) => match error.kind() {
            ErrorKind::NotFound => format!("{name} is not there: check the path."),
            ErrorKind::UnexpectedEof => format!("{name} ends before any sound begins: get a whole copy of it."),
            _ => format!("{name} cannot be read ({error}): check the path and its permissions."),
        },
        error => format!("{name} is no sound file that can be read here ({error}): {CONVERT}."),
    }
}

fn not_read(name: &str, error: Error) -> String {
    format!("{name} cannot be read to its end ({error}): get a whole copy of it.")
}
