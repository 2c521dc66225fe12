//! A chain as the audio thread runs it: with its control block, a block of sound and its meters, all taken when the
//! engine is built. Nothing here allocates, locks or panics afterwards.

use crate::chain::{Chain, Refusal};
use crate::control;
use crate::dsp::block::{BLOCK, Block, MAX_CHANNELS};
use crate::dsp::law::{Change, Law};
use crate::dsp::meters::{Ballistics, Meter, Reading, clips};
use crate::dsp::scrub::scrub;
use crate::effects::{Dynamics, OutOfMemory};
use crate::listening::loudness::{Loudness, Readings};
use crate::params::{self, COUNT, Param, Values};
use crate::rack::{EFFECTS, Order};
use crate::schedule::{Schedule, is_before};

/// What an engine did and heard. Counts are modulo 2³²; levels are linear, one per channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meters {
    /// Calls of [`Engine::process`].
    pub quanta: u32,
    /// Frames rendered.
    pub frames: u32,
    /// Output samples beyond ±1.
    pub clips: u32,
    /// Input samples replaced by 0 because they were not finite, or louder than +120 dBFS.
    pub scrubbed: u32,
    /// Events that came too late for their frame, and acted at once.
    pub late: u32,
    /// The input's peaks, falling 20 dB in 1.7 s.
    pub input_peak: [f32; MAX_CHANNELS],
    /// The input's RMS levels over about 300 ms.
    pub input_rms: [f32; MAX_CHANNELS],
    /// The output's peaks.
    pub output_peak: [f32; MAX_CHANNELS],
    /// The output's RMS levels.
    pub output_rms: [f32; MAX_CHANNELS],
}

/// One engine.
pub struct Engine {
    control: [u32; control::WORDS],
    chain: Chain,
    block: Block,
    meters: [Meter; MAX_CHANNELS],
    ballistics: Ballistics,
    /// Whether the control block has been read at all.
    started: bool,
    schedule: Schedule,
    loudness: Loudness,
    /// What the control block said last of when the loudness began to be measured.
    loudness_at: u32,
    /// The next frame, by the clock that events are scheduled by.
    clock: u64,
    /// The sequence number of the last change that made an end of all that was scheduled.
    cleared_at: u32,
    /// Of each parameter: the sequence number by which it was last set, and what the clock said then.
    set_at: [u32; COUNT],
    set_clock: [u64; COUNT],
    /// What the journal's last entry says of sequence number and messages.
    entered: [u32; 2],
}

impl Engine {
    /// An engine at rest with every parameter at its default; the sample rate in Hz, 3000 … 768000, and 1 … 2 channels.
    pub fn new(sample_rate: f32, channels: usize) -> Result<Self, Refusal> {
        let mut control = [0; control::WORDS];
        control[control::MAGIC_WORD] = control::MAGIC;
        control[control::ABI_WORD] = control::ABI_VERSION;
        for (word, value) in control[control::PARAMETERS..].iter_mut().zip(params::defaults()) {
            *word = value.to_bits();
        }
        for (word, place) in control[control::ORDER..].iter_mut().zip(Order::default().places()) {
            *word = place as u32;
        }
        let mut engine = Self {
            control,
            chain: Chain::new(sample_rate as f64, channels)?,
            block: Block::new(channels),
            meters: Default::default(),
            ballistics: Ballistics::new(sample_rate as f64),
            started: false,
            schedule: Schedule::default(),
            loudness: Loudness::new(sample_rate as f64),
            loudness_at: 0,
            clock: 0,
            cleared_at: 0,
            set_at: [0; COUNT],
            set_clock: [0; COUNT],
            entered: [0; 2],
        };
        engine.show_loudness();
        Ok(engine)
    }

    /// Sets a parameter, clamped to its range; heard, smoothly, from the next call of [`Engine::process`]. Returns the
    /// value in force.
    pub fn set(&mut self, param: Param, value: f32) -> f32 {
        let value = param.row().clamp(value);
        self.control[control::PARAMETERS + param as usize] = value.to_bits();
        self.control[control::SET_AT + param as usize] = self.raise();
        value
    }

    /// Goes over to another order of the effects, without a click, in the next call of [`Engine::process`].
    pub fn set_order(&mut self, order: Order) {
        for (word, place) in self.control[control::ORDER..].iter_mut().zip(order.places()) {
            *word = place as u32;
        }
        self.raise();
    }

    /// Begins to measure the output's loudness, as a new programme, with the next call of [`Engine::process`]; or ends
    /// it.
    pub fn measure_loudness(&mut self, on: bool) {
        let sequence = self.raise();
        // 0 says that it is off.
        self.control[control::LOUDNESS_AT] = if on { sequence.max(1) } else { 0 };
    }

    /// The output's loudness, while it is measured.
    pub fn loudness(&self) -> Readings {
        self.loudness.readings()
    }

    /// Lets a parameter follow a law from a frame on, by the clock that [`Engine::set_clock`] sets. To the sample, and
    /// without smoothing; where the frame is past already, at once.
    pub fn automate(&mut self, param: Param, frame: u64, law: Law) -> Result<(), OutOfMemory> {
        self.schedule.add(param as usize, frame, law, self.control[control::SEQUENCE])
    }

    /// Sets the clock: the number of the next frame. It counts from 0 else.
    pub fn set_clock(&mut self, frame: u64) {
        self.clock = frame;
    }

    /// The events that wait for their frame.
    pub fn schedule(&mut self) -> &mut Schedule {
        &mut self.schedule
    }

    /// Takes in the events in the schedule's mailbox, which were scheduled after the change of this sequence number.
    pub(crate) fn take_events(&mut self, stamp: u32) -> Result<(), OutOfMemory> {
        self.count(control::MESSAGES, 1);
        if is_before(stamp, self.control[control::CLEARED_AT]) {
            return Ok(());
        }
        self.schedule.take_in(stamp)
    }

    fn raise(&mut self) -> u32 {
        let sequence = self.control[control::SEQUENCE].wrapping_add(1);
        self.control[control::SEQUENCE] = sequence;
        self.control[control::ANNOUNCED] = sequence;
        sequence
    }

    /// The value of a parameter in force.
    pub fn get(&self, param: Param) -> f32 {
        f32::from_bits(self.control[control::PARAMETERS + param as usize])
    }

    /// What the engine did and heard so far.
    pub fn meters(&self) -> Meters {
        let levels = |word: usize| [0, 1].map(|channel| f32::from_bits(self.control[word + channel]));
        Meters {
            quanta: self.control[control::QUANTA],
            frames: self.control[control::FRAMES],
            clips: self.control[control::CLIPS],
            scrubbed: self.control[control::SCRUBBED],
            late: self.control[control::LATE],
            input_peak: levels(control::INPUT_PEAK),
            input_rms: levels(control::INPUT_RMS),
            output_peak: levels(control::OUTPUT_PEAK),
            output_rms: levels(control::OUTPUT_RMS),
        }
    }

    /// The control block, as the audio thread's door hands it to JavaScript.
    pub fn control(&mut self) -> &mut [u32; control::WORDS] {
        &mut self.control
    }

    /// A channel's sound, [`BLOCK`] frames: where its input goes, and its output is found.
    pub fn sound(&mut self, channel: usize) -> &mut [f32; BLOCK] {
        self.block.whole_mut(channel)
    }

    /// The address of an engine's control block, good for as long as the engine is.
    ///
    /// # Safety
    /// `engine` is a valid engine's.
    pub(crate) unsafe fn control_of(engine: *mut Self) -> *mut u32 {
        unsafe { &raw mut (*engine).control }.cast()
    }

    /// The address of a channel's sound, good for as long as the engine is.
    ///
    /// # Safety
    /// `engine` is a valid engine's, and `channel` below [`MAX_CHANNELS`].
    pub(crate) unsafe fn sound_of(engine: *mut Self, channel: usize) -> *mut f32 {
        unsafe { Block::channel_of(&raw mut (*engine).block, channel) }
    }

    /// Renders `frames` frames (at most [`BLOCK`]) of the sound in place. Where nothing is connected the input counts
    /// as silence, whatever is there.
    pub fn process(&mut self, frames: usize, connected: bool) {
        self.take_changes();
        self.block.set_frames(frames);
        let frames = self.block.frames();
        let end = self.clock + frames as u64;
        if !connected && self.is_idle() && self.schedule.next_frame() >= end {
            self.block.samples_mut().for_each(|samples| samples.fill(0.0));
            self.chain.pass(frames);
        } else {
            self.ballistics.set_frames(frames);
            let inputs = self.read_input(connected);
            if self.schedule.next_frame() >= end {
                self.chain.process(&mut self.block);
            } else {
                self.process_events(frames);
            }
            self.read_output(inputs);
        }
        self.show_dynamics();
        if self.loudness_at != 0 {
            self.loudness.process(&self.block);
            self.show_loudness();
        }
        self.clock = end;
        self.control[control::CLOCK] = end as u32;
        self.count(control::QUANTA, 1);
        self.count(control::FRAMES, frames as u32);
    }

    /// Processes a block in parts, each from an event to the next.
    #[inline(never)]
    fn process_events(&mut self, frames: usize) {
        let mut at = 0;
        while at < frames {
            let now = self.clock + at as u64;
            while self.schedule.next_frame() <= now {
                self.take_event(now);
            }
            let next = (self.schedule.next_frame() - self.clock).min(frames as u64) as usize;
            self.chain.process_part(&mut self.block, at..next);
            at = next;
        }
        self.control[control::WAITING] = self.schedule.len() as u32;
    }

    fn take_event(&mut self, now: u64) {
        let Some((frame, event)) = self.schedule.pop() else { return };
        let param = event.param;
        // What was set since, and heard, is not undone by what should have come before it.
        if is_before(event.stamp, self.set_at[param]) && frame <= self.set_clock[param] {
            return;
        }
        if frame < self.clock && !event.glides {
            self.count(control::LATE, 1);
        }
        self.chain.take(&Change { param, law: event.law, frame: now as f64, glides: event.glides });
    }

    /// Whether silence in is silence out: nothing rings on any more.
    pub fn is_at_rest(&self) -> bool {
        self.chain.is_at_rest()
    }

    /// Whether nothing rings on, nothing moves, and the meters have fallen: without input there is nothing to do.
    fn is_idle(&self) -> bool {
        self.meters.iter().all(Meter::has_fallen) && self.chain.is_idle()
    }

    /// Takes what the main thread changed since the last block, and enters it into the journal.
    #[inline]
    fn take_changes(&mut self) {
        let now = [self.control[control::SEQUENCE], self.control[control::MESSAGES]];
        if !self.started || now != self.entered {
            self.take_control(now);
        }
    }

    #[inline(never)]
    fn take_control(&mut self, now: [u32; 2]) {
        let value = |index: usize| f32::from_bits(self.control[control::PARAMETERS + index]);
        let set_at: [u32; COUNT] = core::array::from_fn(|index| self.control[control::SET_AT + index]);
        if self.started {
            if self.control[control::CLEARED_AT] != self.cleared_at {
                self.schedule.clear_before(self.control[control::CLEARED_AT]);
            }
            for index in (0..COUNT).filter(|&index| set_at[index] != self.set_at[index]) {
                self.chain.take(&Change::set(index, params::TABLE[index].clamp(value(index))));
                self.set_clock[index] = self.clock;
            }
        } else {
            let values: Values = core::array::from_fn(value);
            self.chain.set(&values);
            self.set_clock = [self.clock; COUNT];
        }
        self.cleared_at = self.control[control::CLEARED_AT];
        self.set_at = set_at;
        let places: [usize; EFFECTS.len()] = core::array::from_fn(|nth| self.control[control::ORDER + nth] as usize);
        if let Some(order) = Order::new(places) {
            self.chain.set_order(order);
        }
        if self.control[control::LOUDNESS_AT] != self.loudness_at {
            self.loudness_at = self.control[control::LOUDNESS_AT];
            self.loudness.reset();
            self.show_loudness();
        }
        let entry = self.control[control::ENTRIES] as usize % control::JOURNAL_ROWS;
        let row = control::JOURNAL + entry * control::JOURNAL_COLUMNS;
        let columns = [now[0], now[1], self.clock as u32];
        self.control[row..row + columns.len()].copy_from_slice(&columns);
        self.count(control::ENTRIES, 1);
        self.control[control::WAITING] = self.schedule.len() as u32;
        self.control[control::APPLIED_SEQUENCE] = now[0];
        self.entered = now;
        self.started = true;
    }

    fn read_input(&mut self, connected: bool) -> [Reading; MAX_CHANNELS] {
        let mut readings = [Reading::default(); MAX_CHANNELS];
        let mut replaced = 0;
        for (samples, reading) in self.block.samples_mut().zip(&mut readings) {
            if connected {
                let more;
                (*reading, more) = scrub(samples);
                replaced += more;
            } else {
                samples.fill(0.0);
            }
        }
        self.count(control::SCRUBBED, replaced);
        readings
    }

    fn read_output(&mut self, inputs: [Reading; MAX_CHANNELS]) {
        const WORDS: [usize; 4] = [control::INPUT_PEAK, control::INPUT_RMS, control::OUTPUT_PEAK, control::OUTPUT_RMS];
        let mut clipped = 0;
        for (channel, (samples, input)) in self.block.samples().zip(inputs).enumerate() {
            let output = Reading::of(samples);
            if output.clips() {
                clipped += clips(samples);
            }
            let levels = self.meters[channel].take(input, output, &self.ballistics);
            for (word, level) in WORDS.into_iter().zip(levels) {
                self.control[word + channel] = level.to_bits();
            }
        }
        self.count(control::CLIPS, clipped);
    }

    fn show_dynamics(&mut self) {
        let words = self.control[control::DYNAMICS..][..control::DYNAMICS_WORDS].chunks_exact_mut(2);
        for (words, Dynamics { level, reduction }) in words.zip(self.chain.dynamics()) {
            words.copy_from_slice(&[level.to_bits(), reduction.to_bits()]);
        }
    }

    #[inline(never)]
    fn show_loudness(&mut self) {
        let Readings { momentary, short_term, integrated, range, true_peak } = self.loudness.readings();
        let readings: [f32; control::LOUDNESS_WORDS] = [momentary, short_term, integrated, range, true_peak];
        for (word, reading) in self.control[control::LOUDNESS..].iter_mut().zip(readings) {
            *word = reading.to_bits();
        }
    }

    fn count(&mut self, word: usize, more: u32) {
        self.control[word] = self.control[word].wrapping_add(more);
    }
}
