//! A recording made of single values, as a device gives them.

use std::collections::BTreeMap;

use crate::dtype::Dtype;
use crate::header::Tensor;
use crate::recording::{Key, Notes, Recording, Tensors};

/// One captured value, as [dumps](crate::dump) and [frames](crate::listen) have it. Its bytes fit its type and shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Captured {
    pub(crate) key: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) indices: Vec<i64>,
    pub(crate) sequence: u64,
    pub(crate) thread: Option<u32>,
    pub(crate) bytes: Vec<u8>,
}

/// The element types of a device by their numbers there, as the types of a file.
///
/// `word` is the size of its `usize`. An integer of 128 bits becomes two words, the low one first: the last dimension.
pub(crate) fn dtype(number: u8, word: usize) -> Option<(Dtype, Option<usize>)> {
    let (signed, unsigned) = match word {
        4 => (Dtype::I32, Dtype::U32),
        8 => (Dtype::I64, Dtype::U64),
        _ => return None,
    };
    let dtype = match number {
        0 => Dtype::F32,
        1 => Dtype::F64,
        2 => Dtype::I8,
        3 => Dtype::I16,
        4 => Dtype::I32,
        5 => Dtype::I64,
        6 | 12 => return Some((Dtype::U64, Some(2))),
        7 => signed,
        8 => Dtype::U8,
        9 => Dtype::U16,
        10 => Dtype::U32,
        11 => Dtype::U64,
        13 => unsigned,
        14 => Dtype::Bool,
        _ => return None,
    };
    Some((dtype, None))
}

/// Whether so many bytes are a tensor of this type and shape.
pub(crate) fn fits(dtype: Dtype, shape: &[usize], bytes: usize) -> bool {
    let axes = if shape.contains(&0) { &[0] } else { shape };
    axes.iter().try_fold(dtype.size(), |size, &axis| size.checked_mul(axis)) == Some(bytes)
}

/// Values of any keys as a recording: by key, in the order of their capture.
pub(crate) fn build(name: &str, mut values: Vec<Captured>) -> Recording {
    values.sort_by_key(|value| value.sequence);
    let mut by_key: BTreeMap<String, Vec<Captured>> = BTreeMap::new();
    for mut value in values {
        by_key.entry(std::mem::take(&mut value.key)).or_default().push(value);
    }
    let mut data = Data::default();
    let keys = by_key.into_iter().map(|(key, values)| (key, data.key(&values))).collect();
    Recording {
        name: name.into(),
        keys,
        texts: BTreeMap::new(),
        omitted: Vec::new(),
        version: None,
        error: None,
        data: data.0,
    }
}

#[derive(Default)]
struct Data(Vec<u8>);

impl Data {
    fn key(&mut self, values: &[Captured]) -> Key {
        let rows = values.len();
        let first = &values[0];
        let rank = first.indices.len();
        let index =
            (rank > 0 && values.iter().all(|value| value.indices.len() == rank)).then(|| {
                let indices = values.iter().flat_map(|value| &value.indices);
                let shape = if rank == 1 { vec![rows] } else { vec![rows, rank] };
                self.add(
                    Dtype::I64,
                    &shape,
                    &indices.flat_map(|i| i.to_le_bytes()).collect::<Vec<_>>(),
                )
            });
        let threads: Option<Vec<u32>> = values.iter().map(|value| value.thread).collect();
        let thread = threads.map(|threads| {
            let bytes: Vec<u8> = threads.iter().flat_map(|thread| thread.to_le_bytes()).collect();
            self.add(Dtype::U32, &[rows], &bytes)
        });
        let sequence: Vec<u8> =
            values.iter().flat_map(|value| value.sequence.to_le_bytes()).collect();
        let sequence = Some(self.add(Dtype::U64, &[rows], &sequence));
        let notes = Notes { sequence, index, thread };
        Key { tensors: self.tensors(values), notes: Some(Box::new(notes)) }
    }

    fn tensors(&mut self, values: &[Captured]) -> Tensors {
        let first = &values[0];
        let alike = |value: &Captured| (value.dtype, &value.shape) == (first.dtype, &first.shape);
        if values.iter().all(alike) {
            let bytes: Vec<u8> =
                values.iter().flat_map(|value| value.bytes.iter().copied()).collect();
            let shape = [&[values.len()], &first.shape[..]].concat();
            return Tensors::Stacked(self.add(first.dtype, &shape, &bytes));
        }
        let each = |value: &Captured| self.add(value.dtype, &value.shape, &value.bytes);
        Tensors::List(values.iter().map(each).collect())
    }

    fn add(&mut self, dtype: Dtype, shape: &[usize], bytes: &[u8]) -> Tensor {
        let start = self.0.len();
        self.0.extend_from_slice(bytes);
        Tensor { dtype, shape: shape.into(), range: start..self.0.len() }
    }
}
