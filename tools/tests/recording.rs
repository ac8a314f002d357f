//! What a recording reads, and what it says of files that it can't.

mod support;

use std::io::Read;

use anycapture_tools::{Dtype, Number, Recording, Value};
use safetensors::Dtype as Stored;
use support::{Writer, raw};

/// The error without the name in front of it.
fn reason(bytes: &[u8]) -> String {
    let error = Recording::from_bytes(bytes).unwrap_err().to_string();
    error.strip_prefix("the given bytes: ").unwrap().to_string()
}

fn of_header(header: &str, data: &[u8]) -> String {
    reason(&raw(header.as_bytes(), data))
}

#[test]
fn a_stacked_tensor_is_a_list_of_values() {
    let recording = Writer::new().f32("f.x", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).recording();
    let values = recording.get("f.x").unwrap();
    assert_eq!(values.len(), 3);
    let value = values.get(1).unwrap();
    assert_eq!((value.shape(), value.dtype()), (&[2][..], Dtype::F32));
    assert_eq!(value.to_f64(), [3.0, 4.0]);
    assert_eq!(value.element(1), Some(Number::Float(4.0)));
    assert_eq!(value.element(2), None);
    assert!(values.get(3).is_none());
    assert_eq!(value.to_string(), "F32 [2] min 3 max 4 mean 3.5 nan 0 inf 0");
}

#[test]
fn numbered_tensors_are_a_list_in_the_order_of_their_numbers() {
    let mut writer = Writer::new();
    for call in 0..11_u8 {
        writer = writer.f32(&format!("f.x/{call}"), &[1], &[f32::from(call)]);
    }
    let recording = writer.recording();
    assert_eq!(recording.keys().collect::<Vec<_>>(), ["f.x"]);
    let elements = recording.get("f.x").unwrap().iter().flat_map(Value::to_f64);
    assert!(elements.eq((0..11).map(f64::from)));
}

#[test]
fn a_tensor_without_axes_is_one_value() {
    let recording = Writer::new().f32("loss", &[], &[0.5]).recording();
    let value = recording.get("loss").unwrap().get(0).unwrap();
    assert_eq!((value.shape(), value.to_f64()), (&[][..], vec![0.5]));
}

#[test]
fn notes_belong_to_values() {
    let recording = Writer::new()
        .f32("f.x", &[2], &[1.0, 2.0])
        .u64("f.x#sequence", &[7, 9])
        .i64("f.x#index", &[2, 2], &[0, -1, 5, 6])
        .bytes("f.x#thread", Stored::U32, &[2], &[1, 0, 0, 0, 2, 0, 0, 0])
        .recording();
    assert_eq!(recording.keys().collect::<Vec<_>>(), ["f.x"]);
    let values = recording.get("f.x").unwrap();
    let first = values.get(0).unwrap();
    assert_eq!(
        (first.sequence(), first.indices(), first.thread()),
        (Some(7), vec![0, -1], Some(1))
    );
    let last = values.get(1).unwrap();
    assert_eq!((last.sequence(), last.indices(), last.thread()), (Some(9), vec![5, 6], Some(2)));
}

#[test]
fn a_value_may_have_fewer_indices_than_others() {
    let recording = Writer::new()
        .f32("f.x", &[3], &[1.0, 2.0, 3.0])
        .i64("f.x#index", &[3, 2], &[1, 2, 3, i64::MIN, i64::MIN, i64::MIN])
        .recording();
    let indices = recording.get("f.x").unwrap().iter().map(Value::indices);
    assert_eq!(indices.collect::<Vec<_>>(), [vec![1, 2], vec![3], vec![]]);
}

#[test]
fn notes_stand_beside_numbered_tensors_too() {
    let recording = Writer::new()
        .f32("f.x/0", &[1], &[1.0])
        .f32("f.x/1", &[2], &[1.0, 2.0])
        .u64("f.x#sequence", &[3, 4])
        .i64("f.x#index", &[2], &[-1, 8])
        .recording();
    let last = recording.get("f.x").unwrap().get(1).unwrap();
    assert_eq!((last.sequence(), last.indices()), (Some(4), vec![8]));
}

#[test]
fn a_name_that_only_looks_like_a_note_is_a_key() {
    let recording = Writer::new().u64("f.x#sequence", &[1]).f32("f#y", &[1], &[1.0]).recording();
    assert_eq!(recording.keys().collect::<Vec<_>>(), ["f#y", "f.x#sequence"]);
}

#[test]
fn texts_and_omitted_keys_come_from_the_metadata() {
    let recording = Writer::new()
        .f32("f.x", &[1], &[1.0])
        .text("tokens", r#"["a","b\n"]"#)
        .text("format", "pt")
        .text("anycapture", "0.1.0")
        .text("anycapture.omitted", r#"["f.tree"]"#)
        .text("anycapture.error", "no memory")
        .recording();
    assert_eq!(recording.error(), Some("no memory"));
    assert!(recording.to_string().ends_with("\nValues are missing: no memory\n"));
    assert_eq!(
        recording.texts().collect::<Vec<_>>(),
        [("tokens", &["a".to_string(), "b\n".to_string()][..])]
    );
    assert_eq!(recording.omitted(), ["f.tree"]);
    assert_eq!(recording.version(), Some("0.1.0"));
}

#[test]
fn every_element_type_is_read_exactly() {
    let recording = Writer::new()
        .bytes("bool", Stored::BOOL, &[2], &[0, 1])
        .bytes("u8", Stored::U8, &[1], &[200])
        .bytes("i8", Stored::I8, &[1], &(-3_i8).to_le_bytes())
        .bytes("u16", Stored::U16, &[1], &60_000_u16.to_le_bytes())
        .bytes("i16", Stored::I16, &[1], &(-3_i16).to_le_bytes())
        .bytes("f16", Stored::F16, &[1], &0x3C00_u16.to_le_bytes())
        .bytes("bf16", Stored::BF16, &[1], &0x3F80_u16.to_le_bytes())
        .bytes("u32", Stored::U32, &[1], &u32::MAX.to_le_bytes())
        .bytes("i32", Stored::I32, &[1], &i32::MIN.to_le_bytes())
        .bytes("f32", Stored::F32, &[1], &0.1_f32.to_le_bytes())
        .bytes("u64", Stored::U64, &[1], &u64::MAX.to_le_bytes())
        .bytes("i64", Stored::I64, &[1], &i64::MIN.to_le_bytes())
        .bytes("f64", Stored::F64, &[1], &0.1_f64.to_le_bytes())
        .recording();
    let shown = recording.iter().map(|values| {
        let value = values.get(values.len() - 1).unwrap();
        format!("{} {}", value.dtype(), value.element(0).unwrap())
    });
    let expected = [
        "BF16 1.0",
        "BOOL 1",
        "F16 1.0",
        "F32 0.1",
        "F64 0.1",
        "I16 -3",
        "I32 -2147483648",
        "I64 -9223372036854775808",
        "I8 -3",
        "U16 60000",
        "U32 4294967295",
        "U64 18446744073709551615",
        "U8 200",
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn values_may_be_empty() {
    let recording = Writer::new().f32("x", &[3, 0, 7], &[]).recording();
    let values = recording.get("x").unwrap();
    assert_eq!((values.len(), values.get(2).unwrap().shape()), (3, &[0, 7][..]));
    assert_eq!(values.summary().to_string(), "nan 0 inf 0");
}

#[test]
fn empty_values_without_end_are_an_error() {
    for name in ["x", "x#index"] {
        let header = format!(
            r#"{{"{name}":{{"dtype":"F32","shape":[1000000000000,0],"data_offsets":[0,0]}}}}"#
        );
        let said = of_header(&header, &[]);
        let expected = "holds 1000000000000 values, none of which has an element";
        assert_eq!(said, format!("the tensor `{name}` {expected}"));
    }
}

#[test]
fn what_is_no_safetensors_file_is_named() {
    assert_eq!(reason(b""), "not a safetensors file: it has only 0 bytes");
    assert_eq!(reason(b"hello"), "not a safetensors file: it has only 5 bytes");
    assert_eq!(reason(b"\xff\xff\xff\xff\xff\xff\xff\xff{}"), "not a safetensors file");
    assert_eq!(reason(b"some text, not a file of tensors"), "not a safetensors file");
    assert!(reason(b"PK\x03\x04 and so on").ends_with("PyTorch's .pt and NumPy's .npz are"));
    assert!(reason(b"\x93NUMPY\x01\x00 and so on").contains("a NumPy array"));
    assert!(reason(b"\x80\x04\x95 and so on, and so on").contains("a Python pickle"));
    assert!(reason(b"version of Git LFS, spec v1").contains("git lfs pull"));
}

#[test]
fn a_header_longer_than_the_file_is_an_error() {
    let mut file = Writer::new().f32("x", &[2], &[1.0, 2.0]).file();
    file[..8].copy_from_slice(&90_000_000_u64.to_le_bytes());
    let rest = file.len() - 8;
    let expected = format!("cut short: 90000000 bytes of header, of which {rest} are there");
    assert_eq!(reason(&file), expected);
    let error = Recording::read("pipe", &file[..], None).unwrap_err();
    assert_eq!(error.to_string(), format!("pipe: {expected}"));
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    let file = Writer::new().f32("f.x", &[2], &[1.0, 2.0]).u64("f.x#sequence", &[1, 2]).file();
    for length in 0..file.len() {
        let said = reason(&file[..length]);
        assert!(said.starts_with("cut short") || said.starts_with("not a"), "{length}: {said}");
    }
    assert_eq!(
        reason(&file[..file.len() - 1]),
        "cut short: 24 bytes of data, of which 23 are there"
    );
}

#[test]
fn bytes_behind_the_data_are_an_error() {
    let mut file = Writer::new().f32("x", &[2], &[1.0, 2.0]).file();
    file.push(0);
    assert_eq!(reason(&file), "longer than its header says: 8 bytes of data");
}

#[test]
fn invalid_utf8_and_json_in_the_header_are_errors() {
    let mut header = br#"{"xyz":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#.to_vec();
    header[3] = 0xff;
    assert!(reason(&raw(&header, &[0])).starts_with("its header is not valid UTF-8: "));
    for header in [
        "{",
        "{}}",
        r#"{"x":3}"#,
        r#"{"x":{"dtype":"U8"}}"#,
        r#"{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#,
        r#"{"x":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}"#,
        r#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#,
        r#"{"x":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}}"#,
        r#"{"__metadata__":{"a":1}}"#,
    ] {
        let said = of_header(header, &[0]);
        assert!(said.starts_with("its header is not one of safetensors: "), "{header}: {said}");
        assert!(!said.contains('\n'));
    }
}

#[test]
fn a_shape_of_a_thousand_axes_is_an_error() {
    let shape = vec!["1"; 1000].join(",");
    let header = format!(r#"{{"x":{{"dtype":"U8","shape":[{shape}],"data_offsets":[0,1]}}}}"#);
    assert!(of_header(&header, &[0]).contains("a shape of up to 64 axes"));
}

#[test]
fn an_unknown_element_type_is_an_error() {
    let header = r#"{"x":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#;
    assert_eq!(of_header(header, &[0]), r#"the tensor `x` is of the unsupported type "F4""#);
}

#[test]
fn a_shape_that_is_not_the_data_is_an_error() {
    for shape in ["[3]", "[1,1]", "[4611686018427387904,4]", "[18446744073709551615,2]"] {
        let header = format!(r#"{{"x":{{"dtype":"F32","shape":{shape},"data_offsets":[0,8]}}}}"#);
        let said = of_header(&header, &[0; 8]);
        assert!(said.ends_with("and lies at the bytes 0 to 8"), "{said}");
    }
    let header = r#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#;
    assert_eq!(
        of_header(header, &[0; 8]),
        "the tensor `x` is F32 [2], and lies at the bytes 8 to 0"
    );
}

#[test]
fn offsets_that_overlap_or_run_over_are_errors() {
    let two = |first: &str, second: &str| {
        format!(
            r#"{{"a":{{"dtype":"U8","shape":[4],"data_offsets":{first}}},"b":{{"dtype":"U8","shape":[4],"data_offsets":{second}}}}}"#
        )
    };
    assert_eq!(of_header(&two("[0,4]", "[2,6]"), &[0; 8]), "the tensors `a` and `b` overlap");
    assert_eq!(of_header(&two("[0,4]", "[0,4]"), &[0; 8]), "the tensors `a` and `b` overlap");
    assert_eq!(
        of_header(&two("[0,4]", "[6,10]"), &[0; 10]),
        "2 bytes in front of the tensor `b` belong to none"
    );
    assert_eq!(
        of_header(&two("[0,4]", "[4,8]"), &[0; 7]),
        "cut short: 8 bytes of data, of which 7 are there"
    );
}

#[test]
fn duplicate_names_are_errors() {
    let header = r#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#;
    assert_eq!(of_header(header, &[0; 2]), "the name `x` stands for two tensors");
    let both = Writer::new().f32("x", &[1], &[1.0]).f32("x/0", &[1], &[1.0]).file();
    assert_eq!(reason(&both), "it holds both a tensor `x` and `x/0`");
}

#[test]
fn notes_of_another_length_or_type_are_errors() {
    let x = || Writer::new().f32("x", &[3], &[1.0, 2.0, 3.0]);
    assert_eq!(
        reason(&x().i64("x#index", &[2], &[1, 2]).file()),
        "the tensor `x#index` is for 2 values, of which there are 3"
    );
    assert_eq!(
        reason(&x().u64("x#sequence", &[1, 2, 3, 4]).file()),
        "the tensor `x#sequence` is for 4 values, of which there are 3"
    );
    assert_eq!(
        reason(&x().f32("x#thread", &[3], &[0.0; 3]).file()),
        "the tensor `x#thread` holds F32, not integers"
    );
    assert_eq!(
        reason(&x().i64("x#index", &[3, 1, 1], &[0; 3]).file()),
        "the tensor `x#index` has the shape [3, 1, 1], which is no note's"
    );
    assert_eq!(
        reason(&x().i64("x#index", &[], &[0]).file()),
        "the tensor `x#index` is for 0 values, of which there are 3"
    );
}

#[test]
fn errors_begin_with_the_name_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let error = Recording::load(&path).unwrap_err();
    assert!(error.is_not_found());
    assert!(error.to_string().starts_with(&format!("{}: No such file", path.display())));
    std::fs::write(&path, b"no").unwrap();
    let error = Recording::load(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: not a safetensors file: it has only 2 bytes", path.display())
    );
    assert_eq!(error.file(), path.display().to_string());
    assert!(Recording::load(dir.path()).is_err());
}

/// A stream without end.
struct Endless;

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(b'{');
        Ok(buffer.len())
    }
}

#[test]
fn a_stream_without_end_is_read_as_far_as_its_header_says() {
    let file = Writer::new().f32("x", &[2], &[1.0, 2.0]).file();
    let error = Recording::read("-", Read::chain(&file[..], Endless), None).unwrap_err();
    assert_eq!(error.to_string(), "-: longer than its header says: 8 bytes of data");
    assert!(Recording::read("-", Endless, None).is_err());
}

#[test]
fn a_header_that_promises_the_moon_takes_no_memory() {
    let header = r#"{"x":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}}"#;
    let expected = "cut short: 1152921504606846976 bytes of data, of which 3 are there";
    assert_eq!(of_header(header, &[0; 3]), expected);
    let error = Recording::read("-", &raw(header.as_bytes(), &[0; 3])[..], None).unwrap_err();
    assert_eq!(error.to_string(), format!("-: {expected}"));
}

#[test]
fn a_saved_recording_reads_the_same() {
    let file = Writer::new()
        .f32("f.x", &[2, 1], &[1.0, 2.0])
        .u64("f.x#sequence", &[7, 9])
        .f32("f.y/0", &[1], &[1.0])
        .f32("f.y/1", &[2], &[1.0, 2.0])
        .i64("f.y#index", &[2], &[-1, 8])
        .text("tokens", r#"["a","\"b"]"#)
        .text("anycapture", "0.1.0")
        .text("anycapture.omitted", r#"["f.tree"]"#)
        .text("anycapture.error", "no memory")
        .file();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    Recording::from_bytes(&file).unwrap().save(&path).unwrap();
    let sorted = |bytes: &[u8]| {
        let (_, metadata) = safetensors::SafeTensors::read_metadata(bytes).unwrap();
        let mut names = metadata.offset_keys();
        names.sort();
        (names, metadata.metadata().clone(), bytes.len())
    };
    assert_eq!(sorted(&std::fs::read(&path).unwrap()), sorted(&file));
    let error = Recording::from_bytes(&file).unwrap().save(dir.path().join("no/such")).unwrap_err();
    assert!(error.to_string().contains("no/such: "));
}

#[test]
fn an_empty_recording_is_saved_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.safetensors");
    let empty = Writer::new().recording();
    assert!(empty.is_empty());
    empty.save(&path).unwrap();
    assert!(Recording::load(&path).unwrap().is_empty());
}

#[test]
fn renaming_and_retaining_change_keys_everywhere() {
    let recording = || {
        Writer::new()
            .f32("net.a", &[1], &[1.0])
            .f32("net.b", &[1], &[2.0])
            .text("net.t", r#"["x"]"#)
            .text("anycapture.omitted", r#"["net.o"]"#)
            .recording()
    };
    let mut renamed = recording().rename(|key| key.replace("net.", "model.")).unwrap();
    assert_eq!(renamed.keys().collect::<Vec<_>>(), ["model.a", "model.b"]);
    assert_eq!(renamed.texts().next().unwrap().0, "model.t");
    assert_eq!(renamed.omitted(), ["model.o"]);
    renamed.retain(|key| key == "model.b");
    assert_eq!(renamed.keys().collect::<Vec<_>>(), ["model.b"]);
    assert!(renamed.texts().next().is_none() && renamed.omitted().is_empty());
    let error = recording().rename(|_| "same".into()).unwrap_err();
    assert!(error.to_string().ends_with("would both be renamed to `same`"), "{error}");
}

#[test]
fn an_empty_tensor_may_have_an_axis_beyond_any_memory() {
    let recording = Writer::new().f32("f.x", &[1, 1 << 62, 0], &[]).recording();
    assert_eq!(recording.get("f.x").unwrap().get(0).unwrap().shape(), [1 << 62, 0]);
}
