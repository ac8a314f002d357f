//! One captured value, as a walk over the store shows it.

#[cfg(feature = "alloc")]
use alloc::boxed::Box;
#[cfg(feature = "alloc")]
use core::cell::OnceCell;
use core::fmt;

#[cfg(feature = "alloc")]
use super::cache::{Elements, Owned, Stretch, Value};
use super::element::{Dtype, Element, Kind, with_kind};
use super::summary::Summary;
use super::{Meta, Shape};

/// A captured value, borrowed from the store: what [`visit`](crate::visit) shows.
///
/// Its [`Display`](fmt::Display) form is one line to judge it by: key, element type, shape, minimum, maximum,
/// mean, and how many elements are NaN or infinite.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let attn = [0.25_f32, 0.75];
/// capture!(forward, attn);
///
/// let mut row = [0.0_f32; 2];
/// anycapture::visit(|entry| {
///     assert_eq!((entry.key(), entry.shape()), ("forward.attn", &[2][..]));
///     assert_eq!(entry.read_into(&mut row), Ok(&[0.25, 0.75][..]));
/// });
/// ```
pub struct Entry<'a> {
    key: &'static str,
    shape: &'a Shape,
    meta: &'a Meta,
    data: Data<'a>,
    /// Made when they are asked for.
    #[cfg(feature = "alloc")]
    bytes: OnceCell<Box<[u8]>>,
}

enum Data<'a> {
    #[cfg(feature = "alloc")]
    Elements(Elements<'a>),
    #[cfg(feature = "alloc")]
    Owned(&'a dyn Owned),
    Memory(Kind, &'a [u8]),
}

/// What a walk shows at once. The loop over many values is compiled with the closure that they are shown to,
/// which saves a call for each.
pub enum Run<'a> {
    One(Entry<'a>),
    #[cfg(feature = "alloc")]
    Column(&'static str, &'a Stretch),
}

impl Run<'_> {
    #[inline]
    pub fn each(&self, mut f: impl FnMut(&Entry<'_>)) {
        match self {
            Run::One(entry) => show(entry, &mut f),
            #[cfg(feature = "alloc")]
            Run::Column(key, column) => {
                let len = column.stride;
                for (nth, meta) in column.metas.iter().enumerate() {
                    let elements = Elements { buffer: &column.buffer, start: nth * len, len };
                    f(&Entry::new(key, &column.shape, meta, Data::Elements(elements)));
                }
            }
        }
    }
}

/// Apart: a closure that is called in one place is compiled into it.
#[inline(never)]
fn show(entry: &Entry<'_>, f: &mut dyn FnMut(&Entry<'_>)) {
    f(entry);
}

impl<'a> Entry<'a> {
    #[inline(always)]
    fn new(key: &'static str, shape: &'a Shape, meta: &'a Meta, data: Data<'a>) -> Entry<'a> {
        Entry {
            key,
            shape,
            meta,
            data,
            #[cfg(feature = "alloc")]
            bytes: OnceCell::new(),
        }
    }

    #[cfg(feature = "alloc")]
    #[inline]
    pub(super) fn on_heap(key: &'static str, value: &'a Value) -> Entry<'a> {
        let data = match value.data() {
            Ok(elements) => Data::Elements(elements),
            Err(owned) => Data::Owned(owned),
        };
        Entry::new(key, value.dims(), &value.meta, data)
    }

    pub(super) fn in_memory(
        key: &'static str,
        kind: Kind,
        shape: &'a Shape,
        meta: &'a Meta,
        bytes: &'a [u8],
    ) -> Entry<'a> {
        Entry::new(key, shape, meta, Data::Memory(kind, bytes))
    }

    /// The key: the path and the item of the capture, with dots between.
    #[inline]
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The dimensions, outermost first; `[]` for a scalar and for a value that is no plain data.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }

    /// `None` if the value is no plain data.
    fn kind(&self) -> Option<Kind> {
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => Some(elements.buffer.kind()),
            #[cfg(feature = "alloc")]
            Data::Owned(_) => None,
            Data::Memory(kind, _) => Some(*kind),
        }
    }

    /// The element type; [`Dtype::Opaque`] for a value that is no plain data.
    pub fn dtype(&self) -> Dtype {
        self.kind().map_or(Dtype::Opaque, Kind::dtype)
    }

    /// The elements as little-endian bytes in row-major order, a `bool` as 0 or 1; none if the value
    /// is no plain data.
    pub fn bytes(&self) -> &[u8] {
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => self.bytes.get_or_init(|| elements.to_bytes()),
            #[cfg(feature = "alloc")]
            Data::Owned(_) => &[],
            Data::Memory(_, bytes) => bytes,
        }
    }

    /// Copies the elements, in row-major order, to the start of `to`, and returns them there.
    ///
    /// `E` is the type that was captured: a `usize` is not read as a `u64`.
    ///
    /// # Errors
    ///
    /// [`ReadError::WrongType`] if the elements are of another type than `E`, [`ReadError::TooShort`] if
    /// there are more of them than fit `to`, which is left as it was in both cases.
    pub fn read_into<'b, E: Element>(&self, to: &'b mut [E]) -> Result<&'b [E], ReadError> {
        let wrong = ReadError::WrongType { captured: self.dtype(), asked: E::KIND.dtype() };
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => {
                let values = elements.as_slice::<E>().ok_or(wrong)?;
                let to = fitting(to, values.len())?;
                to.copy_from_slice(values);
                Ok(to)
            }
            #[cfg(feature = "alloc")]
            Data::Owned(_) => Err(wrong),
            Data::Memory(kind, bytes) => {
                if *kind != E::KIND {
                    return Err(wrong);
                }
                let to = fitting(to, bytes.len() / E::SIZE)?;
                for (to, bytes) in to.iter_mut().zip(bytes.chunks_exact(E::SIZE)) {
                    *to = E::read(bytes);
                }
                Ok(to)
            }
        }
    }

    /// The one element, or `None` if there is not exactly one, or it is of another type than `E`.
    #[inline]
    pub fn scalar<E: Element>(&self) -> Option<E> {
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => elements.scalar(),
            #[cfg(feature = "alloc")]
            Data::Owned(_) => None,
            Data::Memory(kind, bytes) => {
                (*kind == E::KIND && bytes.len() == E::SIZE).then(|| E::read(bytes))
            }
        }
    }

    /// The value as the type that was captured, or `None` if it is of another type, or plain data.
    #[cfg(feature = "alloc")]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        match &self.data {
            Data::Owned(value) => (**value).as_any().downcast_ref(),
            Data::Elements(_) | Data::Memory(..) => None,
        }
    }

    /// The number of this capture in the order of all captures, over every key and thread.
    #[inline]
    pub fn sequence(&self) -> u64 {
        self.meta.sequence
    }

    /// What the line's `index = ...` gave. A negative number comes back as its two's complement.
    #[inline]
    pub fn index(&self) -> Option<u64> {
        self.meta.index()
    }

    /// A small number for the thread that captured; always 0 without the `std` feature.
    #[inline]
    pub fn thread(&self) -> u32 {
        self.meta.thread()
    }

    fn summary(&self) -> Summary {
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => elements.summary(),
            #[cfg(feature = "alloc")]
            Data::Owned(_) => Summary::default(),
            Data::Memory(kind, bytes) => with_kind!(*kind, T => {
                Summary::of(bytes.chunks_exact(size_of::<T>()).map(<T as super::element::Stored>::read))
            }),
        }
    }

    /// The plain data in pieces of little-endian bytes, made in `scratch` if need be.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    pub(super) fn stream(&self, scratch: &mut [u8], sink: &mut dyn FnMut(&[u8])) {
        match &self.data {
            #[cfg(feature = "alloc")]
            Data::Elements(elements) => elements.stream(scratch, sink),
            #[cfg(feature = "alloc")]
            Data::Owned(_) => {}
            Data::Memory(_, bytes) => sink(bytes),
        }
    }

    /// `None` if the value is no plain data.
    pub(super) fn element_size(&self) -> Option<usize> {
        self.kind().map(Kind::size)
    }

    #[cfg(feature = "alloc")]
    pub(super) fn to_value(&self) -> Value {
        match &self.data {
            Data::Elements(elements) => elements.to_value(*self.meta, *self.shape),
            Data::Owned(value) => Value::owned(*self.meta, *self.shape, (**value).boxed_clone()),
            Data::Memory(kind, bytes) => {
                let buffer = with_kind!(*kind, T => {
                    use super::{buffer::InBuffer, element::Stored};
                    T::buffer(bytes.chunks_exact(T::SIZE).map(T::read).collect())
                });
                let buffer = alloc::sync::Arc::new(buffer);
                let elements = Elements { start: 0, len: buffer.len(), buffer: &buffer };
                elements.to_value(*self.meta, *self.shape)
            }
        }
    }
}

fn fitting<E>(to: &mut [E], needed: usize) -> Result<&mut [E], ReadError> {
    let room = to.len();
    to.get_mut(..needed).ok_or(ReadError::TooShort { needed, room })
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.key)?;
        #[cfg(feature = "alloc")]
        if let Data::Owned(value) = &self.data {
            return f.write_str((**value).type_name());
        }
        write!(f, "{} {:?} {}", self.dtype(), self.shape(), self.summary())
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry(#{} {self})", self.sequence())
    }
}

/// Why [`Entry::read_into`] gave no elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The elements are of another type than the one asked for.
    WrongType {
        /// The type that was captured.
        captured: Dtype,
        /// The type that was asked for.
        asked: Dtype,
    },
    /// The slice has less room than there are elements.
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
