//! What a long decode loop takes from the heap while it is recorded, as the allocator counts it.
#![cfg(feature = "capture")]

use anycapture::Options;
use candle_captured::{generation::Text, numbers};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The most that was in use beyond what was when it began, in bytes.
fn peak_of(steps: usize) -> usize {
    let mut text = Text::new(1, &[1, 2, 3]).expect("a model");
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    (0..steps).for_each(|_| assert!(text.step().is_ok()));
    HEAP.peak_usage() - before
}

#[test]
fn recording_a_long_text_takes_no_more_than_its_limit() {
    const STEPS: usize = 400;
    const LIMIT: usize = 512 << 10;
    // Threads and buffers that candle makes once.
    peak_of(STEPS);
    let without = peak_of(STEPS);

    anycapture::activate_with(Options::new().convert(numbers).max_bytes(LIMIT));
    let with = peak_of(STEPS);
    let all = anycapture::report().key("decode.attention_map").expect("a key that was hit");
    println!(
        "{} KiB without recording, {} KiB with a limit of {} KiB",
        without >> 10,
        with >> 10,
        LIMIT >> 10
    );
    // Beside what is stored, the numbers of one tensor on their way.
    assert!(with < without + LIMIT + (64 << 10), "{with} bytes, {without} without recording");
    assert!(all.overwritten() > 0, "the text is longer than what fits");

    // Without a limit it would be many times as much, so the measurement means something.
    anycapture::clear();
    anycapture::activate_with(Options::new().max_size(0).max_bytes(256 << 20));
    let unlimited = peak_of(STEPS);
    assert!(unlimited > without + 4 * LIMIT, "{unlimited} bytes without a limit");
}
