//! Control: the switch, the limits, the filter, given memory; and what is known of the store.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use spin::RwLock;

#[cfg(feature = "alloc")]
use super::heap::{Garbage, Storage};
use super::locks::{ARENA, patiently, read_arena, write_arena};
#[cfg(feature = "alloc")]
use super::locks::{HEAP, lock_heap, wait_for_heap};
use super::options::{Options, Patterns, matches};
use super::site::{FILTERED, IN_ARENA, lines, ring_of};
use super::{Counts, Facts, KeyFacts};

static ACTIVE: AtomicBool = AtomicBool::new(false);
static EVER_ACTIVE: AtomicBool = AtomicBool::new(false);
/// `usize::MAX` where there is no limit.
pub static MAX_SIZE: AtomicUsize = AtomicUsize::new(if HAS_HEAP { 1024 } else { usize::MAX });
pub static MAX_BYTES: AtomicUsize = AtomicUsize::new(if HAS_HEAP { 256 << 20 } else { usize::MAX });
/// Whether the user said how many; given memory alone sets no limit.
static SIZE_TOLD: AtomicBool = AtomicBool::new(false);
pub const HAS_HEAP: bool = cfg!(feature = "alloc");
pub static CONFIG: RwLock<Config> =
    RwLock::new(Config { only: None, bytes_told: false, memory: None, memory_refused: 0 });

pub struct Config {
    only: Option<Patterns>,
    bytes_told: bool,
    /// The size of the given memory.
    pub memory: Option<usize>,
    memory_refused: u32,
}

impl Config {
    pub fn wants(&self, key: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| matches(pattern, key)))
    }
}

#[inline]
pub fn limits() -> (usize, usize) {
    (MAX_SIZE.load(Relaxed), MAX_BYTES.load(Relaxed))
}

#[inline(always)]
pub fn is_active() -> bool {
    ACTIVE.load(Relaxed)
}

pub fn activate() {
    EVER_ACTIVE.store(true, Relaxed);
    ACTIVE.store(true, Relaxed);
}

pub fn deactivate() {
    ACTIVE.store(false, Relaxed);
}

pub fn activate_with(options: Options) {
    // Dropped, and `settle` called, when no lock is held: a user's `Drop` may run then.
    #[cfg(feature = "alloc")]
    let mut dropped = Vec::new();
    if let Some(mut config) = patiently(|| CONFIG.try_write()) {
        if options.only.is_some() {
            config.only = options.only;
        }
        if let Some(max_size) = options.max_size {
            request_size(max_size);
        }
        if let Some(max_bytes) = options.max_bytes {
            config.bytes_told = true;
            MAX_BYTES.store(max_bytes, Relaxed);
        }
        if let Some(memory) = options.memory {
            give(
                &mut config,
                memory,
                #[cfg(feature = "alloc")]
                &mut dropped,
            );
        }
        for line in lines() {
            let state = line.state.load(Relaxed) & !FILTERED;
            let filtered = if config.wants(line.key) { 0 } else { FILTERED };
            line.state.store(state | filtered, Relaxed);
        }
    }
    settle();
    activate();
}

fn give(
    config: &mut Config,
    memory: &'static mut [u8],
    #[cfg(feature = "alloc")] dropped: &mut Vec<(&'static str, Storage)>,
) {
    if config.memory.is_some() {
        config.memory_refused = config.memory_refused.saturating_add(1);
        return;
    }
    #[cfg(feature = "alloc")]
    let mut heap = wait_for_heap();
    let Some(mut arena) = patiently(|| ARENA.try_write()) else { return };
    arena.give(memory);
    config.memory = Some(arena.size());
    if !SIZE_TOLD.load(Relaxed) {
        MAX_SIZE.store(usize::MAX, Relaxed);
    }
    if !config.bytes_told {
        MAX_BYTES.store(usize::MAX, Relaxed);
    }
    #[cfg(feature = "alloc")]
    {
        heap.closed = true;
        arena.sequence = heap.sequence;
        *dropped = heap.drain(false);
        for line in lines() {
            line.state.store(line.state.load(Relaxed) & FILTERED, Relaxed);
        }
    }
}

pub fn set_size(max_size: usize) {
    request_size(max_size);
    settle();
}

fn request_size(max_size: usize) {
    SIZE_TOLD.store(true, Relaxed);
    MAX_SIZE.store(if max_size == 0 { usize::MAX } else { max_size }, Relaxed);
    TRIM_DUE.request();
}

pub fn clear() {
    CLEAR_DUE.request();
    settle();
}

/// A change to all rings, asked for.
///
/// An interrupt handler, or the closure of a walk over given memory, may ask while the rings are in use;
/// then who uses them does it afterwards.
pub struct Due {
    #[cfg(feature = "alloc")]
    pub heap: AtomicBool,
    pub arena: AtomicBool,
}

pub static CLEAR_DUE: Due = Due::NOTHING;
/// What is to be cleared from given memory was handed out by `take`.
pub static TAKEN: AtomicBool = AtomicBool::new(false);
static TRIM_DUE: Due = Due::NOTHING;

impl Due {
    #[allow(clippy::declare_interior_mutable_const)] // the initial value of a `static`
    const NOTHING: Due = Due {
        #[cfg(feature = "alloc")]
        heap: AtomicBool::new(false),
        arena: AtomicBool::new(false),
    };

    fn request(&self) {
        #[cfg(feature = "alloc")]
        self.heap.store(true, Relaxed);
        self.arena.store(true, Relaxed);
    }
}

/// Does what is due, where the rings are not in use.
#[inline]
pub fn settle() {
    #[cfg(feature = "alloc")]
    settle_heap();
    if CLEAR_DUE.arena.load(Relaxed) || TRIM_DUE.arena.load(Relaxed) {
        settle_arena();
    }
}

#[cfg(feature = "alloc")]
pub fn settle_heap() {
    while CLEAR_DUE.heap.load(Relaxed) || TRIM_DUE.heap.load(Relaxed) {
        let Some(mut heap) = lock_heap() else { return };
        let mut dropped = Vec::new();
        if CLEAR_DUE.heap.load(Relaxed) {
            CLEAR_DUE.heap.store(false, Relaxed);
            dropped = heap.drain(false);
        }
        TRIM_DUE.heap.store(false, Relaxed);
        let mut garbage = Garbage::new();
        heap.trim(MAX_SIZE.load(Relaxed), &mut garbage);
        drop(heap);
        drop((dropped, garbage));
    }
}

#[cold]
fn settle_arena() {
    while CLEAR_DUE.arena.load(Relaxed) || TRIM_DUE.arena.load(Relaxed) {
        let Some(mut arena) = write_arena() else { return };
        if CLEAR_DUE.arena.load(Relaxed) {
            CLEAR_DUE.arena.store(false, Relaxed);
            arena.clear(TAKEN.load(Relaxed));
            TAKEN.store(false, Relaxed);
        }
        TRIM_DUE.arena.store(false, Relaxed);
        arena.trim(MAX_SIZE.load(Relaxed));
    }
}

/// `None` without the `capture` feature.
pub fn facts() -> Option<Facts> {
    let config = patiently(|| CONFIG.try_read());
    let (max_size, max_bytes) = limits();
    let used = read_arena().map_or(0, |arena| arena.used());
    #[cfg(feature = "alloc")]
    let used = used + patiently(|| HEAP.try_lock()).map_or(0, |heap| heap.used());
    Some(Facts {
        active: is_active(),
        ever_active: EVER_ACTIVE.load(Relaxed),
        max_size,
        max_bytes,
        used,
        memory: config.as_ref().and_then(|config| config.memory),
        memory_refused: config.as_ref().map_or(0, |config| config.memory_refused),
        filter: config.is_some_and(|config| config.only.is_some()),
    })
}

/// Tells what is known of every key that was hit, in the order of their first hits.
pub fn each_key(f: &mut dyn FnMut(&KeyFacts)) {
    for (nth, line) in lines().enumerate() {
        let key = line.key;
        if lines().take(nth).any(|earlier| earlier.key == key) {
            continue;
        }
        let mut facts = KeyFacts {
            key,
            counts: Counts::default(),
            refused: [0; 4],
            filtered: 0,
            mismatched: 0,
        };
        for line in lines().skip(nth).filter(|line| line.key == key) {
            for (sum, refused) in facts.refused.iter_mut().zip(&line.refused) {
                *sum += u64::from(refused.load(Relaxed));
            }
            facts.filtered += u64::from(line.filtered.load(Relaxed));
            facts.mismatched += u64::from(line.mismatched.load(Relaxed));
        }
        #[cfg(feature = "alloc")]
        if let Some(counts) = patiently(|| HEAP.try_lock()).and_then(|heap| heap.counts(key)) {
            facts.counts = counts;
        }
        if let (Some(arena), Some(ring)) = (read_arena(), ring_of(key, IN_ARENA)) {
            facts.counts = facts.counts.and(arena.counts(ring as usize - 1));
        }
        f(&facts);
    }
}
