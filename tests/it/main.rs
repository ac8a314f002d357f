//! What the crate promises with the feature on and a heap: one module a subject.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]
#![allow(clippy::float_cmp)] // values come back as they went in

mod attribute;
mod captured_fn;
mod control;
mod drops;
mod export;
mod forms;
mod grammar;
mod hygiene;
mod kinds;
mod limits;
mod reading;
mod reentrancy;
mod report;
mod threads;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time has the store, cleared, with limits as at the start. Keys and their counts stay, so a
/// test that counts has keys of its own.
fn alone() -> (anycapture::Session, MutexGuard<'static, ()>) {
    static STORE: Mutex<()> = Mutex::new(());
    let guard = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    let options = anycapture::Options::new().max_size(1024).max_bytes(256 << 20).only(&["*"]);
    anycapture::activate_with(options);
    (anycapture::session(), guard)
}
