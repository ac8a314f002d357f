//! The recorder without a heap and without `std`.
#![cfg(all(feature = "capture", not(feature = "alloc")))]
#![deny(warnings)]

use std::convert::Infallible;

use anycapture::{
    Dtype, Options, activate, activate_with, capture, clear, drain, export, recover, report, visit,
};

static PATTERNS: [&str; 1] = ["m.*"];

fn count() -> u64 {
    visit(|_| {}).values()
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

    let memory = Box::leak(Box::new([0_u8; 2000]));
    anycapture::set_memory(memory).expect("it is the first");
    let again = Box::leak(Box::new([7_u8; 100]));
    assert_eq!(anycapture::set_memory(again), Err(&mut [7; 100][..]), "given once");
    activate_with(Options::new().only(&PATTERNS));

    let row = [[1_u16, 2, 3]; 2];
    for step in 0..100_u32 {
        capture!(m, x, row; index = (step, -1));
        capture!(left, out = step);
    }
    let mut last = None;
    let shown = visit(|value| {
        assert!(value.sequence() > 0 || last.is_none());
        assert_eq!(value.thread(), 0, "no thread has a number");
        if value.key() == "m.row" {
            let mut room = [0_u16; 6];
            assert_eq!(value.read_into(&mut room), Ok(&[1, 2, 3, 1, 2, 3][..]));
            assert_eq!((value.shape(), value.dtype()), (&[2, 3][..], Dtype::U16));
            assert_eq!(value.indices()[1], -1);
            last = value.index();
        } else {
            assert_eq!((value.key(), value.scalar::<f32>()), ("m.x", Some(1.5)));
        }
    });
    assert!(shown.is_complete() && shown.values() == 16, "eight a key, without being told");
    assert_eq!(last, Some(99));
    assert_eq!(report().key("left.out").map(|key| key.filtered()), Some(100));

    a_capture_of_the_key_on_show_is_refused_at_once();
    a_key_in_use_is_left_out_of_a_file_that_says_so();
    what_was_not_kept_has_its_cause();

    let mut bytes = 0;
    let exported = export(|piece| -> Result<(), Infallible> {
        bytes += piece.len() as u64;
        Ok(())
    });
    assert_eq!(exported, Ok(()));
    assert!(bytes > count() * 12);

    let before = count();
    let mut sent = 0;
    let error = drain(|_| {
        sent += 1;
        if sent == 3 { Err("the line is down") } else { Ok(()) }
    });
    assert_eq!((error, count()), (Err("the line is down"), before - 2));
    clear();
    assert_eq!(count(), 0);
}

fn a_capture_of_the_key_on_show_is_refused_at_once() {
    let busy = |key| report().key(key).map_or(0, |key| key.busy());
    let (x, row) = (2.5_f32, [[0_u16; 3]; 2]);
    let (before, mut shown) = (count(), 0);
    let _ = visit(|value| {
        shown += 1;
        if value.key() == "m.x" {
            capture!(m, x);
            // A walk within the walk can't see the key that is held, and says so.
            let within = visit(|_| {});
            assert!(within.skipped() == 1 && !within.is_complete());
        } else {
            capture!(m, row);
        }
    });
    assert_eq!((busy("m.x"), busy("m.row"), shown), (8, 8, before));
    let mut meanwhile = 0;
    let _ = visit(|value| {
        // Another key than the one on show is free.
        if value.key() == "m.x" {
            capture!(m, row);
            meanwhile += 1;
        }
    });
    assert_eq!((busy("m.row"), meanwhile), (8, 8));
    let _ = export(|_| -> Result<(), Infallible> {
        capture!(m, x);
        Ok(())
    });
    assert!(busy("m.x") > 8, "an export reads all keys more than once");
}

/// As in an interrupt handler that has interrupted a reader.
fn a_key_in_use_is_left_out_of_a_file_that_says_so() {
    let mut file = Vec::new();
    let _ = visit(|value| {
        if value.key() == "m.x" {
            file.clear();
            let exported = export(|bytes| -> Result<(), Infallible> {
                file.extend_from_slice(bytes);
                Ok(())
            });
            assert_eq!(exported, Ok(()));
        }
    });
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
    assert!(tensors.tensor("m.row").is_ok() && tensors.tensor("m.x").is_err());
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&file).expect("metadata");
    let metadata = metadata.metadata().clone().expect("metadata");
    assert!(metadata["anycapture.error"].contains("in use"), "{metadata:?}");

    file.clear();
    let _ = export(|bytes| -> Result<(), Infallible> {
        file.extend_from_slice(bytes);
        Ok(())
    });
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
    assert!(tensors.tensor("m.x").is_ok(), "in the next file it is there again");
}

fn what_was_not_kept_has_its_cause() {
    let (huge, none) = ([0_u8; 1_000], None::<f32>);
    capture!(m, x = huge, late = [0_u8; 4_000], none);
    let key = |name| report().key(name).expect("was hit");
    assert_eq!(key("m.x").too_large(), 1, "larger than its ring");
    assert_eq!((key("m.late").no_memory(), key("m.none").absent()), (1, 1));
}

#[test]
fn memory_of_any_bytes_is_read_without_a_panic() {
    let mut random = 1_u32;
    let bytes: Vec<u8> = (0..4_000)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 24) as u8
        })
        .collect();
    for size in [0, 1, 3, 8, 63, 64, 1_000, 4_000] {
        if let Some(found) = recover(&bytes[..size]) {
            found.visit(|value| assert!(value.bytes().len() <= size));
        }
    }
    assert!(recover(&[0; 100]).is_none());
}
