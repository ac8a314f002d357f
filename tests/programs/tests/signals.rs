//! A signal handler that interrupts a capture of its own key goes on, and what it could not keep is counted.
#![cfg(all(feature = "capture", target_os = "linux"))]
#![deny(warnings)]

use std::{
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

/// A program that hangs is ended, and fails.
fn finish(mut child: Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        if let Some(status) = child.try_wait().expect("it is a child of this process") {
            return status.success();
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is a child of this process");
    panic!("it hangs");
}

fn run(kind: &str) {
    let child = Command::new(env!("CARGO_BIN_EXE_signals")).arg(kind).spawn();
    assert!(finish(child.expect("the program starts")));
}

#[test]
fn a_handler_captures_on_the_heap() {
    run("heap");
}

#[test]
fn a_handler_captures_into_given_memory() {
    run("memory");
}

#[test]
fn a_handler_with_a_key_of_its_own_in_given_memory_loses_nothing() {
    run("own-key");
}

#[test]
fn a_handler_captures_into_a_scope() {
    run("scope");
}
