//! The safetensors file, read by the format's own library.

use std::{convert::Infallible, thread};

use anycapture::{Value, cache, capture, export, report};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::alone;

fn file() -> Vec<u8> {
    let mut file = Vec::new();
    let sink = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok::<(), Infallible>(())
    };
    let Ok(()) = export(sink);
    file
}

fn read(file: &[u8]) -> SafeTensors<'_> {
    SafeTensors::deserialize(file).expect("a safetensors file")
}

fn metadata(file: &[u8], key: &str) -> Option<String> {
    let (_, metadata) = SafeTensors::read_metadata(file).expect("metadata");
    metadata.metadata().as_ref()?.get(key).cloned()
}

fn integers(tensor: &TensorView<'_>) -> Vec<i64> {
    let bytes = tensor.data().chunks_exact(8);
    bytes.map(|bytes| i64::from_le_bytes(bytes.try_into().expect("eight"))).collect()
}

#[test]
fn values_of_one_type_and_shape_are_one_tensor_oldest_first() {
    let _alone = alone();
    for layer in 0..3_u8 {
        let attn = [[f32::from(layer), 1.5], [2.5, 3.5]];
        capture!(Attention::forward, attn, flags = [true, layer == 1, true]; index = layer);
        capture!(f, wide = 1_u128 << 64, empty = [0_u8; 0], scalar = f64::from(layer));
    }
    let (file, cache) = (file(), cache());
    let tensors = read(&file);
    let tensor = |name: &str| tensors.tensor(name).expect(name);
    let attn = tensor("Attention.forward.attn");
    assert_eq!((attn.dtype(), attn.shape()), (Dtype::F32, &[3, 2, 2][..]));
    let bytes: Vec<u8> =
        cache["Attention.forward.attn"].iter().flat_map(Value::bytes).copied().collect();
    assert_eq!(attn.data(), bytes);
    let flags = tensor("Attention.forward.flags");
    assert_eq!((flags.dtype(), flags.shape()), (Dtype::BOOL, &[3, 3][..]));
    assert_eq!(flags.data(), [1, 0, 1, 1, 1, 1, 1, 0, 1]);
    assert_eq!(tensor("f.empty").shape(), [3, 0]);
    assert_eq!((tensor("f.scalar").dtype(), tensor("f.scalar").shape()), (Dtype::F64, &[3][..]));
    let wide = tensor("f.wide");
    assert_eq!((wide.dtype(), wide.shape()), (Dtype::U64, &[3, 2][..]));
    assert_eq!(integers(&wide), [0, 1, 0, 1, 0, 1], "the low word first");

    let sequence = tensor("Attention.forward.attn#sequence");
    assert_eq!((sequence.dtype(), sequence.shape()), (Dtype::I64, &[3][..]));
    let expected = cache["Attention.forward.attn"].iter().map(|v| v.sequence() as i64);
    assert!(expected.eq(integers(&sequence)));
    assert_eq!(integers(&tensor("Attention.forward.attn#index")), [0, 1, 2]);
    assert!(tensors.tensor("f.scalar#index").is_err(), "no line gave one");
}

#[test]
fn a_key_of_mixed_types_or_shapes_is_a_tensor_a_value() {
    let _alone = alone();
    for n in 0..3_usize {
        capture!(mixed, row = vec![n as f32; n + 1], any = n);
        capture!(mixed, any = [n as f32; 2], text = "no numbers");
    }
    let file = file();
    let tensors = read(&file);
    for n in 0..3 {
        let row = tensors.tensor(&format!("mixed.row/{n}")).expect("a row");
        assert_eq!((row.dtype(), row.shape()), (Dtype::F32, &[n + 1][..]));
    }
    assert_eq!(tensors.tensor("mixed.any/2").expect("the third").dtype(), Dtype::U64);
    assert_eq!(tensors.tensor("mixed.any/3").expect("the fourth").shape(), [2]);
    assert!(tensors.tensor("mixed.any/6").is_err() && tensors.tensor("mixed.any").is_err());
    assert_eq!(tensors.tensor("mixed.any#sequence").expect("beside it").shape(), [6]);
}

#[test]
fn indices_are_a_row_a_value_and_the_smallest_number_where_one_lacks() {
    let _alone = alone();
    let x = 1_u8;
    for step in 0..2_i64 {
        capture!(f, x; index = (step, -step));
    }
    capture!(f, x; index = 7);
    capture!(f, x);
    let file = file();
    let index = read(&file).tensor("f.x#index").expect("an index");
    assert_eq!((index.dtype(), index.shape()), (Dtype::I64, &[4, 2][..]));
    assert_eq!(integers(&index), [0, 0, 1, -1, 7, i64::MIN, i64::MIN, i64::MIN]);
}

#[test]
fn threads_are_written_where_there_are_several() {
    let alone = alone();
    let handle = alone.handle();
    let x = 1_u8;
    let thread = thread::spawn(move || {
        let _entered = handle.enter();
        capture!(threads, x);
        capture!(threads, x);
        cache()["threads.x"][0].thread()
    })
    .join()
    .expect("it captures");
    capture!(threads, x);
    let file = file();
    let threads = read(&file).tensor("threads.x#thread").expect("threads");
    assert_eq!((threads.dtype(), threads.shape()), (Dtype::U32, &[3][..]));
    let expected = cache()["threads.x"].iter().flat_map(|v| v.thread().to_le_bytes()).collect();
    assert_eq!(
        (threads.data().to_vec(), &threads.data()[..4]),
        (expected, &thread.to_le_bytes()[..])
    );
}

#[test]
fn text_is_in_the_metadata_and_what_has_no_numbers_is_named_there() {
    #[derive(Clone)]
    struct Opaque;
    let _alone = alone();
    let (opaque, attn) = (Opaque, [0.5_f32; 4]);
    for token in ["the", "\"quick\"\n", "br\\own"] {
        capture!(tokens, token, attn);
    }
    let all = ["a", "\"b\""];
    capture!(f, all, all = all[..0], opaque, mixed = "text");
    capture!(f, mixed = opaque.clone());
    capture!(f, mixed = 1.5_f32);
    let file = file();
    let list = metadata(&file, "tokens.token").expect("tokens");
    assert_eq!(list, r#"["the","\"quick\"\u000a","br\\own"]"#);
    let omitted = metadata(&file, "anycapture.omitted").expect("what is left out");
    assert_eq!(omitted, r#"["f.opaque","f.mixed"]"#);
    assert_eq!(metadata(&file, "f.all").as_deref(), Some(r#"[["a","\"b\""],[]]"#));
    assert_eq!(metadata(&file, "f.mixed").as_deref(), Some(r#"["text"]"#));
    assert_eq!(metadata(&file, "anycapture").as_deref(), Some(env!("CARGO_PKG_VERSION")));
    let tensors = read(&file);
    assert_eq!(tensors.tensor("tokens.attn").expect("attn").shape(), [3, 4]);
    assert_eq!(tensors.tensor("f.mixed").expect("its numbers").shape(), [1]);
    assert_eq!(report().key("f.mixed").map(|key| key.without_numbers()), Some(2));
}

/// The header would be larger than its readers allow, with a tensor for each.
#[test]
fn a_key_with_600_000_scalars_is_one_tensor() {
    const COUNT: usize = 600_000;
    let _alone = alone();
    anycapture::set_size(0);
    for step in 0..COUNT {
        capture!(train, loss = step as f32);
    }
    let file = file();
    let header = u64::from_le_bytes(file[..8].try_into().expect("eight"));
    assert!(header < 1_000, "{header} bytes");
    let tensors = read(&file);
    let loss = tensors.tensor("train.loss").expect("all of them");
    assert_eq!(loss.shape(), [COUNT]);
    let mut values = loss.data().chunks_exact(4);
    assert!((0..COUNT).all(|n| values.next() == Some(&(n as f32).to_le_bytes()[..])));
}

/// The oldest chunk begins with values that are no longer there, and the file is made in many pieces.
#[test]
fn what_stands_beside_the_newest_of_many_values_is_theirs() {
    const KEPT: usize = 20_000;
    let _alone = alone();
    for size in [5, KEPT] {
        anycapture::set_size(size);
        for n in 0..size as i64 + 107 {
            capture!(many, n; index = (n, -n, 0, 7));
        }
        let (file, cache) = (file(), cache());
        let tensors = read(&file);
        let tensor = |name: &str| integers(&tensors.tensor(name).expect(name));
        let values = &cache["many.n"];
        assert_eq!(values.len(), size);
        assert!(values.iter().filter_map(Value::scalar::<i64>).eq(tensor("many.n")));
        assert!(tensor("many.n#index").iter().eq(values.iter().flat_map(Value::indices)));
        let sequence = values.iter().map(|value| value.sequence() as i64);
        assert!(sequence.eq(tensor("many.n#sequence")));
    }
}

/// Elements that are bytes already go to the sink as they are, others through a buffer of 256 KiB.
#[test]
fn values_larger_than_the_buffer_are_written_whole_and_in_order() {
    const BUFFER: usize = 256 << 10;
    let _alone = alone();
    let hit = |size: usize| {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        let floats: Vec<f32> = bytes.iter().map(|byte| f32::from(*byte)).collect();
        let signed: Vec<i8> = bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        capture!(large, floats, bytes, signed);
    };
    let sizes = [7, BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER + 5];
    for size in sizes {
        anycapture::clear();
        (0..2).for_each(|_| hit(size));
        let (file, cache) = (file(), cache());
        for key in ["large.floats", "large.bytes", "large.signed"] {
            let bytes: Vec<u8> = cache[key].iter().flat_map(Value::bytes).copied().collect();
            let tensors = read(&file);
            assert!(tensors.tensor(key).expect("of one shape").data() == bytes, "{key} {size}");
        }
    }
    anycapture::clear();
    sizes.into_iter().for_each(hit);
    let (file, cache) = (file(), cache());
    let tensors = read(&file);
    for key in ["large.floats", "large.bytes", "large.signed"] {
        for (n, value) in cache[key].iter().enumerate() {
            let tensor = tensors.tensor(&format!("{key}/{n}")).expect("one a value");
            assert!(tensor.data() == value.bytes(), "{key}/{n}");
        }
    }
}

#[test]
fn a_sink_that_fails_is_not_called_again_and_its_error_comes_back() {
    let _alone = alone();
    for n in 0..40_u8 {
        capture!(f, map = vec![n; 100_000], row = [n; 3]);
    }
    let snapshot = cache();
    for fails_at in 1..6 {
        let mut calls = 0;
        let mut sink = |_: &[u8]| {
            calls += 1;
            if calls == fails_at { Err(format!("disk full at {calls}")) } else { Ok(()) }
        };
        let error = if fails_at % 2 == 0 { export(&mut sink) } else { snapshot.export(&mut sink) };
        assert_eq!(error, Err(format!("disk full at {fails_at}")));
        assert_eq!(calls, fails_at);
    }
    assert_eq!(cache()["f.map"].len(), 40, "nothing is lost by it");
}

#[test]
fn a_cache_exports_the_same_file_as_the_store_had() {
    let _alone = alone();
    for n in 0..2_000_u32 {
        capture!(f, n, text = n.to_string(); index = n);
    }
    let before = file();
    let taken = anycapture::take();
    let mut after = Vec::new();
    let sink = |bytes: &[u8]| {
        after.extend_from_slice(bytes);
        Ok::<(), Infallible>(())
    };
    let Ok(()) = taken.export(sink);
    assert!(before == after);
    assert_eq!(read(&file()).len(), 0, "and it is empty now");
}

#[test]
fn an_empty_store_exports_an_empty_file() {
    let _alone = alone();
    let file = file();
    assert_eq!(read(&file).len(), 0);
}
