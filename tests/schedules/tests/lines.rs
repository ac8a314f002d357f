//! Lines that are hit for the first time: on one list, and in one trie.

use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anycapture::__private::{Callsite, Listed, Probe};
use portable_atomic::unscheduled;
use schedules::{check, check_some, report};
use shuttle::thread;

/// A capture line with a key that is made while the program runs: what `capture!` expands to, but its `static`.
fn hit(key: &'static &'static str, value: u32) {
    use anycapture::__private::any::*;
    let site = Box::leak(Box::new(Callsite::new()));
    Probe::new(&value).__anycapture_record(site, key, None, Listed);
}

/// Three threads hit two lines each, of three keys, which are new in every schedule.
fn hit_new_lines() {
    static SCHEDULES: AtomicUsize = AtomicUsize::new(0);
    let number = SCHEDULES.fetch_add(1, Relaxed);
    let prefix = format!("{number}.");
    let keys = [0, 1, 2].map(|nth| {
        let key: &'static str = format!("{prefix}{nth}").leak();
        &*Box::leak(Box::new(key))
    });
    anycapture::activate();
    let hit_two = |first: usize| {
        thread::spawn(move || {
            hit(keys[first], 0);
            hit(keys[(first + 1) % 3], 1);
        })
    };
    let _ = [0, 1, 2].map(hit_two).map(|thread| thread.join().unwrap());
    unscheduled(|| {
        let mut listed = HashMap::new();
        anycapture::report().each_key(|key, report| {
            if key.starts_with(&prefix) {
                assert_eq!(report.kept(), 2, "{key}");
                *listed.entry(key.to_string()).or_insert(0) += 1;
            }
        });
        for key in keys {
            assert_eq!(listed.get(*key), Some(&1), "{key} in the list");
            assert_eq!(report(key).kept(), 2, "{key} in the trie");
        }
    });
}

#[test]
fn a_key_is_listed_once() {
    check(hit_new_lines);
}

/// The list is empty once in a process: so each schedule is one of its own.
#[test]
fn the_first_keys_of_a_process_are_listed_once() {
    const VARIABLE: &str = "ANYCAPTURE_FIRST";
    const TEST: &str = "the_first_keys_of_a_process_are_listed_once";
    if let Ok(seed) = std::env::var(VARIABLE) {
        return check_some(hit_new_lines, 1, seed.parse().expect("a number"));
    }
    for seed in 0..100 {
        let mut process = Command::new(std::env::current_exe().expect("this program"));
        let output = process.args(["--exact", TEST]).env(VARIABLE, seed.to_string()).output();
        let output = output.expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "seed {seed}: {text}");
    }
}
