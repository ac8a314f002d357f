//! No file, however broken, makes a reader panic.

mod support;

use anycapture_tools::{Recording, Tolerance};
use proptest::prelude::*;
use support::{Writer, raw};

fn sound() -> Vec<u8> {
    Writer::new()
        .f32("f.x", &[3, 2, 2], &[0.5; 12])
        .u64("f.x#sequence", &[1, 3, 5])
        .i64("f.x#index", &[3, 2], &[0, 0, 0, 1, 1, -1])
        .f64("f.y/0", &[1], &[f64::NAN])
        .f64("f.y/1", &[2], &[1.0, 2.0])
        .text("tokens", r#"["a","b"]"#)
        .text("anycapture.omitted", r#"["f.tree"]"#)
        .file()
}

/// Reads the bytes and, if they are a recording, everything in it.
fn use_all(bytes: &[u8]) {
    let recording = match Recording::from_bytes(bytes) {
        Ok(recording) => recording,
        Err(error) => return assert!(error.to_string().starts_with("the given bytes: ")),
    };
    for values in recording.iter() {
        let _ = values.summary().to_string();
        for value in values.iter().take(5) {
            let _ = (value.to_string(), value.sequence(), value.indices(), value.thread());
            let _ = value.element(0);
        }
    }
    let other = Recording::from_bytes(&sound()).unwrap();
    for (ours, reference) in [(&recording, &other), (&other, &recording), (&recording, &recording)]
    {
        let comparison = ours.compare(reference, Tolerance::absolute(1e-6));
        let _ = comparison.to_string();
    }
    assert!(recording.compare(&recording, Tolerance::EXACT).is_within());
}

/// Header texts made of what headers are made of, in any order.
fn headers() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "0",
        "8",
        "18446744073709551615",
        "-1",
        "1e9",
        "null",
        r#""x""#,
        r#""x/0""#,
        r#""x#index""#,
        r#""__metadata__""#,
        r#""dtype""#,
        r#""shape""#,
        r#""data_offsets""#,
        r#""F32""#,
        r#""U8""#,
        "\\u0000",
        " ",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| format!("{{{}", pieces.concat()))
}

/// Well-formed headers with any numbers in them.
fn tensors() -> impl Strategy<Value = String> {
    let number = prop_oneof![0_u64..20, any::<u64>()];
    let name =
        prop::sample::select(vec!["x", "x/0", "x/1", "x#index", "x#sequence", "y", "#", "/0"]);
    let dtype = prop::sample::select(vec!["F32", "U8", "I64", "BOOL", "F16", "C64"]);
    let tensor = (name, dtype, prop::collection::vec(number.clone(), 0..4), number.clone(), number)
        .prop_map(|(name, dtype, shape, start, end)| {
            format!(
                r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#
            )
        });
    prop::collection::vec(tensor, 0..4).prop_map(|tensors| format!("{{{}}}", tensors.join(",")))
}

/// Well-formed files of small tensors with any names and shapes.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec!["x", "x/0", "x/7", "x#index", "y#thread", "f.x", "f.y/0"]);
    let shape = prop::collection::vec(0_usize..4, 0..4);
    prop::collection::btree_map(name, shape, 0..6).prop_map(|tensors| {
        let mut writer = Writer::new();
        for (nth, (name, shape)) in tensors.into_iter().enumerate() {
            let count = shape.iter().product::<usize>();
            writer = match nth % 2 {
                0 => writer.i64(name, &shape, &vec![7; count]),
                _ => writer.f32(name, &shape, &vec![f32::NAN; count]),
            };
        }
        writer.file()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        use_all(&bytes);
    }

    #[test]
    fn any_header(header in headers(), data in prop::collection::vec(any::<u8>(), 0..16)) {
        use_all(&raw(header.as_bytes(), &data));
    }

    #[test]
    fn any_numbers(header in tensors(), data in prop::collection::vec(any::<u8>(), 0..40)) {
        use_all(&raw(header.as_bytes(), &data));
    }

    #[test]
    fn any_shapes(file in files()) {
        use_all(&file);
    }

    #[test]
    fn a_sound_file_with_bytes_changed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut file = sound();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if cut {
            file.truncate(length.index(file.len()));
        }
        use_all(&file);
    }

    #[test]
    fn a_sound_file_with_a_digit_changed(place in any::<prop::sample::Index>(), digit in b'0'..=b'9') {
        let mut file = sound();
        let digits: Vec<usize> = (8..file.len()).filter(|&i| file[i].is_ascii_digit()).collect();
        file[digits[place.index(digits.len())]] = digit;
        use_all(&file);
    }
}
