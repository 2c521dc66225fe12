//! Delay with feedback: delayed = line[read]; line[write] = x + delayed·feedback;
//! x ← x·(1−mix) + delayed·mix.
//!
//! A new delay time is not slewed to, which would bend the pitch, but faded to from the old tap.

use super::Effect;
use crate::block::{BLOCK, Block};
use crate::math::NOTHING;
use crate::params::{self, Values};
use crate::smooth::Smoothed;

/// How long the fade from tap to tap takes, in seconds.
const FADE: f64 = 0.03;

const SILENCE: [f32; BLOCK] = [0.0; BLOCK];

/// The delay: a line per channel.
pub struct Delay {
    sample_rate: f64,
    lines: Vec<Vec<f32>>,
    /// Where the next frame is written in every line.
    write: usize,
    /// Frames written since the lines were last forgotten; what is older counts as silence. So to
    /// forget a line takes no time.
    written: usize,
    /// The delay in frames: what is set, and what is heard.
    target: usize,
    heard: usize,
    /// While fading: the tap that comes, and how many frames of the fade are done.
    fading: Option<(usize, usize)>,
    fade: usize,
    feedback: Smoothed,
    mix: Smoothed,
}

impl Delay {
    /// A delay at its defaults, its lines as long as the longest delay time in the table.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        let longest = frames_of(params::TABLE[params::DELAY_TIME].max, sample_rate);
        let time = frames_of(params::TABLE[params::DELAY_TIME].default, sample_rate);
        Self {
            sample_rate,
            lines: vec![vec![0.0; longest + 1]; channels],
            write: 0,
            written: 0,
            target: time,
            heard: time,
            fading: None,
            fade: libm::ceil(FADE * sample_rate) as usize,
            feedback: Smoothed::new(params::DELAY_FEEDBACK, sample_rate),
            mix: Smoothed::new(params::DELAY_MIX, sample_rate),
        }
    }

    fn length(&self) -> usize {
        self.lines[0].len()
    }

    /// Where the tap of so many frames reads next.
    fn read(&self, delay: usize) -> usize {
        (self.write + self.length() - delay) % self.length()
    }

    /// Frames, of those left, for which nothing wraps, ends, or is read that is yet to be written.
    fn span(&self, left: usize) -> usize {
        let mut span = left.min(self.length() - self.write);
        let mut limit = |delay: usize| {
            span = span.min(delay).min(self.length() - self.read(delay));
            if self.written < delay {
                span = span.min(delay - self.written);
            }
        };
        limit(self.heard);
        if let Some((coming, done)) = self.fading {
            limit(coming);
            span = span.min(self.fade - done);
        }
        span
    }

    /// Renders a span. `mix` and `feedback` give the value for each frame of it.
    #[inline(always)]
    fn render(
        &mut self,
        block: &mut Block,
        at: usize,
        span: usize,
        mix: impl Fn(usize) -> f32,
        feedback: impl Fn(usize) -> f32,
    ) {
        let (read, write) = (self.read(self.heard), self.write);
        let silent = self.written < self.heard;
        let coming = self.fading.map(|(delay, done)| (self.read(delay), self.written < delay, done));
        let step = 1.0 / self.fade as f32;
        for (samples, line) in block.samples_mut().zip(&mut self.lines) {
            let x = &mut samples[at..at + span];
            if let Some((other, other_silent, done)) = coming {
                let mut tap = SILENCE;
                let tap = &mut tap[..span];
                let from = if silent { &SILENCE[..span] } else { &line[read..read + span] };
                let to = if other_silent { &SILENCE[..span] } else { &line[other..other + span] };
                for (n, ((tap, &from), &to)) in tap.iter_mut().zip(from).zip(to).enumerate() {
                    *tap = from + (to - from) * ((done + n) as f32 * step);
                }
                mix_in(x, tap, &mut line[write..write + span], &mix, &feedback);
            } else if silent {
                mix_in(x, &SILENCE[..span], &mut line[write..write + span], &mix, &feedback);
            } else if read < write {
                let (before, after) = line.split_at_mut(write);
                mix_in(x, &before[read..read + span], &mut after[..span], &mix, &feedback);
            } else {
                let (before, after) = line.split_at_mut(read);
                mix_in(x, &after[..span], &mut before[write..write + span], &mix, &feedback);
            }
        }
    }

    fn advance(&mut self, span: usize) {
        self.write = (self.write + span) % self.length();
        self.written = (self.written + span).min(self.length());
        if let Some((coming, done)) = self.fading {
            self.fading = Some((coming, done + span));
            if done + span == self.fade {
                self.heard = coming;
                self.fading = None;
            }
        }
    }
}

/// The delay's formula on a span, elementwise.
#[inline(always)]
fn mix_in(x: &mut [f32], tap: &[f32], line: &mut [f32], mix: impl Fn(usize) -> f32, feedback: impl Fn(usize) -> f32) {
    for (n, ((x, &delayed), line)) in x.iter_mut().zip(tap).zip(line).enumerate() {
        let back = *x + delayed * feedback(n);
        *line = if back.abs() < NOTHING { 0.0 } else { back };
        *x = *x * (1.0 - mix(n)) + delayed * mix(n);
    }
}

/// A delay time in whole frames. At least one: with none, a whole line's length would be read.
fn frames_of(seconds: f32, sample_rate: f64) -> usize {
    (libm::round(seconds as f64 * sample_rate) as usize).max(1)
}

impl Effect for Delay {
    fn set(&mut self, values: &Values) {
        self.target = frames_of(values[params::DELAY_TIME], self.sample_rate);
        self.feedback.set(values[params::DELAY_FEEDBACK]);
        self.mix.set(values[params::DELAY_MIX]);
    }

    fn reset(&mut self) {
        self.feedback.snap();
        self.mix.snap();
        self.heard = self.target;
        self.fading = None;
        self.written = 0;
    }

    fn process(&mut self, block: &mut Block) {
        let moving = !(self.mix.is_settled() && self.feedback.is_settled());
        let (mut mix, mut feedback) = (SILENCE, SILENCE);
        if moving {
            self.mix.fill(&mut mix[..block.frames()], |mix| mix);
            self.feedback.fill(&mut feedback[..block.frames()], |feedback| feedback);
        }
        let mut at = 0;
        while at < block.frames() {
            if self.fading.is_none() && self.target != self.heard {
                self.fading = Some((self.target, 0));
            }
            let span = self.span(block.frames() - at);
            if moving {
                self.render(block, at, span, |n| mix[at + n], |n| feedback[at + n]);
            } else {
                let (mix, feedback) = (self.mix.value() as f32, self.feedback.value() as f32);
                self.render(block, at, span, |_| mix, |_| feedback);
            }
            self.advance(span);
            at += span;
        }
    }

    fn is_at_rest(&self) -> bool {
        let length = self.length();
        (1..=self.written).all(|age| self.lines.iter().all(|line| line[(self.write + length - age) % length] == 0.0))
    }
}
