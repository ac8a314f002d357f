//! Given memory: rings of bytes, each behind a lock of its own, and one sequence.

use std::collections::HashSet;
use std::sync::Once;

use anycapture::{Cache, capture};
use schedules::{captured, check};
use shuttle::thread;

fn begin() {
    static GIVEN: Once = Once::new();
    GIVEN.call_once(|| anycapture::set_memory(vec![0; 4096].leak()).expect("given once"));
    std::mem::forget(anycapture::session());
}

/// Captures three values under two keys.
fn capture_three(number: u32) {
    let values = [number; 4];
    capture!(memory, a = values; keep = 2);
    capture!(memory, b = values; keep = 3);
    capture!(memory, a = values; keep = 2);
}

fn check_values(cache: &Cache, sequences: &mut HashSet<u64>) -> usize {
    for (_, values) in cache {
        for value in values {
            let numbers = value.as_slice::<u32>().expect("a slice");
            assert!(numbers.iter().all(|number| *number == numbers[0]), "a value is whole");
            assert!(sequences.insert(value.sequence()), "{} is there twice", value.sequence());
        }
    }
    cache.iter().map(|(_, values)| values.len()).sum()
}

fn accounted() {
    assert_eq!((captured("memory.a"), captured("memory.b")), (4, 2));
}

#[test]
fn values_are_kept_whole_and_taken_once() {
    check(|| {
        begin();
        let writers = [0, 1].map(|number| thread::spawn(move || capture_three(number)));
        let mut sequences = HashSet::new();
        let first = anycapture::try_take().unwrap_or_default();
        let _ = writers.map(|writer| writer.join().unwrap());
        let second = anycapture::take();
        let taken = check_values(&first, &mut sequences) + check_values(&second, &mut sequences);
        accounted();
        let counts = ["memory.a", "memory.b"].map(schedules::report);
        assert_eq!(counts.iter().map(|report| report.taken()).sum::<u64>(), taken as u64);
    });
}

/// A file is made in several walks, between which nothing may change.
#[test]
fn an_exported_file_fits_its_header() {
    check(|| {
        begin();
        capture_three(7);
        let writer = thread::spawn(|| capture_three(1));
        let mut file = Vec::new();
        let written = anycapture::export(|piece| {
            file.extend_from_slice(piece);
            Ok::<(), ()>(())
        });
        writer.join().unwrap();
        assert_eq!(written, Ok(()));
        accounted();
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        let (header, data) = file[8..].split_at(length);
        let header = str::from_utf8(header).expect("JSON is text");
        let end = header
            .rsplit_once("\"data_offsets\":[")
            .and_then(|(_, offsets)| offsets.split([',', ']']).nth(1)?.parse::<usize>().ok());
        assert_eq!(end, Some(data.len()), "{header}");
    });
}
