//! The shape and the options of a capture line. Only expansions name these items.
//!
//! The numbers of a line may be of any integer type. Converting them never panics: a number that is not a `usize` becomes
//! `usize::MAX`, which as a dimension fits no value and is counted as a mismatch.

// All items here are hidden from the documentation.
#![allow(missing_docs)]

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::chunk::MAX_INDICES;
use super::element::MAX_RANK;

/// Shape and options of an item, evaluated only while recording. Not public API.
#[derive(Clone, Copy)]
pub struct Note<'a> {
    /// The dimensions, if the line gives them.
    pub shape: Option<&'a [usize]>,
    pub indices: &'a [i64],
    /// The number of values that the ring of this key holds; 0 if the line has no `keep`.
    pub keep: usize,
    /// The bytes of the ring of this key in given memory; 0 if the line has no `room`.
    pub room: usize,
}

impl Note<'_> {
    /// For a line without a shape and options.
    pub const NONE: Note<'static> = Note { shape: None, indices: &[], keep: 0, room: 0 };

    /// Whether the line has neither a shape nor options.
    #[cfg(all(feature = "capture", feature = "alloc"))]
    #[inline(always)]
    pub(crate) fn is_none(&self) -> bool {
        self.shape.is_none() && self.indices.is_empty() && (self.keep | self.room) == 0
    }
}

/// An integer, for dimensions, indices, and the numbers of options. Not public API.
#[diagnostic::on_unimplemented(
    message = "a dimension, an `index`, `every`, `keep` and `room` take an integer, not a `{Self}`",
    label = "not an integer"
)]
pub trait Integer: Copy {
    /// Saturates at the limits of `i64`.
    fn to_i64(self) -> i64;
    /// `usize::MAX` if the number is not a `usize`.
    fn to_usize(self) -> usize;
}

macro_rules! integers {
    ($($type:ident)+) => {$(
        impl Integer for $type {
            #[inline(always)]
            #[allow(unused_comparisons, clippy::absurd_extreme_comparisons)]
            fn to_i64(self) -> i64 {
                i64::try_from(self).unwrap_or(if self < 0 { i64::MIN } else { i64::MAX })
            }

            #[inline(always)]
            fn to_usize(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
        }
    )+};
}

integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

impl<T: Integer> Integer for &T {
    #[inline(always)]
    fn to_i64(self) -> i64 {
        (*self).to_i64()
    }

    #[inline(always)]
    fn to_usize(self) -> usize {
        (*self).to_usize()
    }
}

/// The number of an option, or a dimension. Not public API.
#[inline(always)]
pub fn size(size: impl Integer) -> usize {
    size.to_usize()
}

/// Up to four indices. Not public API.
pub struct IndexList {
    indices: [i64; MAX_INDICES],
    rank: usize,
}

impl IndexList {
    #[inline(always)]
    pub fn as_slice(&self) -> &[i64] {
        &self.indices[..self.rank]
    }
}

/// The value of `index = ...`: an integer, or a tuple of up to four. Not public API.
#[diagnostic::on_unimplemented(
    message = "`index` takes an integer or a tuple of up to four integers, not a `{Self}`",
    label = "not an index"
)]
pub trait Indices {
    /// Each saturates at the limits of `i64`.
    fn list(self) -> IndexList;
}

impl<T: Integer> Indices for T {
    #[inline(always)]
    fn list(self) -> IndexList {
        IndexList { indices: [self.to_i64(), 0, 0, 0], rank: 1 }
    }
}

macro_rules! index_tuples {
    ($($rank:literal ($($name:ident $zero:literal),+);)+) => {$(
        impl<$($name: Integer),+> Indices for ($($name,)+) {
            #[inline(always)]
            #[allow(non_snake_case)]
            fn list(self) -> IndexList {
                let ($($name,)+) = self;
                let mut indices = [0; MAX_INDICES];
                $(indices[$zero] = $name.to_i64();)+
                IndexList { indices, rank: $rank }
            }
        }
    )+};
}

index_tuples! {
    1 (A 0);
    2 (A 0, B 1);
    3 (A 0, B 1, C 2);
    4 (A 0, B 1, C 2, D 3);
}

/// The indices of a line. Not public API.
#[inline(always)]
pub fn indices(indices: impl Indices) -> IndexList {
    indices.list()
}

/// The dimensions of a `name[..dims]`. Not public API.
pub struct DimList {
    dims: [usize; MAX_RANK + 1],
    rank: usize,
}

impl DimList {
    /// A shape of more than `MAX_RANK` dimensions has `MAX_RANK + 1` here.
    #[inline]
    pub fn as_slice(&self) -> &[usize] {
        &self.dims[..self.rank]
    }
}

/// The `dims` of `name[..dims]`: a slice, an array or a `Vec` of integers. Not public API.
#[diagnostic::on_unimplemented(
    message = "`name[..dims]` takes the dimensions as a slice, an array or a `Vec` of integers, not as a `{Self}`",
    label = "not dimensions"
)]
pub trait Dims {
    /// The dimensions, cut to one more than can be kept, so that an excess is noticed.
    fn list(&self) -> DimList;
}

impl<T: Integer> Dims for [T] {
    fn list(&self) -> DimList {
        let mut list = DimList { dims: [0; MAX_RANK + 1], rank: 0 };
        for (to, from) in list.dims.iter_mut().zip(self) {
            *to = from.to_usize();
            list.rank += 1;
        }
        list
    }
}

impl<T: Integer, const N: usize> Dims for [T; N] {
    fn list(&self) -> DimList {
        self[..].list()
    }
}

#[cfg(feature = "alloc")]
impl<T: Integer> Dims for Vec<T> {
    fn list(&self) -> DimList {
        self[..].list()
    }
}

impl<T: Dims + ?Sized> Dims for &T {
    fn list(&self) -> DimList {
        (**self).list()
    }
}

/// The dimensions of a line. Not public API.
#[inline(always)]
pub fn dims<T: Dims + ?Sized>(dims: &T) -> DimList {
    dims.list()
}
