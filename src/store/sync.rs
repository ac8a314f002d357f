//! How to lock, and for how long to wait.
//!
//! Lock order, first to last:
//!
//! 1. the settings of a store, and the table of a scope
//! 2. the heap of a store
//! 3. the pool of shared chunks, and the slots in it
//!
//! In given memory:
//!
//! 1. the turn of an export
//! 2. the ring of a key
//! 3. the memory that is left; without atomics, the sequence of the next capture
//!
//! No lock is held while a user's code runs, with one exception. In given memory there is nowhere to copy a value to, so it stays under
//! the lock of its ring while `visit`, `export` or, for large values, `drain` shows it, and while the iterator of an `each` produces it.
//! [`Held`](super::memory::Held) keeps others from waiting for that. `tests/it/reentrancy.rs` runs user code at every other point.
//!
//! Nothing waits for ever. With `std` a caller yields to the holder for up to a second. Only a holder that will never continue
//! takes longer, such as a thread that `fork` left behind, or code that a signal handler interrupted. Without `std` the caller may
//! be an interrupt handler, so it tries once.

use spin::{Mutex, MutexGuard};

/// Padded to avoid false sharing.
#[cfg(feature = "alloc")]
#[cfg_attr(feature = "std", repr(align(128)))]
pub(crate) struct CachePadded<T>(pub T);

#[cfg(feature = "alloc")]
impl<T> core::ops::Deref for CachePadded<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// Locks `mutex`. `None` if it is locked, and waiting did not help or is not allowed.
#[inline]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        None if cfg!(feature = "std") => lock_contended(mutex),
        guard => guard,
    }
}

#[cfg(not(feature = "std"))]
fn lock_contended<T: ?Sized>(_: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    None
}

/// Exponential backoff, then yielding, for up to a second.
///
/// After a wait that did not help, further waits are short until a lock is free again, so a process forked at a bad moment runs on
/// at full speed.
#[cfg(feature = "std")]
#[cold]
fn lock_contended<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    /// A running holder is done long before this many attempts; one that isn't running needs the processor.
    const SPINS: u32 = 200;
    /// The attempts, some microseconds, when the lock is probably abandoned.
    const FEW_SPINS: u32 = 16;
    const LONGEST: Duration = Duration::from_secs(1);
    static ABANDONED: AtomicBool = AtomicBool::new(false);

    for attempt in 0..SPINS {
        if let Some(guard) = mutex.try_lock() {
            ABANDONED.store(false, Relaxed);
            return Some(guard);
        }
        if attempt == FEW_SPINS && ABANDONED.load(Relaxed) {
            break;
        }
        for _ in 0..1 << attempt.min(6) {
            core::hint::spin_loop();
        }
    }
    let start = Instant::now();
    while !ABANDONED.load(Relaxed) && start.elapsed() < LONGEST {
        std::thread::yield_now();
        if let Some(guard) = mutex.try_lock() {
            return Some(guard);
        }
    }
    let guard = mutex.try_lock();
    ABANDONED.store(guard.is_none(), Relaxed);
    guard
}

/// The largest thread number, shared by all further threads.
#[cfg(feature = "std")]
const MAX_THREAD: u32 = u32::MAX - 1;

#[cfg(feature = "std")]
const UNKNOWN: u32 = u32::MAX;

#[cfg(feature = "std")]
std::thread_local! {
    static THREAD: core::cell::Cell<u32> = const { core::cell::Cell::new(UNKNOWN) };
}

/// A small number for this thread, in the order in which threads first capture.
#[cfg(feature = "std")]
pub(crate) fn thread() -> u32 {
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    static THREADS: AtomicU32 = AtomicU32::new(0);
    known_thread().unwrap_or_else(|| {
        let number = THREADS.fetch_add(1, Relaxed).min(MAX_THREAD);
        THREAD.set(number);
        number
    })
}

/// The number of this thread, if it has one.
#[cfg(feature = "std")]
#[inline(always)]
pub(crate) fn known_thread() -> Option<u32> {
    Some(THREAD.get()).filter(|thread| *thread != UNKNOWN)
}

/// Without threads the number is always 0.
#[cfg(not(feature = "std"))]
pub(crate) fn thread() -> u32 {
    0
}

#[cfg(all(feature = "alloc", not(feature = "std")))]
pub(crate) fn known_thread() -> Option<u32> {
    Some(0)
}
