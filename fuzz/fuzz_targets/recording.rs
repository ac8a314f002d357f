//! No file makes a reader panic, and what is read agrees with itself.
#![no_main]

use anycapture_tools::{Recording, Tolerance};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(recording) = Recording::from_bytes(bytes) else { return };
    let _ = recording.to_string();
    for values in recording.iter() {
        for value in values.iter().take(10) {
            let _ = (value.sequence(), value.indices(), value.thread(), value.element(0));
        }
    }
    assert!(recording.compare(&recording, Tolerance::EXACT).is_within());
});
