//! The given memory of the process: the part that is not carved yet, its current readers, and the order of the captures in it.
//!
//! Each key has its own lock, in its owner, so a capture contends only with captures and readers of the same key. An export reads
//! all rings several times and must find them unchanged, so captures are refused during one: [`Exporting`]. A reader's closure may
//! capture itself, so captures don't wait during one: [`Reading`].

#[cfg(feature = "alloc")]
use core::sync::atomic::AtomicU8;
#[cfg(feature = "alloc")]
use core::sync::atomic::Ordering::Relaxed;
#[cfg(feature = "std")]
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use spin::{Mutex, MutexGuard};

use super::callsite::Callsite;
use super::counts::Refused;
use super::region::{Memory, Ring};
use super::sync::lock;

/// The given memory that is not carved yet, for the store of the process.
pub(crate) static MEMORY: Mutex<Memory> = Mutex::new(Memory::new());

/// Where the values of the process live: decided by the first capture, or by [`set_memory`].
#[cfg(feature = "alloc")]
pub(crate) static DECIDED: Decision = Decision::new();

/// The sequence of captures in given memory: 64 bits in two words, as a Cortex-M has no 64-bit atomics.
#[cfg(target_has_atomic = "32")]
mod region_sequence {
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::Refused;

    static LOW: AtomicU32 = AtomicU32::new(0);
    static HIGH: AtomicU32 = AtomicU32::new(0);

    /// The sequence of this capture.
    #[allow(clippy::unnecessary_wraps)] // as without atomics
    pub(crate) fn next_in_region() -> Result<u64, Refused> {
        // While the low word is in its upper half, no other capture can be incrementing the high word.
        let before = HIGH.load(Relaxed);
        let low = LOW.fetch_add(1, Relaxed);
        if low == u32::MAX {
            HIGH.fetch_add(1, Relaxed);
        }
        let high = if low > u32::MAX / 2 { before } else { HIGH.load(Relaxed) };
        Ok(u64::from(high) << 32 | u64::from(low))
    }

    /// The sequence of the next capture.
    pub(crate) fn captured_in_region() -> u64 {
        u64::from(HIGH.load(Relaxed)) << 32 | u64::from(LOW.load(Relaxed))
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

    /// The sequence of the next capture.
    pub(crate) fn captured_in_region() -> u64 {
        lock(&NEXT).map_or(0, |next| *next)
    }
}

pub(crate) use region_sequence::{captured_in_region, next_in_region};

/// Stores the values of the process in `memory`. Returns it if memory was given before, a value was captured, or [`MEMORY`] is
/// locked.
pub(crate) fn set_memory(memory: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
    #[cfg(feature = "alloc")]
    if !DECIDED.for_region() {
        return Err(memory);
    }
    match lock(&MEMORY) {
        Some(mut left) => left.give(memory),
        None => Err(memory),
    }
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

/// While this lives, a reader on this very thread may hold the lock of a ring, so captures don't wait for it.
pub(crate) struct Reading(());

#[cfg(feature = "std")]
static READERS: AtomicUsize = AtomicUsize::new(0);

impl Reading {
    pub(crate) fn begin() -> Reading {
        #[cfg(feature = "std")]
        READERS.fetch_add(1, SeqCst);
        Reading(())
    }

    /// Whether there is a reader. Without `std` captures never wait.
    fn is_on() -> bool {
        #[cfg(feature = "std")]
        return READERS.load(SeqCst) > 0;
        #[cfg(not(feature = "std"))]
        return false;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        #[cfg(feature = "std")]
        READERS.fetch_sub(1, SeqCst);
    }
}

/// The ring of a key in given memory, to be changed.
pub(crate) fn change_ring(owner: &Callsite) -> Option<MutexGuard<'_, Option<Ring<'static>>>> {
    // Also checked before waiting for the lock, which an export on this very thread may hold.
    if cfg!(feature = "std") && Exporting::is_on() {
        return None;
    }
    let ring = if Reading::is_on() { owner.ring.try_lock() } else { lock(&owner.ring) }?;
    // Checked under the lock, which orders it after an export that has read this ring.
    if Exporting::is_on() { None } else { Some(ring) }
}

/// Carves the memory of a ring: `wanted` bytes, or all that is left if that is at least `least`.
pub(crate) fn carve(wanted: usize, least: usize) -> Result<&'static mut [u8], Refused> {
    lock(&MEMORY).ok_or(Refused::Busy)?.carve(wanted, least).ok_or(Refused::NoMemory)
}

/// Heap or given memory: decided once.
#[cfg(feature = "alloc")]
pub(crate) struct Decision(AtomicU8);

#[cfg(feature = "alloc")]
impl Decision {
    const OPEN: u8 = 0;
    const HEAP: u8 = 1;
    const REGION: u8 = 2;

    const fn new() -> Decision {
        Decision(AtomicU8::new(Decision::OPEN))
    }

    /// Decides, if that is still open, and says whether `wanted` may be used. Memory may be given once, so a second request for it
    /// is refused; the heap may be requested any number of times.
    fn decide(&self, wanted: u8) -> bool {
        let decided = self.0.compare_exchange(Decision::OPEN, wanted, Relaxed, Relaxed);
        matches!((decided, wanted), (Ok(_), _) | (Err(Decision::HEAP), Decision::HEAP))
    }

    pub(crate) fn for_heap(&self) -> bool {
        self.decide(Decision::HEAP)
    }

    pub(crate) fn is_region(&self) -> bool {
        self.0.load(Relaxed) == Decision::REGION
    }

    fn for_region(&self) -> bool {
        self.decide(Decision::REGION)
    }
}
