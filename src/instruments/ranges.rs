//! What a player can say about the strings, each with its range: written down once, JavaScript asks for it.

/// A number that a player gives.
pub struct Quantity {
    pub id: &'static str,
    pub min: f64,
    pub max: f64,
    pub default: f64,
}

impl Quantity {
    /// The nearest value in the range. (`f64::clamp` has a panic that prints floats, 20 KB of wasm.)
    pub fn clamp(&self, value: f64) -> f64 {
        value.max(self.min).min(self.max)
    }
}

/// A MIDI number, from E1 to E6; fractions are between the keys.
pub const NOTE: Quantity = Quantity { id: "note", min: 28.0, max: 88.0, default: 45.0 };
/// How long the fundamental takes to decay by 60 dB, in seconds.
pub const DAMPING: Quantity = Quantity { id: "damping", min: 0.05, max: 60.0, default: 4.0 };
/// The share of that time that what is at `termination::BRIGHT_HERTZ` takes.
pub const BRIGHTNESS: Quantity = Quantity { id: "brightness", min: 0.15, max: 1.0, default: 0.3 };
/// The pickup's place, as a share of the string's length.
pub const PICKUP: Quantity = Quantity { id: "pickup", min: 0.0, max: 1.0, default: 0.2 };
/// Where the string is plucked, as a share of its length.
pub const POSITION: Quantity = Quantity { id: "position", min: 0.0, max: 1.0, default: 0.3 };
/// How far it is pulled aside there.
pub const HEIGHT: Quantity = Quantity { id: "height", min: -1.0, max: 1.0, default: 1.0 };
/// How far to either side of there, as a share of its length. (The narrower, the faster the string moves: a fifth of
/// the usual width is five times as loud.)
pub const WIDTH: Quantity = Quantity { id: "width", min: 0.02, max: 0.5, default: 0.1 };

/// All of them.
pub const QUANTITIES: [&Quantity; 7] = [&NOTE, &DAMPING, &BRIGHTNESS, &PICKUP, &POSITION, &HEIGHT, &WIDTH];
