//! WAV files as bytes: the header, and samples of 16 or 24 bits or 32-bit float. After Microsoft's Multimedia
//! Programming Interface (RIFF, WAVEFORMATEX and WAVEFORMATEXTENSIBLE), and EBU Tech 3306 (RF64) for what RIFF's 32
//! bits cannot count. Any thread.

/// What the output's samples are.
#[derive(Clone, Copy, PartialEq)]
pub enum Format {
    Int16,
    Int24,
    Float32,
}

impl Format {
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "16" => Ok(Self::Int16),
            "24" => Ok(Self::Int24),
            "32f" => Ok(Self::Float32),
            _ => Err("choose 16, 24 or 32f".into()),
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Int16 => 2,
            Self::Int24 => 3,
            Self::Float32 => 4,
        }
    }
}

/// What a WAV file holds.
#[derive(Clone, Copy)]
pub struct Wav {
    pub format: Format,
    pub channels: usize,
    pub sample_rate: u32,
}

/// In place of a length: it was not known when the header was written, or stands in the ds64 chunk.
const NO_LENGTH: u32 = u32::MAX;

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_EXTENSIBLE: u16 = 0xfffe;
/// The end of the GUID of every format that has a tag; the tag stands before it.
const GUID_OF_TAG: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const FRONT_CENTER: u32 = 4;
const FRONT_LEFT_AND_RIGHT: u32 = 3;

/// The ds64 chunk's body, and the JUNK chunk's that keeps its place.
const DS64_BYTES: u32 = 28;

impl Wav {
    /// Bytes of a frame.
    pub fn frame_bytes(&self) -> usize {
        self.channels * self.format.bytes()
    }

    /// The header of a file of so many frames, or, without them, of a stream that is read to its end. It has one length
    /// for all, so that the one can be written over the other; RF64 where the sound needs it.
    pub fn header(&self, frames: Option<u64>) -> Vec<u8> {
        let fmt = self.fmt();
        let is_float = self.format == Format::Float32;
        let fact_bytes = if is_float { 12 } else { 0 };
        // "WAVE", JUNK or ds64, fmt, fact, and the data chunk's head: what the RIFF chunk holds besides the samples.
        let around = 4 + 8 + DS64_BYTES as u64 + 8 + fmt.len() as u64 + fact_bytes + 8;
        let data = frames.map(|frames| frames * self.frame_bytes() as u64);
        let riff = data.map(|data| around + data + padding(data));
        let is_large = riff.is_some_and(|riff| riff >= NO_LENGTH as u64);
        let short = |length: Option<u64>| match length {
            Some(length) if !is_large => (length as u32).to_le_bytes(),
            _ => NO_LENGTH.to_le_bytes(),
        };
        let mut header = Vec::with_capacity(8 + around as usize);
        header.extend(if is_large { b"RF64" } else { b"RIFF" });
        header.extend(short(riff));
        header.extend(b"WAVE");
        header.extend(if is_large { b"ds64" } else { b"JUNK" });
        header.extend(DS64_BYTES.to_le_bytes());
        for length in [riff, data, frames] {
            header.extend(length.filter(|_| is_large).unwrap_or(0).to_le_bytes());
        }
        header.extend([0; 4]); // no table of further chunks
        header.extend(b"fmt ");
        header.extend((fmt.len() as u32).to_le_bytes());
        header.extend(fmt);
        if is_float {
            header.extend(b"fact\x04\0\0\0");
            header.extend(short(frames));
        }
        header.extend(b"data");
        header.extend(short(data));
        header
    }

    /// The fmt chunk's body. Integers of more than 16 bits want WAVEFORMATEXTENSIBLE.
    fn fmt(&self) -> Vec<u8> {
        let bits = 8 * self.format.bytes() as u16;
        let tag = match self.format {
            Format::Int16 => TAG_PCM,
            Format::Int24 => TAG_EXTENSIBLE,
            Format::Float32 => TAG_FLOAT,
        };
        let mut fmt = tag.to_le_bytes().to_vec();
        fmt.extend((self.channels as u16).to_le_bytes());
        fmt.extend(self.sample_rate.to_le_bytes());
        fmt.extend((self.sample_rate * self.frame_bytes() as u32).to_le_bytes());
        fmt.extend((self.frame_bytes() as u16).to_le_bytes());
        fmt.extend(bits.to_le_bytes());
        match self.format {
            Format::Int16 => {}
            Format::Int24 => {
                let speakers = if self.channels == 1 { FRONT_CENTER } else { FRONT_LEFT_AND_RIGHT };
                fmt.extend(22u16.to_le_bytes());
                fmt.extend(bits.to_le_bytes());
                fmt.extend(speakers.to_le_bytes());
                fmt.extend(TAG_PCM.to_le_bytes());
                fmt.extend(GUID_OF_TAG);
            }
            Format::Float32 => fmt.extend(0u16.to_le_bytes()),
        }
        fmt
    }

    /// Writes a channel's samples into its place among the bytes of whole frames.
    pub fn encode(&self, sound: &[f32], channel: usize, frames: &mut [u8]) {
        let frame_bytes = self.frame_bytes();
        let bytes = &mut frames[channel * self.format.bytes()..];
        match self.format {
            Format::Int16 => place(sound, bytes, frame_bytes, |x| (integer(x, 16) as i16).to_le_bytes()),
            Format::Int24 => place(sound, bytes, frame_bytes, |x| {
                let [low, middle, high, _] = integer(x, 24).to_le_bytes();
                [low, middle, high]
            }),
            Format::Float32 => place(sound, bytes, frame_bytes, f32::to_le_bytes),
        }
    }
}

/// The byte that brings a chunk to an even length.
pub fn padding(bytes: u64) -> u64 {
    bytes % 2
}

/// Writes each sample at the beginning of a frame.
fn place<const N: usize>(sound: &[f32], bytes: &mut [u8], frame_bytes: usize, encode: impl Fn(f32) -> [u8; N]) {
    for (frame, &sample) in bytes.chunks_mut(frame_bytes).zip(sound) {
        frame[..N].copy_from_slice(&encode(sample));
    }
}

/// The nearest integer sample of so many bits; full scale where the sample is louder.
fn integer(sample: f32, bits: u32) -> i32 {
    let scale = (1i64 << (bits - 1)) as f64;
    let scaled = (sample as f64 * scale).clamp(-scale, scale - 1.0);
    // Rounds half away from zero; exact, for a sample has 24 bits and a double 53. f64::round() is a call.
    (scaled + 0.5f64.copysign(scaled)) as i32
}
