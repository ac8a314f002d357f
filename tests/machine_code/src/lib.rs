//! The same functions with capture lines (feature `lines`) and without.
#![no_std]

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// `capture!` with the feature `lines`, else nothing at all.
macro_rules! line {
    ($($line:tt)*) => {
        #[cfg(feature = "lines")]
        anycapture::capture!($($line)*);
    };
}

#[no_mangle]
pub fn axpy(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
        line!(axpy, y);
    }
}

#[no_mangle]
pub fn softmax(scores: &mut [f32], layer: usize) -> f32 {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    line!(softmax, max; index = layer);
    let mut sum = 0.0;
    for score in &mut *scores {
        *score = 1.0 / (1.0 + (max - *score) * (max - *score));
        sum += *score;
        line!(softmax, doubled = *score * 2.0; every = 10, if *score > 0.5);
    }
    for score in &mut *scores {
        *score /= sum;
    }
    line!(softmax, scores, rows[scores.len() / 4, 4] = &scores[..]);
    sum
}

#[cfg(not(feature = "lines"))]
#[no_mangle]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sum = 0.0;
    for (a, b) in a.iter().zip(b) {
        let product = a * b;
        sum += product;
    }
    sum
}

#[cfg(feature = "lines")]
anycapture::captured_fn! {
    #[no_mangle]
    #[capture(a, product, sum)]
    pub fn dot(a: &[f32], b: &[f32]) -> f32 {
        let mut sum = 0.0;
        for (a, b) in a.iter().zip(b) {
            let product = a * b;
            sum += product;
        }
        sum
    }
}

/// What one writes by hand in place of a capture line.
pub static FLAG: AtomicBool = AtomicBool::new(false);

#[cold]
#[inline(never)]
fn record(value: &f32) {
    core::hint::black_box(value);
}

#[no_mangle]
pub fn axpy_by_hand(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
        if FLAG.load(Relaxed) {
            record(y);
        }
    }
}
