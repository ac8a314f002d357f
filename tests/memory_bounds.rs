//! What is really allocated, by a counting allocator.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use anycapture::{Options, activate_with, cache, capture, clear, export, report, set_size, take};

/// Counts the bytes that are allocated now, and the most since the last look.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let allocated = ALLOCATED.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(allocated, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bytes allocated more than at the start.
struct Bytes(usize);

impl Bytes {
    fn count() -> Bytes {
        let allocated = ALLOCATED.load(Relaxed);
        MOST.store(allocated, Relaxed);
        Bytes(allocated)
    }

    fn now(&self) -> usize {
        ALLOCATED.load(Relaxed).saturating_sub(self.0)
    }

    fn most(&self) -> usize {
        MOST.load(Relaxed).saturating_sub(self.0)
    }
}

/// The allocator counts for all tests, so that one runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A value of a user's type, whose clone allocates nothing.
#[derive(Clone)]
struct Tag(#[allow(dead_code)] u64);

fn kept(key: &str) -> u64 {
    report().key(key).map_or(0, |key| key.kept())
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Values of a few sizes, made before anything is counted.
struct Values(Vec<f32>);

impl Values {
    fn small(&self, nth: usize) {
        let (scalar, row) = (nth as u32, &self.0[..64]);
        capture!(bounds, scalar, row, pair = [nth, nth]; index = nth);
    }

    fn large(&self, nth: usize) {
        let map = &self.0[..(5 + nth % 7) * KIB];
        capture!(bounds, map);
    }

    fn opaque(&self, nth: usize) {
        capture!(bounds, tag = Tag(nth as u64), text = "a text of some length");
    }

    /// Values of all kinds in one list.
    fn mixed(&self, nth: usize) {
        match nth % 7 {
            0 => capture!(bounds, mixed = nth),
            1 => capture!(bounds, mixed = &self.0[..nth % 300]),
            2 => capture!(bounds, mixed = Tag(nth as u64)),
            3 => capture!(bounds, mixed = &self.0[..9 * KIB]),
            4 => capture!(bounds, mixed = [[nth; 3]; 2]),
            _ => capture!(bounds, mixed = nth as f32; index = (nth % 5)),
        }
    }
}

/// The largest value that [`Values`] has.
const LARGEST: usize = 11 * KIB * 4;

#[test]
fn what_is_allocated_is_at_most_the_budget_and_one_value() {
    const BUDGET: usize = 4 * MIB;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let values = Values(vec![0.5; 11 * KIB]);
    type Step = fn(&Values, usize);
    let histories: [(&str, &[Step]); 5] = [
        ("small", &[Values::small]),
        ("large", &[Values::large]),
        ("opaque", &[Values::opaque]),
        ("mixed", &[Values::mixed]),
        ("all", &[Values::small, Values::large, Values::opaque, Values::mixed]),
    ];
    for (name, history) in histories {
        for max_size in [0, 1000, 7] {
            let scope = anycapture::scope();
            let bytes = Bytes::count();
            activate_with(Options::new().max_bytes(BUDGET).max_size(max_size));
            for nth in 0..30_000 {
                history[nth % history.len()](&values, nth);
            }
            let most = bytes.most();
            assert!(most <= BUDGET + LARGEST, "{name}, {max_size} values a key: {most} bytes");
            drop(scope);
        }
    }
}

/// The bytes that `f` has allocated at most, and has not given back.
fn bytes_of<R>(f: impl FnOnce() -> R) -> (usize, usize, R) {
    let bytes = Bytes::count();
    let result = f();
    (bytes.most(), bytes.now(), result)
}

#[test]
fn a_snapshot_adds_20_bytes_a_value_and_copies_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    /// The copy of the values that are not sealed yet, and the rest of a snapshot.
    const CONSTANT: usize = 200 * KIB;
    const COUNT: usize = 300_000;
    let _scope = anycapture::scope();
    set_size(0);
    for n in 0..COUNT {
        capture!(snapshot, n);
    }
    let row = [0.5_f32; 64];
    for _ in 0..COUNT / 10 {
        capture!(snapshot, row);
    }
    let count = COUNT + COUNT / 10;
    let (most, _, cache) = bytes_of(cache);
    assert!(most <= CONSTANT, "{most} bytes");
    let (most, _, ()) = bytes_of(|| {
        assert_eq!(cache["snapshot.n"].len(), COUNT);
        assert_eq!(cache["snapshot.row"].len(), COUNT / 10);
    });
    assert!(most <= 20 * count + CONSTANT, "{most} bytes");
}

#[test]
fn a_snapshot_of_large_values_copies_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const COUNT: usize = 1_000;
    let _scope = anycapture::scope();
    set_size(0);
    let map = vec![0.5_f32; 8 * KIB];
    for _ in 0..COUNT {
        capture!(snapshot, map);
    }
    let (most, _, _cache) = bytes_of(|| {
        let cache = cache();
        assert_eq!(cache["snapshot.map"].len(), COUNT);
        cache
    });
    assert!(most <= 40 * COUNT + 4 * KIB, "{most} bytes");
}

#[test]
fn an_export_adds_at_most_512_kib() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _scope = anycapture::scope();
    set_size(0);
    let map = vec![0.5_f32; 8 * KIB];
    for n in 0..300_000 {
        capture!(file, n; index = (n, 1));
        capture!(file, mixed = n; every = 2);
        capture!(file, mixed = n as f64; every = 300);
        capture!(file, text = "a text", map = &map; every = 300);
    }
    let mut size = 0;
    let (most, left, written) = bytes_of(|| {
        export(|piece| {
            size += piece.len();
            Ok::<(), ()>(())
        })
    });
    assert_eq!(written, Ok(()));
    assert!(size > 32 * MIB);
    assert!(most <= 512 * KIB, "{most} bytes");
    assert!(left <= 4 * KIB, "{left} bytes are left");
}

/// Fills a store with small, large and opaque values.
fn fill(values: &Values) {
    for nth in 0..20_000 {
        values.small(nth);
        values.mixed(nth);
        if nth % 20 == 0 {
            values.large(nth);
        }
    }
}

/// What is left of the chunks of [`fill`] when these are gone: slots, to be reused. And an open chunk a key.
const LEFT: usize = 2 * MIB;

#[test]
fn a_smaller_size_gives_memory_back() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let values = Values(vec![0.5; 11 * KIB]);
    let _scope = anycapture::scope();
    set_size(0);
    let bytes = Bytes::count();
    fill(&values);
    assert!(bytes.now() > 64 * MIB);
    set_size(1);
    assert!(bytes.now() <= LEFT, "{} bytes", bytes.now());
    assert_eq!((kept("bounds.scalar"), kept("bounds.map"), kept("bounds.mixed")), (1, 1, 1));
}

#[test]
fn a_smaller_size_gives_the_queue_of_a_ring_back() {
    const COUNT: usize = 100_000;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scope = anycapture::scope();
    set_size(0);
    (0..COUNT).for_each(|nth| capture!(queue, first = Tag(nth as u64)));
    drop(scope);
    // From here on there are slots for all chunks.
    let _scope = anycapture::scope();
    set_size(0);
    let bytes = Bytes::count();
    (0..COUNT).for_each(|nth| capture!(queue, tag = Tag(nth as u64)));
    set_size(1);
    assert!(bytes.now() <= 8 * KIB, "{} bytes", bytes.now());
    assert_eq!(kept("queue.tag"), 1);
}

#[test]
fn what_was_taken_and_dropped_is_given_back() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let values = Values(vec![0.5; 11 * KIB]);
    let _scope = anycapture::scope();
    set_size(0);
    let bytes = Bytes::count();
    fill(&values);
    drop(take());
    assert!(bytes.now() <= LEFT, "{} bytes", bytes.now());
    clear();
    fill(&values);
    clear();
    assert!(bytes.now() <= LEFT, "{} bytes", bytes.now());
}

#[test]
fn chunks_that_are_gone_leave_room_in_a_smaller_budget() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _scope = anycapture::scope();
    set_size(0);
    for tag in 0..100_000 {
        capture!(many, tag = Tag(tag));
    }
    clear();
    activate_with(Options::new().max_bytes(MIB));
    for n in 0..100_u32 {
        capture!(then, n);
    }
    assert_eq!(kept("then.n"), 100);
}
