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

/// A dot product in eight sums, as it is written for vector units: without lines, with a list, with all.
macro_rules! sums {
    ($($name:ident [$($wrapper:tt)*] [$($list:tt)*])*) => {$(
        $($wrapper)* {
            #[no_mangle]
            $($list)*
            pub fn $name(x: &[f32], y: &[f32]) -> f32 {
                let n = x.len().min(y.len());
                let (x, y) = (&x[..n], &y[..n]);
                let mut sums = [0.0_f32; 8];
                let mut at = 0;
                while at + 8 <= n {
                    for lane in 0..8 {
                        sums[lane] += x[at + lane] * y[at + lane];
                    }
                    at += 8;
                }
                sums.iter().sum()
            }
        }
    )*};
}

macro_rules! as_it_is {
    ($($function:tt)*) => { $($function)* };
}

#[cfg(feature = "lines")]
sums! {
    sums_bare [as_it_is!] []
    sums_listed [anycapture::captured_fn!] [#[capture(sums)]]
    sums_all [anycapture::captured_fn!] [#[capture(*)]]
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
