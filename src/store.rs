//! Where captured values live.
//!
//! The way of a value is one way: a `capture!` hands it to its [`Line`] (is this key wanted? which
//! ring is its own?), and the ring keeps a copy: on the [heap](heap), or in the [arena] that the
//! user gave. Out of the store there is one [`walk`]; reading, export and snapshots are built on it.
//!
//! * `probe`: which way a value goes in, by its type. `element`, `buffer`: plain data.
//! * `site`: capture lines. `control`: the switch and the limits. `locks`: who waits for whom. `off`: all of it
//!   without the `capture` feature.
//! * `heap`, `arena`: the rings. `fill`: values with places of their own. `hands`: buffers that threads have ready.
//! * `walk`, `entry`, `cache`, `report`, `export`: the way out.

#[cfg(feature = "capture")]
mod arena;
#[cfg(feature = "alloc")]
mod buffer;
#[cfg(feature = "alloc")]
pub mod cache;
#[cfg(feature = "capture")]
mod control;
pub mod element;
pub mod entry;
pub mod export;
#[cfg(all(feature = "capture", feature = "alloc"))]
mod fill;
#[cfg(all(feature = "capture", feature = "std"))]
mod hands;
#[cfg(all(feature = "capture", feature = "alloc"))]
mod heap;
#[cfg(feature = "capture")]
mod locks;
#[cfg(not(feature = "capture"))]
mod off;
pub mod options;
pub mod probe;
pub mod report;
#[cfg(feature = "capture")]
mod site;
mod summary;
#[cfg(feature = "capture")]
mod walk;

use element::MAX_RANK;
#[cfg(not(feature = "capture"))]
pub use off::*;
#[cfg(all(feature = "capture", feature = "alloc"))]
pub use walk::{take, walk_quickly};
#[cfg(feature = "capture")]
pub use {
    arena::region_size,
    control::{activate, activate_with, clear, deactivate, each_key, facts, is_active, set_size},
    site::{Hits, Line, Site},
    walk::{hold, walk},
};

/// What is kept with a value.
#[derive(Clone, Copy)]
pub struct Meta {
    pub sequence: u64,
    index: u64,
    /// The thread, up to `MAX_THREAD`, and in the highest bit whether there is an index: one store less
    /// in a capture.
    thread: u32,
}

impl Meta {
    const HAS_INDEX: u32 = 1 << 31;
    /// The largest number of a thread.
    #[cfg(feature = "std")]
    pub const MAX_THREAD: u32 = Self::HAS_INDEX - 1;

    #[inline]
    pub fn new(sequence: u64, index: Option<u64>, thread: u32) -> Meta {
        let mut meta = Meta { sequence, index: 0, thread: 0 };
        meta.set(sequence, index, thread);
        meta
    }

    #[inline]
    fn set(&mut self, sequence: u64, index: Option<u64>, thread: u32) {
        self.sequence = sequence;
        self.thread = thread;
        if let Some(index) = index {
            self.index = index;
            self.thread |= Self::HAS_INDEX;
        }
    }

    pub fn index(&self) -> Option<u64> {
        (self.thread & Self::HAS_INDEX != 0).then_some(self.index)
    }

    pub fn thread(&self) -> u32 {
        self.thread & !Self::HAS_INDEX
    }
}

/// Up to [`MAX_RANK`] dimensions, outermost first.
#[derive(Clone, Copy)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    rank: u8,
}

impl Shape {
    /// Dimensions beyond [`MAX_RANK`] are left out.
    pub fn new(dims: &[usize]) -> Shape {
        let mut shape = Shape { dims: [0; MAX_RANK], rank: 0 };
        for (to, from) in shape.dims.iter_mut().zip(dims) {
            *to = *from;
            shape.rank += 1;
        }
        shape
    }

    #[inline]
    pub fn as_slice(&self) -> &[usize] {
        &self.dims[..usize::from(self.rank)]
    }

    /// `==`, in line and without a call.
    #[cfg(feature = "alloc")]
    #[inline]
    pub fn is(&self, dims: &[usize]) -> bool {
        usize::from(self.rank) == dims.len() && self.dims.iter().zip(dims).all(|(a, b)| a == b)
    }
}

/// Why a value was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No memory left, or the allocator gave none.
    NoMemory,
    /// Larger than the whole budget.
    TooLarge,
    /// The store was in use where waiting is not allowed.
    Busy,
    /// No plain data, and the values live in given memory.
    NotPlain,
}

/// What became of the values that a key took in.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub kept: u64,
    pub overwritten: u64,
    pub cleared: u64,
    pub taken: u64,
}

impl Counts {
    /// Those of both.
    #[cfg(feature = "capture")]
    fn and(self, other: Counts) -> Counts {
        Counts {
            kept: self.kept + other.kept,
            overwritten: self.overwritten + other.overwritten,
            cleared: self.cleared + other.cleared,
            taken: self.taken + other.taken,
        }
    }
}

/// All that is known of a key.
pub struct KeyFacts {
    pub key: &'static str,
    pub counts: Counts,
    /// By [`Cause`].
    pub refused: [u64; 4],
    pub filtered: u64,
    pub mismatched: u64,
}

/// All that is known of the store.
pub struct Facts {
    pub active: bool,
    pub ever_active: bool,
    pub max_size: usize,
    pub max_bytes: usize,
    pub used: usize,
    /// The size of the given memory.
    pub memory: Option<usize>,
    /// How often memory was given when it had been given before.
    pub memory_refused: u32,
    pub filter: bool,
}

/// Shows every value once.
pub type Walk<'a> = &'a dyn Fn(&mut dyn FnMut(&entry::Entry<'_>));
