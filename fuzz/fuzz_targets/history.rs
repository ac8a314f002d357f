//! A history of a fuzzer's choice, beside the plain model: `tests/model`. The first byte says whether `max_bytes` is a limit.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/model/mod.rs"]
mod model;

use libfuzzer_sys::fuzz_target;
use model::history::History;
use model::{Engine, Random};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let engine = if first % 2 == 0 { Engine::Heap } else { Engine::Budget };
    let _scope = anycapture::scope();
    History::new(engine, Random::from_bytes(bytes)).run(usize::MAX);
});
