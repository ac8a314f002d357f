//! Does one thing so many times: `listing scalar 1000`.

use std::convert::Infallible;
use std::fmt::{self, Write};
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Clone)]
struct Tensor(#[allow(dead_code)] std::sync::Arc<Vec<f32>>);

fn main() {
    let mut words = std::env::args().skip(1);
    let what = words.next().expect("what to do");
    let count: u64 = words.next().and_then(|count| count.parse().ok()).expect("how often");
    let values = vec![1.0_f32; 5000];
    // As those of candle: a clone is a count.
    let tensor = Tensor(std::sync::Arc::new(values.clone()));
    if let Some(what) = what.strip_prefix("keys-") {
        return keys(what, count);
    }
    // `memory-10` is a scalar in given memory that holds 10 of them.
    let held = what.strip_prefix("memory-").map(|held| held.parse().expect("how many"));
    if held.is_some() {
        let memory = Box::leak(vec![0; 1 << 20].into_boxed_slice());
        anycapture::set_memory(memory).expect("it is the first");
    }
    // `wide-scalar` is a scalar in a ring of the default size.
    let (size, what) = match what.strip_prefix("wide-") {
        Some(what) => (1024, what.to_string()),
        None => (held.unwrap_or(16), what),
    };
    anycapture::set_size(size);
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
            let map = &values[..300];
            anycapture::capture!(listing, map);
        },
        "large" => &|_| {
            let large = &values[..];
            anycapture::capture!(listing, large);
        },
        "tensor" => &|_| {
            let tensor = &tensor;
            anycapture::capture!(listing, tensor);
        },
        // Two shapes in turns under one key.
        "shapes" => &|nth| {
            let row = &values[..64 + (nth % 2) as usize];
            anycapture::capture!(listing, row);
        },
        what if what.starts_with("memory-") => &|nth| {
            let x = number(nth);
            anycapture::capture!(listing, x);
        },
        _ => panic!("nothing to do named `{what}`"),
    };
    // The steady state.
    (0..4000).for_each(once);
    (0..count).for_each(once);
    let mut kept = 0;
    let shown = anycapture::visit(|value| kept += value.bytes().len());
    black_box((kept, shown));
}

/// Hits so many lines, each with a key of its own, for the first time, and does one thing with all of them.
fn keys(what: &str, count: u64) {
    use anycapture::__private::{Callsite, Note};

    /// Counts the bytes.
    struct Length(usize);

    impl Write for Length {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }

    anycapture::activate();
    for nth in 0..count {
        let key: &'static str = Box::leak(format!("keys.number{nth}").into_boxed_str());
        let site: &'static Callsite = Box::leak(Box::new(Callsite::new()));
        site.record(Box::leak(Box::new(key)), &nth, &Note::NONE);
    }
    let mut length = Length(0);
    match what {
        "hit" => {}
        "report" => write!(length, "{}", anycapture::report()).expect("it only counts"),
        "explain" => length.0 = anycapture::cache().explain("keys.numbre77").len(),
        "cache" => length.0 = anycapture::cache().len(),
        "drain" => {
            let drained = anycapture::drain(|value| -> Result<(), Infallible> {
                length.0 += value.key().len();
                Ok(())
            });
            assert_eq!(drained, Ok(()));
        }
        "export" => {
            let exported = anycapture::export(|bytes| -> Result<(), Infallible> {
                length.0 += bytes.len();
                Ok(())
            });
            assert_eq!(exported, Ok(()));
        }
        _ => panic!("nothing to do with keys named `{what}`"),
    }
    black_box(length.0);
}
