//! What recording takes from the heap: nothing in the steady state, and little for a ring.

#![cfg(all(feature = "capture", feature = "std"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::{Barrier, Mutex, PoisonError};
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

/// The store is one for all tests.
static STORE: Mutex<()> = Mutex::new(());

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

/// One capture of everything that is promised to stay off the heap.
fn capture_all(values: &[f32], nth: usize) {
    let (scalar, row, map) = (values[0], &values[..64], &values[..4096]);
    capture!(steady, scalar, row, map; index = nth);
    capture!(steady, shaped[64, 64] = map, array = [[scalar; 4]; 3]);
}

#[test]
fn nothing_is_allocated_in_the_steady_state() {
    let _store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    let values = vec![1.0; 4096];
    anycapture::set_size(16);
    let _session = anycapture::session();
    (0..32).for_each(|nth| capture_all(&values, nth));
    let count = allocations(|| (0..1000).for_each(|nth| capture_all(&values, nth)));
    assert_eq!(count, 0);
}

#[test]
fn nothing_is_allocated_by_two_threads_in_the_steady_state() {
    let _store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    anycapture::set_size(16);
    let _session = anycapture::session();
    let values = vec![1.0; 4096];
    (0..32).for_each(|nth| capture_all(&values, nth));
    let together = Barrier::new(2);
    let one = || {
        let values = vec![1.0; 4096];
        capture_all(&values, 0);
        together.wait();
        allocations(|| (0..1000).for_each(|nth| capture_all(&values, nth)))
    };
    let counts = thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.map(|thread| thread.join().expect("a capture does not panic"))
    });
    assert_eq!(counts, [0, 0]);
}

/// More keys than a thread has buffers at hand for.
#[test]
fn nothing_is_allocated_by_two_threads_for_many_keys() {
    let _store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    anycapture::set_size(16);
    let _session = anycapture::session();
    let many = |map: &[f32]| {
        capture!(many, a = map, b = map, c = map, d = map, e = map, f = map, g = map);
        capture!(many, h = map, i = map, j = map, k = map, l = map, m = map, n = map);
    };
    let values = vec![1.0; 1024];
    (0..32).for_each(|_| many(&values));
    let together = Barrier::new(2);
    let one = || {
        let values = vec![1.0; 1024];
        // In turns: each meets the other's values.
        (0..100).for_each(|_| {
            together.wait();
            many(&values);
        });
        allocations(|| {
            (0..100).for_each(|_| {
                together.wait();
                many(&values);
            });
        })
    };
    let counts = thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.map(|thread| thread.join().expect("a capture does not panic"))
    });
    assert_eq!(counts, [0, 0]);
}

#[test]
fn an_inactive_line_allocates_nothing() {
    let _store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    anycapture::deactivate();
    let value = black_box(1.0_f32);
    assert_eq!(allocations(|| (0..1000).for_each(|nth| capture!(idle, value; index = nth))), 0);
}

#[test]
fn a_scalar_in_a_full_ring_takes_32_bytes() {
    const COUNT: usize = 100_000;
    let _store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    anycapture::set_size(COUNT);
    let _session = anycapture::session();
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
fn an_idle_site_takes_64_bytes() {
    // What changes, and what the line hands over: the address of that, and the key.
    assert!(
        size_of::<anycapture::__private::Site>() + size_of::<anycapture::__private::Line>() <= 64
    );
}
