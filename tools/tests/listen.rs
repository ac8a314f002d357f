//! Frames of values, between noise and damaged.
// Small, exact numbers.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)]
#![allow(clippy::cast_sign_loss)]

use anycapture_tools::{Listener, Value};
use proptest::prelude::*;

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A frame as a device sends it.
fn frame(
    key: &str,
    kind: u8,
    shape: &[u64],
    indices: &[i64],
    sequence: u64,
    data: &[u8],
) -> Vec<u8> {
    let mut frame = vec![0xAC, b'F', 1, kind, (shape.len() + 16 * indices.len()) as u8];
    varint(sequence, &mut frame);
    varint(3, &mut frame);
    varint(key.len() as u64, &mut frame);
    shape.iter().for_each(|axis| varint(*axis, &mut frame));
    indices.iter().for_each(|index| varint(((index << 1) ^ (index >> 63)) as u64, &mut frame));
    frame.extend(key.as_bytes());
    let check = crc32fast::hash(&frame).to_le_bytes();
    frame.extend(&check[..2]);
    frame.extend(data);
    frame.extend(crc32fast::hash(&frame).to_le_bytes());
    frame
}

fn f32s(key: &str, sequence: u64, elements: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
    frame(key, 0, &[elements.len() as u64], &[-1], sequence, &data)
}

fn stream() -> Vec<u8> {
    let noise = b"boot\r\n\xAC\xACF\x01 and so on".to_vec();
    let frames = (0..20).map(|i| f32s("f.x", i, &[i as f32, 0.5]));
    let other = (20..23).map(|i| frame("g.y", 10, &[], &[], i, &7_u32.to_le_bytes()));
    frames.chain(other).flat_map(|frame| [frame, noise.clone()].concat()).collect()
}

fn elements(listener: &Listener, key: &str) -> Vec<f64> {
    let recording = listener.recording("port");
    recording.get(key).map_or(Vec::new(), |values| values.iter().flat_map(Value::to_f64).collect())
}

#[test]
fn everything_of_a_value_is_read() {
    /// Files have sequences of 63 bits.
    const LAST: u64 = i64::MAX as u64;
    let mut listener = Listener::new(100);
    let indices = [0, 1, -1, i64::MIN + 1];
    let data: Vec<u8> = [1_u128, u128::MAX].into_iter().flat_map(u128::to_le_bytes).collect();
    listener.feed(&frame("f.wide", 12, &[2, 1], &indices, LAST, &data));
    listener.feed(&frame("f.text", 15, &[3], &[], LAST - 1, "h\u{e9}".as_bytes()));
    listener.feed(&frame("f.empty", 1, &[3, 0], &[], LAST - 2, &[]));
    let recording = listener.recording("port");
    let value = recording.get("f.wide").unwrap().get(0).unwrap();
    assert_eq!((value.shape(), value.indices()), (&[2, 1, 2][..], indices.to_vec()));
    assert_eq!((value.sequence(), value.thread()), (Some(LAST), Some(3)));
    assert_eq!(recording.texts().next().unwrap(), ("f.text", &["h\u{e9}".to_string()][..]));
    assert_eq!(recording.get("f.empty").unwrap().get(0).unwrap().shape(), [3, 0]);
    assert_eq!((listener.missing(), listener.skipped()), (0, 0));
}

/// Beside a zero any size may stand: such a frame has no elements to wait for.
#[test]
fn an_empty_value_of_any_shape_is_read() {
    for shape in [[0, u64::MAX], [u64::MAX, 0], [1 << 40, 0]] {
        let mut listener = Listener::new(1);
        listener.feed(&frame("f.empty", 0, &shape, &[], 1, &[]));
        assert_eq!((listener.received(), listener.skipped()), (1, 0));
        let recording = listener.recording("port");
        let values = recording.get("f.empty").unwrap();
        assert!(values.get(0).unwrap().shape().iter().eq(shape.map(|size| size as usize).iter()));
        let _ = recording.to_string();
    }
}

/// A header whose check fits may still say what no device sends.
#[test]
fn a_text_of_any_length_does_not_hold_the_stream_up() {
    let mut listener = Listener::new(1);
    listener.feed(&frame("f.text", 15, &[u64::MAX], &[], 1, b"abc"));
    listener.feed(&f32s("f.x", 2, &[1.0, 2.0]));
    assert_eq!(elements(&listener, "f.x"), [1.0, 2.0]);
}

#[test]
fn values_with_and_without_indices_may_be_mixed() {
    let mut listener = Listener::new(100);
    for (sequence, indices) in [&[5, -6][..], &[], &[7]].into_iter().enumerate() {
        listener.feed(&frame("x", 8, &[], indices, sequence as u64, &[1]));
    }
    let recording = listener.recording("port");
    let indices = recording.get("x").unwrap().iter().map(Value::indices);
    assert_eq!(indices.collect::<Vec<_>>(), [vec![5, -6], vec![], vec![7]]);
}

#[test]
fn frames_are_found_in_noise_in_pieces_of_any_size() {
    let stream = stream();
    for piece in [1, 2, 3, 7, 100, stream.len()] {
        let mut listener = Listener::new(100);
        stream.chunks(piece).for_each(|piece| listener.feed(piece));
        listener.end();
        assert_eq!((listener.received(), listener.missing()), (23, 0));
        assert_eq!(listener.skipped(), 23 * 20);
        assert_eq!(elements(&listener, "g.y"), [7.0, 7.0, 7.0]);
        let recording = listener.recording("port");
        let value = recording.get("f.x").unwrap().get(7).unwrap();
        assert_eq!(value.to_f64(), [7.0, 0.5]);
        assert_eq!(
            (value.sequence(), value.indices(), value.thread()),
            (Some(7), vec![-1], Some(3))
        );
    }
}

#[test]
fn the_newest_values_of_each_key_are_kept() {
    let mut listener = Listener::new(2);
    listener.feed(&stream());
    assert_eq!(elements(&listener, "f.x"), [18.0, 0.5, 19.0, 0.5]);
    assert_eq!(listener.received(), 23);
}

#[test]
fn a_frame_with_any_bit_flipped_is_skipped_and_the_next_is_found() {
    let (broken, sound) = (f32s("f.x", 1, &[1.0, 2.0]), f32s("f.x", 2, &[3.0, 4.0]));
    for bit in 0..8 * broken.len() {
        let mut stream = broken.clone();
        stream[bit / 8] ^= 1 << (bit % 8);
        stream.extend(&sound);
        let mut listener = Listener::new(100);
        listener.feed(&stream);
        listener.end();
        assert_eq!(elements(&listener, "f.x"), [3.0, 4.0], "bit {bit}");
    }
}

#[test]
fn a_frame_cut_short_is_skipped_and_the_next_is_found() {
    let (broken, sound) = (f32s("f.x", 1, &[1.0, 2.0]), f32s("f.x", 3, &[3.0, 4.0]));
    for length in 0..broken.len() {
        let mut listener = Listener::new(100);
        listener.feed(&f32s("f.x", 0, &[0.0, 0.0]));
        listener.feed(&broken[..length]);
        listener.feed(&sound);
        listener.end();
        assert_eq!(elements(&listener, "f.x"), [0.0, 0.0, 3.0, 4.0], "{length}");
        assert_eq!(listener.missing(), 2);
        assert_eq!(listener.skipped(), length as u64);
    }
}

#[test]
fn a_damaged_header_does_not_hold_the_stream_up() {
    let (broken, sound) = (f32s("f.x", 1, &[1.0; 200]), f32s("f.x", 2, &[3.0, 4.0]));
    // Up to the check in front of the elements.
    for bit in 0..8 * 16 {
        let mut broken = broken.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        let mut listener = Listener::new(100);
        listener.feed(&broken);
        listener.feed(&sound);
        assert_eq!(listener.received(), 1, "bit {bit}");
    }
}

#[test]
#[cfg(feature = "command")]
fn the_command_collects_a_stream_into_a_file() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let mut command = Command::new(env!("CARGO_BIN_EXE_anycapture"));
    command.args(["listen", "-", "--keep", "5", "-o"]).arg(&path);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&stream()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.ends_with("23 values, 0 captures missing, 460 bytes skipped\n"), "{said}");
    let recording = anycapture_tools::Recording::load(&path).unwrap();
    assert_eq!(recording.get("f.x").unwrap().len(), 5);
    assert_eq!(recording.get("g.y").unwrap().len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_costs_only_the_frames_that_it_hits(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 0..6),
    ) {
        let mut stream = stream();
        for (place, byte, cut) in &damage {
            let place = place.index(stream.len());
            if *cut {
                stream.remove(place);
            } else {
                stream[place] = *byte;
            }
        }
        let mut listener = Listener::new(100);
        stream.chunks(10).for_each(|piece| listener.feed(piece));
        listener.end();
        prop_assert!(listener.received() >= 23 - damage.len() as u64);
        let values = elements(&listener, "f.x");
        prop_assert!(values.chunks(2).all(|pair| pair[0] < 20.0 && pair[1] == 0.5));
    }
}
