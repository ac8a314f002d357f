//! The recorder without a heap and without `std`.
#![cfg(all(feature = "capture", not(feature = "alloc")))]
#![deny(warnings)]

use anycapture::{Dtype, Options, activate, activate_with, capture, clear, export, report, visit};

static PATTERNS: [&str; 1] = ["m.*"];

fn count() -> usize {
    let mut count = 0;
    visit(|_| count += 1);
    count
}

#[test]
fn nothing_is_kept_before_memory_is_given_and_then_what_fits() {
    let x = 1.5_f32;
    capture!(m, x);
    assert!(report().to_string().contains("never activated"));
    activate();
    capture!(m, x);
    assert_eq!(count(), 0);
    assert_eq!(report().key("m.x").map(|key| key.no_memory()), Some(1));
    assert!(report().to_string().contains("no memory was given"));

    // Too small for a single value, even for the record of a key.
    // (Memory is given once, so this is tried with a budget.)
    let memory = Box::leak(Box::new([0_u8; 2000]));
    activate_with(Options::new().max_bytes(40).memory(memory).only(&PATTERNS));
    capture!(m, x);
    assert_eq!((count(), report().key("m.x").map(|key| key.too_large())), (0, Some(1)));
    activate_with(Options::new().max_bytes(usize::MAX));

    let row = [[1_u16, 2, 3]; 2];
    for step in 0..100_u32 {
        capture!(m, x, row; index = step);
        capture!(left, out = step);
    }
    let mut last = None;
    visit(|entry| {
        assert!(entry.sequence() > 0 || last.is_none());
        if entry.key() == "m.row" {
            let mut room = [0_u16; 6];
            assert_eq!(entry.read_into(&mut room), Ok(&[1, 2, 3, 1, 2, 3][..]));
            assert_eq!((entry.shape(), entry.dtype()), (&[2, 3][..], Dtype::U16));
            last = entry.index();
        } else {
            assert_eq!((entry.key(), entry.scalar::<f32>()), ("m.x", Some(1.5)));
        }
    });
    assert_eq!(last, Some(99));
    assert_eq!(report().key("left.out").map(|key| key.filtered()), Some(100));

    // Without `std` who finds the store in use does not wait.
    visit(|_| capture!(m, x));
    assert!(report().key("m.x").is_some_and(|key| key.busy() > 0));

    let mut bytes = 0;
    export(|piece| bytes += piece.len());
    assert!(bytes > count() * 12);
    clear();
    assert_eq!(count(), 0);
}
