//! Does one thing so many times: `listing scalar 1000`.

use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

fn main() {
    let mut words = std::env::args().skip(1);
    let what = words.next().expect("what to do");
    let count: u64 = words.next().and_then(|count| count.parse().ok()).expect("how often");
    let values = vec![1.0_f32; 300];
    // As those of candle: a clone is a count.
    let tensor = std::sync::Arc::new(values.clone());
    anycapture::set_size(16);
    listing::FLAG.store(black_box(false), Relaxed);
    if !what.starts_with("inactive") {
        anycapture::activate();
    }
    let number = |nth: u64| f32::from_bits(nth as u32);
    let once: &dyn Fn(u64) = match what.as_str() {
        "nothing" => &|nth| _ = black_box(number(nth)),
        "inactive" => &|_| listing::axpy(&mut black_box([0.0; 64]), 1.0, &values[..64]),
        "inactive-by-hand" => {
            &|_| listing::axpy_by_hand(&mut black_box([0.0; 64]), 1.0, &values[..64])
        }
        "scalar" => &|nth| {
            let x = number(nth);
            anycapture::capture!(listing, x);
        },
        "indexed" => &|nth| {
            let x = number(nth);
            anycapture::capture!(listing, x; index = nth);
        },
        "row" => &|_| {
            let row = &values[..64];
            anycapture::capture!(listing, row);
        },
        "map" => &|_| {
            let map = &values[..];
            anycapture::capture!(listing, map);
        },
        "tensor" => &|_| {
            let tensor = &tensor;
            anycapture::capture!(listing, tensor);
        },
        _ => panic!("nothing to do named `{what}`"),
    };
    (0..count).for_each(once);
    let mut kept = 0;
    anycapture::visit(|entry| kept += entry.bytes().len());
    black_box(kept);
}
