//! The model beside given memory, in a build that also has a heap: see `tests/model.rs`.
//!
//! Memory is given once in a process, so each size of it gets a process of its own: this program runs itself.
#![cfg(all(feature = "capture", feature = "alloc"))]
#![deny(warnings)]

#[allow(dead_code)]
#[path = "model/mod.rs"]
mod model;

use model::Engine;
use model::history::{in_own_process, operations, run_in_process, seed};

fn holds_the_newest(test: &str, size: usize, first: u64) {
    in_own_process(test, || {
        let memory = Box::leak(vec![0_u8; size].into_boxed_slice());
        // Nothing has to be aligned.
        anycapture::set_memory(&mut memory[1..]).expect("given once");
        run_in_process(Engine::Memory, seed(first), operations(20_000));
    });
}

#[test]
fn small_memory_holds_the_newest() {
    holds_the_newest("small_memory_holds_the_newest", 1_300, 1 << 41);
}

#[test]
fn memory_holds_the_newest() {
    holds_the_newest("memory_holds_the_newest", 16 << 10, 1 << 42);
}

#[test]
fn large_memory_holds_the_newest() {
    holds_the_newest("large_memory_holds_the_newest", 2 << 20, 1 << 43);
}
