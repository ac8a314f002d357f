//! What is exported is a safetensors file that holds what a snapshot holds, as another crate reads it.
#![no_main]

use std::collections::HashMap;

use anycapture::{Cache, Dtype, Options, Value};
use anycapture_fuzz::{Capture, written};
use anycapture_tools::{Recording, Tolerance};
use libfuzzer_sys::fuzz_target;
use safetensors::{Dtype as Stored, SafeTensors, tensor::Metadata};
use serde_json::{Value as Json, json};

fuzz_target!(|captures: (u8, Vec<Capture>)| {
    let (max_size, captures) = captures;
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().max_size(max_size.into()));
    captures.iter().for_each(Capture::run);
    let cache = anycapture::cache();
    let file = written(|sink| anycapture::export(sink));
    assert_eq!(file, written(|sink| cache.export(sink)));
    let tensors = SafeTensors::deserialize(&file).expect("a safetensors file");
    let (_, header) = SafeTensors::read_metadata(&file).expect("a header");
    let expected: usize = cache.iter().map(|(key, values)| check_key(key, values, &tensors)).sum();
    assert_eq!(tensors.len(), expected);
    check_metadata(&cache, &header);
    check_recording(&cache, &file);
});

fn is_plain(value: &&Value<'_>) -> bool {
    value.dtype() != Dtype::Opaque
}

/// Finds every value of a key in the file. Gives the number of tensors.
fn check_key(key: &str, values: &[Value<'_>], tensors: &SafeTensors<'_>) -> usize {
    let plain: Vec<_> = values.iter().filter(is_plain).collect();
    let Some(first) = plain.first() else { return 0 };
    let mut count = 1;
    let is_like =
        |other: &&Value<'_>| (other.dtype(), other.shape()) == (first.dtype(), first.shape());
    if plain.iter().all(is_like) {
        check_tensor(tensors, key, plain.len(), &[plain.len()], &plain);
    } else {
        for (nth, value) in plain.iter().enumerate() {
            check_tensor(tensors, &format!("{key}/{nth}"), plain.len(), &[], &[value]);
        }
        count = plain.len();
    }
    let column = |suffix: &str, shape: &[usize], bytes: Vec<u8>| {
        let tensor = tensors.tensor(&format!("{key}#{suffix}")).expect("a column");
        assert_eq!((tensor.shape(), tensor.data()), (shape, &bytes[..]), "{key}#{suffix}");
    };
    let sequences = plain.iter().flat_map(|value| value.sequence().to_le_bytes()).collect();
    column("sequence", &[plain.len()], sequences);
    let rank = plain.iter().map(|value| value.indices().len()).max().unwrap_or(0);
    if rank > 0 {
        let shape = [plain.len(), rank];
        let index = |value: &Value<'_>, nth| value.indices().get(nth).copied().unwrap_or(i64::MIN);
        let rows = plain.iter().flat_map(|value| (0..rank).map(|nth| index(value, nth)));
        let bytes = rows.flat_map(i64::to_le_bytes).collect();
        column("index", if rank == 1 { &shape[..1] } else { &shape }, bytes);
    }
    let has_threads = plain.iter().any(|value| value.thread() != 0);
    count + 1 + usize::from(rank > 0) + usize::from(has_threads)
}

/// A tensor holds these values, which have one type and shape, of a key with `count` values.
fn check_tensor(
    tensors: &SafeTensors<'_>,
    name: &str,
    count: usize,
    outer: &[usize],
    values: &[&Value<'_>],
) {
    let tensor = tensors.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (dtype, words) = stored(values[0].dtype());
    let own = values[0].shape();
    let mut shape = [outer, own].concat();
    // A zero that comes too late for those who multiply from the left.
    if own.iter().try_fold(count, |product, dim| product.checked_mul(*dim)).is_none() {
        shape = [outer, &[0]].concat();
    }
    shape.extend(words);
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.bytes()).copied().collect();
    assert_eq!(
        (tensor.dtype(), tensor.shape(), tensor.data()),
        (dtype, &shape[..], &bytes[..]),
        "{name}"
    );
}

fn stored(dtype: Dtype) -> (Stored, Option<usize>) {
    let dtype = match dtype {
        Dtype::F32 => Stored::F32,
        Dtype::F64 => Stored::F64,
        Dtype::I8 => Stored::I8,
        Dtype::I16 => Stored::I16,
        Dtype::I32 => Stored::I32,
        Dtype::I64 => Stored::I64,
        Dtype::U8 => Stored::U8,
        Dtype::U16 => Stored::U16,
        Dtype::U32 => Stored::U32,
        Dtype::U64 => Stored::U64,
        Dtype::Bool => Stored::BOOL,
        Dtype::I128 | Dtype::U128 => return (Stored::U64, Some(2)),
        other => panic!("{other:?} is not plain data"),
    };
    (dtype, None)
}

/// Texts stand under their keys, and keys with values that are neither text nor numbers are named.
fn check_metadata(cache: &Cache, header: &Metadata) {
    let metadata = header.metadata().clone().unwrap_or_default();
    let list = |text: &String| serde_json::from_str::<Json>(text).expect("a list");
    let mut found: HashMap<String, Json> = metadata
        .iter()
        .filter(|(key, _)| *key != "anycapture")
        .map(|(key, text)| (key.clone(), list(text)))
        .collect();
    let mut omitted = Vec::new();
    for (key, values) in cache {
        let texts: Vec<Json> = values.iter().filter_map(text_of).collect();
        let others = values.iter().filter(|value| !is_plain(value) && text_of(value).is_none());
        if others.count() > 0 {
            omitted.push(json!(key));
        }
        let expected = (!texts.is_empty()).then_some(Json::Array(texts));
        assert_eq!(found.remove(key), expected, "{key}");
    }
    let expected = (!omitted.is_empty()).then_some(Json::Array(omitted));
    assert_eq!(found.remove("anycapture.omitted"), expected);
    assert!(found.is_empty(), "{found:?}");
}

fn text_of(value: &Value<'_>) -> Option<Json> {
    let text = value.downcast_ref::<String>().map(|text| json!(text));
    text.or_else(|| value.downcast_ref::<Vec<String>>().map(|texts| json!(texts)))
}

/// The companion reads it too.
fn check_recording(cache: &Cache, file: &[u8]) {
    let recording = Recording::from_bytes(file).expect("a recording");
    assert!(recording.compare(&Recording::from(cache), Tolerance::EXACT).is_within());
    for values in recording.iter() {
        let captured: Vec<_> = cache[values.key()].iter().filter(is_plain).collect();
        assert_eq!(values.len(), captured.len());
        for (value, captured) in values.iter().zip(captured) {
            assert_eq!(value.sequence(), Some(captured.sequence()));
            assert_eq!(value.bytes(), captured.bytes());
        }
    }
}
