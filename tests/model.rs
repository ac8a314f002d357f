//! Long random histories of every public operation, beside a plain model, with values on the heap.
//!
//! `ANYCAPTURE_OPERATIONS=10000000` runs longer ones, `ANYCAPTURE_SEED=n` others.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

#[allow(dead_code)]
#[path = "model/mod.rs"]
mod model;

use std::sync::{PoisonError, RwLock};

use model::history::{operations, run_in_process, run_in_scopes, seed};
use model::input::{Tag, capture_input};
use model::{Counts, Engine, Input, KEYS, Line};

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

/// At most 64 clones of a key are kept at first; numbers that come when these are gone are not held to that.
#[test]
fn clones_that_are_gone_limit_nothing() {
    let _others = STORE.read().unwrap_or_else(PoisonError::into_inner);
    let _scope = anycapture::scope();
    let capture = |input: Input| (0..100).for_each(|_| capture_input(0, &input, &Line::default()));
    let kept = || Counts::reported(KEYS[0]).kept;
    capture(Input::Tag(Tag(1)));
    assert_eq!(kept(), 64);
    anycapture::clear();
    capture(Input::Float(1.0));
    assert_eq!(kept(), 100);
    capture(Input::Tag(Tag(1)));
    drop(anycapture::take());
    capture(Input::Float(1.0));
    assert_eq!(kept(), 100);
}

/// What is captured while values are shown overwrites those that are still to be shown.
#[test]
fn a_visit_ends_where_its_values_are_overwritten() {
    let _others = STORE.read().unwrap_or_else(PoisonError::into_inner);
    let _scope = anycapture::scope();
    anycapture::set_size(100);
    let capture = |count| (0..count).for_each(|n| anycapture::capture!(visit, n));
    capture(100);
    let mut shown = 0;
    let visited = anycapture::visit(|_| {
        capture(if shown == 0 { 1_000 } else { 0 });
        shown += 1;
    });
    assert!(visited.is_complete() && (1..100).contains(&shown), "{shown} shown");
}

/// A value that a drain was shown, gave back with an error, and that newer ones had overwritten by then.
#[test]
fn a_drained_value_that_can_not_stay_counts_as_overwritten() {
    let _others = STORE.read().unwrap_or_else(PoisonError::into_inner);
    let _scope = anycapture::scope();
    anycapture::set_size(2);
    let capture = |count| (0..count).for_each(|n| anycapture::capture!(drain, n));
    capture(2);
    let drained = anycapture::drain(|_| {
        capture(2_000);
        Err(())
    });
    let counts = Counts::reported("drain.n");
    assert_eq!((drained, counts.taken, counts.kept, counts.overwritten), (Err(()), 0, 2, 2_000));
}
