//! With the feature off everything compiles, and nothing happens.
#![cfg(not(feature = "capture"))]
#![deny(warnings, unused, clippy::pedantic)]

use std::cell::Cell;

use anycapture::{Options, capture};

#[test]
fn nothing_is_evaluated_or_recorded() {
    anycapture::activate_with(Options::new().max_size(10).only(&["*"]));
    let _session = anycapture::session();
    let evaluated = Cell::new(0);
    let touch = || {
        evaluated.set(evaluated.get() + 1);
        1_usize
    };
    let attn = [1.0_f32; 4];
    capture!(Attention::forward, attn[2, 2], x = touch(); every = touch(), if touch() == 1);
    capture!(f, attn; on = touch() == 1, index = touch());
    assert_eq!(evaluated.get(), 0);
    assert!(!anycapture::is_active() && !const { anycapture::ENABLED });
    anycapture::set_size(3);
    anycapture::clear();
    anycapture::visit(|entry| unreachable!("{entry}"));
    anycapture::deactivate();
}

#[test]
fn the_report_says_that_the_feature_is_off_and_how_to_turn_it_on() {
    let report = anycapture::report().to_string();
    assert!(
        report.contains("`capture` feature is off") && report.contains("--features"),
        "{report}"
    );
    assert!(anycapture::report().key("f.attn").is_none());
}

#[test]
#[cfg(feature = "alloc")]
fn snapshots_are_empty_and_say_why() {
    assert!(anycapture::cache().is_empty() && anycapture::take().is_empty());
    let why = anycapture::cache().explain("f.attn");
    assert!(why.contains("feature is off"), "{why}");
}

#[test]
fn the_export_is_a_file_without_tensors() {
    let mut file = Vec::new();
    anycapture::export(|bytes| file.extend_from_slice(bytes));
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
    assert_eq!(tensors.len(), 0);
}
