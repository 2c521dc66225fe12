//! A ring of samples: the last ones written, of which any piece is read as one slice.
//!
//! So that no piece is broken where the ring closes, its first samples are repeated behind its last ones. To forget all
//! of them takes next to no time: what was written before counts as silence.

use crate::dsp::block::BLOCK;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;

/// Samples of a piece, at most: a block's, and what an interpolation needs besides.
pub const LONGEST_PIECE: usize = BLOCK + 32;

static SILENCE: [f32; LONGEST_PIECE] = [0.0; LONGEST_PIECE];

/// The last samples of a sound; by default none.
#[derive(Default)]
pub struct Ring {
    /// The samples, and a piece more: the first ones again.
    samples: Vec<f32>,
    /// Samples that are remembered.
    length: usize,
    /// Samples of a piece, at most.
    piece: usize,
    /// Where the next sample goes.
    write: usize,
    /// Samples written since all was forgotten, as far as they are remembered.
    written: usize,
    /// How many of the last samples are exactly 0, as far as they are remembered.
    silent: usize,
}

impl Ring {
    /// A silent ring that remembers so many samples, and is written and read in pieces of so many of them at most.
    pub fn new(length: usize, piece: usize) -> Result<Self, TryReserveError> {
        let piece = piece.min(LONGEST_PIECE);
        let length = length.max(piece);
        let mut samples = Vec::new();
        samples.try_reserve_exact(length + piece)?;
        samples.resize(length + piece, 0.0);
        Ok(Self { samples, length, piece, write: 0, written: 0, silent: 0 })
    }

    /// Forgets all sound.
    pub fn forget(&mut self) {
        self.write = 0;
        self.written = 0;
        self.silent = 0;
        // What a piece has of the time before.
        self.samples[self.length - self.piece..self.length].fill(0.0);
    }

    /// Writes a piece.
    #[inline]
    pub fn write(&mut self, piece: &[f32]) {
        self.place(piece.len()).copy_from_slice(piece);
        self.close(piece.len(), piece.iter().all(|&x| x == 0.0));
    }

    /// Where the next so many samples go; [`Ring::close`] is to follow.
    #[inline]
    pub fn place(&mut self, count: usize) -> &mut [f32] {
        &mut self.samples[self.write..self.write + count]
    }

    /// Closes the ring after so many samples that were written to their place; are they all 0?
    #[inline]
    pub fn close(&mut self, count: usize, silent: bool) {
        let end = self.write + count;
        if self.write < self.piece {
            let repeated = self.write..end.min(self.piece);
            self.samples.copy_within(repeated, self.length + self.write);
        }
        if end > self.length {
            self.samples.copy_within(self.length..end, 0);
        }
        self.write = if end >= self.length { end - self.length } else { end };
        self.written = self.length.min(self.written + count);
        self.silent = if silent { self.length.min(self.silent + count) } else { 0 };
    }

    /// So many samples from the one that was written `age` samples ago; that was 1 sample ago for the last one.
    #[inline]
    pub fn read(&self, age: usize, count: usize) -> &[f32] {
        if age >= self.written + count {
            return &SILENCE[..count];
        }
        let start = if age <= self.write { self.write - age } else { self.write + self.length - age };
        &self.samples[start..start + count]
    }

    /// Whether all that is remembered is exactly 0.
    pub fn is_silent(&self) -> bool {
        self.silent >= self.written
    }
}
