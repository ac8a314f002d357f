//! Plain data: the primitives, and the arrays, slices and `Vec`s made of them.
//!
//! One list of primitives generates everything that differs by type: the kinds, the buffers, the conversions from and to
//! little-endian bytes. The store never reinterprets memory: elements are in a `Vec` of their type, or are bytes that are decoded
//! one element at a time. So there is no `unsafe`, and no byte order to get wrong.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::{fmt, slice};

/// The largest rank whose shape is kept. A value of a higher rank is kept flat, and counted.
pub(crate) const MAX_RANK: usize = 8;

/// Up to [`MAX_RANK`] dimensions, outermost first.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)] // the rank first: see `Chunk`
pub(crate) struct Shape {
    rank: u8,
    dims: [usize; MAX_RANK],
}

impl Shape {
    /// The shape of a scalar.
    pub(crate) const SCALAR: Shape = Shape { dims: [0; MAX_RANK], rank: 0 };

    /// Dimensions beyond [`MAX_RANK`] are left out.
    #[inline]
    pub(crate) fn new(dims: &[usize]) -> Shape {
        let mut shape = Shape::SCALAR;
        for (to, from) in shape.dims.iter_mut().zip(dims) {
            *to = *from;
            shape.rank += 1;
        }
        shape
    }

    /// The dimensions.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[usize] {
        &self.dims[..usize::from(self.rank)]
    }

    /// `self.as_slice() == dims`, without a call to `memcmp`.
    #[cfg(all(feature = "capture", feature = "alloc"))]
    #[inline]
    pub(crate) fn is(&self, dims: &[usize]) -> bool {
        usize::from(self.rank) == dims.len() && self.dims.iter().zip(dims).all(|(a, b)| a == b)
    }
}

/// A primitive that is captured as plain data: `bool`, the integers and the floats.
///
/// Use it as the bound in generic code. The trait is sealed: your own type is captured by clone (with the `alloc` feature), by a
/// [conversion](crate::Options), or field by field (`attn = self.field`).
///
/// # Examples
///
/// ```
/// use anycapture::{capture, Element};
///
/// fn scale<T: Element + core::ops::Mul<Output = T>>(xs: &mut [T], by: T) {
///     for x in &mut *xs {
///         *x = *x * by;
///     }
///     capture!(scale, xs);
/// }
/// # scale(&mut [1.0_f32, 2.0], 2.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an element of plain data: these are `bool`, the integers and the floats",
    label = "not `bool`, an integer or a float"
)]
pub trait Element:
    Copy + Send + Sync + 'static + Stored + Fixed<Element = Self> + Plain<Element = Self>
{
}

/// The element type of a captured value, by the names of the [safetensors] format.
///
/// A `usize` is `U64` on a 64-bit target, but is not read as a `u64`: [`Value::scalar`](crate::Value::scalar) and the like need the
/// Rust type that was captured.
///
/// # Examples
///
/// ```
/// use anycapture::{Dtype, capture};
///
/// let _session = anycapture::session();
/// capture!(decode, token = 42_u32, text = "cat");
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// assert_eq!(cache["decode.token"][0].dtype(), Dtype::U32);
/// assert_eq!(cache["decode.text"][0].dtype(), Dtype::Opaque);
/// assert_eq!(Dtype::U32.to_string(), "U32");
/// ```
///
/// [safetensors]: https://github.com/huggingface/safetensors#format
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dtype {
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i8`
    I8,
    /// `i16`, and `isize` where it has 16 bits
    I16,
    /// `i32`, and `isize` where it has 32 bits
    I32,
    /// `i64`, and `isize` where it has 64 bits
    I64,
    /// `i128`, which safetensors lacks: [`export`](crate::export) writes it as `U64` with a last dimension of two, the low word first
    I128,
    /// `u8`
    U8,
    /// `u16`, and `usize` where it has 16 bits
    U16,
    /// `u32`, and `usize` where it has 32 bits
    U32,
    /// `u64`, and `usize` where it has 64 bits
    U64,
    /// `u128`, exported as [`I128`](Dtype::I128) is
    U128,
    /// `bool`, one byte, 0 or 1
    Bool,
    /// Not plain data: a value of any other type, kept by clone and read back by that type
    Opaque,
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The operations of the store on an element. Not public API: it seals [`Element`].
pub trait Stored: Copy + PartialOrd + fmt::Display + fmt::Debug + Sized + Buffered {
    const KIND: Kind;
    /// The size in bytes, in memory and in a file.
    const SIZE: usize = size_of::<Self>();
    /// The filler of buffers.
    const ZERO: Self;
    /// Little-endian bytes of `values`; `bytes` is exactly as long.
    fn write(values: &[Self], bytes: &mut [u8]);
    /// The element with these little-endian `bytes`, exactly [`SIZE`](Stored::SIZE) of them.
    fn read(bytes: &[u8]) -> Self;
    /// The nearest `f64`.
    fn to_f64(self) -> f64;
    /// Whether this is a float that is not a number.
    fn is_nan(self) -> bool;
}

/// An element type with its own buffers. Not public API.
#[cfg(feature = "alloc")]
pub trait Buffered: Sized {
    /// An empty buffer for elements of this type.
    fn buffer() -> Buffer;
    /// The elements of `buffer`, if they are of this type.
    fn of(buffer: &Buffer) -> Option<&Vec<Self>>;
    /// The same, to be changed.
    fn of_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>>;
}

/// Without a heap there are no buffers. Not public API.
#[cfg(not(feature = "alloc"))]
pub trait Buffered {}

#[cfg(not(feature = "alloc"))]
impl<T> Buffered for T {}

/// The primitives, to a macro: kind, type, dtype, zero, from bytes, to `f64`.
macro_rules! primitives {
    ($to:ident) => { $to! {
        F32 f32, Dtype::F32, 0.0, f32::from_le_bytes, f64::from;
        F64 f64, Dtype::F64, 0.0, f64::from_le_bytes, |x| x;
        I8 i8, Dtype::I8, 0, i8::from_le_bytes, f64::from;
        I16 i16, Dtype::I16, 0, i16::from_le_bytes, f64::from;
        I32 i32, Dtype::I32, 0, i32::from_le_bytes, f64::from;
        I64 i64, Dtype::I64, 0, i64::from_le_bytes, |x| x as f64;
        I128 i128, Dtype::I128, 0, i128::from_le_bytes, |x| x as f64;
        Isize isize, by_width(Dtype::I16, Dtype::I32, Dtype::I64), 0, isize::from_le_bytes, |x| x as f64;
        U8 u8, Dtype::U8, 0, u8::from_le_bytes, f64::from;
        U16 u16, Dtype::U16, 0, u16::from_le_bytes, f64::from;
        U32 u32, Dtype::U32, 0, u32::from_le_bytes, f64::from;
        U64 u64, Dtype::U64, 0, u64::from_le_bytes, |x| x as f64;
        U128 u128, Dtype::U128, 0, u128::from_le_bytes, |x| x as f64;
        Usize usize, by_width(Dtype::U16, Dtype::U32, Dtype::U64), 0, usize::from_le_bytes, |x| x as f64;
        Bool bool, Dtype::Bool, false, |byte: [u8; 1]| byte[0] != 0, |x| f64::from(u8::from(x));
    } };
}
#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) use primitives;

macro_rules! elements {
    ($($kind:ident $type:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {
        /// The primitive type of an element. Finer than [`Dtype`]: `usize` is a kind of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind { $($kind),+ }

        impl Kind {
            const ALL: &'static [Kind] = &[$(Kind::$kind),+];

            /// The inverse of `kind as u8`, which is part of the format of given memory: the order of the list must not change.
            pub fn from_byte(byte: u8) -> Option<Kind> {
                Kind::ALL.get(usize::from(byte)).copied()
            }

            /// The bytes of an element.
            pub fn size(self) -> usize {
                match self { $(Kind::$kind => size_of::<$type>()),+ }
            }

            pub fn dtype(self) -> Dtype {
                match self { $(Kind::$kind => $dtype),+ }
            }
        }

        /// Runs `$body` with the type alias `$T` standing for the primitive of `$of`, a [`Kind`].
        macro_rules! with_kind {
            ($of:expr, $T:ident => $body:expr) => {
                match $of { $($crate::store::element::Kind::$kind => { type $T = $type; $body })+ }
            };
        }
        pub(crate) use with_kind;

        $(
            impl Element for $type {}

            impl Fixed for $type {
                type Element = $type;
                const RANK: usize = 0;

                #[inline]
                fn dims(_: &mut [usize]) {}

                #[inline]
                fn flatten(values: &[Self]) -> &[Self] { values }
            }

            impl Plain for $type {
                type Element = $type;
                type Bare = $type;
                const RANK: usize = 0;

                #[inline(always)]
                fn hand_over(&self, to: impl FnOnce(&$type)) {
                    let copy = *self;
                    to(&copy);
                }

                #[inline]
                fn dims(&self, _: &mut [usize]) {}

                #[inline]
                fn flat(&self) -> &[Self] { slice::from_ref(self) }
            }

            impl Stored for $type {
                const KIND: Kind = Kind::$kind;
                const ZERO: Self = $zero;

                // A loop over exact chunks compiles to a copy as fast as `memcpy`.
                #[inline]
                fn write(values: &[Self], bytes: &mut [u8]) {
                    for (to, from) in bytes.chunks_exact_mut(Self::SIZE).zip(values) {
                        let from = *from;
                        to.copy_from_slice(&elements!(@bytes $type from));
                    }
                }

                #[inline]
                fn read(bytes: &[u8]) -> Self {
                    let mut array = [0; size_of::<$type>()];
                    array.copy_from_slice(bytes);
                    $read(array)
                }

                #[allow(clippy::cast_lossless, clippy::cast_precision_loss)]
                fn to_f64(self) -> f64 { $f64(self) }

                // Only a NaN differs from itself.
                #[inline]
                #[allow(clippy::eq_op)]
                fn is_nan(self) -> bool { self != self }
            }
        )+
    };
    (@bytes bool $value:ident) => { [u8::from($value)] };
    (@bytes $type:ident $value:ident) => { $value.to_le_bytes() };
}

/// The buffers of elements, with a heap.
#[cfg(feature = "alloc")]
macro_rules! buffers {
    ($($kind:ident $type:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {
        /// Elements of one kind, contiguous on the heap.
        pub enum Buffer { $($kind(Vec<$type>)),+ }

        impl Buffer {
            /// The type of the elements.
            pub fn kind(&self) -> Kind {
                match self { $(Buffer::$kind(_) => Kind::$kind),+ }
            }

            /// The number of bytes allocated.
            pub fn capacity_in_bytes(&self) -> usize {
                match self { $(Buffer::$kind(values) => values.capacity() * size_of::<$type>()),+ }
            }
        }

        $(
            impl Buffered for $type {
                fn buffer() -> Buffer { Buffer::$kind(Vec::new()) }

                #[inline]
                fn of(buffer: &Buffer) -> Option<&Vec<Self>> {
                    if let Buffer::$kind(values) = buffer { Some(values) } else { None }
                }

                #[inline]
                fn of_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>> {
                    if let Buffer::$kind(values) = buffer { Some(values) } else { None }
                }
            }
        )+
    };
}

#[cfg(all(feature = "capture", feature = "alloc"))]
macro_rules! define_with_buffer {
    ($($kind:ident $type:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {
        /// Runs `$body` with `$values` standing for the `Vec` in `$buffer`, a [`Buffer`].
        macro_rules! with_buffer {
            ($buffer:expr, $values:ident => $body:expr) => {
                match $buffer { $($crate::store::element::Buffer::$kind($values) => $body),+ }
            };
        }
        pub(crate) use with_buffer;
    };
}

/// The element type of a `usize` or an `isize` on this target.
const fn by_width(sixteen: Dtype, thirty_two: Dtype, sixty_four: Dtype) -> Dtype {
    match usize::BITS {
        16 => sixteen,
        32 => thirty_two,
        _ => sixty_four,
    }
}

primitives!(elements);
#[cfg(feature = "alloc")]
primitives!(buffers);
#[cfg(all(feature = "capture", feature = "alloc"))]
primitives!(define_with_buffer);

/// An element, or an array of elements, nested to any depth: a value whose shape is in its type. Not public API.
// Method lookup asks for this where it does not know the type.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not plain data, but its type is known from later lines only",
    label = "captured here",
    note = "give the variable its type where it is bound"
)]
pub trait Fixed: Copy {
    type Element: Element;
    const RANK: usize;
    /// Writes the dimensions, outermost first, as many as fit.
    fn dims(room: &mut [usize]);
    /// The elements of all `values`, in row-major order, in place.
    fn flatten(values: &[Self]) -> &[Self::Element];
}

impl<T: Fixed, const N: usize> Fixed for [T; N] {
    type Element = T::Element;
    const RANK: usize = 1 + T::RANK;

    #[inline]
    fn dims(room: &mut [usize]) {
        if let Some((first, rest)) = room.split_first_mut() {
            *first = N;
            T::dims(rest);
        }
    }

    #[inline]
    fn flatten(values: &[Self]) -> &[T::Element] {
        // `as_flattened` panics when zero-sized elements overflow a length. They have no content to
        // keep. Guarded by the test `zero_sized_values_are_kept`.
        if size_of::<Self>() == 0 {
            return &[];
        }
        T::flatten(values.as_flattened())
    }
}

/// The largest array, in bytes, that is copied first so that it may stay in registers, as the sums of a matrix product do. Less on
/// small machines, where the stack space of the copy matters.
const IN_REGISTERS: usize = if cfg!(target_pointer_width = "64") { 512 } else { 64 };

/// Plain data of any form, which a capture copies. Not public API.
// Method lookup asks for this where it does not know the type.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is not plain data, but its type is known from later lines only",
    label = "captured here",
    note = "give the variable its type where it is bound"
)]
pub trait Plain {
    type Element: Element;
    /// The type without references.
    type Bare: Plain<Element = Self::Element> + ?Sized;
    /// Calls `to` with the value. A scalar or a small array is copied first, so that the address of the variable is not taken and it
    /// stays in registers while recording is inactive: guarded by `an_inactive_line_is_as_short_as_a_check_by_hand` and
    /// `a_captured_accumulator_stays_in_registers`.
    fn hand_over(&self, to: impl FnOnce(&Self::Bare));
    const RANK: usize;
    /// Writes the dimensions, outermost first, as many as fit.
    fn dims(&self, room: &mut [usize]);
    /// The elements in row-major order, in place: nothing is copied before the ring is found.
    fn flat(&self) -> &[Self::Element];
}

impl<T: Fixed, const N: usize> Plain for [T; N] {
    type Element = T::Element;
    type Bare = Self;
    const RANK: usize = 1 + T::RANK;

    #[inline(always)]
    fn hand_over(&self, to: impl FnOnce(&Self)) {
        if size_of::<Self>() <= IN_REGISTERS {
            let copy = *self;
            to(&copy);
        } else {
            to(self);
        }
    }

    #[inline]
    fn dims(&self, room: &mut [usize]) {
        <Self as Fixed>::dims(room);
    }

    #[inline]
    fn flat(&self) -> &[T::Element] {
        Self::flatten(slice::from_ref(self))
    }
}

impl<T: Fixed> Plain for [T] {
    type Element = T::Element;
    type Bare = Self;
    const RANK: usize = 1 + T::RANK;

    #[inline(always)]
    fn hand_over(&self, to: impl FnOnce(&Self)) {
        to(self);
    }

    #[inline]
    fn dims(&self, room: &mut [usize]) {
        if let Some((first, rest)) = room.split_first_mut() {
            *first = self.len();
            T::dims(rest);
        }
    }

    #[inline]
    fn flat(&self) -> &[T::Element] {
        if size_of::<T>() == 0 {
            return &[];
        }
        T::flatten(self)
    }
}

/// `Vec<T>`, `&T` and the like are captured as their targets.
macro_rules! plain_behind {
    ($([$($generics:tt)*] $pointer:ty => $target:ty;)+) => {$(
        impl<$($generics)*> Plain for $pointer
        where
            $target: Plain,
        {
            type Element = <$target as Plain>::Element;
            type Bare = <$target as Plain>::Bare;
            const RANK: usize = <$target as Plain>::RANK;

            #[inline(always)]
            fn hand_over(&self, to: impl FnOnce(&Self::Bare)) {
                <$target as Plain>::hand_over(self, to);
            }

            #[inline]
            fn dims(&self, room: &mut [usize]) {
                <$target as Plain>::dims(self, room);
            }

            #[inline]
            fn flat(&self) -> &[Self::Element] {
                <$target as Plain>::flat(self)
            }
        }
    )+};
}

plain_behind! {
    [T: ?Sized] &T => T;
    [T: ?Sized] &mut T => T;
}
#[cfg(feature = "alloc")]
plain_behind! {
    [T] Vec<T> => [T];
    [T] Box<[T]> => [T];
}
