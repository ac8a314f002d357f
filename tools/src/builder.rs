//! Builds a recording from single values, as a device sends them.

use std::collections::BTreeMap;

use crate::dtype::Dtype;
use crate::header::Tensor;
use crate::recording::{Key, Notes, Recording, Tensors};

/// One captured value, as in [dumps](crate::dump) and [frames](crate::listen).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Captured {
    pub(crate) key: String,
    pub(crate) indices: Vec<i64>,
    pub(crate) sequence: u64,
    pub(crate) thread: Option<u32>,
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Text(String),
    Tensor(Elements),
}

/// Elements, whose number must match the shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Elements {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

/// Maps the number of an element type on a device to a type of a file.
///
/// `word` is the size of its `usize`. A 128-bit integer becomes two words, the low one first, as a last dimension.
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

/// Builds a recording from values of any keys: by key, in the order of capture.
pub(crate) fn build(name: &str, mut values: Vec<Captured>) -> Recording {
    values.sort_by_key(|value| value.sequence);
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut tensors: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for Captured { key, indices, sequence, thread, content } in values {
        match content {
            Content::Text(text) => texts.entry(key).or_default().push(text),
            Content::Tensor(elements) => {
                tensors.entry(key).or_default().push(Row { indices, sequence, thread, elements });
            }
        }
    }
    let mut data = Data::default();
    let keys = tensors.into_iter().map(|(key, rows)| (key, data.key(&rows))).collect();
    Recording {
        name: name.into(),
        keys,
        texts,
        omitted: Vec::new(),
        version: None,
        error: None,
        data: data.0,
    }
}

/// A value of a key.
struct Row {
    indices: Vec<i64>,
    sequence: u64,
    thread: Option<u32>,
    elements: Elements,
}

#[derive(Default)]
struct Data(Vec<u8>);

impl Data {
    fn key(&mut self, rows: &[Row]) -> Key {
        let sequence = rows.iter().flat_map(|row| row.sequence.to_le_bytes());
        let sequence = Some(self.add(Dtype::I64, &[rows.len()], sequence));
        let notes = Notes { sequence, index: self.index(rows), thread: self.thread(rows) };
        Key { tensors: self.tensors(rows), notes: Some(Box::new(notes)) }
    }

    /// `i64::MIN` stands for the missing indices of a value that has fewer than others.
    fn index(&mut self, rows: &[Row]) -> Option<Tensor> {
        let most = rows.iter().map(|row| row.indices.len()).max().filter(|&most| most > 0)?;
        let shape = if most == 1 { vec![rows.len()] } else { vec![rows.len(), most] };
        let padded = |row: &Row| {
            let indices = row.indices.clone().into_iter();
            indices.chain(std::iter::repeat(i64::MIN)).take(most).flat_map(i64::to_le_bytes)
        };
        Some(self.add(Dtype::I64, &shape, rows.iter().flat_map(padded)))
    }

    fn thread(&mut self, rows: &[Row]) -> Option<Tensor> {
        let threads: Option<Vec<u32>> = rows.iter().map(|row| row.thread).collect();
        Some(self.add(Dtype::U32, &[rows.len()], threads?.into_iter().flat_map(u32::to_le_bytes)))
    }

    fn tensors(&mut self, rows: &[Row]) -> Tensors {
        let first = &rows[0].elements;
        let alike =
            |row: &Row| (row.elements.dtype, &row.elements.shape) == (first.dtype, &first.shape);
        if rows.iter().all(alike) {
            let bytes = rows.iter().flat_map(|row| row.elements.bytes.iter().copied());
            let shape = [&[rows.len()], &first.shape[..]].concat();
            return Tensors::Stacked(self.add(first.dtype, &shape, bytes));
        }
        let each = |Row { elements, .. }: &Row| {
            self.add(elements.dtype, &elements.shape, elements.bytes.iter().copied())
        };
        Tensors::List(rows.iter().map(each).collect())
    }

    fn add(&mut self, dtype: Dtype, shape: &[usize], bytes: impl Iterator<Item = u8>) -> Tensor {
        let start = self.0.len();
        self.0.extend(bytes);
        Tensor { dtype, shape: shape.into(), range: start..self.0.len() }
    }
}
