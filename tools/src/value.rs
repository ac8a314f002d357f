//! The values of a key, as a reader sees them.

use std::fmt;
use std::ops::Range;

use crate::dtype::{self, Dtype, Number, Short};
use crate::gap::Elements;
use crate::header::Tensor;
use crate::recording::{Key, Tensors};

/// The values of one key, oldest first: made by [`Recording::get`](crate::Recording::get).
///
/// `Display` is a line for each value.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    key: &'a str,
    entry: &'a Key,
    data: &'a [u8],
}

/// One value: a tensor, or a number if it has no axes.
///
/// `Display` is one line: element type, shape, minimum, maximum, mean, NaN and infinite counts.
///
/// # Examples
///
/// ```
/// # use anycapture_tools::{Number, Recording};
/// # let x = [1_u16, 2, 3, 4].map(u16::to_le_bytes).concat();
/// # let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::U16, vec![2, 2], &x).unwrap();
/// # let file = safetensors::serialize([("f.tokens", tensor)], None).unwrap();
/// let recording = Recording::from_bytes(&file)?;
/// let value = recording.get("f.tokens").unwrap().get(1).unwrap();
/// assert_eq!((value.key(), value.call(), value.shape()), ("f.tokens", 1, &[2][..]));
/// assert_eq!(value.element(0), Some(Number::Integer(3)));
/// assert_eq!(value.to_string(), "U16 [2] min 3 max 4 mean 3.5 nan 0 inf 0");
/// # Ok::<(), anycapture_tools::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    values: Values<'a>,
    call: usize,
    dtype: Dtype,
    shape: &'a [usize],
    bytes: &'a [u8],
}

impl<'a> Values<'a> {
    pub(crate) fn new(key: &'a str, entry: &'a Key, data: &'a [u8]) -> Values<'a> {
        Values { key, entry, data }
    }

    /// The key, such as `"Attention.forward.attention_map"`.
    pub fn key(self) -> &'a str {
        self.key
    }

    /// The number of values.
    pub fn len(self) -> usize {
        self.entry.tensors.len()
    }

    /// Whether there are no values; files of `anycapture` have no such keys.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Value number `call`, from 0 on.
    pub fn get(self, call: usize) -> Option<Value<'a>> {
        if call >= self.len() {
            return None;
        }
        let (dtype, shape, range) = match &self.entry.tensors {
            Tensors::List(tensors) => {
                let Tensor { dtype, shape, range } = &tensors[call];
                (*dtype, &**shape, range.clone())
            }
            Tensors::Stacked(tensor) => slice(tensor, call),
        };
        Some(Value { values: self, call, dtype, shape, bytes: &self.data[range] })
    }

    /// Every value, oldest first.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(move |call| self.get(call))
    }

    /// The summary of all elements of all values.
    pub fn summary(self) -> Summary {
        let mut summary = Summary::default();
        for tensor in self.tensors() {
            summary.add(tensor.dtype, &self.data[tensor.range.clone()]);
        }
        summary
    }

    /// All elements, if they are in one tensor.
    pub(crate) fn flat(self) -> Option<Elements<'a>> {
        match self.tensors() {
            [tensor] => {
                let bytes = &self.data[tensor.range.clone()];
                Some(Elements { dtype: tensor.dtype, bytes })
            }
            _ => None,
        }
    }

    /// The shape of each value, if they are contiguous in one tensor.
    pub(crate) fn stacked_shape(self) -> Option<&'a [usize]> {
        match &self.entry.tensors {
            Tensors::Stacked(tensor) => {
                Some(tensor.shape.split_first().map_or(&[], |(_, shape)| shape))
            }
            Tensors::List(_) => None,
        }
    }

    /// The elements of several values that are stacked, or of one.
    pub(crate) fn elements(self, calls: Range<usize>) -> Option<Elements<'a>> {
        let first = self.get(calls.start)?;
        let Tensors::Stacked(tensor) = &self.entry.tensors else {
            return Some(Elements::of(first));
        };
        let size = first.bytes.len();
        let data = &self.data[tensor.range.clone()];
        Some(Elements {
            dtype: first.dtype,
            bytes: data.get(calls.start * size..calls.end * size)?,
        })
    }

    /// Whether both have the same bytes for indices.
    pub(crate) fn has_index_of(self, other: Values<'_>) -> bool {
        fn bytes(values: Values<'_>) -> Option<&[u8]> {
            let tensor = values.entry.notes().index.as_ref()?;
            values.data.get(tensor.range.clone())
        }
        bytes(self) == bytes(other)
    }

    /// The tensors of the file, one of them if the values are stacked.
    fn tensors(self) -> &'a [Tensor] {
        match &self.entry.tensors {
            Tensors::Stacked(tensor) => std::slice::from_ref(tensor),
            Tensors::List(tensors) => tensors,
        }
    }

    /// Row `call` of a tensor that has one for each value.
    fn note(self, note: Option<&'a Tensor>, call: usize) -> Vec<i128> {
        let Some(tensor) = note else { return Vec::new() };
        let (dtype, shape, range) = slice(tensor, call);
        let mut row = vec![0; shape.iter().product()];
        dtype::integers(dtype, &self.data[range], &mut row);
        row
    }
}

/// Value number `call` of a stacked tensor.
fn slice(tensor: &Tensor, call: usize) -> (Dtype, &[usize], Range<usize>) {
    let Tensor { dtype, shape, range } = tensor;
    let Some((&count, shape)) = shape.split_first() else {
        return (*dtype, &[], range.clone());
    };
    let size = range.len() / count.max(1);
    let start = range.start + call * size;
    (*dtype, shape, start..start + size)
}

impl<'a> Value<'a> {
    /// The key it was captured under.
    pub fn key(self) -> &'a str {
        self.values.key
    }

    /// Its position in the list of its key, from 0 on.
    pub fn call(self) -> usize {
        self.call
    }

    /// The element type in the file.
    pub fn dtype(self) -> Dtype {
        self.dtype
    }

    /// The dimensions, outermost first; `[]` for a number.
    pub fn shape(self) -> &'a [usize] {
        self.shape
    }

    /// The elements in row-major order, little-endian.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Its position among the captures of all keys, if the file has it.
    pub fn sequence(self) -> Option<u64> {
        let note = self.values.note(self.values.entry.notes().sequence.as_ref(), self.call);
        note.first().and_then(|&sequence| u64::try_from(sequence).ok())
    }

    /// The numbers of the capture line's `index = ...`; empty without one.
    pub fn indices(self) -> Vec<i64> {
        let note = self.values.note(self.values.entry.notes().index.as_ref(), self.call);
        // `i64::MIN` stands for the missing indices of a value that has fewer than others of its key.
        let given = note.into_iter().filter(|index| *index != i64::MIN.into());
        given.filter_map(|index| i64::try_from(index).ok()).collect()
    }

    /// The number of the thread that captured it, if the file has it.
    pub fn thread(self) -> Option<u32> {
        let note = self.values.note(self.values.entry.notes().thread.as_ref(), self.call);
        note.first().and_then(|&thread| u32::try_from(thread).ok())
    }

    /// The number of elements.
    pub fn len(self) -> usize {
        self.bytes.len() / self.dtype.size()
    }

    /// Whether it has no elements, such as with shape `[0]`.
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Element `position` in row-major order.
    pub fn element(self, position: usize) -> Option<Number> {
        Elements::of(self).element(position)
    }

    /// All elements in row-major order; 64-bit integers are rounded, every other type is exact.
    pub fn to_f64(self) -> Vec<f64> {
        let mut elements = vec![0.0; self.len()];
        dtype::reals(self.dtype, self.bytes, &mut elements);
        elements
    }

    /// The summary of its elements.
    pub fn summary(self) -> Summary {
        let mut summary = Summary::default();
        summary.add(self.dtype, self.bytes);
        summary
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}", self.dtype, self.shape, self.summary())
    }
}

/// Minimum, maximum and mean of the finite elements, and the numbers of NaN and infinite ones.
///
/// `Display`: `min 0 max 0.75 mean 0.25 nan 0 inf 0`, without the first three if no element is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    finite: usize,
    min: f64,
    max: f64,
    sum: f64,
    nan: usize,
    infinite: usize,
}

impl Summary {
    /// The smallest finite element.
    pub fn min(&self) -> Option<f64> {
        (self.finite > 0).then_some(self.min)
    }

    /// The largest finite element.
    pub fn max(&self) -> Option<f64> {
        (self.finite > 0).then_some(self.max)
    }

    /// The mean of the finite elements.
    #[allow(clippy::cast_precision_loss)]
    pub fn mean(&self) -> Option<f64> {
        (self.finite > 0).then_some(self.sum / self.finite as f64)
    }

    /// The number of NaN elements.
    pub fn nan(&self) -> usize {
        self.nan
    }

    /// The number of infinite elements.
    pub fn infinite(&self) -> usize {
        self.infinite
    }

    fn add(&mut self, dtype: Dtype, bytes: &[u8]) {
        const BLOCK: usize = 1024;
        let mut block = [0.0; BLOCK];
        for bytes in bytes.chunks(BLOCK * dtype.size()) {
            let block = &mut block[..bytes.len() / dtype.size()];
            dtype::reals(dtype, bytes, block);
            block.iter().for_each(|&element| self.add_one(element));
        }
    }

    fn add_one(&mut self, element: f64) {
        if element.is_nan() {
            self.nan += 1;
        } else if element.is_infinite() {
            self.infinite += 1;
        } else {
            self.min = if self.finite == 0 { element } else { self.min.min(element) };
            self.max = if self.finite == 0 { element } else { self.max.max(element) };
            self.sum += element;
            self.finite += 1;
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(min), Some(max), Some(mean)) = (self.min(), self.max(), self.mean()) {
            write!(f, "min {} max {} mean {} ", Short(min), Short(max), Short(mean))?;
        }
        write!(f, "nan {} inf {}", self.nan, self.infinite)
    }
}
