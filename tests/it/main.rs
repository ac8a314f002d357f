//! What the crate promises with the feature on and a heap: one module a subject. Each test has a store of its own.
//! `tests/process.rs` runs the modules on the store again with that of the process.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]
#![allow(clippy::float_cmp)] // values come back as they went in

mod attribute;
mod captured_fn;
mod control;
mod conversions;
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
mod scopes;
mod texts;
mod threads;

/// A store of this test's own, empty, with limits as at the start.
struct Alone(anycapture::Scope);

impl Alone {
    /// What has other threads use it too.
    fn handle(&self) -> anycapture::Handle {
        self.0.handle()
    }
}

fn alone() -> Alone {
    Alone(anycapture::scope())
}
