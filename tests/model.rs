//! Long random histories of every public operation, beside a plain model, with values on the heap.
//!
//! `ANYCAPTURE_OPERATIONS=10000000` runs longer ones, `ANYCAPTURE_SEED=n` others.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

#[allow(dead_code)]
#[path = "model/mod.rs"]
mod model;

use std::sync::{PoisonError, RwLock};

use model::Engine;
use model::history::{operations, run_in_process, run_in_scopes, seed};

/// Scopes side by side, or one store alone: there is a shorter way into that of the process while no scope lives, and what
/// others leave to be reused counts against a budget.
static STORE: RwLock<()> = RwLock::new(());

#[test]
fn a_scope_holds_what_the_model_says() {
    let _others = STORE.read().unwrap_or_else(PoisonError::into_inner);
    run_in_scopes(Engine::Heap, seed(1), operations(70_000));
}

#[test]
fn a_scope_with_a_tight_budget_holds_the_newest() {
    let _alone = STORE.write().unwrap_or_else(PoisonError::into_inner);
    run_in_scopes(Engine::Budget, seed(1 << 32), operations(60_000));
}

#[test]
fn the_process_holds_what_the_model_says() {
    let _alone = STORE.write().unwrap_or_else(PoisonError::into_inner);
    run_in_process(Engine::Heap, seed(1 << 40), operations(70_000));
}

/// What the process filtered, refused and so on is its own.
#[test]
fn a_session_in_a_scope_leaves_the_counts_of_the_process() {
    let _alone = STORE.write().unwrap_or_else(PoisonError::into_inner);
    let absent = || anycapture::report().key("session.none").map(|key| key.absent());
    let capture = || anycapture::capture!(session, none = None::<f32>);
    anycapture::activate();
    capture();
    let scope = anycapture::scope();
    capture();
    drop(anycapture::session());
    assert_eq!(absent(), None);
    drop(scope);
    assert_eq!(absent(), Some(1));
}
