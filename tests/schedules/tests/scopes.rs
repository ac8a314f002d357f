//! Scopes that begin and end while other threads capture.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anycapture::{Handle, Options, capture};
use schedules::{captured, check, report};
use shuttle::thread;

fn capture_one() {
    capture!(scopes, x = 1_u32);
}

/// A new beginning for the store of the process.
fn begin() {
    anycapture::activate_with(Options::new().only(&["*"]));
    std::mem::forget(anycapture::session());
}

#[test]
fn each_store_holds_what_was_captured_in_it() {
    check(|| {
        begin();
        let scope = Handle::new();
        let inside_and_outside = || {
            let scope = scope.clone();
            thread::spawn(move || {
                capture_one();
                let entered = scope.enter();
                capture_one();
                let inner = anycapture::scope();
                capture_one();
                assert_eq!(captured("scopes.x"), 1);
                drop(inner);
                capture_one();
                drop(entered);
                capture_one();
            })
        };
        let _ = [inside_and_outside(), inside_and_outside()].map(|thread| thread.join().unwrap());
        assert_eq!(report("scopes.x").kept(), 4);
        let _entered = scope.enter();
        assert_eq!(report("scopes.x").kept(), 4);
    });
}

/// A capture that begins once a scope has ended goes to the store around it.
#[test]
fn what_comes_behind_the_end_of_a_scope_is_kept_outside() {
    check(|| {
        begin();
        let scope = anycapture::scope();
        let ended = Arc::new(AtomicBool::new(false));
        let inside = {
            let (scope, ended) = (scope.handle(), ended.clone());
            thread::spawn(move || {
                let _entered = scope.enter();
                let mut outside = 0;
                for _ in 0..4 {
                    outside += u64::from(ended.load(Relaxed));
                    capture_one();
                }
                outside
            })
        };
        drop(scope);
        ended.store(true, Relaxed);
        let outside = inside.join().unwrap();
        assert!(report("scopes.x").kept() >= outside);
    });
}

/// One word says whether the process is active and how many scopes there are.
#[test]
fn a_switch_that_is_turned_while_scopes_come_and_go_stays_right() {
    check(|| {
        begin();
        let scopes = thread::spawn(|| {
            for _ in 0..2 {
                let _scope = anycapture::scope();
                capture_one();
                assert_eq!(report("scopes.x").kept(), 1);
            }
        });
        anycapture::deactivate();
        assert!(!anycapture::is_active());
        capture_one();
        anycapture::activate();
        assert!(anycapture::is_active());
        capture_one();
        scopes.join().unwrap();
        assert_eq!(report("scopes.x").kept(), 1);
        anycapture::deactivate();
        assert!(!anycapture::is_active());
    });
}

/// Once `activate_with` is back, no capture that begins later gets past the filter.
#[test]
fn a_filter_holds_for_every_capture_that_begins_later() {
    check(|| {
        begin();
        let filtered = Arc::new(AtomicBool::new(false));
        let writer = {
            let filtered = filtered.clone();
            thread::spawn(move || {
                let mut later = 0;
                for _ in 0..4 {
                    later += u64::from(filtered.load(Relaxed));
                    capture_one();
                }
                later
            })
        };
        anycapture::activate_with(Options::new().only(&["other"]));
        filtered.store(true, Relaxed);
        let later = writer.join().unwrap();
        assert!(report("scopes.x").filtered() >= later);
        assert_eq!(captured("scopes.x"), 4);
    });
}
