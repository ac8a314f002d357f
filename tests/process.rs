//! The promises of `tests/it` about the store, for that of the process: without a scope anywhere, so that small values take
//! their shortest way in.
#![cfg(all(feature = "capture", feature = "alloc"))]
#![deny(warnings)]
#![allow(clippy::float_cmp)] // values come back as they went in

#[path = "it/control.rs"]
mod control;
#[path = "it/reading.rs"]
mod reading;
#[cfg(feature = "std")]
#[path = "it/reentrancy.rs"]
mod reentrancy;
#[path = "it/report.rs"]
mod report;
#[cfg(feature = "std")]
#[path = "it/threads.rs"]
mod threads;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time has the store, empty, with limits and counts as at the start.
struct Alone(#[allow(dead_code)] anycapture::Session, #[allow(dead_code)] MutexGuard<'static, ()>);

/// Every thread uses the store of the process.
#[derive(Clone)]
#[cfg_attr(not(feature = "std"), allow(dead_code))]
struct Handle;

#[cfg_attr(not(feature = "std"), allow(dead_code))]
impl Alone {
    #[allow(clippy::unused_self)] // as that of a scope
    fn handle(&self) -> Handle {
        Handle
    }
}

#[cfg_attr(not(feature = "std"), allow(dead_code))]
impl Handle {
    #[allow(clippy::unused_self)]
    fn enter(&self) -> Handle {
        Handle
    }
}

fn alone() -> Alone {
    static STORE: Mutex<()> = Mutex::new(());
    let guard = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    let options = anycapture::Options::new().max_size(1024).max_bytes(256 << 20).only(&["*"]);
    anycapture::activate_with(options);
    Alone(anycapture::session(), guard)
}

/// A key that has a ring takes the shortest way in, which leads into the store of the process only.
#[cfg(feature = "std")]
#[test]
fn a_line_that_recorded_into_the_store_of_the_process_records_into_a_scope_while_there_is_one() {
    let hit = |n: u32| anycapture::capture!(process, n);
    let kept = || -> Vec<u32> {
        let cache = anycapture::cache();
        cache["process.n"].iter().filter_map(|value| value.scalar()).collect()
    };
    let _alone = alone();
    (0..3).for_each(hit);
    let scope = anycapture::scope();
    (3..5).for_each(hit);
    assert_eq!(kept(), [3, 4]);
    // This thread is in the scope, others are not.
    std::thread::scope(|threads| drop(threads.spawn(|| hit(5))));
    assert_eq!(kept(), [3, 4]);
    drop(scope);
    hit(6);
    assert_eq!(kept(), [0, 1, 2, 5, 6]);
}
