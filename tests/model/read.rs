//! Reads the store in every way, and compares it with the model.

use std::collections::BTreeMap;

use anycapture::{Dtype, Value};

use super::{Content, Counts, Item, KEYS, Model};

/// Compares one value.
pub fn check_value(item: &Item, key: usize, value: &Value<'_>) {
    assert_eq!(value.key(), KEYS[key]);
    assert_eq!((value.dtype(), value.shape()), (item.dtype, &item.shape[..]), "{item:?}");
    assert_eq!(value.indices(), item.indices);
    assert_eq!(value.index(), item.indices.first().copied());
    match &item.content {
        Content::Plain(bytes) => assert!(holds(value, bytes), "{item:?} is {:?}", value.bytes()),
        #[cfg(feature = "alloc")]
        Content::Text(text) => assert_eq!(value.downcast_ref::<String>(), Some(text)),
        #[cfg(feature = "alloc")]
        Content::Tag(tag) => {
            assert_eq!(value.downcast_ref::<super::input::Tag>().map(|tag| tag.0), Some(*tag))
        }
        #[cfg(feature = "alloc")]
        Content::Tags(tags) => {
            let found = value.downcast_ref::<Vec<super::input::Tag>>().expect("a list of tags");
            assert!(found.iter().map(|tag| tag.0).eq(tags.iter().copied()));
        }
        #[cfg(not(feature = "alloc"))]
        other => panic!("{other:?} without `alloc`"),
    }
}

/// Whether the elements of `value` are these bytes, by the way that suits their type.
fn holds(value: &Value<'_>, bytes: &[u8]) -> bool {
    // On the heap `bytes` makes a copy of the whole chunk: the types that are captured most are read as they lie.
    if let Some(floats) = value.as_slice::<f32>() {
        return bytes.chunks_exact(4).eq(floats.iter().map(|value| value.to_le_bytes()));
    }
    let (mut doubles, mut wide) = ([0.0_f64; 1], [0_i128; 1]);
    if let Ok(doubles) = value.read_into(&mut doubles) {
        return bytes.chunks_exact(8).eq(doubles.iter().map(|value| value.to_le_bytes()));
    }
    if let Ok(wide) = value.read_into(&mut wide) {
        return bytes.chunks_exact(16).eq(wide.iter().map(|value| value.to_le_bytes()));
    }
    value.bytes() == bytes
}

/// Compares what the store counts and says of a key.
pub fn check_counts(model: &Model, key: usize) {
    assert_eq!(Counts::reported(KEYS[key]), model.keys[key].counts(), "{}", KEYS[key]);
}

/// `visit` shows every value, key by key.
pub fn check_by_visit(model: &Model) {
    let mut seen = [0; KEYS.len()];
    let mut sequences: Vec<(u64, u64)> = Vec::new();
    let shown = anycapture::visit(|value| {
        let key = KEYS.iter().position(|key| *key == value.key()).expect("a key of the model");
        let item = model.keys[key].items.get(seen[key]).expect("no more values than captured");
        check_value(item, key, value);
        sequences.push((item.order, value.sequence()));
        seen[key] += 1;
    });
    assert!(shown.is_complete());
    assert_eq!(seen, counts(model));
    assert_eq!(shown.values(), seen.iter().sum::<usize>() as u64);
    check_sequences(sequences);
}

fn counts(model: &Model) -> [usize; KEYS.len()] {
    std::array::from_fn(|key| model.keys[key].items.len())
}

/// Sequences are unique, and in the order of the captures.
fn check_sequences(mut sequences: Vec<(u64, u64)>) {
    sequences.sort_unstable();
    assert!(sequences.is_sorted_by(|a, b| a.1 < b.1), "{sequences:?}");
}

/// The bytes in use are within the limit: what `report` says of them.
pub fn check_bytes(max_bytes: usize) {
    /// `drain` seals the chunk that values are appended to, and an empty one takes its place whatever is free.
    const EMPTY_CHUNKS: usize = KEYS.len() * 320;
    let report = anycapture::report().to_string();
    let used = report
        .split(" in use")
        .next()
        .and_then(|before| before.rsplit("; ").next())
        .unwrap_or_default();
    let (number, unit) =
        used.split_once(' ').unwrap_or_else(|| panic!("no bytes in use in {report}"));
    let unit = match unit {
        "bytes" => 1.0,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        other => panic!("{other}"),
    };
    // The figure is rounded to a tenth.
    let used = (number.parse::<f64>().expect("a number") - 0.06) * unit;
    assert!(used <= (max_bytes + EMPTY_CHUNKS) as f64, "{used} bytes in use, {max_bytes} allowed");
}

/// An exported file, read by another crate.
pub fn check_by_export(model: &Model) {
    let mut file = Vec::new();
    let written = anycapture::export(|bytes| {
        file.extend_from_slice(bytes);
        Ok::<(), ()>(())
    });
    assert_eq!(written, Ok(()));
    check_file(model, &file);
}

pub fn check_file(model: &Model, file: &[u8]) {
    let tensors = safetensors::SafeTensors::deserialize(file).expect("a safetensors file");
    let (_, header) = safetensors::SafeTensors::read_metadata(file).expect("a header");
    let metadata = header.metadata().clone().unwrap_or_default();
    let mut expected: BTreeMap<String, (Vec<usize>, Vec<u8>)> = BTreeMap::new();
    for (key, name) in KEYS.iter().enumerate() {
        let plain: Vec<_> =
            model.keys[key].items.iter().filter(|item| bytes_of(item).is_some()).collect();
        if let Some(first) = plain.first() {
            expect_tensors(name, first, &plain, &mut expected);
        }
        let texts: Vec<_> = model.keys[key].items.iter().filter_map(text_of).collect();
        let list = metadata.get(*name).map(|list| json_texts(list));
        assert_eq!(list, (!texts.is_empty()).then_some(texts), "{name}");
        let omitted = metadata
            .get("anycapture.omitted")
            .is_some_and(|list| list.contains(&format!("\"{name}\"")));
        assert_eq!(omitted, model.keys[key].items.iter().any(is_omitted), "{name}");
    }
    let names =
        |suffix: &str| tensors.names().into_iter().filter(|name| name.ends_with(suffix)).count();
    assert_eq!(tensors.len() - names("#sequence") - names("#thread"), expected.len());
    for (name, (shape, bytes)) in expected {
        let tensor = tensors.tensor(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((tensor.shape(), tensor.data()), (&shape[..], &bytes[..]), "{name}");
    }
    for (key, name) in KEYS.iter().enumerate() {
        let Ok(tensor) = tensors.tensor(&format!("{name}#sequence")) else { continue };
        let plain = model.keys[key].items.iter().filter(|item| bytes_of(item).is_some()).count();
        assert_eq!(tensor.shape(), [plain], "{name}");
        let sequences = tensor
            .data()
            .chunks_exact(8)
            .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight")));
        assert!(sequences.is_sorted_by(|a, b| a < b), "{name}");
    }
}

/// One tensor where all values have one form, else one a value; and one of the indices.
fn expect_tensors(
    name: &str,
    first: &Item,
    plain: &[&Item],
    expected: &mut BTreeMap<String, (Vec<usize>, Vec<u8>)>,
) {
    // 128 bits are two words.
    let words = if matches!(first.content, Content::Plain(_)) {
        |item: &Item| if is_wide(item) { vec![2] } else { vec![] }
    } else {
        |_: &Item| vec![]
    };
    let bytes = |item: &Item| bytes_of(item).map(<[u8]>::to_vec).unwrap_or_default();
    if plain.iter().all(|item| (item.dtype, &item.shape) == (first.dtype, &first.shape)) {
        let shape = [vec![plain.len()], readable(first, plain.len()), words(first)].concat();
        expected.insert(name.into(), (shape, plain.iter().flat_map(|item| bytes(item)).collect()));
    } else {
        for (nth, item) in plain.iter().enumerate() {
            let shape = [readable(item, plain.len()), words(item)].concat();
            expected.insert(format!("{name}/{nth}"), (shape, bytes(item)));
        }
    }
    let rank = plain.iter().map(|item| item.indices.len()).max().unwrap_or(0);
    if rank > 0 {
        let shape = if rank == 1 { vec![plain.len()] } else { vec![plain.len(), rank] };
        let row = |item: &&Item| -> Vec<u8> {
            let missing = std::iter::repeat(&i64::MIN);
            item.indices
                .iter()
                .chain(missing)
                .take(rank)
                .flat_map(|index| index.to_le_bytes())
                .collect()
        };
        expected.insert(format!("{name}#index"), (shape, plain.iter().flat_map(row).collect()));
    }
}

/// A shape whose product is beyond 64 bits, for a zero comes too late, is that of no elements in a file.
fn readable(item: &Item, count: usize) -> Vec<usize> {
    let product = item.shape.iter().try_fold(count, |product, dim| product.checked_mul(*dim));
    product.map_or(vec![0], |_| item.shape.clone())
}

fn is_wide(item: &Item) -> bool {
    matches!(item.dtype, Dtype::I128 | Dtype::U128)
}

fn bytes_of(item: &Item) -> Option<&[u8]> {
    match &item.content {
        Content::Plain(bytes) => Some(bytes),
        _ => None,
    }
}

fn text_of(item: &Item) -> Option<String> {
    match &item.content {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn is_omitted(item: &Item) -> bool {
    matches!(item.content, Content::Tag(_) | Content::Tags(_))
}

/// The texts of a JSON list. Those of histories need no escapes.
fn json_texts(list: &str) -> Vec<String> {
    let inner = list.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]"));
    inner.expect("a list").split("\",\"").map(String::from).collect()
}

#[cfg(feature = "alloc")]
pub use with_alloc::*;

#[cfg(feature = "alloc")]
mod with_alloc {
    use anycapture::Cache;

    use super::super::Engine;
    use super::*;

    /// The values of one key in a snapshot; of a long list both ends.
    pub fn check_ends(model: &Model, cache: &Cache, key: usize) {
        const END: usize = 10;
        let values = cache.get(KEYS[key]).unwrap_or_default();
        let items = &model.keys[key].items;
        assert_eq!(values.len(), items.len(), "{}", KEYS[key]);
        for (item, value) in items.iter().zip(values).take(END) {
            check_value(item, key, value);
        }
        for (item, value) in items.iter().zip(values).rev().take(END) {
            check_value(item, key, value);
        }
    }

    /// All of them.
    fn check_list(model: &Model, cache: &Cache, key: usize) {
        let values = cache.get(KEYS[key]).unwrap_or_default();
        assert_eq!(values.len(), model.keys[key].items.len(), "{}", KEYS[key]);
        for (item, value) in model.keys[key].items.iter().zip(values) {
            check_value(item, key, value);
        }
    }

    /// A whole snapshot.
    pub fn check_cache(model: &Model, cache: &Cache) {
        for (key, name) in KEYS.iter().enumerate() {
            check_list(model, cache, key);
            assert_eq!(cache.contains_key(name), !model.keys[key].items.is_empty());
        }
        assert_eq!(cache.len(), counts(model).iter().filter(|count| **count > 0).count());
        let mut sequence = None;
        let in_order = model.in_order();
        assert_eq!(cache.in_order().len(), in_order.len());
        for ((key, item), value) in in_order.into_iter().zip(cache.in_order()) {
            check_value(item, key, value);
            assert!(sequence < Some(value.sequence()));
            sequence = Some(value.sequence());
        }
        if model.engine == Engine::Heap {
            check_at(model, cache);
        }
    }

    /// `at` finds the newest value with these indices.
    fn check_at(model: &Model, cache: &Cache) {
        for (key, name) in KEYS.iter().enumerate() {
            let Some(item) = model.keys[key].items.front() else { continue };
            let newest =
                model.keys[key].items.iter().rev().find(|other| other.indices == item.indices);
            let found = cache.at(name, &item.indices).expect("it is there");
            check_value(newest.expect("it is there"), key, found);
        }
    }
}
