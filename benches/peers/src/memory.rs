//! Captures into given memory, with few and with many values in it.

use std::hint::black_box;

use anycapture::__private::{Callsite, Note};
use anycapture::Options;

use crate::harness::{race as race_candidates, Run, Times};

/// Values of mixed sizes: 1 to 16 elements.
const LARGEST: u64 = 16;

/// Lines as in `capture!(few, row; keep = 10)`.
static FEW: Callsite = Callsite::new();
static MANY: Callsite = Callsite::new();
static SCALAR: Callsite = Callsite::new();

fn mixed_sizes(line: &'static Callsite, key: &'static &'static str, keep: usize, count: u64) {
    let row = black_box([1.0_f32; LARGEST as usize]);
    let note = Note { keep, ..Note::NONE };
    for nth in 0..count {
        line.record(key, &row[..1 + (nth * 7 % LARGEST) as usize], &note);
    }
}

fn few(count: u64) {
    mixed_sizes(&FEW, &"few.row", 10, count);
}

fn many(count: u64) {
    mixed_sizes(&MANY, &"many.row", 10_000, count);
}

fn scalars(count: u64) {
    let note = Note { keep: 10, ..Note::NONE };
    for nth in 0..count {
        SCALAR.record(&"memory.x", &f32::from_bits(nth as u32), &note);
    }
}

/// Memory is given to the whole process, so this needs its own process.
///
/// The other ring holds 10 values in the first race and 10,000 in the second, so these two races are not interleaved.
pub fn race() -> Times {
    let memory = vec![0_u8; 8 << 20].leak();
    assert!(anycapture::set_memory(memory).is_ok(), "the first to give memory");
    anycapture::activate_with(Options::new().max_size(10));
    let alone =
        |title| race_candidates(title, 100, vec![("a scalar", Box::new(scalars) as Run<'_>)]);
    few(10);
    let before = alone("In given memory, 10 values");
    many(10_000);
    let behind = alone("In given memory, 10,000 values");
    let mut times = race_candidates(
        "In given memory, mixed sizes",
        200,
        vec![
            ("10 values in the ring", Box::new(few)),
            ("10,000 values in the ring", Box::new(many)),
        ],
    );
    times.rows.push(("10 values in another ring", before.rows[0].1));
    times.rows.push(("10,000 values in another ring", behind.rows[0].1));
    times
}
