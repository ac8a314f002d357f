//! The given memory of the process: the part that is not carved yet, its current readers, and the order of the captures in it.
//!
//! Each key has its own lock, in its owner, so a capture contends only with captures and readers of the same key. An export reads all
//! rings several times and must find them unchanged, so captures are refused during one: [`Exporting`]. A user's code may run while a
//! ring is locked, and capture or read the same key, so neither waits for that ring: [`Held`].

#[cfg(feature = "std")]
use core::cell::Cell;

#[cfg(feature = "alloc")]
use once_cell::race::OnceBool;
use spin::{Mutex, MutexGuard};

use super::callsite::Callsite;
#[cfg(feature = "std")]
use super::callsite::state;
use super::counts::Refused;
use super::region::{Memory, Ring};
use super::sync::lock;

/// The given memory that is not carved yet, for the store of the process.
pub(crate) static MEMORY: Mutex<Memory> = Mutex::new(Memory::new());

/// Whether the values of the process live in given memory: decided by the first capture, or by [`set_memory`].
#[cfg(feature = "alloc")]
static IN_REGION: OnceBool = OnceBool::new();

/// The sequence of captures in given memory: 64 bits in two words, as a Cortex-M has no 64-bit atomics.
#[cfg(target_has_atomic = "32")]
mod region_sequence {
    use core::sync::atomic::{
        AtomicU32,
        Ordering::{Acquire, Relaxed, Release},
    };

    use super::Refused;

    /// The number of captures, modulo 2^32.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    /// The number of captures divided by 2^31: how often `COUNT` has completed a half of its range.
    static HALVES: AtomicU32 = AtomicU32::new(0);

    /// A sequence. `halves` was read before `count`, so it may lack the last half, whose end is about to be counted. The highest bit
    /// of `count` tells: it is the lowest bit of the number of halves.
    pub(crate) fn sequence(halves: u32, count: u32) -> u64 {
        let halves = halves.wrapping_add((halves ^ (count >> 31)) & 1);
        u64::from(halves >> 1) << 32 | u64::from(count)
    }

    /// The sequence of this capture.
    #[allow(clippy::unnecessary_wraps)] // as without atomics
    pub(crate) fn next_in_region() -> Result<u64, Refused> {
        let halves = HALVES.load(Acquire);
        let count = COUNT.fetch_add(1, Relaxed);
        if count << 1 == u32::MAX << 1 {
            HALVES.fetch_add(1, Release);
        }
        Ok(sequence(halves, count))
    }

    /// The sequence of the next capture.
    pub(crate) fn captured_in_region() -> u64 {
        let halves = HALVES.load(Acquire);
        sequence(halves, COUNT.load(Relaxed))
    }
}

#[cfg(not(target_has_atomic = "32"))]
mod region_sequence {
    use spin::Mutex;

    use super::Refused;
    use super::lock;

    static NEXT: Mutex<u64> = Mutex::new(0);

    /// The sequence of this capture.
    pub(crate) fn next_in_region() -> Result<u64, Refused> {
        let mut next = lock(&NEXT).ok_or(Refused::Busy)?;
        *next += 1;
        Ok(*next - 1)
    }

    /// The sequence of the next capture; `u64::MAX` if the lock is taken.
    pub(crate) fn captured_in_region() -> u64 {
        lock(&NEXT).map_or(u64::MAX, |next| *next)
    }
}

pub(crate) use region_sequence::{captured_in_region, next_in_region};

/// Stores the values of the process in `memory`. Returns it if memory was given before, a value was captured, or [`MEMORY`] is
/// locked.
pub(crate) fn set_memory(memory: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
    let Some(mut left) = lock(&MEMORY) else { return Err(memory) };
    #[cfg(feature = "alloc")]
    if IN_REGION.set(true).is_err() {
        return Err(memory);
    }
    left.give(memory)
}

/// While this lives, captures in given memory are refused: an export reads it several times.
pub(crate) struct Exporting {
    /// 0 or 1.
    pub number: usize,
    _turn: MutexGuard<'static, ()>,
}

/// The running exports: one may interrupt another.
static EXPORTS: [Mutex<()>; 2] = [const { Mutex::new(()) }; 2];

impl Exporting {
    /// `None` if there are two already.
    pub(crate) fn begin() -> Option<Exporting> {
        let [first, second] = &EXPORTS;
        let first = first.try_lock().map(|turn| Exporting { number: 0, _turn: turn });
        first.or_else(|| lock(second).map(|turn| Exporting { number: 1, _turn: turn }))
    }

    fn is_on() -> bool {
        let [first, second] = &EXPORTS;
        first.is_locked() || second.is_locked()
    }
}

type RingGuard<'a> = MutexGuard<'a, Option<Ring<'static>>>;

/// While this lives, this thread holds the lock of a ring and runs a user's code. Created under that lock.
///
/// Without `std` nothing waits, so it has no effect.
#[cfg_attr(not(feature = "std"), allow(dead_code))]
pub(crate) struct Held(&'static Callsite);

#[cfg(feature = "std")]
std::thread_local! {
    /// The number of `Held`s of this thread.
    static HELD: Cell<u32> = const { Cell::new(0) };
}

impl Held {
    pub(crate) fn begin(owner: &'static Callsite) -> Held {
        #[cfg(feature = "std")]
        {
            owner.change_state(0, state::HELD);
            HELD.set(HELD.get() + 1);
        }
        Held(owner)
    }
}

#[cfg(feature = "std")]
impl Drop for Held {
    fn drop(&mut self) {
        self.0.change_state(state::HELD, 0);
        HELD.set(HELD.get() - 1);
    }
}

/// Locks the ring of a key in given memory, for reading. A thread that may hold it already does not wait.
pub(crate) fn read_ring(owner: &Callsite) -> Option<RingGuard<'_>> {
    #[cfg(feature = "std")]
    if HELD.get() > 0 {
        return owner.ring.try_lock();
    }
    lock(&owner.ring)
}

/// The same, to show its values to a user: `None` during an export, which needs all rings for itself.
pub(crate) fn show_ring(owner: &Callsite) -> Option<RingGuard<'_>> {
    unless_exported(|| read_ring(owner))
}

/// Locks the ring of a key in given memory, to change it: `None` during an export. It does not wait while a user's code runs under
/// the lock, which may take any time.
pub(crate) fn change_ring(owner: &Callsite) -> Option<RingGuard<'_>> {
    unless_exported(|| {
        #[cfg(feature = "std")]
        if owner.state() & state::HELD != 0 {
            return owner.ring.try_lock();
        }
        lock(&owner.ring)
    })
}

/// Locks a ring unless an export runs. It checks twice: before locking, as a caller must not wait for an export on its own thread, and
/// under the lock, which orders it after an export that has read this ring.
fn unless_exported<'a>(lock: impl FnOnce() -> Option<RingGuard<'a>>) -> Option<RingGuard<'a>> {
    if cfg!(feature = "std") && Exporting::is_on() {
        return None;
    }
    lock().filter(|_| !Exporting::is_on())
}

/// Carves the memory of a ring: `wanted` bytes, or all that is left if that is at least `least`.
pub(crate) fn carve(wanted: usize, least: usize) -> Result<&'static mut [u8], Refused> {
    lock(&MEMORY).ok_or(Refused::Busy)?.carve(wanted, least).ok_or(Refused::NoMemory)
}

/// Decides for the heap, if that is still open. Returns whether the values live there.
#[cfg(feature = "alloc")]
pub(crate) fn use_heap() -> bool {
    !IN_REGION.get_or_init(|| false)
}

/// Whether the values of the process live in given memory.
#[cfg(feature = "alloc")]
pub(crate) fn uses_memory() -> bool {
    IN_REGION.get() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::region_sequence::sequence;

    #[test]
    #[allow(clippy::cast_possible_truncation)] // as the word turns
    fn sequences_go_on_where_the_word_turns_however_late_that_is_noted() {
        let half = 1_u64 << 31;
        for number in [0, 1, half - 1, half, 2 * half - 1, 2 * half, 3 * half, 7 * half + 5] {
            let (halves, count) = ((number / half) as u32, number as u32);
            assert_eq!(sequence(halves, count), number);
            if let Some(late) = halves.checked_sub(1) {
                assert_eq!(sequence(late, count), number);
            }
        }
    }
}
