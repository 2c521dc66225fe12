//! Strings that are plucked: the wave equation of `simulations::wave` at the sample rate, eight voices of it.
//!
//! A voice is a string of points whose first end is fixed; the other end (`termination`) tunes it and takes its high
//! frequencies. A pickup hears how fast the string moves at one place, as an electric guitar's does, in string lengths
//! a half period: so a pluck of one height is about as loud on every string. A pluck begins at rest, and a voice whose
//! place another note takes fades out, so that neither clicks.
//!
//! Runs on the audio thread. Memory is taken when the strings are built, and between quanta for events.

use super::notes::{Action, Notes, Pluck};
use super::ranges::{BRIGHTNESS, DAMPING, HEIGHT, NOTE, PICKUP, POSITION, WIDTH};
use super::termination::Termination;
use crate::dsp::block::BLOCK;
use crate::dsp::math::exp2;
use crate::effects::OutOfMemory;
use crate::simulations::wave::Wave;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::{Range, RangeInclusive};

/// Notes that sound at once.
const VOICES: usize = 8;

/// Strings: as many can fade out as can sound.
const STRINGS: usize = 2 * VOICES;

/// Numbers in the picture of a string, its two ends among them.
pub const VIEW_POINTS: usize = 257;

/// Frames from one picture to the next, at least: at 48 kHz there are 94 a second.
const VIEW_FRAMES: u32 = 512;

/// Sample rates, in Hz, at which all of them can be played.
pub const SAMPLE_RATES: RangeInclusive<f64> = 8000.0..=768_000.0;

/// How long a string that is damped rings on until −60 dB.
const OFF_SECONDS: f64 = 0.15;

/// How long the fade of a voice takes whose place another note takes.
const FADE_SECONDS: f64 = 0.01;

/// How long the pickup takes to another place.
const GLIDE_SECONDS: f64 = 0.02;

/// What a pluck of height 1 and the usual width (a tenth) sounds like, at most: a quarter of full scale.
const LEVEL: f64 = 0.03;

/// A string whose energy, times its length, is below this is at rest: its sound is below −150 dBFS.
const REST: f64 = 1e-16;

/// A pluck is at least so wide to either side, in points.
const NARROWEST_POINTS: f64 = 1.5;

/// How the strings sound.
#[derive(Clone, Copy)]
struct Settings {
    seconds: f64,
    brightness: f64,
    pickup: f64,
}

/// What a voice is doing.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Rests,
    Sounds,
    /// Its note was ended.
    Damped,
    /// Another note has its place; so many frames of the fade are left.
    Fades(u32),
}

/// One string.
struct Voice {
    wave: Wave,
    end: Termination,
    state: State,
    note: f64,
    /// The how-manieth string that was begun.
    number: u64,
}

impl Voice {
    /// How much of it there is, whatever its length.
    fn level(&self) -> f64 {
        self.wave.energy() * self.end.length()
    }

    /// Pulls the string aside and lets it go.
    fn pluck(&mut self, Pluck { position, height, width, .. }: Pluck) {
        let length = self.end.length();
        let last = (self.end.points() - 1) as f64;
        let narrowest = (WIDTH.min * length).max(NARROWEST_POINTS).min(0.5 * last);
        let place = (POSITION.clamp(position) * length).max(narrowest).min(last - narrowest);
        // Narrower where an end is nearer than its width.
        let reach = (WIDTH.clamp(width) * length).min(place).min(last - place).max(narrowest);
        self.wave.pluck(place, reach, HEIGHT.clamp(height));
    }

    /// The sound of a string is added, frame by frame, with the pickup's place in each.
    fn add(&mut self, sound: &mut [f32], pickup: &[f64], fade_frames: u32) {
        let length = self.end.length();
        let most = (self.end.points() - 2) as f64;
        let gain = LEVEL * length;
        for (sample, place) in sound.iter_mut().zip(pickup) {
            self.wave.step_driven(|neighbour| self.end.step(neighbour));
            let place = (place * length).min(most);
            let (point, share) = (place as usize, place - (place as usize) as f64);
            let [here, next] = [self.wave.velocity(point), self.wave.velocity(point + 1)];
            let mut heard = gain * (here + share * (next - here));
            if let State::Fades(left) = &mut self.state {
                heard *= *left as f64 / fade_frames as f64;
                *left = left.saturating_sub(1);
            }
            *sample += heard as f32;
        }
        let faded = matches!(self.state, State::Fades(0));
        if faded || self.level() < REST {
            self.state = State::Rests;
            self.wave.reset();
        }
    }
}

/// The instrument.
pub struct Strings {
    sample_rate: f64,
    voices: Vec<Voice>,
    settings: Settings,
    /// Where the pickup is, on its way to its place.
    pickup: f64,
    pickup_step: f64,
    notes: Notes,
    begun: u64,
    sound: [f32; BLOCK],
    view: [f32; VIEW_POINTS],
    since_view: u32,
    /// Whether the view has changed since it was last asked.
    is_new_view: bool,
}

impl Strings {
    /// Strings at rest; None where the sample rate is outside [`SAMPLE_RATES`].
    pub fn new(sample_rate: f64) -> Result<Option<Self>, OutOfMemory> {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Ok(None);
        }
        let settings = Settings { seconds: DAMPING.default, brightness: BRIGHTNESS.default, pickup: PICKUP.default };
        let end = |note| termination(sample_rate, note, settings);
        let most = end(NOTE.min).points();
        let mut voices = Vec::new();
        voices.try_reserve_exact(STRINGS)?;
        for _ in 0..STRINGS {
            let Some(wave) = Wave::driven(1.0, most)? else { return Ok(None) };
            voices.push(Voice { wave, end: end(NOTE.max), state: State::Rests, note: 0.0, number: 0 });
        }
        Ok(Some(Self {
            sample_rate,
            voices,
            settings,
            pickup: settings.pickup,
            pickup_step: 1.0 / (GLIDE_SECONDS * sample_rate),
            notes: Notes::default(),
            begun: 0,
            sound: [0.0; BLOCK],
            view: [0.0; VIEW_POINTS],
            since_view: VIEW_FRAMES,
            is_new_view: false,
        }))
    }

    /// The events that wait for their frame.
    pub fn notes(&mut self) -> &mut Notes {
        &mut self.notes
    }

    /// Whether nothing sounds.
    pub fn is_at_rest(&self) -> bool {
        self.voices.iter().all(|voice| voice.state == State::Rests)
    }

    /// How many notes sound, those not counted that fade out.
    pub fn sounding(&self) -> usize {
        self.voices.iter().filter(|voice| matches!(voice.state, State::Sounds | State::Damped)).count()
    }

    /// The picture of the string that was plucked last, from end to end.
    pub fn view(&self) -> &[f32; VIEW_POINTS] {
        &self.view
    }

    /// Whether the picture is another than when this was last asked.
    pub fn take_new_view(&mut self) -> bool {
        core::mem::take(&mut self.is_new_view)
    }

    /// The sound that was rendered last.
    pub fn sound(&self) -> &[f32; BLOCK] {
        &self.sound
    }

    /// The address of the sound, good for as long as the strings are.
    ///
    /// # Safety
    /// `strings` is a valid pointer to them.
    pub(crate) unsafe fn sound_of(strings: *mut Self) -> *mut f32 {
        unsafe { &raw mut (*strings).sound }.cast()
    }

    /// The address of the picture, good for as long as the strings are.
    ///
    /// # Safety
    /// `strings` is a valid pointer to them.
    pub(crate) unsafe fn view_of(strings: *mut Self) -> *mut f32 {
        unsafe { &raw mut (*strings).view }.cast()
    }

    /// Renders so many frames, at most [`BLOCK`], the first of which has the number `clock`.
    pub fn process(&mut self, frames: usize, clock: u64) {
        let frames = frames.min(BLOCK);
        self.sound[..frames].fill(0.0);
        let mut at = 0;
        while at < frames {
            let now = clock + at as u64;
            while let Some(action) = self.notes.pop(now) {
                self.act(action);
            }
            let next = (self.notes.next_frame() - clock).min(frames as u64) as usize;
            self.render(at..next);
            at = next;
        }
        self.look(frames);
    }

    #[inline(never)]
    fn act(&mut self, action: Action) {
        match action {
            Action::Pluck(pluck) => {
                let note = NOTE.clamp(pluck.note);
                let ringing =
                    |voice: &&mut Voice| matches!(voice.state, State::Sounds | State::Damped) && voice.note == note;
                match self.voices.iter_mut().filter(ringing).max_by_key(|voice| voice.number) {
                    Some(voice) => {
                        voice.state = State::Sounds;
                        voice.end.set_decay_seconds(self.settings.seconds);
                        voice.wave.set_decay(voice.end.decay());
                        self.begun += 1;
                        voice.number = self.begun;
                        voice.pluck(pluck);
                    }
                    None => self.begin(pluck),
                }
            }
            Action::Note(pluck) => self.begin(pluck),
            Action::Off(note) => {
                let note = NOTE.clamp(note);
                for voice in self.voices.iter_mut().filter(|voice| voice.state == State::Sounds && voice.note == note) {
                    voice.state = State::Damped;
                    voice.end.set_decay_seconds(self.settings.seconds.min(OFF_SECONDS));
                    voice.wave.set_decay(voice.end.decay());
                }
            }
            Action::Set { seconds, brightness, pickup } => {
                let settings = Settings {
                    seconds: DAMPING.clamp(seconds),
                    brightness: BRIGHTNESS.clamp(brightness),
                    pickup: PICKUP.clamp(pickup),
                };
                if self.is_at_rest() {
                    self.pickup = settings.pickup;
                }
                self.settings = settings;
                for voice in self.voices.iter_mut().filter(|voice| voice.state == State::Sounds) {
                    voice.end.set_decay_seconds(settings.seconds);
                    voice.wave.set_decay(voice.end.decay());
                }
            }
        }
    }

    /// Plucks a string that rests; where all voices sound, one of them makes way.
    fn begin(&mut self, pluck: Pluck) {
        let note = NOTE.clamp(pluck.note);
        let fade = self.fade_frames();
        if let Some(voice) = self.yielding_to(note) {
            voice.state = State::Fades(fade);
        }
        // The one that has faded most, where none rests.
        let left = |voice: &&mut Voice| match voice.state {
            State::Rests => 0,
            State::Fades(left) => left,
            State::Sounds | State::Damped => u32::MAX,
        };
        let (sample_rate, settings) = (self.sample_rate, self.settings);
        let Some(voice) = self.voices.iter_mut().min_by_key(left) else { return };
        self.begun += 1;
        voice.state = State::Sounds;
        voice.note = note;
        voice.number = self.begun;
        voice.end = termination(sample_rate, note, settings);
        voice.wave.resize(voice.end.points());
        voice.wave.set_decay(voice.end.decay());
        voice.pluck(pluck);
    }

    /// The voice that a new note ends: one of the same note; or, where all sound, one that was damped, and of those or
    /// of all the quietest, which is the oldest where they are equal.
    fn yielding_to(&mut self, note: f64) -> Option<&mut Voice> {
        let is_full = self.sounding() >= VOICES;
        let rank = |voice: &Voice| (voice.note != note, voice.state != State::Damped, voice.level(), voice.number);
        self.voices
            .iter_mut()
            .filter(|voice| matches!(voice.state, State::Sounds | State::Damped))
            .filter(|voice| is_full || voice.note == note)
            .min_by(|one, other| rank(one).partial_cmp(&rank(other)).unwrap_or(Ordering::Equal))
    }

    fn fade_frames(&self) -> u32 {
        (FADE_SECONDS * self.sample_rate) as u32
    }

    /// Adds all strings to a part of the block.
    fn render(&mut self, range: Range<usize>) {
        let mut places = [0.0; BLOCK];
        let places = &mut places[range.clone()];
        for place in places.iter_mut() {
            let way = self.settings.pickup - self.pickup;
            self.pickup += way.max(-self.pickup_step).min(self.pickup_step);
            *place = self.pickup;
        }
        let fade = self.fade_frames();
        for voice in self.voices.iter_mut().filter(|voice| voice.state != State::Rests) {
            voice.add(&mut self.sound[range.clone()], places, fade);
        }
    }

    /// Makes the next picture where it is due.
    fn look(&mut self, frames: usize) {
        self.since_view = self.since_view.saturating_add(frames as u32);
        let newest = self.voices.iter().filter(|voice| voice.state != State::Rests).max_by_key(|voice| voice.number);
        let Some(voice) = newest else {
            // The last one: a string at rest.
            if self.view.iter().any(|&u| u != 0.0) {
                self.view.fill(0.0);
                self.is_new_view = true;
            }
            return;
        };
        if self.since_view < VIEW_FRAMES {
            return;
        }
        self.since_view = 0;
        self.is_new_view = true;
        let points = voice.wave.data();
        let last = points.len() - 1;
        let (length, tip) = (voice.end.length(), points[last]);
        for (nth, u) in self.view.iter_mut().enumerate() {
            let place = nth as f64 / (VIEW_POINTS - 1) as f64 * length;
            let point = place as usize;
            // From the last point the string goes on to where the waves turn back.
            let value = match points.get(point + 1) {
                Some(next) => points[point] + (place - point as f64) * (next - points[point]),
                None => tip * (length - place) / (length - last as f64),
            };
            *u = value as f32;
        }
    }
}

/// The end of a note's string.
fn termination(sample_rate: f64, note: f64, settings: Settings) -> Termination {
    let hertz = 440.0 * exp2((note - 69.0) / 12.0);
    Termination::new(sample_rate, sample_rate / hertz, settings.seconds, settings.brightness)
}
