//! Delay with feedback: `delayed = line[read]; line[write] = x + delayed·feedback;`
//! `x = x·(1−mix) + delayed·mix`.
//!
//! A new delay time is not slewed to, which would bend the pitch, but faded to from the old tap. While it moves, one
//! fade follows the other, each to the time that holds as it begins. Where it is scheduled to jump, the tap jumps.

use super::{Effect, OutOfMemory};
use crate::dsp::block::{BLOCK, Block, Envelope, LANES};
use crate::dsp::law::{Change, Law};
use crate::dsp::lines::tap::{Fade, Tap};
use crate::dsp::math::SILENCE_FLOOR;
use crate::dsp::smooth::Smoothed;
use crate::params;
use alloc::vec::Vec;
use core::iter::repeat;
use wide::f32x4;

static SILENCE: [f32; BLOCK] = [0.0; BLOCK];

/// Mix and feedback for a vector of frames.
type Levels = [f32x4; 2];

/// The delay.
pub struct Delay {
    lines: Lines,
    time: Smoothed,
    mix: Smoothed,
    feedback: Smoothed,
    /// Mix and feedback of each frame while they move, and a vector more: a span's last one can begin at any frame.
    levels: [[f32x4; BLOCK / LANES + 1]; 2],
    /// The time of each frame while it moves.
    times: Envelope,
}

impl Delay {
    /// A delay at its defaults.
    pub fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            lines: Lines::new(sample_rate, channels)?,
            time: Smoothed::new(params::DELAY_TIME, sample_rate),
            mix: Smoothed::new(params::DELAY_MIX, sample_rate),
            feedback: Smoothed::new(params::DELAY_FEEDBACK, sample_rate),
            levels: [[f32x4::ZERO; BLOCK / LANES + 1]; 2],
            times: Envelope::default(),
        })
    }

    #[inline(never)]
    fn process_moving(&mut self, block: &mut Block) {
        let frames = block.frames();
        let times = if self.time.is_settled() {
            None
        } else {
            self.time.fill(self.times.vectors_mut(), frames);
            Some(&self.times.values()[..frames])
        };
        let [mix, feedback] = &mut self.levels;
        self.mix.fill(mix, frames);
        self.feedback.fill(feedback, frames);
        let [mix, feedback] = [mix, feedback].map(|level| bytemuck::cast_slice::<f32x4, f32>(&*level));
        self.lines.process(block, times, |at| {
            let [mix, feedback] = [mix, feedback].map(|level| level[at..].as_chunks::<LANES>().0);
            mix.iter().zip(feedback).map(|(&mix, &feedback)| [f32x4::new(mix), f32x4::new(feedback)])
        });
        if self.time.is_settled() {
            self.lines.target = frames_of(self.time.value() as f32, self.lines.sample_rate);
        }
    }
}

/// A line per channel, and the taps in them.
struct Lines {
    sample_rate: f64,
    lines: Vec<Vec<f32>>,
    /// Frames that a line holds.
    length: usize,
    /// Where the next frame is written in every line.
    write: usize,
    /// Frames written since the lines were last forgotten; what is older counts as silence. So to
    /// forget a line takes no time.
    written: usize,
    /// How many of these, the last ones, are exactly 0.
    silent: usize,
    /// The delay in frames: what is set, and where it is heard.
    target: usize,
    tap: Tap,
    /// What a fade makes of both taps.
    faded: [f32; BLOCK],
}

impl Lines {
    /// Silent lines, which hold the longest delay time in the table and a block more, so that what a block writes never
    /// overlaps what it reads.
    fn new(sample_rate: f64, channels: usize) -> Result<Self, OutOfMemory> {
        let length = frames_of(params::TABLE[params::DELAY_TIME].max, sample_rate) + BLOCK;
        let time = frames_of(params::TABLE[params::DELAY_TIME].default, sample_rate);
        Ok(Self {
            sample_rate,
            lines: (0..channels).map(|_| silence(length)).collect::<Result<_, _>>()?,
            length,
            write: 0,
            written: 0,
            silent: 0,
            target: time,
            tap: Tap::new(time, sample_rate),
            faded: SILENCE,
        })
    }

    /// Forgets all sound.
    fn reset(&mut self) {
        self.tap.jump(self.target);
        self.written = 0;
        self.silent = 0;
    }

    /// The delay's formula on a block, with the levels from a frame on; and the time of each frame, where it moves.
    #[inline(always)]
    fn process<L: Iterator<Item = Levels>>(
        &mut self,
        block: &mut Block,
        times: Option<&[f32]>,
        levels: impl Fn(usize) -> L,
    ) {
        let frames = block.frames();
        let mut at = 0;
        while at < frames {
            let mut most = frames - at;
            if let Some(times) = times {
                most = self.follow(&times[at..]);
            }
            self.tap.turn_to(self.target);
            let span = self.span(most);
            let heard = self.tap.heard;
            let (read, write, written) = (self.read(heard), self.write, self.written);
            let fading = self.tap.fading.map(|fade| (fade, self.read(fade.coming)));
            let mut silent = true;
            for (samples, line) in block.samples_mut().zip(&mut self.lines) {
                let line = line.as_mut_slice();
                let x = &mut samples[at..at + span];
                let (tap, line) = if let Some((Fade { coming, done }, other)) = fading {
                    let from = tapped(line, written, heard, read, span);
                    let to = tapped(line, written, coming, other, span);
                    crossfade(&mut self.faded[..span], from, to, done, self.tap.frames);
                    (&self.faded[..span], &mut line[write..write + span])
                } else if written < heard {
                    (&SILENCE[..span], &mut line[write..write + span])
                } else {
                    apart(line, read, write, span)
                };
                silent &= mix_in(x, tap, line, levels(at));
            }
            self.silent = if silent { self.length.min(self.silent + span) } else { 0 };
            self.advance(span);
            at += span;
        }
    }

    /// Takes the first of these times, and says for how many frames it holds. During a fade that does not matter.
    #[inline(never)]
    fn follow(&mut self, times: &[f32]) -> usize {
        let mut targets = times.iter().map(|&seconds| frames_of(seconds, self.sample_rate));
        self.target = targets.next().unwrap_or(self.target);
        if self.tap.fading.is_some() || self.target != self.tap.heard {
            return times.len();
        }
        1 + targets.take_while(|&target| target == self.target).count()
    }

    /// Jumps to a time.
    fn jump(&mut self, seconds: f32) {
        self.target = frames_of(seconds, self.sample_rate);
        self.tap.jump(self.target);
    }

    /// Where a tap of so many frames reads next.
    fn read(&self, delay: usize) -> usize {
        if self.write < delay { self.write + self.length - delay } else { self.write - delay }
    }

    /// Frames, of those left, for which nothing wraps, ends, or is read that is yet to be written.
    fn span(&self, left: usize) -> usize {
        let tap = |delay: usize| {
            let written = if self.written < delay { delay - self.written } else { delay };
            written.min(self.length - self.read(delay))
        };
        let span = left.min(self.length - self.write).min(tap(self.tap.heard));
        match self.tap.fading {
            Some(fade) => self.tap.span(span.min(tap(fade.coming))),
            None => span,
        }
    }

    fn advance(&mut self, span: usize) {
        self.write = if self.write + span == self.length { 0 } else { self.write + span };
        self.written = self.length.min(self.written + span);
        self.tap.advance(span);
    }
}

/// So many samples of silence.
fn silence(length: usize) -> Result<Vec<f32>, OutOfMemory> {
    let mut line = Vec::new();
    line.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
    line.resize(length, 0.0);
    Ok(line)
}

/// What a tap reads in a span: `span` frames of the line, or silence where nothing is written yet.
fn tapped(line: &[f32], written: usize, delay: usize, read: usize, span: usize) -> &[f32] {
    if written < delay { &SILENCE[..span] } else { &line[read..read + span] }
}

/// A span of the line to read, and one to write, which do not overlap.
fn apart(line: &mut [f32], read: usize, write: usize, span: usize) -> (&[f32], &mut [f32]) {
    if read < write {
        let (before, after) = line.split_at_mut(write);
        (&before[read..read + span], &mut after[..span])
    } else {
        let (before, after) = line.split_at_mut(read);
        (&after[..span], &mut before[write..write + span])
    }
}

/// A vector of up to four samples, which ends in silence where there are fewer.
#[inline(always)]
fn vector(samples: &[f32]) -> f32x4 {
    if let Ok(lanes) = samples.try_into() {
        return f32x4::new(lanes);
    }
    let mut lanes = [0.0; LANES];
    lanes[..samples.len()].copy_from_slice(samples);
    f32x4::new(lanes)
}

/// Fades from tap to tap, the fade being `done` frames on its way and `fade` frames long.
#[inline(never)]
fn crossfade(faded: &mut [f32], from: &[f32], to: &[f32], done: usize, fade: usize) {
    let frames = faded.len();
    let share = f32x4::splat(1.0 / fade as f32);
    let mut frame = f32x4::splat(done as f32) + f32x4::new([0.0, 1.0, 2.0, 3.0]);
    let mut mixed = |from: f32x4, to: f32x4| {
        let mixed = from + (to - from) * (frame * share);
        frame += f32x4::splat(LANES as f32);
        mixed
    };
    let (faded, rest) = faded.as_chunks_mut::<LANES>();
    let (from, from_rest) = from[..frames].as_chunks::<LANES>();
    let (to, to_rest) = to[..frames].as_chunks::<LANES>();
    for ((faded, &from), &to) in faded.iter_mut().zip(from).zip(to) {
        *faded = mixed(f32x4::new(from), f32x4::new(to)).to_array();
    }
    if !rest.is_empty() {
        rest.copy_from_slice(&mixed(vector(from_rest), vector(to_rest)).to_array()[..rest.len()]);
    }
}

/// The delay's formula on a span, with mix and feedback for each vector. What goes back into the line ends in exactly
/// 0: a span of nothing but [`SILENCE_FLOOR`] is written as silence. Returns whether it was.
#[inline(never)]
fn mix_in(x: &mut [f32], tap: &[f32], line: &mut [f32], mut levels: impl Iterator<Item = Levels>) -> bool {
    let (mut highest, mut lowest) = (f32x4::ZERO, f32x4::ZERO);
    let mut formula = |x: f32x4, delayed: f32x4| {
        let [mix, feedback] = levels.next().unwrap_or_default();
        let back = x + delayed * feedback;
        highest = highest.fast_max(back);
        lowest = lowest.fast_min(back);
        (x * (f32x4::splat(1.0) - mix) + delayed * mix, back)
    };
    let span = x.len();
    let (tap, written) = (&tap[..span], &mut line[..span]);
    let (x, x_rest) = x.as_chunks_mut::<LANES>();
    let (tap, tap_rest) = tap.as_chunks::<LANES>();
    let (line, line_rest) = written.as_chunks_mut::<LANES>();
    for ((x, &tap), line) in x.iter_mut().zip(tap).zip(line) {
        let (mixed, back) = formula(f32x4::new(*x), f32x4::new(tap));
        *x = mixed.to_array();
        *line = back.to_array();
    }
    // In WebAssembly to copy nothing costs as much as to copy something.
    if !x_rest.is_empty() {
        let (mixed, back) = formula(vector(x_rest), vector(tap_rest));
        x_rest.copy_from_slice(&mixed.to_array()[..x_rest.len()]);
        line_rest.copy_from_slice(&back.to_array()[..line_rest.len()]);
    }
    let silent = highest.fast_max(-lowest).simd_lt(f32x4::splat(SILENCE_FLOOR)).all();
    if silent {
        written.fill(0.0);
    }
    silent
}

/// A delay time in whole frames. At least one: with none, a whole line's length would be read.
fn frames_of(seconds: f32, sample_rate: f64) -> usize {
    ((seconds as f64 * sample_rate + 0.5) as usize).max(1)
}

impl Effect for Delay {
    fn each_parameter(&mut self, visit: &mut dyn FnMut(&mut Smoothed)) {
        visit(&mut self.time);
        visit(&mut self.mix);
        visit(&mut self.feedback);
    }

    fn take(&mut self, change: &Change) -> bool {
        // The line fades from tap to tap, so the time itself need not be smooth.
        if !self.time.take(&Change { glides: false, ..change.clone() }) {
            return self.mix.take(change) || self.feedback.take(change);
        }
        let time = self.time.value() as f32;
        match change.law {
            Law::Hold(_) if !change.glides => self.lines.jump(time),
            _ => self.lines.target = frames_of(time, self.lines.sample_rate),
        }
        true
    }

    fn reset(&mut self) {
        self.each_parameter(&mut Smoothed::snap);
        self.lines.target = frames_of(self.time.value() as f32, self.lines.sample_rate);
        self.lines.reset();
    }

    fn process(&mut self, block: &mut Block) {
        let levels = [&self.mix, &self.feedback];
        if self.time.is_settled() && levels.iter().all(|level| level.is_settled()) {
            let levels = levels.map(|level| f32x4::splat(level.value() as f32));
            self.lines.process(block, None, |_| repeat(levels));
        } else {
            self.process_moving(block);
        }
    }

    fn is_at_rest(&self) -> bool {
        self.lines.silent >= self.lines.written
    }
}
