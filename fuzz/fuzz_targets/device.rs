//! Neither memory that is found after a reset, nor a dump of it, nor a stream of frames makes a reader panic, in pieces of any
//! size.
#![no_main]

use anycapture_tools::{Listener, Recording};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(recovered) = anycapture::recover(bytes) {
        recovered.visit(|value| {
            let _ = (value.to_string(), value.key(), value.shape(), value.indices(), value.bytes());
        });
    }
    if let Ok(recording) = Recording::from_dump("dump", bytes) {
        let _ = recording.to_string();
    }
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut listener = Listener::new(10);
    bytes.chunks(usize::from(*size).max(1)).for_each(|piece| listener.feed(piece));
    listener.end();
    let _ = listener.recording("stream").to_string();
    let mut listener = Listener::new(10);
    listener.feed(&forged(usize::from(*size), bytes));
    listener.end();
    let _ = listener.recording("forged").to_string();
});

/// A frame whose header and elements are any bytes, with the checksums that they need.
fn forged(header: usize, bytes: &[u8]) -> Vec<u8> {
    let (header, elements) = bytes.split_at(header.min(bytes.len()));
    let mut frame = [&[0xAC, b'F', 1], header].concat();
    let check = crc32fast::hash(&frame).to_le_bytes();
    frame.extend_from_slice(&check[..2]);
    frame.extend_from_slice(elements);
    let checksum = crc32fast::hash(&frame).to_le_bytes();
    frame.extend_from_slice(&checksum);
    frame
}
