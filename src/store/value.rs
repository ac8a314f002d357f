//! One captured value, as a reader sees it.
//!
//! A [`Value`] is a view: a position in a chunk that it shares with the store or borrows from a reader, or a record in given memory.
//! It never changes, and reading it as the wrong element type gives `None` or an error, never other bytes.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::fmt;

use super::chunk::{Chunk, MAX_INDICES, Stamp};
use super::element::{Dtype, Element, Kind, Shape, Stored, with_kind};
use super::frame::{self, Frame};
#[cfg(all(feature = "capture", feature = "alloc"))]
use super::share::Shared;
use super::summary::Summary;

/// A value in given memory. The bytes are those in the ring; the rest was read from the value's header.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// Without `r#`.
    pub key: &'a str,
    pub stamp: Stamp,
    pub kind: Kind,
    pub shape: Shape,
    pub indices: [i64; MAX_INDICES],
    /// The number of `indices` in use.
    pub index_rank: usize,
    /// The elements, little-endian, in row-major order.
    pub bytes: &'a [u8],
}

/// One captured value: an element of a list in a [`Cache`](crate::Cache), or the argument of a closure such as that of
/// [`visit`](crate::visit).
///
/// A value from a cache is owned: it can be kept, sent to another thread and cloned, which copies a reference, and it doesn't change
/// whatever the store does. A value passed to a closure is borrowed.
///
/// Its [`Display`](fmt::Display) form is one line: element type, shape, minimum, maximum, mean, and the numbers of NaN and infinite
/// elements. A text is displayed as it is, a value of any other type by the name of its type.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let scores = [[0.25_f32, 0.75], [0.5, 0.5]];
/// capture!(softmax, scores; index = 3);
/// anycapture::visit(|value| {
///     assert_eq!((value.key(), value.shape(), value.index()), ("softmax.scores", &[2, 2][..], Some(3)));
///     assert_eq!(value.read_into(&mut [0.0_f32; 4]), Ok(&[0.25, 0.75, 0.5, 0.5][..]));
///     assert_eq!(value.summary().max(), Some(0.75));
///     assert_eq!(value.to_string(), "F32 [2, 2] min 0.25 max 0.75 mean 0.5 nan 0 inf 0");
/// });
/// ```
#[derive(Clone)]
pub struct Value<'a>(Place<'a>);

/// Where a value is. Only a value of a snapshot is owned: it shares its chunk.
#[derive(Clone)]
enum Place<'a> {
    Raw(&'a Raw<'a>),
    /// A position in a chunk that the reader holds.
    #[cfg_attr(not(feature = "alloc"), allow(dead_code))] // without a heap there are no chunks
    Chunk(&'a Chunk, u32),
    /// A position in a chunk that this value shares.
    #[cfg(all(feature = "capture", feature = "alloc"))]
    Shared(Shared<Chunk>, u32),
}

/// A value without its ownership, so that each method has two cases instead of three.
enum Row<'a> {
    Raw(&'a Raw<'a>),
    Chunk(&'a Chunk, usize),
}

impl<'a> Value<'a> {
    pub(crate) fn raw(raw: &'a Raw<'a>) -> Value<'a> {
        Value(Place::Raw(raw))
    }

    #[cfg(all(feature = "capture", feature = "alloc"))]
    #[inline]
    pub(crate) fn in_chunk(chunk: &'a Chunk, position: u32) -> Value<'a> {
        Value(Place::Chunk(chunk, position))
    }

    #[cfg(all(feature = "capture", feature = "alloc"))]
    pub(crate) fn shared(chunk: Shared<Chunk>, position: u32) -> Value<'static> {
        Value(Place::Shared(chunk, position))
    }

    /// Makes a value from [`in_chunk`](Value::in_chunk) the one at another position, which is quicker than a new one.
    #[cfg(all(feature = "capture", feature = "alloc"))]
    #[inline]
    pub(crate) fn set_position(&mut self, to: u32) {
        if let Place::Chunk(_, position) = &mut self.0 {
            *position = to;
        }
    }

    #[inline]
    fn row(&self) -> Row<'_> {
        match &self.0 {
            Place::Raw(raw) => Row::Raw(raw),
            Place::Chunk(chunk, position) => Row::Chunk(chunk, *position as usize),
            #[cfg(all(feature = "capture", feature = "alloc"))]
            Place::Shared(chunk, position) => Row::Chunk(chunk, *position as usize),
        }
    }

    /// The key: the path and the item of the capture, joined with dots, such as `Attention.forward.map`. Raw identifiers are without
    /// their `r#`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// struct Attention;
    /// let _session = anycapture::session();
    /// let r#type = 7_u8;
    /// capture!(Attention::forward, map = [0.5_f32; 4], r#type);
    /// # if !anycapture::ENABLED { return }
    /// let mut keys = Vec::new();
    /// anycapture::visit(|value| keys.push(value.key().to_string()));
    /// assert_eq!(keys, ["Attention.forward.map", "Attention.forward.type"]);
    /// ```
    pub fn key(&self) -> &str {
        match self.row() {
            Row::Raw(raw) => raw.key,
            Row::Chunk(chunk, _) => chunk.key(),
        }
    }

    /// The dimensions, outermost first; `[]` for a scalar and for a value that is not plain data. At most 8.
    ///
    /// Their product is always the number of elements. A line's shape that does not fit is dropped when the value is captured, and
    /// counted by [`KeyReport::mismatched`](crate::KeyReport::mismatched).
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let (heads, tokens) = (2, 3);
    /// let map = vec![0.5_f32; heads * tokens * tokens];
    /// capture!(attention, map[heads, tokens, tokens], flat = &map, scale = 0.125_f32);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert_eq!(cache["attention.map"][0].shape(), [2, 3, 3]);
    /// assert_eq!(cache["attention.flat"][0].shape(), [18]);
    /// assert_eq!(cache["attention.scale"][0].shape(), [0; 0]);
    /// ```
    #[inline]
    pub fn shape(&self) -> &[usize] {
        match self.row() {
            Row::Raw(raw) => raw.shape.as_slice(),
            Row::Chunk(chunk, _) => chunk.shape().as_slice(),
        }
    }

    /// `None` if the value is not plain data.
    fn kind(&self) -> Option<Kind> {
        match self.row() {
            Row::Raw(raw) => Some(raw.kind),
            Row::Chunk(chunk, _) => chunk.kind(),
        }
    }

    /// The element type; [`Dtype::Opaque`] for a value that is not plain data, such as a text.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{Dtype, capture};
    ///
    /// let _session = anycapture::session();
    /// capture!(decode, logits = [0.5_f32; 4], mask = [true; 4], token = "cat");
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let dtype = |key: &str| cache[key][0].dtype();
    /// assert_eq!(dtype("decode.logits"), Dtype::F32);
    /// assert_eq!(dtype("decode.mask"), Dtype::Bool);
    /// assert_eq!(dtype("decode.token"), Dtype::Opaque);
    /// ```
    pub fn dtype(&self) -> Dtype {
        self.kind().map_or(Dtype::Opaque, Kind::dtype)
    }

    #[inline]
    fn stamp(&self) -> Stamp {
        match self.row() {
            Row::Raw(raw) => raw.stamp,
            Row::Chunk(chunk, position) => chunk.stamp(position),
        }
    }

    /// The position of this capture among all captures of the store, over all keys and threads, from 0 on. Sorting by it gives the
    /// order of the captures. It is unique; a value that was refused may leave a gap.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// let (query, key) = (1.0_f32, 2.0_f32);
    /// capture!(forward, query);
    /// capture!(forward, key);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert!(cache["forward.query"][0].sequence() < cache["forward.key"][0].sequence());
    /// ```
    #[inline]
    pub fn sequence(&self) -> u64 {
        self.stamp().sequence
    }

    /// A small number for the capturing thread, from 0 on, in the order in which threads first captured; always 0 without the `std`
    /// feature.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let record = |loss: f32| capture!(train, loss);
    /// record(0.5);
    /// std::thread::scope(|threads| threads.spawn(|| record(0.25)).join().unwrap());
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let [first, second] = &cache["train.loss"] else { panic!("two values") };
    /// assert_ne!(first.thread(), second.thread());
    /// ```
    #[inline]
    pub fn thread(&self) -> u32 {
        self.stamp().thread
    }

    /// The numbers of the line's `index = (layer, step)`, up to four; none without that option.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let (layer, step, scores) = (3_usize, 17_u64, [0.5_f32; 4]);
    /// capture!(decode, scores; index = (layer, step));
    /// anycapture::visit(|value| {
    ///     assert_eq!(value.indices(), [3, 17]);
    ///     assert_eq!(value.index(), Some(3));
    /// });
    /// ```
    pub fn indices(&self) -> &[i64] {
        match self.row() {
            Row::Raw(raw) => &raw.indices[..raw.index_rank],
            Row::Chunk(chunk, position) => chunk.indices_of(position),
        }
    }

    /// The first of [`indices`](Value::indices), or `None` if the line gives no index.
    pub fn index(&self) -> Option<i64> {
        self.indices().first().copied()
    }

    /// The elements as little-endian bytes in row-major order, a `bool` as 0 or 1; empty if the value is not plain data.
    ///
    /// On the heap elements are kept in their own type, so the first call converts all values in the same chunk to bytes. The bytes
    /// live as long as these values, and don't count towards `max_bytes`. [`as_slice`](Value::as_slice),
    /// [`read_into`](Value::read_into) and [`export`](crate::export) don't make them.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory for these bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let mask = [true, false];
    /// capture!(forward, mask, length = 258_u16);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert_eq!(cache["forward.mask"][0].bytes(), [1, 0]);
    /// assert_eq!(cache["forward.length"][0].bytes(), [2, 1]);
    /// ```
    pub fn bytes(&self) -> &[u8] {
        match self.row() {
            Row::Raw(raw) => raw.bytes,
            Row::Chunk(chunk, position) => chunk.bytes(position),
        }
    }

    /// The elements in row-major order, or `None` if they are not of type `E`, or are in given memory, which holds bytes: use
    /// [`read_into`](Value::read_into) there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let scores = [[0.25_f32, 0.75], [0.5, 0.5]];
    /// capture!(softmax, scores);
    /// # if !anycapture::ENABLED { return }
    /// let value = &anycapture::cache()["softmax.scores"][0];
    /// assert_eq!(value.as_slice::<f32>(), Some(&[0.25, 0.75, 0.5, 0.5][..]));
    /// assert_eq!(value.as_slice::<f64>(), None);
    /// ```
    #[inline]
    pub fn as_slice<E: Element>(&self) -> Option<&[E]> {
        match self.row() {
            Row::Raw(_) => None,
            Row::Chunk(chunk, position) => chunk.slice(position),
        }
    }

    /// Copies the elements, in row-major order, to the start of `to`, and returns that part of it.
    ///
    /// `E` must be the type that was captured: a `usize` is not read as a `u64`.
    ///
    /// # Errors
    ///
    /// [`ReadError::WrongType`] if the elements are not of type `E`, [`ReadError::TooShort`] if they don't fit `to`. In both cases
    /// `to` is unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{Dtype, ReadError, capture};
    ///
    /// let _session = anycapture::session();
    /// let scores = [0.25_f32, 0.75];
    /// capture!(softmax, scores);
    /// anycapture::visit(|value| {
    ///     let mut room = [0.0; 64];
    ///     assert_eq!(value.read_into(&mut room), Ok(&[0.25_f32, 0.75][..]));
    ///     assert_eq!(value.read_into(&mut [0.0_f32]), Err(ReadError::TooShort { needed: 2, room: 1 }));
    ///     let wrong = ReadError::WrongType { captured: Dtype::F32, asked: Dtype::I8 };
    ///     assert_eq!(value.read_into(&mut [0_i8; 64]), Err(wrong));
    /// });
    /// ```
    pub fn read_into<'b, E: Element>(&self, to: &'b mut [E]) -> Result<&'b [E], ReadError> {
        if self.kind() != Some(E::KIND) {
            return Err(ReadError::WrongType { captured: self.dtype(), asked: E::KIND.dtype() });
        }
        match self.row() {
            Row::Raw(raw) => {
                let to = fitting(to, raw.bytes.len() / E::SIZE)?;
                for (to, bytes) in to.iter_mut().zip(raw.bytes.chunks_exact(E::SIZE)) {
                    *to = E::read(bytes);
                }
                Ok(to)
            }
            Row::Chunk(chunk, position) => {
                let values = chunk.slice::<E>(position).unwrap_or_default();
                let to = fitting(to, values.len())?;
                to.copy_from_slice(values);
                Ok(to)
            }
        }
    }

    /// The only element, whatever the shape, or `None` if there is not exactly one, or it is not of type `E`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(train, loss = 0.25_f64);
    /// anycapture::visit(|value| {
    ///     assert_eq!(value.scalar::<f64>(), Some(0.25));
    ///     assert_eq!(value.scalar::<f32>(), None);
    /// });
    /// ```
    #[inline]
    pub fn scalar<E: Element>(&self) -> Option<E> {
        match self.row() {
            Row::Raw(raw) => {
                (raw.kind == E::KIND && raw.bytes.len() == E::SIZE).then(|| E::read(raw.bytes))
            }
            Row::Chunk(chunk, position) => match chunk.slice(position)? {
                [value] => Some(*value),
                _ => None,
            },
        }
    }

    /// Writes the value as one self-contained record, for a serial line that loses bytes: magic, key, element type, shape, indices,
    /// sequence, thread, elements, and a CRC-32. `sink` gets it in pieces.
    ///
    /// `src/store/frame.rs` documents the format; `anycapture listen` of the companion crate reads it. A scalar takes about 14 bytes
    /// besides its key and its element. A text is written too; for any other value without numbers nothing is written.
    ///
    /// # Errors
    ///
    /// Returns the first error of `sink`, and writes no more after it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// let loss = 0.25_f64;
    /// capture!(train, loss);
    /// let mut port = Vec::new();
    /// anycapture::drain(|value| value.frame(|bytes| std::io::Write::write_all(&mut port, bytes)))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn frame<E>(&self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let text = self.text();
        let length = [text.map_or(0, str::len)];
        if text.is_none() && self.kind().is_none() {
            return Ok(());
        }
        let frame = Frame {
            key: self.key(),
            kind: self.kind(),
            shape: if text.is_some() { &length } else { self.shape() },
            indices: self.indices(),
            stamp: self.stamp(),
        };
        frame::write(&frame, |put| self.stream_to(put), &mut sink)
    }

    /// The elements, or the text, in pieces.
    fn stream_to<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if let Some(text) = self.text() {
            return put(text.as_bytes());
        }
        let mut error = None;
        // Any error comes from `put`, and is in `error`.
        let _ = self.stream(&mut |bytes| {
            put(bytes).map_err(|first| {
                error = Some(first);
                fmt::Error
            })
        });
        error.map_or(Ok(()), Err)
    }

    /// The elements as little-endian bytes in pieces.
    pub(crate) fn stream(&self, sink: &mut dyn FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
        match self.row() {
            Row::Raw(raw) => sink(raw.bytes),
            Row::Chunk(chunk, position) => chunk.stream(position, position + 1, sink),
        }
    }

    /// Minimum, maximum, mean, and the numbers of NaN and infinite elements. Each call reads all elements. For a value that is not
    /// plain data the summary is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(attention, scores = [0.5_f32, f32::NEG_INFINITY, 1.5]);
    /// anycapture::visit(|value| {
    ///     assert_eq!(value.summary().mean(), Some(1.0));
    ///     assert_eq!(value.summary().infinite(), 1);
    /// });
    /// ```
    pub fn summary(&self) -> Summary {
        match self.row() {
            Row::Raw(raw) => with_kind!(raw.kind, T => {
                Summary::of(raw.bytes.chunks_exact(size_of::<T>()).map(<T as Stored>::read))
            }),
            Row::Chunk(chunk, position) => chunk.summary(position),
        }
    }
}

#[cfg(feature = "alloc")]
impl Value<'_> {
    /// The value as the type that was captured (a text as a `String`), or `None` if it is of another type or is plain data.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// #[derive(Clone)]
    /// struct Sampler { temperature: f32 }
    ///
    /// let _session = anycapture::session();
    /// let (sampler, token) = (Sampler { temperature: 0.7 }, "cat");
    /// capture!(decode, sampler, token);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let sampler = cache["decode.sampler"][0].downcast_ref::<Sampler>();
    /// assert_eq!(sampler.map(|sampler| sampler.temperature), Some(0.7));
    /// assert_eq!(cache["decode.token"][0].downcast_ref::<String>().unwrap(), "cat");
    /// ```
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        #[cfg(feature = "capture")]
        if let Row::Chunk(chunk, _) = self.row() {
            return chunk.opaque()?.value().downcast_ref();
        }
        None
    }

    /// The text, if the value is one.
    pub(crate) fn text(&self) -> Option<&str> {
        self.downcast_ref::<String>().map(String::as_str)
    }

    /// The texts, if the value is a list of them.
    pub(crate) fn texts(&self) -> Option<&[String]> {
        self.downcast_ref::<Vec<String>>().map(Vec::as_slice)
    }

    /// The name of the type with all paths, if the value is not plain data.
    pub(crate) fn type_name(&self) -> Option<&'static str> {
        #[cfg(feature = "capture")]
        if let Row::Chunk(chunk, _) = self.row() {
            return chunk.opaque().map(super::chunk::Opaque::type_name);
        }
        None
    }
}

#[cfg(not(feature = "alloc"))]
impl Value<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        None
    }

    pub(crate) fn texts(&self) -> Option<&[&str]> {
        None
    }

    fn type_name(&self) -> Option<&'static str> {
        None
    }
}

/// The first `needed` elements of `to`.
fn fitting<E>(to: &mut [E], needed: usize) -> Result<&mut [E], ReadError> {
    let room = to.len();
    to.get_mut(..needed).ok_or(ReadError::TooShort { needed, room })
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text(), self.type_name()) {
            (Some(text), _) => f.write_str(text),
            (None, Some(name)) => write!(f, "{}", ShortTypeName(name)),
            (None, None) => write!(f, "{} {:?} {}", self.dtype(), self.shape(), self.summary()),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} #{}: {self})", self.key(), self.sequence())
    }
}

/// The numbers of values shown and keys skipped by a [`visit`](crate::visit).
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// capture!(train, loss = 0.25_f64, rate = 1e-3_f64);
/// let shown = anycapture::visit(|value| println!("{} {value}", value.key()));
/// assert_eq!(shown.values(), if anycapture::ENABLED { 2 } else { 0 });
/// assert!(shown.is_complete());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub(crate) values: u64,
    pub(crate) skipped: u64,
}

impl Shown {
    /// The number of values shown.
    pub fn values(&self) -> u64 {
        self.values
    }

    /// The number of keys that were in use and could not be waited for, as in an interrupt handler that interrupted a capture, or for
    /// which there was no memory.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether no key was skipped. Values captured while the visit runs are not shown, and don't count.
    pub fn is_complete(&self) -> bool {
        self.skipped == 0
    }
}

/// The name of a type without paths: `Vec<Tensor>` for `alloc::vec::Vec<candle_core::tensor::Tensor>`.
pub(crate) struct ShortTypeName(pub &'static str);

impl fmt::Display for ShortTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(word);
            rest = match behind.strip_prefix("::") {
                Some(inner) if word > 0 => inner,
                _ => {
                    f.write_str(name)?;
                    let other = behind.find(is_word).unwrap_or(behind.len());
                    f.write_str(&behind[..other])?;
                    &behind[other..]
                }
            };
        }
        Ok(())
    }
}

/// The error of [`Value::read_into`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The elements are not of the requested type.
    WrongType {
        /// The type that was captured.
        captured: Dtype,
        /// The type that was requested.
        asked: Dtype,
    },
    /// The slice is shorter than the elements.
    TooShort {
        /// The number of elements.
        needed: usize,
        /// The length of the slice.
        room: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::WrongType { captured, asked } => {
                write!(f, "the captured elements are {captured}, not {asked}")
            }
            ReadError::TooShort { needed, room } => {
                write!(f, "{needed} captured elements do not fit a slice of {room}")
            }
        }
    }
}

impl core::error::Error for ReadError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::ShortTypeName;

    #[test]
    fn type_names_are_shown_without_their_paths() {
        for (name, short) in [
            ("f32", "f32"),
            ("alloc::string::String", "String"),
            ("alloc::vec::Vec<candle_core::tensor::Tensor>", "Vec<Tensor>"),
            ("core::option::Option<(a::B, [c::D; 3])>", "Option<(B, [D; 3])>"),
            ("<a::B as c::D>::E", "<B as D>::E"),
        ] {
            assert_eq!(ShortTypeName(name).to_string(), short);
        }
    }
}
