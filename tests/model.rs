//! Long random histories of every public operation, beside a plain model, with values on the heap.
//!
//! `ANYCAPTURE_OPERATIONS=10000000` runs longer ones, `ANYCAPTURE_SEED=n` others.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

#[allow(dead_code)]
#[path = "model/mod.rs"]
mod model;

use model::Engine;
use model::history::{operations, run_all, seed};

#[test]
fn scopes_hold_what_the_model_says() {
    run_all(Engine::Heap, seed(1), operations(50_000), |_| Box::new(anycapture::scope()));
}

#[test]
fn scopes_with_a_tight_budget_hold_the_newest() {
    run_all(Engine::Budget, seed(1_000_000), operations(50_000), |_| Box::new(anycapture::scope()));
}
