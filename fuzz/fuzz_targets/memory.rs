//! A history of a fuzzer's choice in given memory, beside the plain model.
//!
//! Memory is given once in a process, and its rings are carved once. So that an input does the same whatever came before it,
//! the rings are carved when the process begins: of different sizes, one too small for most values, one not at all.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/model/mod.rs"]
mod model;

use std::cell::RefCell;

use anycapture::capture;
use libfuzzer_sys::fuzz_target;
use model::history::History;
use model::{Engine, Random};

fn give_memory() {
    anycapture::set_memory(vec![0; 5_600].leak()).expect("given once");
    let _session = anycapture::session();
    capture!(model, a = 0_f32; room = 400);
    capture!(model, b = 0_f32; room = 80);
    capture!(model, c = 0_f32; room = 4_000);
    capture!(model, d = 0_f32; room = 1_000);
    capture!(model, e = 0_f32; room = 4_000);
}

fuzz_target!(
    init: give_memory(),
    |bytes: &[u8]| {
        thread_local! {
            static HISTORY: RefCell<History> = RefCell::new(History::new(Engine::Memory, Random::from_bytes(&[])));
        }
        HISTORY.with_borrow_mut(|history| {
            history.start_over(Random::from_bytes(bytes));
            history.run(usize::MAX);
        });
    }
);
