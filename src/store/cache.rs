//! Owned snapshots.

use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{
    any::{Any, type_name},
    cell::OnceCell,
    fmt, mem, ops,
};

use super::buffer::{Buffer, with_buffer};
use super::element::{Dtype, Element};
use super::entry::Entry;
use super::report::Explanation;
use super::summary::Summary;
use super::{Meta, Shape};

/// A captured value that is no plain data.
pub trait Owned: Any + Send {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn boxed_clone(&self) -> Box<dyn Owned>;
    fn type_name(&self) -> &'static str;
}

impl<T: Clone + Send + 'static> Owned for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn boxed_clone(&self) -> Box<dyn Owned> {
        Box::new(self.clone())
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }
}

/// A captured value, owned: one element of a list in a [`Cache`].
///
/// Its [`Display`](fmt::Display) form is one line to judge it by: element type, shape, minimum, maximum, mean, and how
/// many elements are NaN or infinite.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let scores = [[0.25_f32, 0.75], [0.5, 0.5]];
/// capture!(softmax, scores; index = 3);
/// # if !anycapture::ENABLED { return }
///
/// let cache = anycapture::cache();
/// let value = &cache["softmax.scores"][0];
/// assert_eq!(value.shape(), [2, 2]);
/// assert_eq!(value.as_slice::<f32>(), Some(&[0.25, 0.75, 0.5, 0.5][..]));
/// assert_eq!(value.index(), Some(3));
/// assert_eq!(value.to_string(), "F32 [2, 2] min 0.25 max 0.75 mean 0.5 nan 0 inf 0");
/// ```
pub struct Value {
    pub(super) meta: Meta,
    shape: Shape,
    data: Data,
    /// Made when they are asked for.
    bytes: OnceCell<Box<[u8]>>,
}

pub enum Data {
    Plain { buffer: Arc<Buffer>, start: usize, len: usize },
    Owned(Box<dyn Owned>),
}

/// Values of one shape, oldest first, copied out of a column end to end.
pub struct Stretch {
    pub buffer: Arc<Buffer>,
    pub shape: Shape,
    /// Elements in a value.
    pub stride: usize,
    pub metas: Vec<Meta>,
}

/// Elements in a buffer that is shared.
#[derive(Clone, Copy)]
pub struct Elements<'a> {
    pub buffer: &'a Arc<Buffer>,
    pub start: usize,
    pub len: usize,
}

impl<'a> Elements<'a> {
    #[inline]
    pub fn as_slice<E: Element>(self) -> Option<&'a [E]> {
        E::of(self.buffer).map(|all| &all[self.start..self.start + self.len])
    }

    /// The one element, if there is exactly one.
    #[inline]
    pub fn scalar<E: Element>(self) -> Option<E> {
        let one = E::of(self.buffer)?.get(self.start);
        if self.len == 1 { one.copied() } else { None }
    }

    pub fn to_bytes(self) -> Box<[u8]> {
        with_buffer!(&**self.buffer, all => to_bytes(&all[self.start..self.start + self.len]))
    }

    pub fn summary(self) -> Summary {
        with_buffer!(&**self.buffer, all => {
            Summary::of(all[self.start..self.start + self.len].iter().copied())
        })
    }

    /// In pieces of little-endian bytes that fit `scratch`.
    pub fn stream(self, scratch: &mut [u8], sink: &mut dyn FnMut(&[u8])) {
        with_buffer!(&**self.buffer, all => {
            stream(&all[self.start..self.start + self.len], scratch, sink);
        });
    }

    /// The same elements, owned.
    pub fn to_value(self, meta: Meta, shape: Shape) -> Value {
        let Elements { buffer, start, len } = self;
        Value::new(meta, shape, Data::Plain { buffer: Arc::clone(buffer), start, len })
    }
}

impl Data {
    /// All elements from number `start`.
    pub fn shared(buffer: Arc<Buffer>, start: usize) -> Data {
        Data::Plain { start, len: buffer.len() - start, buffer }
    }
}

impl Value {
    pub(super) fn new(meta: Meta, shape: Shape, data: Data) -> Value {
        Value { meta, shape, data, bytes: OnceCell::new() }
    }

    /// Plain data, or else the user's value.
    #[inline]
    pub(super) fn data(&self) -> Result<Elements<'_>, &dyn Owned> {
        match &self.data {
            Data::Plain { buffer, start, len } => Ok(Elements { buffer, start: *start, len: *len }),
            Data::Owned(value) => Err(value.as_ref()),
        }
    }

    #[inline]
    fn elements(&self) -> Option<Elements<'_>> {
        self.data().ok()
    }

    pub(super) fn dims(&self) -> &Shape {
        &self.shape
    }

    pub(super) fn owned(meta: Meta, shape: Shape, value: Box<dyn Owned>) -> Value {
        Value::new(meta, shape, Data::Owned(value))
    }

    pub(super) fn is_owned(&self) -> bool {
        matches!(self.data, Data::Owned(_))
    }

    pub(super) fn into_owned(self) -> Option<Box<dyn Owned>> {
        match self.data {
            Data::Owned(value) => Some(value),
            Data::Plain { .. } => None,
        }
    }

    /// The dimensions, outermost first; `[]` for a scalar and for a value that is no plain data.
    pub fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }

    /// The element type; [`Dtype::Opaque`] for a value that is no plain data.
    pub fn dtype(&self) -> Dtype {
        match &self.data {
            Data::Plain { buffer, .. } => buffer.kind().dtype(),
            Data::Owned(_) => Dtype::Opaque,
        }
    }

    /// The elements in row-major order, or `None` if they are of another type than `E`.
    ///
    /// `E` is the type that was captured: a `usize` is not read as a `u64`.
    #[inline]
    pub fn as_slice<E: Element>(&self) -> Option<&[E]> {
        self.elements()?.as_slice()
    }

    /// The one element, or `None` if there is not exactly one, or it is of another type than `E`.
    pub fn scalar<E: Element>(&self) -> Option<E> {
        self.elements()?.scalar()
    }

    /// The value as the type that was captured, or `None` if it is of another type, or plain data.
    ///
    /// `&str` was kept as a [`String`], a slice of values as a [`Vec`] of them.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        match &self.data {
            Data::Owned(value) => value.as_ref().as_any().downcast_ref(),
            Data::Plain { .. } => None,
        }
    }

    /// The elements as little-endian bytes in row-major order, a `bool` as 0 or 1; none if the value is no
    /// plain data.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.elements().map(Elements::to_bytes).unwrap_or_default())
    }

    /// The number of this capture in the order of all captures, over every key and thread.
    pub fn sequence(&self) -> u64 {
        self.meta.sequence
    }

    /// What the line's `index = ...` gave. A negative number comes back as its two's complement.
    pub fn index(&self) -> Option<u64> {
        self.meta.index()
    }

    /// A small number for the thread that captured; always 0 without the `std` feature.
    pub fn thread(&self) -> u32 {
        self.meta.thread()
    }

    pub(super) fn summary(&self) -> Summary {
        self.elements().map(Elements::summary).unwrap_or_default()
    }

    pub(super) fn type_name(&self) -> Option<&'static str> {
        match &self.data {
            Data::Plain { .. } => None,
            Data::Owned(value) => Some(value.as_ref().type_name()),
        }
    }
}

fn to_bytes<E: Element>(values: &[E]) -> Box<[u8]> {
    let mut bytes = alloc::vec![0; size_of_val(values)];
    E::write(values, &mut bytes);
    bytes.into_boxed_slice()
}

fn stream<E: Element>(values: &[E], scratch: &mut [u8], sink: &mut dyn FnMut(&[u8])) {
    for piece in values.chunks(scratch.len() / E::SIZE) {
        let bytes = &mut scratch[..size_of_val(piece)];
        E::write(piece, bytes);
        sink(bytes);
    }
}

impl Clone for Value {
    fn clone(&self) -> Value {
        let data = match &self.data {
            Data::Plain { buffer, start, len } => {
                Data::Plain { buffer: Arc::clone(buffer), start: *start, len: *len }
            }
            Data::Owned(value) => Data::Owned(value.as_ref().boxed_clone()),
        };
        Value::new(self.meta, self.shape, data)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.type_name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{} {:?} {}", self.dtype(), self.shape(), self.summary()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value(#{} {self})", self.sequence())
    }
}

/// An owned snapshot of everything captured: a map from key to the list of its values, oldest first.
///
/// The keys stand in the order of their first capture. [`Display`](fmt::Display) prints a line a key: count, element type, shape,
/// minimum, maximum, mean, and how many elements are NaN or infinite.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// for token in 0..3 {
///     let logits = [0.5_f32 * token as f32, 1.0];
///     capture!(decode, logits);
/// }
/// # if !anycapture::ENABLED { return }
///
/// let cache = anycapture::cache();
/// assert_eq!(cache.keys().collect::<Vec<_>>(), ["decode.logits"]);
/// assert_eq!(cache["decode.logits"].len(), 3);
/// assert_eq!(cache.get("decode.logit").map(<[_]>::len), None);
/// assert!(cache.explain("decode.logit").contains("decode.logits"));
/// ```
#[derive(Clone, Default)]
pub struct Cache {
    keys: Vec<(&'static str, Vec<Value>)>,
    positions: BTreeMap<&'static str, usize>,
}

/// An owned copy of everything captured.
pub fn snapshot() -> Cache {
    let mut cache = Cache::default();
    super::walk_quickly(&mut |entry| cache.show(entry));
    cache
}

impl Cache {
    /// Adds what a walk shows.
    pub(super) fn show(&mut self, entry: &Entry<'_>) {
        self.push(entry.key(), [entry.to_value()]);
    }

    pub(super) fn walk(&self, f: &mut dyn FnMut(&Entry<'_>)) {
        for (key, values) in &self.keys {
            for value in values {
                f(&Entry::on_heap(key, value));
            }
        }
    }

    pub(super) fn push(&mut self, key: &'static str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return;
        }
        // Values of a key come one behind the other.
        if self.keys.last().is_none_or(|(last, _)| *last != key) {
            let next = self.keys.len();
            let position = *self.positions.entry(key).or_insert(next);
            if position == next {
                self.keys.push((key, values.collect()));
            } else {
                self.keys[position].1.extend(values);
            }
        } else if let Some((_, list)) = self.keys.last_mut() {
            list.extend(values);
        }
    }

    /// The keys that hold at least one value, in the order of their first capture.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.keys.iter().map(|(key, _)| *key)
    }

    /// The values of `key`, oldest first, or `None` if it holds none; [`explain`](Cache::explain) says
    /// why.
    pub fn get(&self, key: &str) -> Option<&[Value]> {
        self.positions.get(key).map(|&at| &self.keys[at].1[..])
    }

    /// Whether `key` holds a value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.positions.contains_key(key)
    }

    /// Every key with its values, in the order of their first capture.
    pub fn iter(&self) -> Iter<'_> {
        Iter { keys: self.keys.iter() }
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no value at all; [`report`](crate::report) says why.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Says in words why `key` holds what it holds: as [`report`](crate::report) does, for one key, with the nearest
    /// names when there is no such key.
    pub fn explain(&self, key: &str) -> String {
        Explanation { key, held: self.get(key).map(<[_]>::len) }.to_string()
    }
}

impl ops::Index<&str> for Cache {
    type Output = [Value];

    /// The values of `key`, oldest first.
    ///
    /// # Panics
    ///
    /// If the key holds no value, with the words of [`explain`](Cache::explain).
    fn index(&self, key: &str) -> &[Value] {
        self.get(key).unwrap_or_else(|| panic!("{}", self.explain(key)))
    }
}

/// The keys of a [`Cache`] with their values; see [`Cache::iter`].
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    keys: core::slice::Iter<'a, (&'static str, Vec<Value>)>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a [Value]);

    fn next(&mut self) -> Option<Self::Item> {
        self.keys.next().map(|(key, values)| (*key, &values[..]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Cache {
    type Item = (&'a str, &'a [Value]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<[String; 3]> = self.iter().map(line).collect();
        let widths = [0, 1, 2].map(|column| lines.iter().map(|line| line[column].len()).max());
        let [key, count, kind] = widths.map(Option::unwrap_or_default);
        for (line, (_, values)) in lines.iter().zip(self) {
            write!(f, "{:key$}  {:>count$} x ", line[0], line[1])?;
            let plain = values.iter().filter(|value| value.type_name().is_none());
            match plain.map(Value::summary).reduce(Summary::and) {
                Some(summary) => writeln!(f, "{:kind$}  {summary}", line[2])?,
                None => writeln!(f, "{}", line[2])?,
            }
        }
        if lines.is_empty() {
            f.write_str("nothing captured\n")?;
        }
        Ok(())
    }
}

/// Key, count, and element type with shape.
fn line((key, values): (&str, &[Value])) -> [String; 3] {
    let kind = |value: &Value| match value.type_name() {
        Some(name) => name.to_string(),
        None => alloc::format!("{} {:?}", value.dtype(), value.shape()),
    };
    let mut kinds: Vec<String> = values.iter().map(kind).collect();
    kinds.dedup();
    kinds.sort();
    kinds.dedup();
    let mut text = mem::take(&mut kinds[0]);
    if kinds.len() > 1 {
        text = alloc::format!("{text} and {} other shapes or types", kinds.len() - 1);
    }
    [key.to_string(), values.len().to_string(), text]
}
