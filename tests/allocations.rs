//! What recording takes from the heap: nothing in the steady state, and little for a ring. `tests/memory_bounds.rs` has the
//! budget, `tests/allocator.rs` an allocator that fails.
//!
//! The store of the process is the subject, so the tests take turns.

#![cfg(all(feature = "capture", feature = "std"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

use anycapture::capture;

/// Counts what each thread asks for.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get() + layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The store of the process for one test at a time, empty.
fn alone(max_size: usize) -> (anycapture::Session, MutexGuard<'static, ()>) {
    static STORE: Mutex<()> = Mutex::new(());
    let store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    anycapture::set_size(max_size);
    (anycapture::session(), store)
}

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
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
    let _store = alone(16);
    let values = vec![1.0; 20_000];
    // A chunk holds more values than are kept: some time until all of them were used.
    (0..2000).for_each(|nth| capture_all(&values, nth));
    let count = allocations(|| (0..1000).for_each(|nth| capture_all(&values, nth)));
    assert_eq!(count, 0);
}

#[test]
fn nothing_is_allocated_by_two_threads_in_the_steady_state() {
    let _store = alone(16);
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
    let _store = alone(16);
    anycapture::deactivate();
    let value = black_box(1.0_f32);
    assert_eq!(allocations(|| (0..1000).for_each(|nth| capture!(idle, value; index = nth))), 0);
}

#[test]
fn a_scalar_in_a_full_ring_takes_32_bytes() {
    const COUNT: usize = 100_000;
    let _store = alone(COUNT);
    let before = BYTES.get();
    for nth in 0..COUNT + 1 {
        let x = nth as f32;
        capture!(memory, x);
    }
    let bytes = BYTES.get() - before;
    assert!(bytes <= 32 * COUNT as isize, "{} bytes a scalar", bytes as f64 / COUNT as f64);
    assert!(bytes >= 4 * COUNT as isize, "{bytes} bytes can't hold them all");
    anycapture::clear();
}

#[test]
fn an_idle_callsite_takes_120_bytes() {
    let size = size_of::<anycapture::__private::Callsite>();
    assert!(size <= 120, "{size} bytes");
}
