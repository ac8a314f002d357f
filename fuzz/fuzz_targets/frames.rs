//! A frame is read back as the value that it was made of, in pieces of any size; and between other bytes no value is read that
//! was not written.
#![no_main]

use anycapture::{Dtype, Value};
use anycapture_fuzz::{Capture, written};
use anycapture_tools::{Listener, Recording};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<Capture>, u8, Vec<u8>)| {
    let (captures, size, noise) = input;
    let size = usize::from(size).max(1);
    let _scope = anycapture::scope();
    captures.iter().for_each(Capture::run);
    let cache = anycapture::cache();
    let mut stream = Vec::new();
    let mut sent = Vec::new();
    for value in cache.in_order() {
        let frame = written(|sink| value.frame(sink));
        let has_frame = value.dtype() != Dtype::Opaque || value.downcast_ref::<String>().is_some();
        assert_eq!(frame.is_empty(), !has_frame);
        if has_frame {
            check_frame(value, &frame, size);
            stream.extend(frame);
            sent.push(value.clone());
        }
    }
    let listener = listen(&stream, size);
    assert_eq!((listener.received(), listener.skipped()), (sent.len() as u64, 0));
    check_noise(&sent, &noise, size);
});

fn listen(stream: &[u8], size: usize) -> Listener {
    /// A large value in pieces of a byte would take all the time.
    const MOST_PIECES: usize = 300;
    let mut listener = Listener::new(usize::MAX);
    let size = size.max(stream.len() / MOST_PIECES);
    stream.chunks(size).for_each(|piece| listener.feed(piece));
    listener.end();
    listener
}

/// One frame is one value.
fn check_frame(value: &Value<'_>, frame: &[u8], size: usize) {
    let listener = listen(frame, size);
    assert_eq!((listener.received(), listener.skipped(), listener.missing()), (1, 0, 0));
    check_value(value, &listener.recording("frame"));
}

/// The smallest number stands for an index that a value lacks.
fn known(indices: &[i64]) -> Vec<i64> {
    indices.iter().copied().filter(|index| *index != i64::MIN).collect()
}

fn check_value(value: &Value<'_>, recording: &Recording) {
    if let Some(text) = value.downcast_ref::<String>() {
        let texts: Vec<_> = recording.texts().collect();
        assert_eq!(texts, [(value.key(), &[text.clone()][..])]);
        return;
    }
    let read = recording.get(value.key()).and_then(|values| values.get(0)).expect("the value");
    let is_wide = matches!(value.dtype(), Dtype::I128 | Dtype::U128);
    let shape = [value.shape(), if is_wide { &[2] } else { &[] }].concat();
    assert_eq!((read.shape(), read.bytes()), (&shape[..], value.bytes()));
    assert_eq!(known(&read.indices()), known(value.indices()));
    assert_eq!((read.sequence(), read.thread()), (Some(value.sequence()), Some(value.thread())));
}

/// Whatever stands before, between and behind frames, what is read was sent: a checksum of 32 bits lets nothing else through.
fn check_noise(sent: &[Value<'_>], noise: &[u8], size: usize) {
    let mut stream = noise.to_vec();
    for value in sent {
        stream.extend(written(|sink| value.frame(sink)));
        stream.extend_from_slice(noise);
    }
    let recording = listen(&stream, size).recording("noise");
    for values in recording.iter() {
        for value in values.iter() {
            let is_it = |sent: &&Value<'_>| Some(sent.sequence()) == value.sequence();
            // Noise may be a frame itself, of any key.
            if let Some(sent) = sent.iter().filter(|sent| sent.key() == value.key()).find(is_it) {
                assert_eq!(value.bytes(), sent.bytes());
            }
        }
    }
}
