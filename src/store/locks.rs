//! The locks around the rings, and how to wait for them.
//!
//! There are three locks, always taken in this order: `CONFIG` (filter, memory), then `HEAP` or `ARENA` (the rings).
//! None is held while a user's code runs that may capture: a clone, a drop, an expression, the closure of
//! a walk. The one exception is a walk over given memory, which has no place to copy to:
//! captures are refused, and counted, until it is over.
//!
//! With `std`, who finds a lock taken waits and yields. Without, a capture may be in an interrupt handler
//! that has interrupted the holder: it never waits, its value is refused and counted.

#[cfg(feature = "std")]
use core::{
    cell::Cell,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
};

#[cfg(feature = "alloc")]
use spin::{Mutex, MutexGuard};
use spin::{RwLock, RwLockReadGuard, RwLockWriteGuard};

#[cfg(feature = "std")]
use super::Meta;
use super::arena::Arena;
#[cfg(feature = "alloc")]
use super::heap::Heap;

#[cfg(feature = "alloc")]
pub static HEAP: Apart<Mutex<Heap>> = Apart(Mutex::new(Heap::new()));
pub static ARENA: RwLock<Arena> = RwLock::new(Arena::new());

/// On cache lines of its own, the lock beside what it guards: threads write to it in turns, and neither what all
/// only read nor what one alone writes shall go to and fro with it.
#[cfg(feature = "alloc")]
#[cfg_attr(feature = "std", repr(align(128)))]
pub struct Apart<T>(pub T);

#[cfg(feature = "alloc")]
impl<T> core::ops::Deref for Apart<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A small number for this thread.
#[cfg(feature = "std")]
#[inline]
pub fn thread() -> u32 {
    std::thread_local! {
        static THREAD: Cell<u32> = const { Cell::new(UNKNOWN) };
    }
    const UNKNOWN: u32 = u32::MAX;
    static THREADS: AtomicU32 = AtomicU32::new(0);
    THREAD.with(|thread| {
        if thread.get() == UNKNOWN {
            thread.set(THREADS.fetch_add(1, Relaxed) & Meta::MAX_THREAD);
        }
        thread.get()
    })
}

#[cfg(not(feature = "std"))]
pub fn thread() -> u32 {
    0
}

/// With `std`, waits for a lock; without, gives up at once, as an interrupt handler must.
#[inline]
pub fn wait_for<L>(try_lock: impl Fn() -> Option<L>) -> Option<L> {
    let lock = try_lock();
    if lock.is_some() || cfg!(not(feature = "std")) {
        return lock;
    }
    wait_longer(try_lock, usize::MAX)
}

/// Waits for a lock also without `std`, but not for ever: an interrupt handler may have asked, and then who
/// holds the lock can't go on.
pub fn patiently<L>(try_lock: impl Fn() -> Option<L>) -> Option<L> {
    wait_longer(try_lock, if cfg!(feature = "std") { usize::MAX } else { 10_000 })
}

/// Pauses that grow: who waits leaves the lock's cache line to who works, which makes two threads that
/// capture in turns faster than a fair queue.
#[cold]
fn wait_longer<L>(try_lock: impl Fn() -> Option<L>, attempts: usize) -> Option<L> {
    const LONGEST: usize = 6;
    /// A holder that is at work is done long before this; one that is not needs the processor.
    const PATIENCE: usize = 200;
    for attempt in 0..attempts {
        if let Some(lock) = try_lock() {
            return Some(lock);
        }
        for _ in 0..1 << attempt.min(LONGEST) {
            core::hint::spin_loop();
        }
        if attempt > PATIENCE {
            #[cfg(feature = "std")]
            std::thread::yield_now();
        }
    }
    None
}

/// Closures of users that read given memory right now, and its lock with them.
#[cfg(feature = "std")]
static WALKS: AtomicUsize = AtomicUsize::new(0);

/// Counts as one of the [`WALKS`] until it is dropped.
pub struct Walking;

impl Walking {
    pub fn begin() -> Walking {
        #[cfg(feature = "std")]
        WALKS.fetch_add(1, Relaxed);
        Walking
    }

    /// Whether to wait for who reads given memory is vain: it may be this thread, further out.
    pub fn is_on() -> bool {
        #[cfg(feature = "std")]
        return WALKS.load(Relaxed) > 0;
        #[cfg(not(feature = "std"))]
        return true;
    }
}

impl Drop for Walking {
    fn drop(&mut self) {
        #[cfg(feature = "std")]
        WALKS.fetch_sub(1, Relaxed);
    }
}

/// To push. `None` if somebody holds the lock who may not go on before this returns: a walk, or
/// without `std` anyone.
pub fn write_arena() -> Option<RwLockWriteGuard<'static, Arena>> {
    let lock = wait_for(|| match ARENA.try_write() {
        None if Walking::is_on() => Some(None),
        None => None,
        lock => Some(lock),
    });
    lock.flatten()
}

pub fn read_arena() -> Option<RwLockReadGuard<'static, Arena>> {
    let arena = patiently(|| ARENA.try_read())?;
    arena.given.then_some(arena)
}

#[cfg(feature = "alloc")]
#[inline]
pub fn lock_heap() -> Option<MutexGuard<'static, Heap>> {
    wait_for(|| HEAP.try_lock())
}

/// After [`lock_heap`] has succeeded on this thread: whoever holds it now is on another core, and goes on.
#[cfg(feature = "alloc")]
#[inline]
pub fn wait_for_heap() -> MutexGuard<'static, Heap> {
    if let Some(heap) = HEAP.try_lock() {
        return heap;
    }
    loop {
        if let Some(heap) = patiently(|| HEAP.try_lock()) {
            return heap;
        }
    }
}
