//! Does things so many times each, within [`counted`]: `listing 1000 scalar row`.

use std::convert::Infallible;
use std::fmt::{self, Write};
use std::hint::black_box;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Clone)]
struct Tensor(#[allow(dead_code)] std::sync::Arc<Vec<f32>>);

fn main() {
    let mut words = std::env::args().skip(1);
    let count: u64 = words.next().and_then(|count| count.parse().ok()).expect("how often");
    let things: Vec<String> = words.collect();
    if things.iter().any(|what| what.starts_with("keys-")) {
        hit_keys(count);
    }
    for what in things {
        match what.strip_prefix("keys-") {
            Some(what) => do_with_keys(what),
            None => do_so_often(&what, count),
        }
    }
}

/// What callgrind counts: all between two calls of `mark`, whose name `tests/instructions.rs` gives it.
fn counted(f: impl FnOnce()) {
    mark();
    f();
    mark();
}

#[inline(never)]
fn mark() {
    black_box(());
}

/// Does one thing so often, in the steady state.
fn do_so_often(what: &str, count: u64) {
    let values = vec![1.0_f32; 5000];
    // As those of candle: a clone is a count.
    let tensor = Tensor(std::sync::Arc::new(values.clone()));
    // `memory-10` is a scalar in given memory that holds 10 of them.
    let held = what.strip_prefix("memory-").map(|held| held.parse().expect("how many"));
    if held.is_some() {
        let memory = Box::leak(vec![0; 1 << 20].into_boxed_slice());
        anycapture::set_memory(memory).expect("it is the first");
    }
    // `wide-scalar` is a scalar in a ring of the default size.
    let (size, what) = match what.strip_prefix("wide-") {
        Some(what) => (1024, what),
        None => (held.unwrap_or(16), what),
    };
    anycapture::set_size(size);
    listing::FLAG.store(black_box(false), Relaxed);
    let _session = (!what.starts_with("inactive")).then(anycapture::session);
    if what == "filtered" {
        anycapture::activate_with(anycapture::Options::new().only(&["other.*"]));
    }
    let number = |nth: u64| f32::from_bits(nth as u32);
    let once: &dyn Fn(u64) = match what {
        "nothing" => &|nth| _ = black_box(number(nth)),
        "inactive" => &|_| listing::axpy(&mut black_box([0.0; 64]), 1.0, &values[..64]),
        "inactive-by-hand" => {
            &|_| listing::axpy_by_hand(&mut black_box([0.0; 64]), 1.0, &values[..64])
        }
        "scalar" | "filtered" => &|nth| {
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
    (0..4000).for_each(once);
    counted(|| (0..count).for_each(once));
    let mut kept = 0;
    let shown = anycapture::visit(|value| kept += value.bytes().len());
    black_box((kept, shown));
    if what == "filtered" {
        anycapture::activate_with(anycapture::Options::new().only(&["*"]));
    }
}

/// Hits so many lines, each with a key of its own, for the first time.
fn hit_keys(count: u64) {
    use anycapture::__private::{Callsite, Note};

    anycapture::activate();
    let line = |nth: u64| -> (&'static Callsite, &'static &'static str) {
        let key: &'static str = Box::leak(format!("keys.number{nth}").into_boxed_str());
        (Box::leak(Box::new(Callsite::new())), Box::leak(Box::new(key)))
    };
    let lines: Vec<_> = (0..count).map(line).collect();
    counted(|| {
        for (nth, (site, key)) in (0_u64..).zip(&lines) {
            site.record(key, &nth, &Note::NONE);
        }
    });
}

/// Does one thing with all keys.
fn do_with_keys(what: &str) {
    /// Counts the bytes.
    struct Length(usize);

    impl Write for Length {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }

    let mut length = Length(0);
    counted(|| match what {
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
    });
    black_box(length.0);
}
