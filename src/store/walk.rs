//! Walks: the way out of the store.

#[cfg(feature = "std")]
use core::cell::Cell;
use core::sync::atomic::Ordering::Relaxed;

use super::Walk;
use super::arena::Arena;
#[cfg(feature = "alloc")]
use super::cache::{Cache, Value};
use super::control::settle;
#[cfg(feature = "alloc")]
use super::control::{CLEAR_DUE, TAKEN};
use super::entry::{Entry, Run};
#[cfg(feature = "alloc")]
use super::heap::{Cursor, Step};
#[cfg(feature = "alloc")]
use super::locks::{HEAP, patiently, wait_for_heap, write_arena};
use super::locks::{Walking, read_arena};
use super::site::{FILTERED, IN_ARENA, Line, lines};

/// Shows every value once, key by key, oldest first, to a user's closure.
#[inline]
pub fn walk(mut f: impl FnMut(&Entry<'_>)) {
    walk_runs(&mut |run| run.each(&mut f));
}

fn walk_runs(f: &mut dyn FnMut(&Run<'_>)) {
    settle();
    {
        let _walking = Walking::begin();
        walk_runs_quickly(f);
    }
    settle();
}

/// The same for a closure that does not capture.
#[cfg(feature = "alloc")]
pub fn walk_quickly(f: &mut dyn FnMut(&Entry<'_>)) {
    walk_runs_quickly(&mut |run| run.each(&mut *f));
}

fn walk_runs_quickly(f: &mut dyn FnMut(&Run<'_>)) {
    #[cfg(feature = "alloc")]
    walk_heap(f);
    if let Some(arena) = read_arena() {
        each_in_arena(&arena, f);
    }
}

fn walk_arena(arena: &Arena, f: &mut dyn FnMut(&Entry<'_>)) {
    each_in_arena(arena, &mut |run| run.each(&mut *f));
}

fn each_in_arena(arena: &Arena, f: &mut dyn FnMut(&Run<'_>)) {
    for ring in 0..arena.rings() {
        let key = key_in_arena(ring);
        arena.each(ring, |header, bytes| {
            let entry = Entry::in_memory(key, header.kind, &header.shape, &header.meta, bytes);
            f(&Run::One(entry));
        });
    }
}

fn key_in_arena(ring: usize) -> &'static str {
    let state = |line: &&Line| line.state.load(Relaxed) & !FILTERED;
    lines().find(|line| state(line) == IN_ARENA | (ring as u32 + 1)).map_or("", |line| line.key)
}

#[cfg(feature = "alloc")]
fn walk_heap(f: &mut dyn FnMut(&Run<'_>)) {
    let Some(mut cursor) = patiently(|| HEAP.try_lock()).map(|heap| heap.cursor()) else { return };
    loop {
        let Some(step) =
            patiently(|| HEAP.try_lock()).map(|mut heap| heap.next(&mut cursor, showing()))
        else {
            return;
        };
        match step {
            Step::Column { key, column } => f(&Run::Column(key, &column)),
            Step::Value { key, value } => {
                let shown = Shown::new(&cursor, value);
                if let Some(value) = &shown.value {
                    f(&Run::One(Entry::on_heap(key, value)));
                }
            }
            Step::Wait => {
                #[cfg(feature = "std")]
                std::thread::yield_now();
            }
            Step::End => return,
        }
    }
}

/// Gives a lent value back, also if the closure of the walk panics.
#[cfg(feature = "alloc")]
struct Shown<'a> {
    cursor: &'a Cursor,
    value: Option<Value>,
}

#[cfg(feature = "alloc")]
impl<'a> Shown<'a> {
    fn new(cursor: &'a Cursor, value: Value) -> Shown<'a> {
        show(if value.is_owned() { 1 } else { 0 });
        Shown { cursor, value: Some(value) }
    }
}

#[cfg(feature = "alloc")]
impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let Some(value) = self.value.take() else { return };
        let meta = value.meta;
        if let Some(owned) = value.into_owned() {
            let orphan = wait_for_heap().give_back(self.cursor, meta, owned);
            show(-1);
            drop(orphan);
        }
    }
}

#[cfg(feature = "std")]
std::thread_local! {
    /// How many lent values are out with walks on this thread.
    static SHOWN: Cell<isize> = const { Cell::new(0) };
}

/// Counts a lent value, or one given back.
#[cfg(feature = "alloc")]
fn show(more: isize) {
    #[cfg(feature = "std")]
    SHOWN.with(|shown| shown.set(shown.get() + more));
    #[cfg(not(feature = "std"))]
    let _ = more;
}

/// Whether this thread has a lent value out: then it must not wait for one that is out with another thread,
/// which may wait for this one's. Without `std` nobody waits.
#[cfg(feature = "alloc")]
fn showing() -> bool {
    #[cfg(feature = "std")]
    return SHOWN.with(Cell::get) > 0;
    #[cfg(not(feature = "std"))]
    return true;
}

/// Gives `f` a walk to repeat: it shows the same values every time.
pub fn hold(f: &mut dyn FnMut(Walk<'_>)) {
    settle();
    #[cfg(feature = "alloc")]
    if read_arena().is_none() {
        // Shares large values, and copies small ones.
        let cache = super::cache::snapshot();
        return f(&|show| cache.walk(show));
    }
    {
        let _walking = Walking::begin();
        match read_arena() {
            Some(arena) => f(&|show| walk_arena(&arena, show)),
            None => f(&|_| {}),
        }
    }
    settle();
}

#[cfg(feature = "alloc")]
pub fn take() -> Cache {
    settle();
    let mut cache = Cache::default();
    let Some(drained) = patiently(|| HEAP.try_lock()).map(|mut heap| heap.drain(true)) else {
        return cache;
    };
    for (key, storage) in drained {
        cache.push(key, storage.into_values());
    }
    if let Some(mut arena) = write_arena() {
        walk_arena(&arena, &mut |entry| cache.show(entry));
        arena.clear(true);
    } else if let Some(arena) = read_arena().filter(|_| !CLEAR_DUE.arena.load(Relaxed)) {
        // In the closure of a walk: nothing can come in before it is over.
        walk_arena(&arena, &mut |entry| cache.show(entry));
        TAKEN.store(true, Relaxed);
        CLEAR_DUE.arena.store(true, Relaxed);
    }
    settle();
    cache
}
