//! Conversions where values live in given memory: that is given once in a process, so this is one of its own.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{panic, sync::Arc};

use anycapture::{Array, Dtype, Options, activate_with, cache, capture, report};

#[derive(Clone)]
struct Tensor {
    rows: usize,
    data: Arc<[f32]>,
}

fn tensor(rows: usize, length: u8) -> Tensor {
    Tensor { rows, data: (0..length).map(f32::from).collect() }
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

fn convert(tensor: &Tensor) -> Result<Array, String> {
    RUNS.fetch_add(1, Relaxed);
    // No lock is held: the store may be used.
    let nested = tensor.rows;
    capture!(conversion, nested);
    assert!(!cache().is_empty());
    match tensor.rows {
        0 => Err(String::from("no rows")),
        13 => panic!("as written"),
        rows => Ok(Array::new(&[rows, tensor.data.len() / rows], tensor.data.to_vec())),
    }
}

#[test]
fn values_that_are_converted_live_in_given_memory() {
    let memory = Box::leak(vec![0_u8; 16 << 10].into_boxed_slice());
    anycapture::set_memory(memory).expect("it is the first");
    let x = tensor(2, 6);

    // Without a conversion it is not plain data, which given memory can't hold.
    anycapture::activate();
    capture!(before, x);
    assert_eq!(report().key("before.x").map(|key| (key.kept(), key.not_plain())), Some((0, 1)));

    activate_with(Options::new().convert(convert));
    let (optional, result, behind) = (Some(&x), Ok::<_, String>(x.clone()), &&x);
    capture!(f, x, optional, result, behind, reshaped[3, 2] = x; index = 7);
    assert_eq!(RUNS.load(Relaxed), 5, "once a capture");
    let held = cache();
    for (key, shape) in [
        ("f.x", [2, 3]),
        ("f.optional", [2, 3]),
        ("f.result", [2, 3]),
        ("f.behind", [2, 3]),
        ("f.reshaped", [3, 2]),
    ] {
        let value = &held[key][0];
        assert_eq!((value.dtype(), value.shape()), (Dtype::F32, &shape[..]), "{key}");
        assert_eq!((value.as_slice(), value.index()), (Some(&x.data[..]), Some(7)), "{key}");
    }
    assert_eq!(held["conversion.nested"].len(), 5);

    // What fails or panics is counted, and nothing else is lost.
    let (failing, panicking) = (tensor(0, 6), tensor(13, 6));
    capture!(f, x = failing);
    assert!(panic::catch_unwind(|| capture!(f, x = panicking)).is_err(), "it passes through");
    capture!(f, x = tensor(3, 6));
    let counts = report().key("f.x").expect("was hit");
    assert_eq!((counts.kept(), counts.unconverted(), counts.refused()), (2, 2, 0));
    assert!(report().to_string().contains("it panicked"), "{}", report());
    assert_eq!(cache()["f.x"][1].shape(), [3, 2]);

    // Never while inactive, never for a key that is left out.
    let runs = RUNS.load(Relaxed);
    anycapture::deactivate();
    capture!(f, x);
    activate_with(Options::new().only(&["other.*"]));
    capture!(f, x);
    assert_eq!(RUNS.load(Relaxed), runs);

    // Larger than its ring.
    activate_with(Options::new().only(&["*"]));
    capture!(f, x = tensor(1, 255));
    assert_eq!(report().key("f.x").map(|key| (key.kept(), key.too_large())), Some((2, 1)));
}
