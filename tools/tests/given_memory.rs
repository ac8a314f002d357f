//! Given memory, read back from a dump of this process.
#![cfg(target_os = "linux")]
// Small, exact numbers.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)]

use std::fs::File;
use std::os::unix::fs::FileExt;

use anycapture::capture;
use anycapture_tools::{Recording, Value};

/// The memory around what is given, as a debugger dumps it.
fn dump(start: usize, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let memory = File::open("/proc/self/mem").unwrap();
    memory.read_exact_at(&mut bytes, start as u64).unwrap();
    bytes
}

#[test]
fn a_dump_holds_what_was_captured_into_given_memory() {
    const SIZE: usize = 1 << 16;
    let memory: &'static mut [u8] = vec![0; SIZE].leak();
    let start = memory.as_ptr() as usize;
    anycapture::set_memory(&mut memory[100..]).unwrap();
    anycapture::activate();
    for step in 0..100_u64 {
        let map = [[step as f32, 0.5], [-1.0, f32::NAN]];
        capture!(attention, map; index = (step, -1));
        let growing = vec![step; 4 - step as usize % 5];
        capture!(attention, growing);
        let (wide, flag) = (u128::from(step), step % 2 == 1);
        capture!(f, wide, flag);
    }
    anycapture::deactivate();

    let recording = Recording::from_dump("ram.bin", &dump(start, SIZE)).unwrap();
    let live = Recording::from(&anycapture::cache());
    assert!(live.keys().eq(["attention.growing", "attention.map", "f.flag", "f.wide"]));
    let comparison = recording.compare(&live, anycapture_tools::Tolerance::EXACT);
    assert!(comparison.is_within(), "{comparison}");

    let maps = recording.get("attention.map").unwrap();
    assert!(maps.len() >= 4);
    let newest = maps.get(maps.len() - 1).unwrap();
    assert_eq!((newest.shape(), newest.indices()), (&[2, 2][..], vec![99, -1]));
    assert_eq!(newest.to_f64()[..3], [99.0, 0.5, -1.0]);
    let notes = |recording: &Recording| -> Vec<_> {
        let values = recording.iter().flat_map(|values| values.iter().collect::<Vec<_>>());
        values.map(|value: Value<'_>| (value.sequence(), value.indices())).collect()
    };
    assert_eq!(notes(&recording), notes(&live));
}
