//! The model beside given memory, in a build without a heap: see `tests/model.rs`.
#![cfg(all(feature = "capture", not(feature = "alloc")))]
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
    holds_the_newest("small_memory_holds_the_newest", 1_300, 1 << 44);
}

#[test]
fn large_memory_holds_the_newest() {
    holds_the_newest("large_memory_holds_the_newest", 200 << 10, 1 << 45);
}
