//! Neither a dump nor a stream of frames makes a reader panic, in pieces of any size.
#![no_main]

use anycapture_tools::{Listener, Recording};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(recording) = Recording::from_dump("dump", bytes) {
        let _ = recording.to_string();
    }
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut listener = Listener::new(10);
    bytes.chunks(usize::from(*size).max(1)).for_each(|piece| listener.feed(piece));
    listener.end();
    let _ = listener.recording("stream").to_string();
});
