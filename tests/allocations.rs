//! What recording takes from the heap: nothing in the steady state, no more than the budget, and no abort where there is nothing left.
//!
//! The store of the process is the subject, so the tests take turns.

#![cfg(all(feature = "capture", feature = "std"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::fmt::{self, Write};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

use anycapture::{Options, Value, activate_with, capture, drain, export, report, visit};

/// Counts what each thread asks for, and fails when it is told to.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// The requests that fail: from the first number up to the second.
    static FAILING: Cell<(usize, usize)> = const { Cell::new((usize::MAX, usize::MAX)) };
}

// SAFETY: every call goes on to the system's allocator as it came, or gives null, which is allowed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let nth = ALLOCATIONS.get();
        ALLOCATIONS.set(nth + 1);
        let (from, to) = FAILING.get();
        if (from..to).contains(&nth) {
            return null_mut();
        }
        BYTES.set(BYTES.get() + layout.size() as isize);
        PEAK.set(PEAK.get().max(BYTES.get()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The store of the process for one test at a time, empty, with these limits.
fn alone(max_size: usize, max_bytes: usize) -> (anycapture::Session, MutexGuard<'static, ()>) {
    static STORE: Mutex<()> = Mutex::new(());
    let store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    activate_with(Options::new().max_size(max_size).max_bytes(max_bytes).only(&["*"]));
    (anycapture::session(), store)
}

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

/// The most bytes that were taken at once while `f` ran, and those that are still taken.
fn bytes(f: impl FnOnce()) -> (usize, isize) {
    let before = BYTES.get();
    PEAK.set(before);
    f();
    (usize::try_from(PEAK.get() - before).unwrap_or(0), BYTES.get() - before)
}

/// One capture of everything that is promised to stay off the heap.
fn capture_all(values: &[f32], nth: usize) {
    let (scalar, row, map) = (values[0], &values[..64], &values[..4096]);
    let large = &values[..20_000];
    capture!(steady, scalar, row, map, large; index = nth);
    capture!(steady, shaped[64, 64] = map, array = [[scalar; 4]; 3], optional = Some(row));
    capture!(steady, each = anycapture::each(row.iter().map(|x| x * 0.5)), pair = nth; index = (nth, 1));
}

#[test]
fn nothing_is_allocated_in_the_steady_state() {
    let _store = alone(16, 256 << 20);
    let values = vec![1.0; 20_000];
    // A chunk holds more values than are kept: some time until all of them were used.
    (0..2000).for_each(|nth| capture_all(&values, nth));
    let count = allocations(|| (0..1000).for_each(|nth| capture_all(&values, nth)));
    assert_eq!(count, 0);
}

#[test]
fn nothing_is_allocated_by_two_threads_in_the_steady_state() {
    let _store = alone(16, 256 << 20);
    let values = vec![1.0; 20_000];
    (0..2000).for_each(|nth| capture_all(&values, nth));
    let together = Barrier::new(2);
    let one = || {
        let values = vec![1.0; 20_000];
        // A large value that is being filled takes the place of an older one: at first there is one less of these.
        for nth in 0..2000 {
            capture_all(&values, nth);
        }
        together.wait();
        allocations(|| (0..1000).for_each(|nth| capture_all(&values, nth)))
    };
    let counts = thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.map(|thread| thread.join().expect("a capture does not panic"))
    });
    assert_eq!(counts, [0, 0]);
}

#[test]
fn an_inactive_line_allocates_nothing() {
    let _store = alone(16, 256 << 20);
    anycapture::deactivate();
    let value = black_box(1.0_f32);
    assert_eq!(allocations(|| (0..1000).for_each(|nth| capture!(idle, value; index = nth))), 0);
}

#[test]
fn a_scalar_in_a_full_ring_takes_32_bytes() {
    const COUNT: usize = 100_000;
    let _store = alone(COUNT, 256 << 20);
    let (_, bytes) = bytes(|| {
        for nth in 0..COUNT + 1 {
            let x = nth as f32;
            capture!(memory, x);
        }
    });
    assert!(bytes <= 32 * COUNT as isize, "{} bytes a scalar", bytes as f64 / COUNT as f64);
    assert!(bytes >= 4 * COUNT as isize, "{bytes} bytes can't hold them all");
    anycapture::clear();
}

#[test]
fn no_more_than_the_budget_and_one_value_is_taken() {
    const BUDGET: usize = 8 << 20;
    const LARGEST: usize = 1 << 20;
    let _store = alone(0, BUDGET);
    let values = vec![1.0_f32; LARGEST / 4];
    let text = "a text that is longer than a pointer";
    let (peak, held) = bytes(|| {
        for nth in 0..100_000_usize {
            let x = nth as f32;
            capture!(budget, x, text, row = &values[..nth % 100]; index = nth);
            if nth % 500 == 0 {
                capture!(budget, map = &values[..10_000 + nth % 5_000], large = &values[..]);
            }
            if nth % 30_000 == 29_999 {
                anycapture::clear();
            }
        }
    });
    assert!(peak <= BUDGET + LARGEST, "{peak} bytes");
    assert!(held >= BUDGET as isize / 2, "{held} bytes are used of {BUDGET} that may be");
    let counts = report().key("budget.x").expect("was hit");
    assert_eq!((counts.kept() > 1_000, counts.refused()), (true, 0), "{counts}");
    // What goes gives its memory back.
    let (_, returned) = bytes(|| anycapture::set_size(1));
    assert!(held + returned < 2 * LARGEST as isize, "{} bytes are left", held + returned);
    let (_, returned_by_clear) = bytes(anycapture::clear);
    let left = held + returned + returned_by_clear;
    assert!(left < 512 << 10, "{left} bytes are left");
}

#[test]
fn a_smaller_budget_gives_memory_back_at_once() {
    let _store = alone(0, 64 << 20);
    let map = vec![1.0_f32; 50_000];
    let (_, held) = bytes(|| (0..200).for_each(|_| capture!(shrinking, map)));
    assert!(held > 38 << 20, "{held} bytes");
    let (_, returned) = bytes(|| activate_with(Options::new().max_bytes(4 << 20)));
    assert!(held + returned <= 4 << 20, "{} bytes are left", held + returned);
    assert!(report().key("shrinking.map").is_some_and(|key| key.kept() >= 15));
}

#[test]
fn a_snapshot_copies_no_value_that_is_sealed() {
    const COUNT: usize = 200_000;
    let _store = alone(0, 256 << 20);
    let map = vec![1.0_f32; 100_000];
    for nth in 0..COUNT {
        capture!(snapshot, nth);
        if nth % 2_000 == 0 {
            capture!(snapshot, map);
        }
    }
    let mut cache = None;
    let (peak, _) = bytes(|| cache = Some(anycapture::cache()));
    assert!(peak <= 256 << 10, "{peak} bytes for the snapshot");
    let cache = cache.expect("it was made");
    let (peak, _) = bytes(|| assert_eq!(cache["snapshot.nth"].len(), COUNT));
    assert!(peak <= 20 * COUNT, "{} bytes a value of its list", peak as f64 / COUNT as f64);
    let (peak, _) = bytes(|| assert_eq!(cache["snapshot.map"][99].as_slice(), Some(&map[..])));
    assert!(peak <= 4_096, "{peak} bytes for 100 maps");
    drop(cache);
    anycapture::clear();
}

#[test]
fn an_export_takes_no_more_than_its_buffer() {
    const COUNT: usize = 300_000;
    let _store = alone(0, 256 << 20);
    let (map, opaque) = (vec![1.0_f32; 100_000], vec![vec![0_u8; 1 << 20]; 4]);
    for nth in 0..COUNT {
        capture!(exported, nth);
        if nth % 3_000 == 0 {
            capture!(exported, map, text = "text");
        }
    }
    capture!(exported, opaque);
    let mut written = 0;
    let (peak, left) = bytes(|| {
        export(|piece| -> Result<(), Infallible> {
            written += piece.len();
            Ok(())
        })
        .expect("it only counts");
    });
    assert!(written > 40_000_000 && peak <= 512 << 10, "{peak} bytes for {written}");
    assert!(left < 4_096, "{left} bytes are left");
    anycapture::clear();
}

/// Takes all, and needs no memory for it.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

/// Everything that one does with a store, without an allocation of its own.
fn use_the_store(values: &[f32], text: &str, tensor: &Plain) {
    for nth in 0..6_usize {
        capture!(scarce, nth, row = &values[..nth], small = [nth; 3]; index = (nth, 1));
        capture!(scarce, large = values, text, tensor, none = None::<f32>, optional = Some(tensor));
        capture!(scarce, each = anycapture::each(values.iter().map(|x| x * 2.0)));
        if nth == 2 {
            anycapture::set_size(2);
            activate_with(Options::new().only(&["scarce.*", "*.also"]).max_size(3));
        }
    }
    let _ = visit(|value| assert!(!value.key().is_empty()));
    let _ = anycapture::try_cache().map(|cache| cache.len());
    let _ = export(|_| Ok::<(), ()>(()));
    let mut nth = 0;
    let _ = drain(|_| {
        nth += 1;
        if nth == 5 { Err(()) } else { Ok(()) }
    });
    write!(Nowhere, "{}", report()).expect("nothing is written");
    let _ = anycapture::try_take();
    activate_with(Options::new().max_bytes(1 << 20));
    anycapture::clear();
}

/// Its clone takes no memory.
#[derive(Clone, Copy)]
struct Plain(#[allow(dead_code)] [usize; 4]);

#[test]
fn a_failing_allocator_refuses_and_counts() {
    let store = alone(0, 256 << 20);
    let values = vec![1.0; 20_000];
    let run = |from: usize, count: usize| {
        let start = ALLOCATIONS.get();
        FAILING.set((start + from, (start + from).saturating_add(count)));
        let result = catch_unwind(AssertUnwindSafe(|| {
            use_the_store(&values, "a text that is longer than a pointer", &Plain([7; 4]));
        }));
        FAILING.set((usize::MAX, usize::MAX));
        assert!(result.is_ok(), "a panic, where request {from} and {count} from there fail");
        ALLOCATIONS.get() - start
    };
    // How many of the six values of nine keys are counted nowhere.
    let uncounted = || {
        let mut counted = 0;
        report().each_key(|key, counts| {
            let all = counts.kept() + counts.overwritten() + counts.cleared() + counts.taken();
            let all = all + counts.refused() + counts.absent() + counts.filtered();
            assert!(all <= 6, "{key}: {counts}");
            counted += all;
        });
        9 * 6 - counted
    };
    let refused = || {
        let mut refused = 0;
        report().each_key(|_, counts| refused += counts.no_memory() + counts.absent());
        refused
    };
    // A scope begins without anything; the store of the process has rings and slots at hand.
    for scoped in [true, false] {
        for count in [1, 3, usize::MAX] {
            let mut from = 0;
            loop {
                let scope = scoped.then(anycapture::scope);
                let session = anycapture::session();
                activate_with(Options::new().max_size(0).max_bytes(256 << 20).only(&["*"]));
                let needed = run(from, count);
                let elsewhere = uncounted();
                // Nothing is broken by it.
                activate_with(Options::new().only(&["*"]));
                anycapture::clear();
                let after = 1_u8;
                capture!(scarce, after);
                assert_eq!(anycapture::cache()["scarce.after"].len(), 1);
                drop((session, scope));
                // A scope without memory for the record of a key leaves it to the process to count.
                let at = format!("{count} requests from {from}, scope: {scoped}");
                assert_eq!(elsewhere, if scoped { refused() } else { 0 }, "{at}");
                drop(anycapture::session());
                if needed <= from {
                    break;
                }
                from += 1;
            }
            assert!(from > if scoped { 60 } else { 5 }, "{from} requests");
        }
    }
    drop(store);
}

#[test]
fn a_snapshot_that_can_not_be_made_says_so() {
    let _store = alone(0, 256 << 20);
    capture!(scarce, nth = 1_u8, large = vec![1_u8; 20_000]);
    FAILING.set((ALLOCATIONS.get(), usize::MAX));
    let (cache, taken) = (anycapture::try_cache().map(drop), anycapture::try_take().map(drop));
    FAILING.set((usize::MAX, usize::MAX));
    assert_eq!(cache, Err(anycapture::SnapshotError::NoMemory));
    assert_eq!(taken, Err(anycapture::SnapshotError::NoMemory));
    let taken = anycapture::take();
    let sequences: Vec<_> = taken.in_order().map(Value::sequence).collect();
    assert_eq!(sequences.len(), 2, "nothing was lost by it");
}

#[test]
fn an_idle_callsite_takes_120_bytes() {
    let size = size_of::<anycapture::__private::Callsite>();
    assert!(size <= 120, "{size} bytes");
}
