//! A tap: how many frames ago a line of samples is heard. It does not slide to another place, which would bend the
//! pitch, but fades there, one fade after the other.

/// How long the fade from place to place takes.
const FADE_SECONDS: f64 = 0.03;

/// A tap.
pub struct Tap {
    /// Frames from what is written now to what is heard.
    pub heard: usize,
    /// While it fades.
    pub fading: Option<Fade>,
    /// Frames of a fade.
    pub frames: usize,
}

/// A fade on its way.
#[derive(Clone, Copy)]
pub struct Fade {
    /// The delay that it leads to.
    pub coming: usize,
    /// How many of its frames are done.
    pub done: usize,
}

impl Tap {
    /// A tap of this delay in frames; the sample rate in Hz.
    pub fn new(delay: usize, sample_rate: f64) -> Self {
        Self { heard: delay, fading: None, frames: (FADE_SECONDS * sample_rate) as usize }
    }

    /// Is at a delay at once.
    pub fn jump(&mut self, delay: usize) {
        self.heard = delay;
        self.fading = None;
    }

    /// Begins to fade to a delay, unless it is there, or fades already.
    #[inline]
    pub fn turn_to(&mut self, delay: usize) {
        if self.fading.is_none() && delay != self.heard {
            self.fading = Some(Fade { coming: delay, done: 0 });
        }
    }

    /// Frames, of so many, until a fade ends.
    #[inline]
    pub fn span(&self, most: usize) -> usize {
        match self.fading {
            Some(fade) => most.min(self.frames - fade.done),
            None => most,
        }
    }

    /// Moves on by so many frames, at most to the end of a fade.
    #[inline]
    pub fn advance(&mut self, frames: usize) {
        if let Some(fade) = &mut self.fading {
            fade.done += frames;
            if fade.done == self.frames {
                self.heard = fade.coming;
                self.fading = None;
            }
        }
    }
}
