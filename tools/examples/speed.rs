//! How long reading and comparing takes: 100 MB against 100 MB, equal, close, and different everywhere.
//!
//!     cargo run --release -p anycapture-tools --example speed

#![allow(clippy::cast_precision_loss)] // small numbers

use std::time::Instant;

use anycapture_tools::{Recording, Tolerance};
use safetensors::{Dtype, tensor::TensorView};

/// Twelve attention maps of six heads and 590 tokens.
const SHAPE: [usize; 4] = [12, 6, 590, 590];

fn main() {
    let exact = file(|_| 0.0);
    report("equal", &exact, &file(|_| 0.0));
    report("one in a million parts", &exact, &file(|i| if i % 1_000_000 == 7 { 1.0 } else { 0.0 }));
    report("close everywhere", &exact, &file(|i| 1e-7 * (i % 13) as f32));
    report("parts everywhere", &exact, &file(|i| 1.0 + (i % 13) as f32));
    report("float32 and float16", &exact, &halves());
    let scalars = |change: f32| numbered_or_stacked(change, true);
    report("25 million scalars", &scalars(0.0), &scalars(1.0));
    let tensors = |change: f32| numbered_or_stacked(change, false);
    report("200,000 tensors", &tensors(0.0), &tensors(1.0));
}

fn element(i: usize) -> f32 {
    (i % 1021) as f32 / 1024.0
}

fn count() -> usize {
    SHAPE.iter().product()
}

fn file(change: impl Fn(usize) -> f32) -> Vec<u8> {
    let data = (0..count()).flat_map(|i| (element(i) + change(i)).to_le_bytes());
    write(Dtype::F32, &data.collect::<Vec<u8>>())
}

fn halves() -> Vec<u8> {
    let data = (0..count()).flat_map(|i| half::f16::from_f32(element(i)).to_le_bytes());
    write(Dtype::F16, &data.collect::<Vec<u8>>())
}

fn write(dtype: Dtype, data: &[u8]) -> Vec<u8> {
    let tensor = TensorView::new(dtype, SHAPE.to_vec(), data).expect("the shape fits");
    safetensors::serialize([("Attention.forward.attention_map", tensor)], None).expect("a file")
}

/// Every element a value of its own: in one tensor, or a tensor each for the first 200,000.
fn numbered_or_stacked(change: f32, stacked: bool) -> Vec<u8> {
    let one = |i: usize| (element(i) + change * (i % 7) as f32).to_le_bytes();
    if stacked {
        let data: Vec<u8> = (0..count()).flat_map(one).collect();
        let tensor = TensorView::new(Dtype::F32, vec![count()], &data).expect("the shape fits");
        return safetensors::serialize([("train.loss", tensor)], None).expect("a file");
    }
    let data: Vec<[u8; 4]> = (0..200_000).map(one).collect();
    let tensors = data.iter().enumerate().map(|(i, data)| {
        let tensor = TensorView::new(Dtype::F32, vec![1], data).expect("the shape fits");
        (format!("train.loss/{i}"), tensor)
    });
    safetensors::serialize(tensors, None).expect("a file")
}

fn report(what: &str, ours: &[u8], reference: &[u8]) {
    let start = Instant::now();
    let ours = Recording::from_bytes(ours).expect("a sound file");
    let reference = Recording::from_bytes(reference).expect("a sound file");
    let read = start.elapsed();
    let start = Instant::now();
    let comparison = ours.compare(&reference, Tolerance::absolute(1e-5));
    let compared = start.elapsed();
    let outside: usize = comparison.iter().map(anycapture_tools::KeyComparison::outside).sum();
    println!("{what:24} read {read:>9.1?}, compared {compared:>9.1?}, {outside} elements part");
}
