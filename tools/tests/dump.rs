//! Dumps of a device's memory.
#![allow(clippy::cast_possible_truncation)] // small sizes

use anycapture_tools::Recording;
use proptest::prelude::*;

/// A value as it lies in a ring.
struct Value<'a> {
    kind: u8,
    shape: &'a [u32],
    indices: &'a [i64],
    sequence: u64,
    thread: Option<u32>,
    bytes: &'a [u8],
}

fn value(value: &Value<'_>) -> Vec<u8> {
    let padding = value.bytes.len().next_multiple_of(4) - value.bytes.len();
    let ranks = value.shape.len() + 16 * value.indices.len();
    let flags = padding + 4 * usize::from(value.thread.is_some());
    let mut out = vec![0; 4];
    out.extend([value.kind, ranks as u8, flags as u8, 0xAC]);
    out.extend(value.sequence.to_le_bytes());
    out.extend(value.thread.into_iter().flat_map(u32::to_le_bytes));
    out.extend(value.bytes);
    out.extend(vec![0; padding]);
    out.extend(value.indices.iter().flat_map(|index| index.to_le_bytes()));
    out.extend(value.shape.iter().flat_map(|axis| axis.to_le_bytes()));
    let size = out.len() as u32;
    out[..4].copy_from_slice(&size.to_le_bytes());
    out
}

fn f32(sequence: u64, elements: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
    let shape = [elements.len() as u32];
    value(&Value { kind: 0, shape: &shape, indices: &[-1], sequence, thread: None, bytes: &bytes })
}

/// A ring of a device whose words have four bytes; `head` and `tail` count from the start of `values`.
fn ring(key: &str, values: &[u8], head: u32, tail: u32) -> Vec<u8> {
    let padded = key.len().next_multiple_of(4);
    let behind_key = |offset: u32| offset + if tail > 0 { padded as u32 } else { 0 };
    let mut ring = vec![0xAC, b'R', 1, 4, 0, 0, 0, 0];
    ring.extend((padded as u16).to_le_bytes());
    // The second slot is the valid one.
    ring.extend([1, (padded - key.len()) as u8]);
    ring.extend([0; 8]);
    ring.extend(behind_key(head).to_le_bytes());
    ring.extend(behind_key(tail).to_le_bytes());
    ring.resize(56, 0);
    ring.extend(key.as_bytes());
    ring.resize(56 + padded, 0);
    ring.extend(values);
    let size = ring.len() as u32;
    ring[4..8].copy_from_slice(&size.to_le_bytes());
    ring
}

/// Two rings, the second of which went around, with other memory around them.
fn dump() -> Vec<u8> {
    let straight = [f32(3, &[1.0, 2.0]), f32(5, &[3.0, 4.0]), vec![0xFF; 20]].concat();
    let end = straight.len() as u32 - 20;
    let newest = f32(9, &[9.0]);
    let oldest = [f32(7, &[7.0]), f32(8, &[8.0])].concat();
    let around = [newest.clone(), vec![0; 8], oldest, vec![0; 6]].concat();
    let (head, tail) = (newest.len() as u32 + 8, newest.len() as u32);
    [
        vec![0xAC, b'R', 1, 77],
        vec![0x55; 33],
        ring("f.straight", &straight, 0, end),
        ring("g.around", &around, head, tail),
        vec![0xAC; 40],
    ]
    .concat()
}

fn elements(recording: &Recording, key: &str) -> Vec<f64> {
    recording.get(key).unwrap().iter().flat_map(anycapture_tools::Value::to_f64).collect()
}

#[test]
fn values_are_found_anywhere_in_a_dump() {
    let recording = Recording::from_dump("ram.bin", &dump()).unwrap();
    assert_eq!(recording.keys().collect::<Vec<_>>(), ["f.straight", "g.around"]);
    assert_eq!(elements(&recording, "f.straight"), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(elements(&recording, "g.around"), [7.0, 8.0, 9.0]);
    let last = recording.get("g.around").unwrap().get(2).unwrap();
    assert_eq!((last.sequence(), last.indices(), last.thread()), (Some(9), vec![-1], None));
    assert_eq!(last.shape(), [1]);
}

#[test]
fn types_of_the_device_become_types_of_files() {
    let one = |kind, bytes: &[u8]| {
        let value =
            value(&Value { kind, shape: &[], indices: &[], sequence: 1, thread: Some(6), bytes });
        let dump = ring("x", &value, 0, value.len() as u32);
        let recording = Recording::from_dump("ram.bin", &dump).unwrap();
        let value = recording.get("x").unwrap().get(0).unwrap();
        assert_eq!(value.thread(), Some(6));
        format!("{} {:?} {}", value.dtype(), value.shape(), value.element(0).unwrap())
    };
    assert_eq!(one(14, &[1]), "BOOL [] 1");
    assert_eq!(one(3, &(-7_i16).to_le_bytes()), "I16 [] -7");
    assert_eq!(one(13, &7_u32.to_le_bytes()), "U32 [] 7");
    assert_eq!(one(7, &(-7_i32).to_le_bytes()), "I32 [] -7");
    assert_eq!(one(1, &0.5_f64.to_le_bytes()), "F64 [] 0.5");
    assert_eq!(one(12, &(5_u128 + (1 << 64)).to_le_bytes()), "U64 [2] 5");
}

#[test]
fn values_of_several_shapes_are_a_list() {
    let data = [f32(1, &[1.0]), f32(2, &[1.0, 2.0])].concat();
    let dump = ring("x", &data, 0, data.len() as u32);
    let recording = Recording::from_dump("ram.bin", &dump).unwrap();
    let shapes = recording.get("x").unwrap().iter().map(|value| value.shape().to_vec());
    assert_eq!(shapes.collect::<Vec<_>>(), [[1], [2]]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.safetensors");
    recording.save(&path).unwrap();
    assert_eq!(Recording::load(&path).unwrap().to_string(), recording.to_string());
}

#[test]
fn a_value_that_contradicts_itself_is_left_out() {
    let mut data = [f32(1, &[1.0]), f32(2, &[2.0]), f32(3, &[3.0])].concat();
    let size = data.len() / 3;
    // The shape of the second says two elements.
    data[2 * size - 4] = 2;
    let dump = ring("x", &data, 0, data.len() as u32);
    let recording = Recording::from_dump("ram.bin", &dump).unwrap();
    assert_eq!(elements(&recording, "x"), [1.0, 3.0]);
}

#[test]
fn a_dump_without_values_is_an_error() {
    for dump in [&[][..], &[0; 1000], &ring("x", &[0; 40], 0, 0)] {
        let error = Recording::from_dump("ram.bin", dump).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ram.bin: no values of anycapture's given memory are in this dump"
        );
    }
}

#[test]
fn a_dump_that_ends_early_gives_what_it_holds() {
    let dump = dump();
    for length in 0..dump.len() {
        if let Ok(recording) = Recording::from_dump("ram.bin", &dump[..length]) {
            assert!(recording.keys().count() <= 2);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_dump_makes_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut dump = dump();
        for (place, byte) in changes {
            let place = place.index(dump.len());
            dump[place] = byte;
        }
        if let Ok(recording) = Recording::from_dump("ram.bin", &dump) {
            let _ = recording.to_string();
        }
    }
}
